"""Make in an account of the local AWS what an environment may refer to, through boto3, and print its ids as JSON.

Two service roles, a Spot Fleet role, an instance profile with its role, a launch template, and a network of another team: a VPC
with two subnets and a security group.

usage: made_before.py ENDPOINT
"""

from __future__ import annotations

import json
import sys
from typing import Any

import boto3

REGION = "ap-northeast-1"
ENDPOINT = sys.argv[1]
SESSION = boto3.Session(aws_access_key_id="testing", aws_secret_access_key="testing", region_name=REGION)


def client(service: str) -> Any:
    return SESSION.client(service, endpoint_url=ENDPOINT)


EC2, IAM = client("ec2"), client("iam")


def role(name: str, principal: str, policy: str) -> str:
    statement = {"Effect": "Allow", "Principal": {"Service": principal}, "Action": "sts:AssumeRole"}
    trust = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    made = IAM.create_role(RoleName=name, AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    IAM.attach_role_policy(RoleName=name, PolicyArn=f"arn:aws:iam::aws:policy/service-role/{policy}")
    return str(made)


def profile(name: str) -> str:
    role(name, "ec2.amazonaws.com", "AmazonEC2ContainerServiceforEC2Role")
    made = IAM.create_instance_profile(InstanceProfileName=name)["InstanceProfile"]["Arn"]
    IAM.add_role_to_instance_profile(InstanceProfileName=name, RoleName=name)
    return str(made)


def network() -> dict[str, Any]:
    vpc_id = EC2.create_vpc(CidrBlock="10.20.0.0/16")["Vpc"]["VpcId"]
    EC2.modify_vpc_attribute(VpcId=vpc_id, EnableDnsHostnames={"Value": True})
    subnet_ids = [
        EC2.create_subnet(VpcId=vpc_id, AvailabilityZone=f"{REGION}{zone}", CidrBlock=f"10.20.{index}.0/24")["Subnet"]["SubnetId"]
        for index, zone in enumerate("ac")
    ]
    group_id = EC2.create_security_group(VpcId=vpc_id, GroupName="theirs", Description="Theirs.")["GroupId"]
    return {"vpc_id": vpc_id, "subnet_ids": subnet_ids, "security_group_id": group_id}


def main() -> None:
    EC2.create_launch_template(LaunchTemplateName="made-before", LaunchTemplateData={"EbsOptimized": True})
    print(
        json.dumps(
            {
                "service_role_arn": role("made-before", "batch.amazonaws.com", "AWSBatchServiceRole"),
                "other_service_role_arn": role("made-before-too", "batch.amazonaws.com", "AWSBatchServiceRole"),
                "fleet_role_arn": role("fleet", "spotfleet.amazonaws.com", "AmazonEC2SpotFleetTaggingRole"),
                "instance_profile_arn": profile("instances"),
                **network(),
            }
        )
    )


if __name__ == "__main__":
    main()
