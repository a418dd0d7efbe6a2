"""VPC endpoints: life cycle, interfaces, routes, changes, refusals."""

import json
from typing import Any

from support import REGION, NetworkCase, until


class LifeCycle(NetworkCase):
    def test_pending_then_available(self) -> None:
        self.settings(transitions={"endpoint": 3600})
        endpoint = self.make_endpoint()
        self.assertEqual(endpoint["State"], "pending")
        self.assertEqual(self.endpoint(endpoint["VpcEndpointId"])["State"], "pending")
        self.settings(transitions={"endpoint": 0})
        other = self.make_endpoint("ecs-agent")["VpcEndpointId"]
        self.assertEqual(self.endpoint(other)["State"], "available")

    def test_available_after_its_time(self) -> None:
        self.settings(transitions={"endpoint": 0.1})
        made = self.make_endpoint()["VpcEndpointId"]
        until(lambda: self.endpoint(made)["State"] == "available")

    def test_deleting_holds_interfaces_then_all_is_gone(self) -> None:
        made = self.make_endpoint()["VpcEndpointId"]
        self.settings(transitions={"endpoint_delete": 0.3})
        self.assertEqual(self.ec2.delete_vpc_endpoints(VpcEndpointIds=[made])["Unsuccessful"], [])
        self.assertEqual(self.endpoint(made)["State"], "deleting")
        with self.refused("DependencyViolation"):
            self.ec2.delete_security_group(GroupId=self.group)
        until(lambda: not self.interfaces())
        with self.refused("InvalidVpcEndpointId.NotFound", made):
            self.endpoint(made)
        self.ec2.delete_security_group(GroupId=self.group)

    def test_an_unknown_id_is_listed_as_unsuccessful(self) -> None:
        answer = self.ec2.delete_vpc_endpoints(VpcEndpointIds=["vpce-0123456789abcdef0"])
        self.assertEqual(answer["Unsuccessful"][0]["ResourceId"], "vpce-0123456789abcdef0")
        self.assertEqual(answer["Unsuccessful"][0]["Error"]["Code"], "InvalidVpcEndpoint.NotFound")


class Interfaces(NetworkCase):
    def test_one_in_each_subnet_with_the_endpoints_groups(self) -> None:
        made = self.make_endpoint()
        interfaces = self.interfaces()
        self.assertEqual({eni["SubnetId"] for eni in interfaces}, set(self.subnets))
        self.assertEqual({eni["NetworkInterfaceId"] for eni in interfaces}, set(made["NetworkInterfaceIds"]))
        for eni in interfaces:
            self.assertEqual([group["GroupId"] for group in eni["Groups"]], [self.group])
            self.assertEqual((eni["InterfaceType"], eni["RequesterManaged"]), ("vpc_endpoint", True))
            self.assertIn(made["VpcEndpointId"], eni["Description"])
        with self.refused("OperationNotPermitted"):
            self.ec2.delete_network_interface(NetworkInterfaceId=interfaces[0]["NetworkInterfaceId"])

    def test_modify_moves_interfaces_groups_and_private_dns(self) -> None:
        made = self.make_endpoint()["VpcEndpointId"]
        third, other = self.make_subnet(2, "d"), self.make_group("other")
        self.ec2.modify_vpc_endpoint(
            VpcEndpointId=made, AddSubnetIds=[third], RemoveSubnetIds=[self.subnets[0]],
            AddSecurityGroupIds=[other], RemoveSecurityGroupIds=[self.group], PrivateDnsEnabled=False,
        )
        self.assertEqual({eni["SubnetId"] for eni in self.interfaces()}, {self.subnets[1], third})
        self.assertEqual({g["GroupId"] for eni in self.interfaces() for g in eni["Groups"]}, {other})
        endpoint = self.endpoint(made)
        self.assertFalse(endpoint["PrivateDnsEnabled"])
        self.assertEqual(len(endpoint["DnsEntries"]), 1)
        self.ec2.delete_subnet(SubnetId=self.subnets[0])
        self.ec2.modify_vpc_endpoint(VpcEndpointId=made, PrivateDnsEnabled=True)
        self.assertTrue(self.endpoint(made)["PrivateDnsEnabled"])

    def test_a_full_subnet_has_no_address_for_another(self) -> None:
        small = self.ec2.create_subnet(VpcId=self.vpc, CidrBlock="10.0.9.0/28")["Subnet"]["SubnetId"]
        for number in range(11):
            self.make_endpoint("ecs", SubnetIds=[small], PrivateDnsEnabled=False)
        with self.refused("InsufficientFreeAddressesInSubnet"):
            self.make_endpoint("ecs", SubnetIds=[small], PrivateDnsEnabled=False)


class Gateways(NetworkCase):
    def routes(self, table: str) -> list[str]:
        found = self.ec2.describe_route_tables(RouteTableIds=[table])["RouteTables"][0]["Routes"]
        return [route["GatewayId"] for route in found if "DestinationPrefixListId" in route]

    def test_routes_come_and_go_with_the_tables_and_the_endpoint(self) -> None:
        one, two = self.make_table(), self.make_table()
        made = self.make_gateway(one)
        self.assertEqual(self.endpoint(made)["State"], "available")
        self.assertEqual((self.routes(one), self.routes(two)), ([made], []))
        self.ec2.modify_vpc_endpoint(VpcEndpointId=made, AddRouteTableIds=[two], RemoveRouteTableIds=[one])
        self.assertEqual((self.routes(one), self.routes(two)), ([], [made]))
        self.assertEqual(self.endpoint(made)["RouteTableIds"], [two])
        self.ec2.delete_vpc_endpoints(VpcEndpointIds=[made])
        self.assertEqual(self.routes(two), [])

    def test_a_table_takes_the_route_once_and_a_vpc_two_endpoints(self) -> None:
        table, other = self.make_table(), self.make_table()
        self.make_gateway(table)
        with self.refused("RouteAlreadyExists"):
            self.make_gateway(table)
        second = self.make_gateway(other)
        self.assertEqual(self.routes(other), [second])
        with self.refused("RouteAlreadyExists"):
            self.ec2.modify_vpc_endpoint(VpcEndpointId=second, AddRouteTableIds=[table])

    def test_a_deleted_table_is_forgotten(self) -> None:
        table = self.make_table()
        made = self.make_gateway(table)
        self.ec2.delete_route_table(RouteTableId=table)
        self.assertEqual(self.endpoint(made)["RouteTableIds"], [])
        self.ec2.delete_vpc_endpoints(VpcEndpointIds=[made])


class Refusals(NetworkCase):
    def test_service_group_subnet_and_type(self) -> None:
        with self.refused("InvalidServiceName", "does not exist"):
            self.make_endpoint("nonsense")
        with self.refused("InvalidParameter", "type"):
            self.make_endpoint("ecs", VpcEndpointType="Gateway")
        with self.refused("InvalidGroup.NotFound"):
            self.make_endpoint(SecurityGroupIds=["sg-0123456789abcdef0"])
        with self.refused("InvalidSubnetID.NotFound"):
            self.make_endpoint(SubnetIds=["subnet-0123456789abcdef0"])
        with self.refused("InvalidVpcID.NotFound"):
            self.make_endpoint(VpcId="vpc-0123456789abcdef0")
        self.assertEqual(self.interfaces(), [])

    def test_groups_of_another_vpc(self) -> None:
        here, self.vpc = self.vpc, self.make_vpc("10.9.0.0/16")
        foreign, self.vpc = self.make_group("foreign"), here
        with self.refused("InvalidParameter", f"Security group {foreign} does not belong to VPC {here}"):
            self.make_endpoint(SecurityGroupIds=[self.group, foreign])
        made = self.make_endpoint()["VpcEndpointId"]
        with self.refused("InvalidParameter", foreign):
            self.ec2.modify_vpc_endpoint(VpcEndpointId=made, AddSecurityGroupIds=[foreign])

    def test_five_groups_for_an_interface_unless_raised(self) -> None:
        groups = [self.make_group(f"group-{number}") for number in range(6)]
        with self.refused("SecurityGroupsPerInterfaceLimitExceeded", "maximum number of security groups"):
            self.make_endpoint(SecurityGroupIds=groups)
        made = self.make_endpoint(SecurityGroupIds=groups[:5])["VpcEndpointId"]
        with self.refused("SecurityGroupsPerInterfaceLimitExceeded"):
            self.ec2.modify_vpc_endpoint(VpcEndpointId=made, AddSecurityGroupIds=groups[5:])
        self.assertEqual(len(self.endpoint(made)["Groups"]), 5)
        self.settings(groups_per_interface=6)
        self.ec2.modify_vpc_endpoint(VpcEndpointId=made, AddSecurityGroupIds=groups[5:])
        self.assertEqual(len(self.endpoint(made)["Groups"]), 6)

    def test_one_subnet_for_each_zone(self) -> None:
        twin = self.make_subnet(5, "a")
        with self.refused("DuplicateSubnetsInSameZone"):
            self.make_endpoint(SubnetIds=[self.subnets[0], twin])
        made = self.make_endpoint(SubnetIds=[self.subnets[0]])["VpcEndpointId"]
        with self.refused("DuplicateSubnetsInSameZone"):
            self.ec2.modify_vpc_endpoint(VpcEndpointId=made, AddSubnetIds=[twin])

    def test_a_zone_the_service_lacks(self) -> None:
        name = f"com.amazonaws.{REGION}.ecs-agent"
        self.settings(service_zones={name: [f"{REGION}a"]})
        service = self.ec2.describe_vpc_endpoint_services(ServiceNames=[name])["ServiceDetails"][0]
        self.assertEqual(service["AvailabilityZones"], [f"{REGION}a"])
        text = f"does not support the availability zone of the subnet: {self.subnets[1]}"
        with self.refused("InvalidParameter", text):
            self.make_endpoint("ecs-agent")

    def test_private_dns_needs_both_attributes(self) -> None:
        for attribute in ("EnableDnsHostnames", "EnableDnsSupport"):
            self.ec2.modify_vpc_attribute(VpcId=self.vpc, **{attribute: {"Value": False}})
            with self.refused("InvalidParameter", "enableDnsSupport and enableDnsHostnames"):
                self.make_endpoint()
            self.ec2.modify_vpc_attribute(VpcId=self.vpc, **{attribute: {"Value": True}})
        self.make_endpoint()

    def test_private_dns_is_for_one_endpoint_of_a_service(self) -> None:
        self.make_endpoint()
        text = f"already a conflicting DNS domain for ecs.{REGION}.amazonaws.com in the VPC {self.vpc}"
        with self.refused("InvalidParameter", text):
            self.make_endpoint()
        other = self.make_endpoint(PrivateDnsEnabled=False)["VpcEndpointId"]
        with self.refused("InvalidParameter", "conflicting DNS domain"):
            self.ec2.modify_vpc_endpoint(VpcEndpointId=other, PrivateDnsEnabled=True)


class Policies(NetworkCase):
    statement = {"Effect": "Allow", "Principal": "*", "Action": "ecs:Poll", "Resource": "*"}
    policy = json.dumps({"Statement": [statement]})

    def stored(self, endpoint_id: str) -> str:
        return self.endpoint(endpoint_id)["PolicyDocument"]

    def test_stored_as_sent_and_reset(self) -> None:
        for made in (
            self.make_endpoint(PolicyDocument=self.policy)["VpcEndpointId"],
            self.make_gateway(self.make_table(), PolicyDocument=self.policy),
        ):
            self.assertEqual(self.stored(made), self.policy)
            other = self.policy.replace("Poll", "Start*")
            self.ec2.modify_vpc_endpoint(VpcEndpointId=made, PolicyDocument=other)
            self.assertEqual(self.stored(made), other)
            self.ec2.modify_vpc_endpoint(VpcEndpointId=made, ResetPolicy=True)
            self.assertEqual(json.loads(self.stored(made))["Statement"][0]["Action"], "*")

    def test_full_access_is_read_back_in_two_ways(self) -> None:
        interface = self.stored(self.make_endpoint()["VpcEndpointId"])
        gateway = self.stored(self.make_gateway(self.make_table()))
        self.assertTrue(interface.startswith('{\n  "Statement": [\n    {\n      "Action": "*", \n'), interface)
        statement = '{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}'
        self.assertEqual(gateway, f'{{"Version":"2008-10-17","Statement":[{statement}]}}')

    def test_malformed_or_too_long(self) -> None:
        long = json.dumps({"Statement": [{**self.statement, "Sid": "x" * 20_480}]})
        made = self.make_endpoint()["VpcEndpointId"]
        for policy in ("{", "{}", '{"Statement": [{"Effect": "Allow"}]}', long):
            with self.refused("InvalidPolicyDocument"):
                self.make_endpoint("ecs-agent", PolicyDocument=policy)
            with self.refused("InvalidPolicyDocument"):
                self.ec2.modify_vpc_endpoint(VpcEndpointId=made, PolicyDocument=policy)
        fits = json.dumps({"Statement": [{**self.statement, "Sid": ""}]})
        fits = fits.replace('"Sid": ""', f'"Sid": "{"x" * (20_480 - len(fits))}"')
        self.make_endpoint("ecs-agent", PolicyDocument=fits)

    def test_elements_are_those_of_iam(self) -> None:
        made = self.make_endpoint()["VpcEndpointId"]

        def change(**document: Any) -> None:
            self.ec2.modify_vpc_endpoint(VpcEndpointId=made, PolicyDocument=json.dumps(document))

        for elements in (
            {"Action": "Poll"}, {"Action": ["ecs:Poll", "ecs:"]}, {"Action": []}, {"NotAction": "ecs:Poll"},
            {"Resource": "x"}, {"Resource": ["*", "bucket/*"]}, {"Resource": "arn:aws"}, {"Resource": 1},
        ):
            with self.subTest(elements), self.refused("InvalidPolicyDocument"):
                change(Statement=[{**self.statement, **elements}])
        for version in ("2020-01-01", "2012-10-17 ", 2012):
            with self.subTest(version), self.refused("InvalidPolicyDocument"):
                change(Version=version, Statement=[self.statement])
        for elements in (
            {"Action": "*"}, {"Action": ["ecs:*", "s3:Get*"]}, {"Resource": ["*"]},
            {"Resource": "arn:aws-cn:s3:::x/${aws:username}"},
        ):
            for version in ("2012-10-17", "2008-10-17"):
                change(Version=version, Statement={**self.statement, **elements})
        others = {"Effect": "Deny", "Principal": "*", "NotAction": "ecs:Poll", "NotResource": "arn:aws:ecs:*:*:x"}
        change(Statement=[others])

    def test_a_policy_or_its_reset(self) -> None:
        made = self.make_endpoint(PolicyDocument=self.policy)["VpcEndpointId"]
        with self.refused("InvalidParameterCombination", "ResetPolicy"):
            self.ec2.modify_vpc_endpoint(VpcEndpointId=made, PolicyDocument=self.policy, ResetPolicy=True)
        self.ec2.modify_vpc_endpoint(VpcEndpointId=made, PolicyDocument=self.policy, ResetPolicy=False)
        self.assertEqual(self.stored(made), self.policy)

    def test_a_service_without_policies(self) -> None:
        name = f"com.amazonaws.{REGION}.ecs-agent"
        self.settings(service_policies={name: False})
        found = self.ec2.describe_vpc_endpoint_services(ServiceNames=[name])["ServiceDetails"][0]
        self.assertFalse(found["VpcEndpointPolicySupported"])
        with self.refused("InvalidParameter", f"Service {name} only supports the full-access endpoint policy."):
            self.make_endpoint("ecs-agent", PolicyDocument=self.policy)
        made = self.make_endpoint("ecs-agent")["VpcEndpointId"]
        with self.refused("InvalidParameter", "only supports the full-access endpoint policy"):
            self.ec2.modify_vpc_endpoint(VpcEndpointId=made, PolicyDocument=self.policy)
