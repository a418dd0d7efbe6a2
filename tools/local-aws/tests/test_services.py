"""Zones, endpoint services and prefix lists of a region."""

from support import REGION, Case


class Region(Case):
    def services(self, **more: object) -> list[dict]:
        return self.ec2.describe_vpc_endpoint_services(**more)["ServiceDetails"]

    def test_tokyo_has_three_zones(self) -> None:
        zones = self.ec2.describe_availability_zones()["AvailabilityZones"]
        self.assertEqual([zone["ZoneName"] for zone in zones], [f"{REGION}{letter}" for letter in "acd"])

    def test_services_with_type_zones_and_private_name(self) -> None:
        by_name = {(s["ServiceName"], s["ServiceType"][0]["ServiceType"]): s for s in self.services()}
        for name in (
            "ecs", "ecs-agent", "ecs-telemetry", "ecr.api", "ecr.dkr", "logs", "s3", "elasticfilesystem",
            "secretsmanager", "ssm", "kms", "sts", "batch",
        ):
            service = by_name[(f"com.amazonaws.{REGION}.{name}", "Interface")]
            self.assertEqual(service["AvailabilityZones"], [f"{REGION}{letter}" for letter in "acd"])
            self.assertTrue(service["PrivateDnsName"].endswith(f".{REGION}.amazonaws.com"))
        for name in ("s3", "dynamodb"):
            self.assertNotIn("PrivateDnsName", by_name[(f"com.amazonaws.{REGION}.{name}", "Gateway")])
        dkr = by_name[(f"com.amazonaws.{REGION}.ecr.dkr", "Interface")]
        self.assertEqual(dkr["PrivateDnsName"], f"*.dkr.ecr.{REGION}.amazonaws.com")

    def test_filters_names_and_pages(self) -> None:
        s3 = f"com.amazonaws.{REGION}.s3"
        self.assertEqual(len(self.services(Filters=[{"Name": "service-name", "Values": [s3]}])), 2)
        gateways = self.services(Filters=[{"Name": "service-type", "Values": ["Gateway"]}])
        self.assertEqual({s["ServiceName"] for s in gateways}, {s3, f"com.amazonaws.{REGION}.dynamodb"})
        with self.refused("InvalidParameterValue", "nonsense"):
            self.services(Filters=[{"Name": "nonsense", "Values": ["x"]}])
        with self.refused("InvalidServiceName"):
            self.services(ServiceNames=["com.amazonaws.nowhere.s3"])
        page = self.ec2.describe_vpc_endpoint_services(MaxResults=5)
        self.assertEqual(len(page["ServiceDetails"]), 5)
        rest = self.services(NextToken=page["NextToken"])
        self.assertEqual(len(rest) + 5, len(self.services()))

    def test_prefix_lists_of_the_gateways(self) -> None:
        names = {item["PrefixListName"] for item in self.ec2.describe_managed_prefix_lists()["PrefixLists"]}
        self.assertLessEqual({f"com.amazonaws.{REGION}.s3", f"com.amazonaws.{REGION}.dynamodb"}, names)

    def test_china_mixes_two_prefixes(self) -> None:
        names = self.aws.client("ec2", "cn-north-1").describe_vpc_endpoint_services()["ServiceNames"]
        for name in ("cn.com.amazonaws.cn-north-1.ecr.api", "com.amazonaws.cn-north-1.ecs"):
            self.assertIn(name, names)

    def test_regions_are_separate(self) -> None:
        self.ec2.create_vpc(CidrBlock="10.0.0.0/16")
        elsewhere = self.aws.client("ec2", "eu-west-1").describe_vpcs()["Vpcs"]
        self.assertNotIn("10.0.0.0/16", [vpc["CidrBlock"] for vpc in elsewhere])


class ImagesAndTypes(Case):
    def test_the_ecs_image_that_ssm_names_can_be_described(self) -> None:
        name = "/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended/image_id"
        image = self.aws.client("ssm").get_parameter(Name=name)["Parameter"]["Value"]
        found = self.ec2.describe_images(ImageIds=[image])["Images"]
        self.assertEqual(found[0]["ImageId"], image)

    def test_instance_types_are_offered_by_region_and_zone(self) -> None:
        filters = [{"Name": "instance-type", "Values": ["m6i.large", "t3.small"]}]
        for kind, places in (("region", {REGION}), ("availability-zone", {f"{REGION}{zone}" for zone in "acd"})):
            found = self.ec2.describe_instance_type_offerings(LocationType=kind, Filters=filters)
            offered = found["InstanceTypeOfferings"]
            self.assertEqual({item["Location"] for item in offered if item["InstanceType"] == "t3.small"}, places)
            self.assertEqual({item["LocationType"] for item in offered}, {kind})
        with self.refused("InvalidInstanceType"):
            self.ec2.describe_instance_types(InstanceTypes=["t3small"])
