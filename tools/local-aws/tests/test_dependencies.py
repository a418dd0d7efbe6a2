"""What holds a VPC, subnet, security group and route table; rules of security groups."""

from support import NetworkCase


class Vpc(NetworkCase):
    def setUp(self) -> None:
        super().setUp()
        for subnet in self.subnets:
            self.ec2.delete_subnet(SubnetId=subnet)
        self.ec2.delete_security_group(GroupId=self.group)

    def held(self) -> None:
        with self.refused("DependencyViolation", self.vpc):
            self.ec2.delete_vpc(VpcId=self.vpc)

    def test_subnet_group_table_and_acl_hold_it(self) -> None:
        subnet = self.make_subnet(0, "a")
        self.held()
        self.ec2.delete_subnet(SubnetId=subnet)
        group = self.make_group("g")
        self.held()
        self.ec2.delete_security_group(GroupId=group)
        table = self.make_table()
        self.held()
        self.ec2.delete_route_table(RouteTableId=table)
        acl = self.ec2.create_network_acl(VpcId=self.vpc)["NetworkAcl"]["NetworkAclId"]
        self.held()
        self.ec2.delete_network_acl(NetworkAclId=acl)
        self.ec2.delete_vpc(VpcId=self.vpc)

    def test_gateways_and_endpoints_hold_it(self) -> None:
        gateway = self.ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
        self.ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=self.vpc)
        self.held()
        self.ec2.detach_internet_gateway(InternetGatewayId=gateway, VpcId=self.vpc)
        endpoint = self.make_gateway()
        self.held()
        self.ec2.delete_vpc_endpoints(VpcEndpointIds=[endpoint])
        self.ec2.delete_vpc(VpcId=self.vpc)

    def test_what_guardduty_put_in_holds_it(self) -> None:
        """hashicorp/terraform-provider-aws #46747: an endpoint and a group that nobody asked for."""
        subnet = self.make_subnet(0, "a")
        group = self.make_group(f"GuardDutyManagedSecurityGroup-{self.vpc}")
        made = self.make_endpoint("guardduty-data", SubnetIds=[subnet], SecurityGroupIds=[group])["VpcEndpointId"]
        with self.refused("DependencyViolation", subnet):
            self.ec2.delete_subnet(SubnetId=subnet)
        self.held()
        self.ec2.delete_vpc_endpoints(VpcEndpointIds=[made])
        self.ec2.delete_subnet(SubnetId=subnet)
        self.held()
        self.ec2.delete_security_group(GroupId=group)
        self.ec2.delete_vpc(VpcId=self.vpc)

    def test_what_came_with_it_goes_with_it(self) -> None:
        self.ec2.delete_vpc(VpcId=self.vpc)
        filters = [{"Name": "vpc-id", "Values": [self.vpc]}]
        self.assertEqual(self.ec2.describe_network_acls(Filters=filters)["NetworkAcls"], [])
        self.assertEqual(self.ec2.describe_security_groups(Filters=filters)["SecurityGroups"], [])
        self.assertEqual(self.ec2.describe_route_tables(Filters=filters)["RouteTables"], [])
        with self.refused("InvalidVpcID.NotFound"):
            self.ec2.delete_vpc(VpcId=self.vpc)


class Parts(NetworkCase):
    def test_an_interface_holds_its_subnet_and_group(self) -> None:
        made = self.ec2.create_network_interface(SubnetId=self.subnets[0], Groups=[self.group])
        with self.refused("DependencyViolation", self.subnets[0]):
            self.ec2.delete_subnet(SubnetId=self.subnets[0])
        with self.refused("DependencyViolation", self.group):
            self.ec2.delete_security_group(GroupId=self.group)
        self.ec2.delete_network_interface(NetworkInterfaceId=made["NetworkInterface"]["NetworkInterfaceId"])
        self.ec2.delete_subnet(SubnetId=self.subnets[0])
        self.ec2.delete_security_group(GroupId=self.group)

    def test_a_rule_of_another_group_holds_a_group_its_own_do_not(self) -> None:
        other = self.make_group("other")
        peer = {"UserIdGroupPairs": [{"GroupId": self.group}]}
        permission = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, **peer}
        self.ec2.authorize_security_group_ingress(GroupId=self.group, IpPermissions=[permission])
        self.ec2.authorize_security_group_ingress(GroupId=other, IpPermissions=[permission])
        with self.refused("DependencyViolation"):
            self.ec2.delete_security_group(GroupId=self.group)
        self.ec2.revoke_security_group_ingress(GroupId=other, IpPermissions=[permission])
        self.ec2.delete_security_group(GroupId=self.group)

    def test_the_default_group_and_main_table_stay(self) -> None:
        filters = [{"Name": "vpc-id", "Values": [self.vpc]}, {"Name": "group-name", "Values": ["default"]}]
        default = self.ec2.describe_security_groups(Filters=filters)["SecurityGroups"][0]["GroupId"]
        with self.refused("CannotDelete"):
            self.ec2.delete_security_group(GroupId=default)
        main = self.ec2.describe_route_tables(Filters=filters[:1])["RouteTables"][0]["RouteTableId"]
        with self.refused("DependencyViolation"):
            self.ec2.delete_route_table(RouteTableId=main)

    def test_an_associated_table_stays(self) -> None:
        table = self.make_table()
        made = self.ec2.associate_route_table(RouteTableId=table, SubnetId=self.subnets[0])
        with self.refused("DependencyViolation"):
            self.ec2.delete_route_table(RouteTableId=table)
        self.ec2.disassociate_route_table(AssociationId=made["AssociationId"])
        self.ec2.delete_route_table(RouteTableId=table)

    def test_a_subnet_takes_its_association_with_it(self) -> None:
        table = self.make_table()
        self.ec2.associate_route_table(RouteTableId=table, SubnetId=self.subnets[0])
        self.ec2.delete_subnet(SubnetId=self.subnets[0])
        self.ec2.delete_route_table(RouteTableId=table)

    def test_a_duplicate_rule(self) -> None:
        prefix = self.ec2.describe_managed_prefix_lists()["PrefixLists"][0]["PrefixListId"]
        for peer in (
            {"IpRanges": [{"CidrIp": "10.0.0.0/16", "Description": "x"}]},
            {"UserIdGroupPairs": [{"GroupId": self.group}]}, {"PrefixListIds": [{"PrefixListId": prefix}]},
        ):
            permission = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, **peer}
            for authorize in (self.ec2.authorize_security_group_ingress, self.ec2.authorize_security_group_egress):
                authorize(GroupId=self.group, IpPermissions=[permission])
                with self.refused("InvalidPermission.Duplicate"):
                    authorize(GroupId=self.group, IpPermissions=[permission])
        with self.refused("InvalidPermission.Duplicate"):
            everything = {"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
            self.ec2.authorize_security_group_egress(GroupId=self.group, IpPermissions=[everything])
