"""Zones, endpoint services and prefix lists of a region."""

from support import REGION, Case, trust


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

    def test_partitions_have_their_names_and_arns(self) -> None:
        for region, partition, prefix in (
            ("cn-north-1", "aws-cn", "cn.com.amazonaws"), ("us-gov-west-1", "aws-us-gov", "com.amazonaws"),
        ):
            ec2, iam, batch = (self.aws.client(name, region) for name in ("ec2", "iam", "batch"))
            vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
            ec2.modify_vpc_attribute(VpcId=vpc, EnableDnsHostnames={"Value": True})
            subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.0.0/24")["Subnet"]
            self.assertTrue(subnet["SubnetArn"].startswith(f"arn:{partition}:ec2:{region}:"))
            made = ec2.create_vpc_endpoint(
                VpcId=vpc, ServiceName=f"{prefix}.{region}.ecr.api", VpcEndpointType="Interface",
                SubnetIds=[subnet["SubnetId"]], PrivateDnsEnabled=True,
            )["VpcEndpoint"]
            suffix = "amazonaws.com.cn" if partition == "aws-cn" else "amazonaws.com"
            self.assertIn(f"api.ecr.{region}.{suffix}", [entry["DnsName"] for entry in made["DnsEntries"]])
            gateway = ec2.create_vpc_endpoint(VpcId=vpc, ServiceName=f"com.amazonaws.{region}.s3")["VpcEndpoint"]
            self.assertEqual(gateway["VpcEndpointType"], "Gateway")
            role = iam.create_role(RoleName="instances", AssumeRolePolicyDocument=trust("ec2.amazonaws.com"))["Role"]
            self.assertEqual(role["Arn"], f"arn:{partition}:iam::123456789012:role/instances")
            policy = f"arn:{partition}:iam::aws:policy/service-role/AmazonEC2ContainerServiceforEC2Role"
            iam.attach_role_policy(RoleName="instances", PolicyArn=policy)
            groups = ec2.describe_security_groups(Filters=[{"Name": "vpc-id", "Values": [vpc]}])["SecurityGroups"]
            resources = {
                "type": "FARGATE", "maxvCpus": 4, "subnets": [subnet["SubnetId"]],
                "securityGroupIds": [groups[0]["GroupId"]],
            }
            batch.create_compute_environment(
                computeEnvironmentName="env", type="MANAGED", computeResources=resources
            )
            found = batch.describe_compute_environments()["computeEnvironments"][0]
            self.assertEqual(found["status"], "VALID")
            for arn in ("computeEnvironmentArn", "ecsClusterArn", "serviceRole"):
                self.assertTrue(found[arn].startswith(f"arn:{partition}:"), found[arn])

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
