"""Make a network in an account of the local AWS as another team would, through boto3, and print its ids as JSON.

A VPC with both DNS attributes on and two subnets, one of which has a route table of its own; for each service that is
named an interface endpoint with private DNS, in the first subnet, that lets in the whole VPC, or nobody if the name
ends with "!".

usage: network.py ENDPOINT [SERVICE ...]
"""

from __future__ import annotations

import json
import sys
from typing import Any

import boto3

REGION = "ap-northeast-1"
TAGS = [{"Key": "owner", "Value": "network team"}]


def main() -> None:
    endpoint, *services = sys.argv[1:]
    session = boto3.Session(aws_access_key_id="testing", aws_secret_access_key="testing", region_name=REGION)
    ec2 = session.client("ec2", endpoint_url=endpoint)

    vpc_id = ec2.create_vpc(CidrBlock="10.20.0.0/16", TagSpecifications=tags("vpc"))["Vpc"]["VpcId"]
    ec2.modify_vpc_attribute(VpcId=vpc_id, EnableDnsHostnames={"Value": True})
    subnet_ids = [
        ec2.create_subnet(
            VpcId=vpc_id,
            AvailabilityZone=f"{REGION}{letter}",
            CidrBlock=f"10.20.{index}.0/24",
            TagSpecifications=tags("subnet"),
        )["Subnet"]["SubnetId"]
        for index, letter in enumerate("acd")
    ]
    table_id = ec2.create_route_table(VpcId=vpc_id, TagSpecifications=tags("route-table"))["RouteTable"]["RouteTableId"]
    ec2.associate_route_table(RouteTableId=table_id, SubnetId=subnet_ids[1])
    print(
        json.dumps(
            {
                "vpc_id": vpc_id,
                "subnet_ids": subnet_ids,
                "route_table_id": table_id,
                "endpoints": {name.rstrip("!"): make_endpoint(ec2, vpc_id, subnet_ids[0], name) for name in services},
            }
        )
    )


def make_endpoint(ec2: Any, vpc_id: str, subnet_id: str, name: str) -> str:
    service = name.rstrip("!")
    group_id = ec2.create_security_group(VpcId=vpc_id, GroupName=f"for {service}", Description="theirs")["GroupId"]
    if service == name:
        ec2.authorize_security_group_ingress(
            GroupId=group_id, IpProtocol="tcp", FromPort=443, ToPort=443, CidrIp="10.20.0.0/16"
        )
    made = ec2.create_vpc_endpoint(
        VpcId=vpc_id,
        VpcEndpointType="Interface",
        ServiceName=f"com.amazonaws.{REGION}.{service}",
        SubnetIds=[subnet_id],
        SecurityGroupIds=[group_id],
        PrivateDnsEnabled=True,
    )
    return made["VpcEndpoint"]["VpcEndpointId"]


def tags(resource: str) -> list[dict[str, Any]]:
    return [{"ResourceType": resource, "Tags": TAGS}]


if __name__ == "__main__":
    main()
