"""Make in an account of the local AWS, through boto3, the stack that resources of hashicorp/aws make.

One route table for each subnet, a group whose rules are resources of their own with descriptions, default tags on all that takes
tags, a role with an inline policy besides the attached one, Batch's service-linked role, a compute environment under a name with a
generated end, and a job queue.

With "shared" the subnets have one route table together, as intra subnets of a VPC module do; with "template" the compute environment
has a launch template in its latest version.

usage: modules_stack.py ENDPOINT [shared] [template]   (prints the ids as JSON)
"""

from __future__ import annotations

import json
import sys
import time
from typing import Any

import boto3

REGION = "ap-northeast-1"
NAME = "render-20260901120000000000000001"
SHARED, TEMPLATE = (word in sys.argv[2:] for word in ("shared", "template"))
TAGS = {"team": "render", "managed-by": "terraform"}
SESSION = boto3.Session(aws_access_key_id="testing", aws_secret_access_key="testing", region_name=REGION)


def client(service: str) -> Any:
    return SESSION.client(service, endpoint_url=sys.argv[1])


EC2, IAM, BATCH = client("ec2"), client("iam"), client("batch")


def tagged(kind: str, **more: str) -> list[dict[str, Any]]:
    return [{"ResourceType": kind, "Tags": pairs({**TAGS, **more})}]


def pairs(tags: dict[str, str]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def network() -> tuple[str, list[str], list[str]]:
    vpc = EC2.create_vpc(CidrBlock="10.40.0.0/16", TagSpecifications=tagged("vpc", Name="render"))["Vpc"]["VpcId"]
    for attribute in ("EnableDnsSupport", "EnableDnsHostnames"):
        EC2.modify_vpc_attribute(VpcId=vpc, **{attribute: {"Value": True}})
    subnets, tables = [], []
    for zone, block in (("a", 0), ("c", 64)):
        subnet = EC2.create_subnet(
            VpcId=vpc, AvailabilityZone=f"{REGION}{zone}", CidrBlock=f"10.40.{block}.0/18",
            TagSpecifications=tagged("subnet", Name=f"render-{zone}"),
        )
        subnets.append(subnet["Subnet"]["SubnetId"])
        if not (SHARED and tables):
            table = EC2.create_route_table(VpcId=vpc, TagSpecifications=tagged("route-table", Name=f"render-{zone}"))
            tables.append(table["RouteTable"]["RouteTableId"])
        EC2.associate_route_table(RouteTableId=tables[-1], SubnetId=subnets[-1])
    return vpc, subnets, tables


def group(vpc: str) -> str:
    """aws_security_group takes the rule away that EC2 gives a new group; the others are resources of their own."""
    made = EC2.create_security_group(
        VpcId=vpc, GroupName="render", Description="Managed by Terraform", TagSpecifications=tagged("security-group"),
    )["GroupId"]
    everything = {"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
    EC2.revoke_security_group_egress(GroupId=made, IpPermissions=[everything])
    for ports, block, description in (
        ({"IpProtocol": "-1"}, "10.40.0.0/16", "Everything inside the VPC"),
        ({"IpProtocol": "tcp", "FromPort": 9100, "ToPort": 9100}, "10.50.0.0/16", "Metrics"),
    ):
        rule = {**ports, "IpRanges": [{"CidrIp": block, "Description": description}]}
        EC2.authorize_security_group_ingress(
            GroupId=made, IpPermissions=[rule], TagSpecifications=tagged("security-group-rule"),
        )
    out = {"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0", "Description": "Everything out"}]}
    EC2.authorize_security_group_egress(
        GroupId=made, IpPermissions=[out], TagSpecifications=tagged("security-group-rule"),
    )
    return str(made)


def endpoints(vpc: str, subnets: list[str], tables: list[str], group_id: str) -> None:
    for service in ("ecs-agent", "ecs-telemetry", "ecs", "ecr.dkr", "ecr.api", "logs"):
        EC2.create_vpc_endpoint(
            VpcId=vpc, VpcEndpointType="Interface", ServiceName=f"com.amazonaws.{REGION}.{service}", SubnetIds=subnets,
            SecurityGroupIds=[group_id], PrivateDnsEnabled=True, TagSpecifications=tagged("vpc-endpoint", Name=service),
        )
    EC2.create_vpc_endpoint(
        VpcId=vpc, VpcEndpointType="Gateway", ServiceName=f"com.amazonaws.{REGION}.s3", RouteTableIds=tables,
        TagSpecifications=tagged("vpc-endpoint", Name="s3"),
    )


def profile() -> str:
    statement = {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}
    trust = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    IAM.create_role(RoleName="render", AssumeRolePolicyDocument=trust, Tags=pairs(TAGS))
    policy = "arn:aws:iam::aws:policy/service-role/AmazonEC2ContainerServiceforEC2Role"
    IAM.attach_role_policy(RoleName="render", PolicyArn=policy)
    inline = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}]}
    IAM.put_role_policy(RoleName="render", PolicyName="scenes", PolicyDocument=json.dumps(inline))
    made = IAM.create_instance_profile(InstanceProfileName="render", Tags=pairs(TAGS))["InstanceProfile"]["Arn"]
    IAM.add_role_to_instance_profile(InstanceProfileName="render", RoleName="render")
    return str(made)


def main() -> None:
    vpc, subnets, tables = network()
    group_id = group(vpc)
    endpoints(vpc, subnets, tables, group_id)
    profile_arn = profile()
    resources = {
        "type": "EC2", "allocationStrategy": "BEST_FIT_PROGRESSIVE", "instanceTypes": ["c6i.large", "m6i.large"],
        "minvCpus": 0, "desiredvCpus": 0, "maxvCpus": 16, "instanceRole": profile_arn, "subnets": subnets,
        "securityGroupIds": [group_id], "ec2Configuration": [{"imageType": "ECS_AL2023"}], "tags": {"Name": "render"},
    }
    if TEMPLATE:
        made = EC2.create_launch_template(LaunchTemplateName="render", LaunchTemplateData={"EbsOptimized": True})
        template = made["LaunchTemplate"]["LaunchTemplateId"]
        resources["launchTemplate"] = {"launchTemplateId": template, "version": "$Latest"}
    arn = BATCH.create_compute_environment(
        computeEnvironmentName=NAME, type="MANAGED", state="ENABLED", computeResources=resources, tags=TAGS,
    )["computeEnvironmentArn"]
    wait(vpc)
    BATCH.create_job_queue(
        jobQueueName="render", priority=10, state="ENABLED", tags=TAGS,
        computeEnvironmentOrder=[{"order": 1, "computeEnvironment": arn}],
    )
    print(
        json.dumps(
            {"vpc": vpc, "profile": profile_arn, "compute_environment": NAME, "subnets": subnets, "group": group_id}
            | ({"template": template} if TEMPLATE else {})
        )
    )


def wait(vpc: str) -> None:
    for _ in range(300):
        environment = BATCH.describe_compute_environments(computeEnvironments=[NAME])["computeEnvironments"][0]
        there = EC2.describe_vpc_endpoints(Filters=[{"Name": "vpc-id", "Values": [vpc]}])["VpcEndpoints"]
        if environment["status"] == "VALID" and all(endpoint["State"] == "available" for endpoint in there):
            return
        time.sleep(0.1)
    raise SystemExit("the stack does not become ready")


main()
