"""Print everything that is in an account of the local AWS as JSON, by asking it through boto3.

The tests compare with this, so that what our own SDK code sends and reads is not judged by itself. What every
account has from the start (the default VPC, AWS's own policies and service-linked roles) is left out.

usage: snapshot.py ENDPOINT [REGION]
"""

from __future__ import annotations

import json
import sys
from typing import Any

import boto3
from botocore.config import Config

Item = dict[str, Any]


def main() -> None:
    endpoint = sys.argv[1]
    region = sys.argv[2] if len(sys.argv) > 2 else "ap-northeast-1"
    session = boto3.Session(aws_access_key_id="testing", aws_secret_access_key="testing", region_name=region)
    config = Config(retries={"total_max_attempts": 1}, user_agent_extra="snapshot")

    def client(service: str) -> Any:
        return session.client(service, endpoint_url=endpoint, config=config)

    print(json.dumps({**network(client("ec2")), **identity(client("iam")), **batch(client("batch"))}, default=str))


def network(ec2: Any) -> Item:
    vpcs = [vpc for vpc in ec2.describe_vpcs()["Vpcs"] if not vpc["IsDefault"]]
    ids = {vpc["VpcId"] for vpc in vpcs}

    def inside(items: list[Item]) -> list[Item]:
        return sorted((tagged(item) for item in items if item.get("VpcId") in ids), key=lambda item: str(item))

    return {
        "vpcs": [{**tagged(vpc), **vpc_attributes(ec2, vpc["VpcId"])} for vpc in vpcs],
        "subnets": sorted(inside(ec2.describe_subnets()["Subnets"]), key=lambda subnet: subnet["AvailabilityZone"]),
        "route_tables": inside(ec2.describe_route_tables()["RouteTables"]),
        "security_groups": inside(ec2.describe_security_groups()["SecurityGroups"]),
        "endpoints": sorted(map(with_policy, inside(ec2.describe_vpc_endpoints()["VpcEndpoints"])), key=by_service),
        "network_interfaces": inside(ec2.describe_network_interfaces()["NetworkInterfaces"]),
        "nat_gateways": [g for g in ec2.describe_nat_gateways()["NatGateways"] if g["State"] != "deleted"],
        "internet_gateways": [
            gateway for gateway in ec2.describe_internet_gateways()["InternetGateways"]
            if not any(attached["VpcId"] not in ids for attached in gateway["Attachments"])
        ],
        "launch_templates": [tagged(item) for item in ec2.describe_launch_templates()["LaunchTemplates"]],
    }


def with_policy(endpoint: Item) -> Item:
    """The same endpoint with its policy as what the text says, besides the text."""
    return {**endpoint, "Policy": json.loads(endpoint["PolicyDocument"])}


def by_service(endpoint: Item) -> str:
    return str(endpoint["ServiceName"])


def vpc_attributes(ec2: Any, vpc_id: str) -> Item:
    names = {"EnableDnsSupport": "enableDnsSupport", "EnableDnsHostnames": "enableDnsHostnames"}
    return {
        answer: ec2.describe_vpc_attribute(VpcId=vpc_id, Attribute=name)[answer]["Value"]
        for answer, name in names.items()
    }


def identity(iam: Any) -> Item:
    roles = [role for role in iam.list_roles()["Roles"] if not role["Path"].startswith("/aws-service-role/")]
    for role in roles:
        name = role["RoleName"]
        attached = iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"]
        role["AttachedPolicies"] = sorted(policy["PolicyArn"] for policy in attached)
        role["Tags"] = as_map(iam.list_role_tags(RoleName=name)["Tags"])
    profiles = iam.list_instance_profiles()["InstanceProfiles"]
    for profile in profiles:
        whole = iam.get_instance_profile(InstanceProfileName=profile["InstanceProfileName"])["InstanceProfile"]
        profile["Tags"] = as_map(whole.get("Tags", []))
    return {"roles": roles, "instance_profiles": profiles}


def batch(client: Any) -> Item:
    return {
        "compute_environments": client.describe_compute_environments()["computeEnvironments"],
        "job_queues": client.describe_job_queues()["jobQueues"],
        "scheduling_policies": scheduling_policies(client),
    }


def scheduling_policies(client: Any) -> list[Item]:
    arns = [policy["arn"] for policy in client.list_scheduling_policies()["schedulingPolicies"]]
    return client.describe_scheduling_policies(arns=arns)["schedulingPolicies"] if arns else []


def tagged(item: Item) -> Item:
    """The same item with its tags as a map."""
    return {**item, "Tags": as_map(item.get("Tags") or item.get("TagSet") or [])}


def as_map(tags: list[dict[str, str]]) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in tags}


if __name__ == "__main__":
    main()
