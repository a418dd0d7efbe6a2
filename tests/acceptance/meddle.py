"""Do something in an account of the local AWS behind Terraform's back: one call through boto3.

usage: meddle.py ENDPOINT SERVICE METHOD JSON_ARGUMENTS   (prints the answer as JSON)
"""

import json
import sys

import boto3

endpoint, service, method, arguments = sys.argv[1:]
session = boto3.Session(aws_access_key_id="testing", aws_secret_access_key="testing", region_name="ap-northeast-1")
answer = getattr(session.client(service, endpoint_url=endpoint), method)(**json.loads(arguments))
answer.pop("ResponseMetadata", None)
print(json.dumps(answer, default=str))
