"""DescribeVpcEndpointServices: which services can be reached privately, and in which zones.

moto builds its list from backends this local AWS does not load and answers ``Filters``
with HTTP 500. This list is its table of names with the types, private DNS names and
zones AWS gives (VPC user guide, "AWS services that integrate with AWS PrivateLink").
A test takes zones from a service with the setting ``service_zones``, and policies with ``service_policies``.
"""

from __future__ import annotations

import zlib
from typing import Any

from moto.core.responses import ActionResult
from moto.ec2.models.vpcs import AWS_ENDPOINT_SERVICES
from moto.ec2.responses import EC2Response

from ..settings import settings
from .patching import Refusal, instead

_GATEWAY_SERVICES = ("s3", "dynamodb")

#: Private DNS names that are not ``SERVICE.REGION.amazonaws.com``.
_PRIVATE_DNS = {
    "ecr.api": "api.ecr.{region}.{suffix}",
    "ecr.dkr": "*.dkr.ecr.{region}.{suffix}",
    "s3": "*.s3.{region}.{suffix}",
    "kinesis-firehose": "firehose.{region}.{suffix}",
    "kinesis-streams": "kinesis.{region}.{suffix}",
    "sagemaker.api": "api.sagemaker.{region}.{suffix}",
}

#: Services without endpoint policies (landing-zone-accelerator-on-aws #936).
_WITHOUT_POLICIES = {"neptune-graph"}

#: In China these keep ``com.amazonaws``; the others have ``cn.com.amazonaws`` (aws-cdk, vpc-endpoint.ts).
_COMMON_IN_CHINA = {
    "ecs", "ecs-agent", "ecs-telemetry", "logs", "ssm", "ssmmessages", "ec2messages", "secretsmanager", "kms",
    "dynamodb",
}
_FILTERS = ("service-name", "service-type", "service-region", "owner", "tag-key")


def apply() -> None:
    instead(EC2Response, "describe_vpc_endpoint_services", _describe)


def find(backend: Any, service_name: str) -> list[dict[str, Any]]:
    """The service's entries, one for each type; none if there is no such service."""
    return [service for service in catalogue(backend) if service["ServiceName"] == service_name]


def catalogue(backend: Any) -> list[dict[str, Any]]:
    region = backend.region_name
    zones = [zone.name for zone in backend.describe_availability_zones()]
    names = sorted(set(AWS_ENDPOINT_SERVICES))
    services = [_service(region, zones, name, "Interface") for name in names]
    services += [_service(region, zones, name, "Gateway") for name in _GATEWAY_SERVICES]
    return sorted(services, key=lambda service: (service["ServiceName"], service["ServiceType"][0]["ServiceType"]))


def _service(region: str, zones: list[str], name: str, kind: str) -> dict[str, Any]:
    service_name = _service_name(region, name, kind)
    service: dict[str, Any] = {
        "ServiceName": service_name,
        "ServiceId": f"vpce-svc-{zlib.crc32(f'{service_name}/{kind}'.encode()):017x}",
        "ServiceType": [{"ServiceType": kind}],
        "ServiceRegion": region,
        "AvailabilityZones": settings.service_zones.get(service_name, zones) if kind == "Interface" else zones,
        "Owner": "amazon",
        "BaseEndpointDnsNames": [f"{name}.{region}.vpce.amazonaws.com"],
        "VpcEndpointPolicySupported": settings.service_policies.get(service_name, name not in _WITHOUT_POLICIES),
        "AcceptanceRequired": False,
        "ManagesVpcEndpoints": False,
        "SupportedIpAddressTypes": ["ipv4"],
        "Tags": [],
    }
    if kind == "Interface":
        private = private_dns_name(region, name)
        service["PrivateDnsName"] = private
        service["PrivateDnsNames"] = [{"PrivateDnsName": private}]
        service["PrivateDnsNameVerificationState"] = "verified"
    return service


def _service_name(region: str, name: str, kind: str) -> str:
    common = not region.startswith("cn-") or name in _COMMON_IN_CHINA or kind == "Gateway"
    return f"{'com.amazonaws' if common else 'cn.com.amazonaws'}.{region}.{name}"


def private_dns_name(region: str, name: str) -> str:
    suffix = "amazonaws.com.cn" if region.startswith("cn-") else "amazonaws.com"
    return _PRIVATE_DNS.get(name, name + ".{region}.{suffix}").format(region=region, suffix=suffix)


def _describe(response: Any) -> ActionResult:
    services = catalogue(response.ec2_backend)
    wanted = response._get_param("ServiceNames", [])
    if wanted:
        _refuse_unknown(wanted, services)
        services = [service for service in services if service["ServiceName"] in wanted]
    for name, values in response._filters_from_querystring().items():
        services = [service for service in services if _matches(service, name, values)]
    page, token = _page(response, services)
    names = list(dict.fromkeys(service["ServiceName"] for service in page))
    return ActionResult({"ServiceNames": names, "ServiceDetails": page, "NextToken": token})


def _refuse_unknown(wanted: list[str], services: list[dict[str, Any]]) -> None:
    known = {service["ServiceName"] for service in services}
    for name in wanted:
        if name not in known:
            raise Refusal("InvalidServiceName", f"The Vpc Endpoint Service '{name}' does not exist")


def _matches(service: dict[str, Any], name: str, values: list[str]) -> bool:
    if name not in _FILTERS and not name.startswith("tag:"):
        raise Refusal("InvalidParameterValue", f"The filter '{name}' is invalid")
    having = {
        "service-name": service["ServiceName"],
        "service-type": service["ServiceType"][0]["ServiceType"],
        "service-region": service["ServiceRegion"],
        "owner": service["Owner"],
    }.get(name)
    return having in values


def _page(response: Any, services: list[dict[str, Any]]) -> tuple[list[dict[str, Any]], str | None]:
    start = int(response._get_param("NextToken") or 0)
    end = start + (response._get_int_param("MaxResults") or 1000)
    return services[start:end], str(end) if end < len(services) else None
