"""Client tokens, tags, unknown filters, and resources that are found only after a while."""

from support import NetworkCase, until


class Tokens(NetworkCase):
    def test_the_same_token_is_the_same_endpoint(self) -> None:
        one = self.make_endpoint(ClientToken="token")["VpcEndpointId"]
        two = self.make_endpoint(ClientToken="token")["VpcEndpointId"]
        self.assertEqual(one, two)
        self.assertEqual(len(self.interfaces()), 2)
        with self.refused("IdempotentParameterMismatch"):
            self.make_endpoint("ecs-agent", ClientToken="token")

    def test_a_lost_reply_does_not_make_a_second_endpoint(self) -> None:
        self.aws.control("POST", "faults", {"action": "CreateVpcEndpoint", "effect": {"drop_reply": True}})
        ec2 = self.aws.client("ec2", attempts=3)
        ec2.create_vpc_endpoint(
            VpcId=self.vpc, ServiceName="com.amazonaws.ap-northeast-1.ecs", VpcEndpointType="Interface",
            SubnetIds=self.subnets, SecurityGroupIds=[self.group], ClientToken="lost",
        )
        self.assertEqual(len(self.ec2.describe_vpc_endpoints()["VpcEndpoints"]), 1)

    def test_a_refused_call_may_be_sent_again(self) -> None:
        with self.refused("InvalidGroup.NotFound"):
            self.make_endpoint(SecurityGroupIds=["sg-0123456789abcdef0"], ClientToken="again")
        self.make_endpoint(ClientToken="again")


class TagsAndFilters(NetworkCase):
    def test_tags(self) -> None:
        twice = [{"Key": "a", "Value": "1"}, {"Key": "a", "Value": "2"}]
        with self.refused("InvalidParameterValue", "Duplicate"):
            self.ec2.create_vpc(CidrBlock="10.1.0.0/16", TagSpecifications=[{"ResourceType": "vpc", "Tags": twice}])
        with self.refused("InvalidParameterValue", "reserved"):
            self.ec2.create_tags(Resources=[self.vpc], Tags=[{"Key": "aws:x", "Value": "1"}])
        self.ec2.create_tags(Resources=[self.vpc], Tags=[{"Key": "a", "Value": "1"}])
        self.ec2.delete_tags(Resources=[self.vpc], Tags=[{"Key": "a"}])
        self.assertEqual(self.ec2.describe_vpcs(VpcIds=[self.vpc])["Vpcs"][0].get("Tags", []), [])

    def test_an_unknown_filter(self) -> None:
        self.make_endpoint()
        unknown = [{"Name": "nonsense", "Values": ["x"]}]
        for describe in (
            self.ec2.describe_vpcs, self.ec2.describe_subnets, self.ec2.describe_route_tables,
            self.ec2.describe_vpc_endpoints, self.ec2.describe_network_interfaces, self.ec2.describe_security_groups,
            self.ec2.describe_network_acls, self.ec2.describe_internet_gateways, self.ec2.describe_nat_gateways,
        ):
            with self.subTest(describe.__name__), self.refused("InvalidParameterValue"):
                describe(Filters=unknown)


class DescribeLag(NetworkCase):
    def test_a_new_resource_is_not_found_for_a_while(self) -> None:
        self.settings(describe_lag_seconds=3600)
        vpc = self.ec2.create_vpc(CidrBlock="10.2.0.0/16")["Vpc"]["VpcId"]
        with self.refused("InvalidVpcID.NotFound", vpc):
            self.ec2.describe_vpcs(VpcIds=[vpc])
        with self.refused("InvalidVpcID.NotFound", vpc):
            self.ec2.create_subnet(VpcId=vpc, CidrBlock="10.2.0.0/24")
        self.assertNotIn(vpc, [item["VpcId"] for item in self.ec2.describe_vpcs()["Vpcs"]])
        subnet = self.make_subnet(7, "a")
        self.assertNotIn(subnet, [item["SubnetId"] for item in self.ec2.describe_subnets()["Subnets"]])
        group, table = self.make_group("new"), self.make_table()
        with self.refused("InvalidGroup.NotFound", group):
            self.ec2.describe_security_groups(GroupIds=[group])
        with self.refused("InvalidRouteTableID.NotFound", table):
            self.ec2.associate_route_table(RouteTableId=table, SubnetId=self.subnets[0])
        with self.refused("InvalidVpcEndpointId.NotFound"):
            self.endpoint(self.make_gateway())
        with self.refused("DependencyViolation"):
            self.ec2.delete_vpc(VpcId=self.vpc)
        self.settings(describe_lag_seconds=0)
        self.ec2.describe_security_groups(GroupIds=[group])
        self.ec2.describe_vpcs(VpcIds=[vpc])
        self.ec2.describe_subnets(SubnetIds=[subnet])

    def test_then_it_is_found(self) -> None:
        self.settings(describe_lag_seconds=0.1)
        vpc = self.ec2.create_vpc(CidrBlock="10.2.0.0/16")["Vpc"]["VpcId"]
        until(lambda: vpc in [item["VpcId"] for item in self.ec2.describe_vpcs()["Vpcs"]])
