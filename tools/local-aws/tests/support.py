"""A started launcher for all tests of the process, and boto3 clients for it."""

from __future__ import annotations

import atexit
import json
import os
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

HERE = Path(__file__).resolve().parent
REGION = "ap-northeast-1"
DEADLINE_SECONDS = 30


class Launched:
    """A local AWS in a process of its own."""

    def __init__(self, *arguments: str) -> None:
        self.folder = tempfile.TemporaryDirectory()
        ready = Path(self.folder.name) / "ready.json"
        self.process = subprocess.Popen(
            [sys.executable, "-m", "local_aws", "--ready-file", str(ready), *arguments],
            cwd=HERE.parent, env={**os.environ, "PYTHONPATH": str(HERE.parent)}, stdout=subprocess.DEVNULL,
        )
        until(ready.exists)
        self.ready = json.loads(ready.read_text())
        self.endpoint = self.ready["endpoint"]

    def control(self, method: str, path: str, body: Any = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.endpoint}/_local/{path}", data=data, method=method)
        with urllib.request.urlopen(request) as answer:
            return json.load(answer)

    @cache
    def client(self, service: str, region: str = REGION, **config: Any) -> Any:
        retries = {"total_max_attempts": config.pop("attempts", 1), "mode": "standard"}
        config = {"retries": retries, "read_timeout": 20, **config}
        return session().client(
            service, endpoint_url=self.endpoint, region_name=region, config=Config(**config),
            aws_access_key_id="AKIDEXAMPLE", aws_secret_access_key="not-a-secret",
        )

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait()
        self.folder.cleanup()


@cache
def session() -> Any:
    return boto3.session.Session()


@cache
def shared() -> Launched:
    launched = Launched("--transition-seconds", "0")
    atexit.register(launched.stop)
    return launched


def until(condition: Callable[[], Any]) -> Any:
    """Poll until the condition holds, and fail if it never does."""
    deadline = time.monotonic() + DEADLINE_SECONDS
    while time.monotonic() < deadline:
        if found := condition():
            return found
        time.sleep(0.01)
    raise AssertionError("the condition did not come to hold")


class Case(unittest.TestCase):
    """A test against an empty local AWS without delays."""

    @classmethod
    def setUpClass(cls) -> None:
        cls.aws = shared()
        cls.ec2, cls.batch, cls.iam = (cls.aws.client(name) for name in ("ec2", "batch", "iam"))

    def setUp(self) -> None:
        self.aws.control("POST", "reset")

    def settings(self, **changes: Any) -> None:
        self.aws.control("POST", "settings", changes)

    def requests(self) -> list[dict[str, Any]]:
        return self.aws.control("GET", "requests")

    @contextmanager
    def refused(self, code: str, text: str = "") -> Iterator[None]:
        with self.assertRaises(ClientError) as caught:
            yield
        error = caught.exception.response["Error"]
        self.assertEqual(error["Code"], code, error["Message"])
        self.assertIn(text, error["Message"])


class NetworkCase(Case):
    """A test with a VPC with DNS on, subnets in two zones and a security group."""

    def setUp(self) -> None:
        super().setUp()
        self.vpc = self.make_vpc()
        self.subnets = [self.make_subnet(0, "a"), self.make_subnet(1, "c")]
        self.group = self.make_group("workload")

    def make_vpc(self, cidr: str = "10.0.0.0/16", dns: bool = True) -> str:
        vpc = self.ec2.create_vpc(CidrBlock=cidr)["Vpc"]["VpcId"]
        if dns:
            self.ec2.modify_vpc_attribute(VpcId=vpc, EnableDnsHostnames={"Value": True})
        return vpc

    def make_subnet(self, number: int, zone: str) -> str:
        made = self.ec2.create_subnet(
            VpcId=self.vpc, CidrBlock=f"10.0.{number}.0/24", AvailabilityZone=f"{REGION}{zone}"
        )
        return made["Subnet"]["SubnetId"]

    def make_group(self, name: str) -> str:
        return self.ec2.create_security_group(VpcId=self.vpc, GroupName=name, Description=name)["GroupId"]

    def make_endpoint(self, service: str = "ecs", **more: Any) -> dict[str, Any]:
        arguments = {
            "VpcId": self.vpc, "ServiceName": f"com.amazonaws.{REGION}.{service}", "VpcEndpointType": "Interface",
            "SubnetIds": self.subnets, "SecurityGroupIds": [self.group], "PrivateDnsEnabled": True, **more,
        }
        return self.ec2.create_vpc_endpoint(**arguments)["VpcEndpoint"]

    def make_gateway(self, *tables: str, service: str = "s3", **more: Any) -> str:
        made = self.ec2.create_vpc_endpoint(
            VpcId=self.vpc, ServiceName=f"com.amazonaws.{REGION}.{service}", RouteTableIds=list(tables), **more
        )
        return made["VpcEndpoint"]["VpcEndpointId"]

    def endpoint(self, endpoint_id: str) -> dict[str, Any]:
        return self.ec2.describe_vpc_endpoints(VpcEndpointIds=[endpoint_id])["VpcEndpoints"][0]

    def interfaces(self) -> list[dict[str, Any]]:
        filters = [{"Name": "vpc-id", "Values": [self.vpc]}]
        return self.ec2.describe_network_interfaces(Filters=filters)["NetworkInterfaces"]

    def make_table(self) -> str:
        return self.ec2.create_route_table(VpcId=self.vpc)["RouteTable"]["RouteTableId"]


def trust(service: str) -> str:
    statement = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


class BatchCase(NetworkCase):
    """A test with a network, an instance profile and ways to make environments and queues."""

    def setUp(self) -> None:
        super().setUp()
        self.make_profile("instances")

    def make_profile(self, name: str) -> None:
        self.iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust("ec2.amazonaws.com"))
        self.iam.create_instance_profile(InstanceProfileName=name)
        self.iam.add_role_to_instance_profile(InstanceProfileName=name, RoleName=name)

    def make_service_role(self, name: str = "batch") -> str:
        role = self.iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust("batch.amazonaws.com"))
        policy = "arn:aws:iam::aws:policy/service-role/AWSBatchServiceRole"
        self.iam.attach_role_policy(RoleName=name, PolicyArn=policy)
        return role["Role"]["Arn"]

    def instances(self, **more: Any) -> dict[str, Any]:
        return {
            "type": "EC2", "maxvCpus": 16, "subnets": self.subnets, "securityGroupIds": [self.group],
            "instanceTypes": ["m6i.large"], "instanceRole": "instances",
            "allocationStrategy": "BEST_FIT_PROGRESSIVE", **more,
        }

    def fargate(self, **more: Any) -> dict[str, Any]:
        return {"type": "FARGATE", "maxvCpus": 16, "subnets": self.subnets, "securityGroupIds": [self.group], **more}

    def make_environment(self, name: str = "env", resources: Any = None, **more: Any) -> str:
        made = self.batch.create_compute_environment(
            computeEnvironmentName=name, type="MANAGED", computeResources=resources or self.instances(), **more
        )
        return made["computeEnvironmentArn"]

    def environment(self, name: str = "env") -> dict[str, Any]:
        return self.batch.describe_compute_environments(computeEnvironments=[name])["computeEnvironments"][0]

    def environments(self) -> list[str]:
        found = self.batch.describe_compute_environments()["computeEnvironments"]
        return [item["computeEnvironmentName"] for item in found]

    def update(self, name: str = "env", **changes: Any) -> None:
        self.batch.update_compute_environment(computeEnvironment=name, **changes)

    def delete(self, name: str = "env") -> None:
        self.batch.delete_compute_environment(computeEnvironment=name)

    def make_queue(self, *environments: str, name: str = "queue", **more: Any) -> str:
        order = [{"order": n, "computeEnvironment": item} for n, item in enumerate(environments or ("env",), 1)]
        made = self.batch.create_job_queue(
            jobQueueName=name, priority=1, computeEnvironmentOrder=order, **{"state": "ENABLED", **more}
        )
        return made["jobQueueArn"]

    def queue(self, name: str = "queue") -> dict[str, Any]:
        return self.batch.describe_job_queues(jobQueues=[name])["jobQueues"][0]

    def drop_queue(self, name: str = "queue") -> None:
        self.batch.update_job_queue(jobQueue=name, state="DISABLED")
        self.batch.delete_job_queue(jobQueue=name)
