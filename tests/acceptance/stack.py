"""Make the stack of the article (a CDK application's CloudFormation template) in an account of the local AWS through boto3.

Three /18 subnets without a way out, five interface endpoints and one for S3, the group that they share with the instances, a role
with its instance profile, a service role, and a managed compute environment: what CDK 1.59 makes of the article's code.

usage: stack.py ENDPOINT STRATEGY   (prints the ids as JSON)
"""

from __future__ import annotations

import json
import sys
import time
from typing import Any

import boto3

REGION = "ap-northeast-1"
NAME = "my-batch-cluster"
ENDPOINT, STRATEGY = sys.argv[1:]
SESSION = boto3.Session(aws_access_key_id="testing", aws_secret_access_key="testing", region_name=REGION)


def client(service: str) -> Any:
    return SESSION.client(service, endpoint_url=ENDPOINT)


EC2, IAM, BATCH = client("ec2"), client("iam"), client("batch")


def named(kind: str, name: str, **more: str) -> list[dict[str, Any]]:
    tags = {"Name": f"SimulationStack/{name}", **{key.replace("_", ":"): value for key, value in more.items()}}
    return [{"ResourceType": kind, "Tags": [{"Key": key, "Value": value} for key, value in tags.items()]}]


def network() -> tuple[str, list[str], list[str]]:
    vpc = EC2.create_vpc(CidrBlock="10.0.0.0/16", TagSpecifications=named("vpc", "vpc"))["Vpc"]["VpcId"]
    for attribute in ("EnableDnsSupport", "EnableDnsHostnames"):
        EC2.modify_vpc_attribute(VpcId=vpc, **{attribute: {"Value": True}})
    subnets, tables = [], []
    for number, (zone, block) in enumerate((("a", 0), ("c", 64), ("d", 128)), start=1):
        name = f"vpc/for-batch-compute-envSubnet{number}"
        subnet = EC2.create_subnet(
            VpcId=vpc, AvailabilityZone=f"{REGION}{zone}", CidrBlock=f"10.0.{block}.0/18",
            TagSpecifications=named("subnet", name, **{"aws-cdk_subnet-type": "Isolated"}),
        )["Subnet"]["SubnetId"]
        table = EC2.create_route_table(VpcId=vpc, TagSpecifications=named("route-table", name))
        table = table["RouteTable"]["RouteTableId"]
        EC2.associate_route_table(RouteTableId=table, SubnetId=subnet)
        subnets.append(subnet)
        tables.append(table)
    return vpc, subnets, tables


def group(vpc: str) -> str:
    made = EC2.create_security_group(
        VpcId=vpc, GroupName="for-batch-compute-environment", Description="For batch compute environment.",
        TagSpecifications=named("security-group", "batch-compute-env-sg"),
    )["GroupId"]
    inside = {"IpProtocol": "-1", "IpRanges": [{"CidrIp": "10.0.0.0/16", "Description": "Allow inside security group"}]}
    https = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443,
             "IpRanges": [{"CidrIp": "10.0.0.0/16", "Description": "from 10.0.0.0/16:443"}]}
    EC2.authorize_security_group_ingress(GroupId=made, IpPermissions=[inside, https])
    return str(made)


def endpoints(vpc: str, subnets: list[str], tables: list[str], group_id: str) -> None:
    for service in ("ecs-agent", "ecs-telemetry", "ecs", "ecr.dkr", "ecr.api"):
        EC2.create_vpc_endpoint(
            VpcId=vpc, VpcEndpointType="Interface", ServiceName=f"com.amazonaws.{REGION}.{service}", SubnetIds=subnets,
            SecurityGroupIds=[group_id], PrivateDnsEnabled=True,
        )
    EC2.create_vpc_endpoint(
        VpcId=vpc, VpcEndpointType="Gateway", ServiceName=f"com.amazonaws.{REGION}.s3", RouteTableIds=tables,
    )


def role(name: str, principal: str, policy: str) -> str:
    statement = {"Effect": "Allow", "Principal": {"Service": principal}, "Action": "sts:AssumeRole"}
    trust = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    made = IAM.create_role(RoleName=name, AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    IAM.attach_role_policy(RoleName=name, PolicyArn=f"arn:aws:iam::aws:policy/service-role/{policy}")
    return str(made)


def main() -> None:
    vpc, subnets, tables = network()
    group_id = group(vpc)
    endpoints(vpc, subnets, tables, group_id)
    role("cluster-instance", "ec2.amazonaws.com", "AmazonEC2ContainerServiceforEC2Role")
    service_role = role("cluster-service", "batch.amazonaws.com", "AWSBatchServiceRole")
    profile = IAM.create_instance_profile(InstanceProfileName="cluster-profile")["InstanceProfile"]["Arn"]
    IAM.add_role_to_instance_profile(InstanceProfileName="cluster-profile", RoleName="cluster-instance")
    resources = {
        "type": "EC2", "allocationStrategy": STRATEGY, "instanceTypes": ["t3.small"], "minvCpus": 0, "desiredvCpus": 0,
        "maxvCpus": 4, "instanceRole": profile, "subnets": subnets, "securityGroupIds": [group_id],
    }
    BATCH.create_compute_environment(
        computeEnvironmentName=NAME, type="MANAGED", state="ENABLED", serviceRole=service_role, computeResources=resources,
    )
    wait(vpc)
    print(json.dumps({"vpc": vpc, "profile": profile, "service_role": service_role, "subnets": subnets, "group": group_id}))


def wait(vpc: str) -> None:
    for _ in range(300):
        environment = BATCH.describe_compute_environments(computeEnvironments=[NAME])["computeEnvironments"][0]
        there = EC2.describe_vpc_endpoints(Filters=[{"Name": "vpc-id", "Values": [vpc]}])["VpcEndpoints"]
        if environment["status"] == "VALID" and all(endpoint["State"] == "available" for endpoint in there):
            return
        time.sleep(0.1)
    raise SystemExit("the stack does not become ready")


main()
