"""Routes and what they lead to: targets that fit, blackholes, gateways, second and IPv6 blocks."""

from support import NetworkCase


class RouteCase(NetworkCase):
    def setUp(self) -> None:
        super().setUp()
        self.other = self.make_vpc("10.9.0.0/16")
        self.table = self.make_table()

    def route(self, block: str = "0.0.0.0/0", **target: str) -> None:
        name = "DestinationIpv6CidrBlock" if ":" in block else "DestinationCidrBlock"
        self.ec2.create_route(RouteTableId=self.table, **{name: block}, **target)

    def shown(self, block: str = "0.0.0.0/0") -> dict:
        routes = self.ec2.describe_route_tables(RouteTableIds=[self.table])["RouteTables"][0]["Routes"]
        return next(r for r in routes if block in (r.get("DestinationCidrBlock"), r.get("DestinationIpv6CidrBlock")))

    def make_internet_gateway(self, vpc: str | None = None) -> str:
        made = self.ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
        if vpc:
            self.ec2.attach_internet_gateway(InternetGatewayId=made, VpcId=vpc)
        return made

    def make_nat(self) -> str:
        address = self.ec2.allocate_address(Domain="vpc")["AllocationId"]
        made = self.ec2.create_nat_gateway(SubnetId=self.subnets[0], AllocationId=address)
        return made["NatGateway"]["NatGatewayId"]

    def make_peering(self, vpc: str, peer: str) -> str:
        made = self.ec2.create_vpc_peering_connection(VpcId=vpc, PeerVpcId=peer)["VpcPeeringConnection"]
        self.ec2.accept_vpc_peering_connection(VpcPeeringConnectionId=made["VpcPeeringConnectionId"])
        return made["VpcPeeringConnectionId"]


class Targets(RouteCase):
    def test_each_has_its_field_and_goes_black_when_it_is_gone(self) -> None:
        internet = self.make_internet_gateway(self.vpc)
        egress = self.ec2.create_egress_only_internet_gateway(VpcId=self.vpc)["EgressOnlyInternetGateway"]
        nat, peering = self.make_nat(), self.make_peering(self.vpc, self.other)
        vpn = self.ec2.create_vpn_gateway(Type="ipsec.1")["VpnGateway"]["VpnGatewayId"]
        self.ec2.attach_vpn_gateway(VpcId=self.vpc, VpnGatewayId=vpn)
        transit = self.ec2.create_transit_gateway()["TransitGateway"]["TransitGatewayId"]
        attached = self.ec2.create_transit_gateway_vpc_attachment(
            TransitGatewayId=transit, VpcId=self.vpc, SubnetIds=self.subnets
        )["TransitGatewayVpcAttachment"]["TransitGatewayAttachmentId"]
        made = self.ec2.create_network_interface(SubnetId=self.subnets[0])["NetworkInterface"]
        interface = made["NetworkInterfaceId"]
        carrier = self.ec2.create_carrier_gateway(VpcId=self.vpc)["CarrierGateway"]["CarrierGatewayId"]
        ec2, only = self.ec2, egress["EgressOnlyInternetGatewayId"]
        for number, (field, target, remove) in enumerate((
            ("NatGatewayId", nat, lambda: ec2.delete_nat_gateway(NatGatewayId=nat)),
            ("GatewayId", internet, lambda: ec2.detach_internet_gateway(InternetGatewayId=internet, VpcId=self.vpc)),
            ("EgressOnlyInternetGatewayId", only,
             lambda: ec2.delete_egress_only_internet_gateway(EgressOnlyInternetGatewayId=only)),
            ("VpcPeeringConnectionId", peering,
             lambda: ec2.delete_vpc_peering_connection(VpcPeeringConnectionId=peering)),
            ("GatewayId", vpn, lambda: ec2.detach_vpn_gateway(VpcId=self.vpc, VpnGatewayId=vpn)),
            ("TransitGatewayId", transit,
             lambda: ec2.delete_transit_gateway_vpc_attachment(TransitGatewayAttachmentId=attached)),
            ("NetworkInterfaceId", interface,
             lambda: ec2.delete_network_interface(NetworkInterfaceId=interface)),
            ("CarrierGatewayId", carrier, lambda: ec2.delete_carrier_gateway(CarrierGatewayId=carrier)),
        )):
            with self.subTest(field, target=target):
                block = "::/0" if target == only else f"{20 + number}.0.0.0/8"
                self.route(block, **{field: target})
                self.assertEqual((self.shown(block)[field], self.shown(block)["State"]), (target, "active"))
                remove()
                self.assertEqual((self.shown(block)[field], self.shown(block)["State"]), (target, "blackhole"))

    def test_a_local_gateway_is_remembered(self) -> None:
        self.route(LocalGatewayId="lgw-0123456789abcdef0")
        self.assertEqual(self.shown()["LocalGatewayId"], "lgw-0123456789abcdef0")

    def test_what_is_of_another_network(self) -> None:
        text = f"route table {self.table} and network gateway"
        for gateway in (self.make_internet_gateway(), self.make_internet_gateway(self.other)):
            with self.refused("InvalidParameterValue", f"{text} {gateway} belong to different networks"):
                self.route(GatewayId=gateway)
        egress = self.ec2.create_egress_only_internet_gateway(VpcId=self.other)["EgressOnlyInternetGateway"]
        with self.refused("InvalidParameterValue", "different networks"):
            self.route("::/0", EgressOnlyInternetGatewayId=egress["EgressOnlyInternetGatewayId"])
        with self.refused("InvalidParameterValue", "different networks"):
            third = self.make_vpc("10.8.0.0/16")
            self.route(VpcPeeringConnectionId=self.make_peering(third, self.other))
        transit = self.ec2.create_transit_gateway()["TransitGateway"]["TransitGatewayId"]
        with self.refused("InvalidTransitGatewayID.NotFound", transit):
            self.route(TransitGatewayId=transit)

    def test_what_does_not_exist(self) -> None:
        for field, target, code in (
            ("GatewayId", "igw-0123456789abcdef0", "InvalidGatewayID.NotFound"),
            ("NatGatewayId", "nat-0123456789abcdef0", "InvalidNatGatewayID.NotFound"),
            ("NetworkInterfaceId", "eni-0123456789abcdef0", "InvalidNetworkInterfaceID.NotFound"),
            ("VpcPeeringConnectionId", "pcx-0123456789abcdef0", "InvalidVpcPeeringConnectionID.NotFound"),
        ):
            with self.subTest(field), self.refused(code, target):
                self.route(**{field: target})

    def test_a_destination_is_there_once_and_can_be_replaced_and_deleted(self) -> None:
        gateway = self.make_internet_gateway(self.vpc)
        self.route(GatewayId=gateway)
        with self.refused("RouteAlreadyExists", "0.0.0.0/0"):
            self.route(NatGatewayId=self.make_nat())
        nat = self.make_nat()
        self.ec2.replace_route(RouteTableId=self.table, DestinationCidrBlock="0.0.0.0/0", NatGatewayId=nat)
        self.assertEqual((self.shown()["NatGatewayId"], "GatewayId" in self.shown()), (nat, False))
        self.ec2.delete_route(RouteTableId=self.table, DestinationCidrBlock="0.0.0.0/0")
        with self.assertRaises(StopIteration):
            self.shown()

    def test_propagation_of_a_vpn_gateway(self) -> None:
        vpn = self.ec2.create_vpn_gateway(Type="ipsec.1")["VpnGateway"]["VpnGatewayId"]
        with self.refused("Gateway.NotAttached"):
            self.ec2.enable_vgw_route_propagation(RouteTableId=self.table, GatewayId=vpn)
        self.ec2.attach_vpn_gateway(VpcId=self.vpc, VpnGatewayId=vpn)

        def shown() -> list[dict]:
            return self.ec2.describe_route_tables(RouteTableIds=[self.table])["RouteTables"][0]["PropagatingVgws"]

        self.ec2.enable_vgw_route_propagation(RouteTableId=self.table, GatewayId=vpn)
        self.assertEqual(shown(), [{"GatewayId": vpn}])
        self.ec2.disable_vgw_route_propagation(RouteTableId=self.table, GatewayId=vpn)
        self.assertEqual(shown(), [])


class Gateways(RouteCase):
    def test_a_vpc_has_one_internet_gateway_and_keeps_it_while_it_has_public_addresses(self) -> None:
        gateway, nat = self.make_internet_gateway(self.vpc), self.make_nat()
        with self.refused("InvalidParameterValue", "already has an internet gateway attached"):
            self.make_internet_gateway(self.vpc)
        with self.refused("DependencyViolation", "mapped public address"):
            self.ec2.detach_internet_gateway(InternetGatewayId=gateway, VpcId=self.vpc)
        self.ec2.delete_nat_gateway(NatGatewayId=nat)
        self.ec2.detach_internet_gateway(InternetGatewayId=gateway, VpcId=self.vpc)

    def test_a_nat_gateway_has_an_interface_in_its_subnet(self) -> None:
        nat = self.make_nat()
        (interface,) = self.interfaces()
        self.assertEqual((interface["InterfaceType"], interface["RequesterManaged"]), ("nat_gateway", True))
        self.assertTrue(interface["PrivateIpAddress"].startswith("10.0.0."))
        with self.refused("DependencyViolation"):
            self.ec2.delete_subnet(SubnetId=self.subnets[0])
        self.ec2.delete_nat_gateway(NatGatewayId=nat)
        self.assertEqual(self.interfaces(), [])
        self.assertEqual(self.ec2.describe_nat_gateways(NatGatewayIds=[nat])["NatGateways"][0]["State"], "deleted")
        with self.refused("NatGatewayNotFound"):
            self.ec2.delete_nat_gateway(NatGatewayId="nat-0123456789abcdef0")

    def test_peering_connections_are_filtered(self) -> None:
        peering = self.make_peering(self.vpc, self.other)

        def found(name: str, value: str) -> list[str]:
            filters = [{"Name": name, "Values": [value]}]
            answer = self.ec2.describe_vpc_peering_connections(Filters=filters)["VpcPeeringConnections"]
            return [item["VpcPeeringConnectionId"] for item in answer]

        self.assertEqual(found("requester-vpc-info.vpc-id", self.vpc), [peering])
        self.assertEqual(found("accepter-vpc-info.vpc-id", self.vpc), [])
        self.assertEqual(found("status-code", "active"), [peering])
        with self.refused("InvalidVpcPeeringConnectionID.NotFound"):
            self.ec2.describe_vpc_peering_connections(VpcPeeringConnectionIds=["pcx-0123456789abcdef0"])

    def test_a_vpc_is_held_by_attachments_and_carrier_gateways(self) -> None:
        gateway = self.ec2.create_carrier_gateway(VpcId=self.other)["CarrierGateway"]["CarrierGatewayId"]
        with self.refused("DependencyViolation"):
            self.ec2.delete_vpc(VpcId=self.other)
        self.ec2.delete_carrier_gateway(CarrierGatewayId=gateway)
        self.ec2.delete_vpc(VpcId=self.other)


class Blocks(RouteCase):
    def test_second_blocks(self) -> None:
        self.ec2.associate_vpc_cidr_block(VpcId=self.vpc, CidrBlock="10.1.0.0/16")
        found = self.ec2.describe_vpcs(VpcIds=[self.vpc])["Vpcs"][0]["CidrBlockAssociationSet"]
        blocks = {item["CidrBlock"]: item["CidrBlockState"]["State"] for item in found}
        self.assertEqual(blocks, {"10.0.0.0/16": "associated", "10.1.0.0/16": "associated"})
        self.assertEqual(self.shown("10.1.0.0/16")["GatewayId"], "local")
        self.ec2.create_subnet(VpcId=self.vpc, CidrBlock="10.1.0.0/24")

    def test_ipv6_and_public_addresses_of_a_subnet(self) -> None:
        self.ec2.associate_vpc_cidr_block(VpcId=self.vpc, AmazonProvidedIpv6CidrBlock=True)
        found = self.ec2.describe_vpcs(VpcIds=[self.vpc])["Vpcs"][0]["Ipv6CidrBlockAssociationSet"]
        block = found[0]["Ipv6CidrBlock"].replace("/56", "/64")
        subnet = self.subnets[0]
        self.ec2.associate_subnet_cidr_block(SubnetId=subnet, Ipv6CidrBlock=block)
        for attribute in ("AssignIpv6AddressOnCreation", "MapPublicIpOnLaunch"):
            self.ec2.modify_subnet_attribute(SubnetId=subnet, **{attribute: {"Value": True}})
        shown = self.ec2.describe_subnets(SubnetIds=[subnet])["Subnets"][0]
        self.assertTrue(shown["AssignIpv6AddressOnCreation"] and shown["MapPublicIpOnLaunch"])
        (association,) = shown["Ipv6CidrBlockAssociationSet"]
        self.assertEqual(association["Ipv6CidrBlock"], block)
        self.assertEqual(association["Ipv6CidrBlockState"], {"State": "associated"})

    def test_endpoints_take_addresses(self) -> None:
        def free() -> int:
            return self.ec2.describe_subnets(SubnetIds=[self.subnets[0]])["Subnets"][0]["AvailableIpAddressCount"]

        before = free()
        self.make_endpoint()
        self.make_endpoint("ecs-agent")
        self.assertEqual(free(), before - 2)
