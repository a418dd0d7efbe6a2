"""Compute environments: life cycle, what is stored, roles, refusals."""

from support import BatchCase, trust, until


class LifeCycle(BatchCase):
    def test_creating_then_valid(self) -> None:
        self.settings(transitions={"compute_environment": 0.2})
        arn = self.make_environment()
        self.assertEqual(self.environment()["status"], "CREATING")
        for change in (lambda: self.update(state="DISABLED"), self.delete):
            with self.refused("ClientException", "resource is being modified"):
                change()
        found = until(lambda: (e := self.environment())["status"] == "VALID" and e)
        self.assertEqual((found["computeEnvironmentArn"], found["statusReason"]), (arn, "ComputeEnvironment Healthy"))

    def test_deletion_needs_disabled_and_takes_its_time(self) -> None:
        self.make_environment()
        with self.refused("ClientException", "DISABLED"):
            self.delete()
        self.settings(transitions={"compute_environment_update": 0.2, "compute_environment_delete": 0.2})
        self.update(state="DISABLED")
        self.assertEqual(self.environment()["status"], "UPDATING")
        with self.refused("ClientException", "Cannot delete, resource is being modified"):
            self.delete()
        until(lambda: self.environment()["status"] == "VALID")
        self.delete()
        self.assertEqual(self.environment()["status"], "DELETING")
        until(lambda: self.environments() == [])
        with self.refused("ClientException", "does not exist"):
            self.delete()

    def test_a_name_is_used_once(self) -> None:
        self.make_environment()
        with self.refused("ClientException", "Object already exists"):
            self.make_environment()

    def test_pages(self) -> None:
        for name in "abc":
            self.make_environment(name)
        page = self.batch.describe_compute_environments(maxResults=2)
        rest = self.batch.describe_compute_environments(maxResults=2, nextToken=page["nextToken"])
        self.assertEqual((len(page["computeEnvironments"]), len(rest["computeEnvironments"])), (2, 1))
        self.assertNotIn("nextToken", rest)


class Stored(BatchCase):
    def test_everything_sent_comes_back(self) -> None:
        resources = self.instances(
            minvCpus=0, desiredvCpus=0, tags={"team": "x"}, ec2KeyPair="key", placementGroup="pg",
            launchTemplate={"launchTemplateName": "lt", "version": "$Latest"},
            ec2Configuration=[{"imageType": "ECS_AL2023", "imageIdOverride": "ami-1"}],
        )
        self.make_environment(resources=resources, tags={"a": "b"}, state="DISABLED")
        found = self.environment()
        self.assertEqual(found["computeResources"], resources)
        self.assertEqual((found["tags"], found["state"]), ({"a": "b"}, "DISABLED"))
        self.assertEqual(found["containerOrchestrationType"], "ECS")
        self.assertTrue(found["uuid"])
        cluster = self.aws.client("ecs").describe_clusters(clusters=[found["ecsClusterArn"]])["clusters"]
        self.assertEqual(cluster[0]["status"], "ACTIVE")

    def test_defaults(self) -> None:
        resources = self.instances()
        del resources["allocationStrategy"]
        self.make_environment(resources=resources)
        found = self.environment()
        self.assertEqual((found["computeResources"]["minvCpus"], found["computeResources"]["desiredvCpus"]), (0, 0))
        self.assertEqual(found["computeResources"]["ec2Configuration"], [{"imageType": "ECS_AL2023"}])
        self.assertNotIn("allocationStrategy", found["computeResources"])
        linked = "arn:aws:iam::123456789012:role/aws-service-role/batch.amazonaws.com/AWSServiceRoleForBatch"
        self.assertEqual(found["serviceRole"], linked)
        self.assertEqual(self.iam.get_role(RoleName="AWSServiceRoleForBatch")["Role"]["Arn"], linked)

    def test_fargate_and_unmanaged(self) -> None:
        self.make_environment(resources=self.fargate())
        self.assertEqual(self.environment()["computeResources"], self.fargate())
        self.batch.create_compute_environment(computeEnvironmentName="u", type="UNMANAGED", unmanagedvCpus=8)
        self.assertEqual(self.environment("u")["unmanagedvCpus"], 8)

    def test_names_of_one_to_128_characters(self) -> None:
        self.make_environment("x")
        self.make_environment("y" * 128)
        for name in ("z" * 129, "-x", "a b"):
            with self.refused("ClientException"):
                self.make_environment(name)

    def test_tags_change_in_place(self) -> None:
        arn = self.make_environment(tags={"a": "1", "b": "2"})
        self.batch.tag_resource(resourceArn=arn, tags={"a": "3"})
        self.batch.untag_resource(resourceArn=arn, tagKeys=["b"])
        self.assertEqual(self.environment()["tags"], {"a": "3"})
        self.assertEqual(self.batch.list_tags_for_resource(resourceArn=arn)["tags"], {"a": "3"})


class Roles(BatchCase):
    def invalid(self, text: str, name: str = "env") -> None:
        found = self.environment(name)
        self.assertEqual(found["status"], "INVALID")
        self.assertIn(text, found["statusReason"])

    def test_a_service_role_that_is_not_there_makes_it_invalid(self) -> None:
        self.make_environment(serviceRole="arn:aws:iam::123456789012:role/none")
        self.invalid("CLIENT_ERROR - Not authorized to perform sts:AssumeRole")

    def test_a_role_batch_may_not_assume_or_without_policies(self) -> None:
        other = self.iam.create_role(RoleName="other", AssumeRolePolicyDocument=trust("ec2.amazonaws.com"))
        self.make_environment("one", serviceRole=other["Role"]["Arn"])
        self.invalid("sts:AssumeRole", "one")
        bare = self.iam.create_role(RoleName="bare", AssumeRolePolicyDocument=trust("batch.amazonaws.com"))
        self.make_environment("two", serviceRole=bare["Role"]["Arn"])
        self.invalid("because no identity-based policy allows", "two")

    def test_a_profile_that_is_not_there_or_a_role_in_its_place(self) -> None:
        self.make_environment("one", self.instances(instanceRole="none"))
        self.invalid("CLIENT_ERROR - Invalid IamInstanceProfile: none", "one")
        arn = self.iam.get_role(RoleName="instances")["Role"]["Arn"]
        self.make_environment("two", self.instances(instanceRole=arn))
        self.invalid(f"Invalid IamInstanceProfile: {arn}", "two")

    def test_a_role_is_not_seen_at_once_and_an_update_heals(self) -> None:
        self.settings(iam_propagation_seconds=3600)
        role = self.make_service_role()
        self.make_environment("role", self.fargate(), serviceRole=role)
        self.invalid("is not authorized to perform: ecs:DescribeClusters", "role")
        self.make_profile("fresh")
        self.make_environment("profile", self.instances(instanceRole="fresh"))
        self.invalid("Invalid IamInstanceProfile", "profile")
        self.settings(iam_propagation_seconds=0)
        self.invalid("Invalid IamInstanceProfile", "profile")
        self.update("profile", state="ENABLED")
        self.assertEqual(self.environment("profile")["status"], "VALID")

    def test_deleting_without_the_service_role_ends_invalid_and_the_role_heals(self) -> None:
        role = self.make_service_role()
        self.make_environment(serviceRole=role, state="DISABLED")
        policy = "arn:aws:iam::aws:policy/service-role/AWSBatchServiceRole"
        self.iam.detach_role_policy(RoleName="batch", PolicyArn=policy)
        self.iam.delete_role(RoleName="batch")
        self.settings(transitions={"compute_environment_delete": 0.1})
        self.delete()
        self.assertEqual(self.environment()["status"], "DELETING")
        until(lambda: self.environment()["status"] == "INVALID")
        self.invalid("sts:AssumeRole")
        self.make_service_role()
        self.delete()
        until(lambda: self.environments() == [])


class Groups(BatchCase):
    def reason(self, name: str) -> str:
        found = self.environment(name)
        self.assertEqual(found["status"], "INVALID")
        return found["statusReason"]

    def test_of_another_vpc_make_it_invalid_until_an_update_heals(self) -> None:
        here, self.vpc = self.vpc, self.make_vpc("10.9.0.0/16")
        foreign, self.vpc = self.make_group("foreign"), here
        self.make_environment("one", self.instances(securityGroupIds=[self.group, foreign]))
        self.assertIn("not linked to the VPCs configured in the Auto Scaling group", self.reason("one"))
        self.make_environment("two", self.fargate(securityGroupIds=[foreign]))
        self.assertIn(f"Security group {foreign} does not appear", self.reason("two"))
        for name in ("one", "two"):
            self.update(name, computeResources={"securityGroupIds": [self.group]})
            self.assertEqual(self.environment(name)["status"], "VALID")

    def test_more_than_an_interface_takes_unless_raised(self) -> None:
        groups = [self.make_group(f"group-{number}") for number in range(6)]
        self.make_environment("five", self.instances(securityGroupIds=groups[:5]))
        self.assertEqual(self.environment("five")["status"], "VALID")
        self.make_environment("six", self.instances(securityGroupIds=groups))
        self.assertIn("maximum number of security groups per interface", self.reason("six"))
        self.settings(groups_per_interface=6)
        self.update("six", state="ENABLED")
        self.assertEqual(self.environment("six")["status"], "VALID")
        with self.refused("ClientException", "securityGroupIds can have at most 5 items"):
            self.make_environment("fargate", self.fargate(securityGroupIds=groups))


class Refusals(BatchCase):
    def test_what_is_missing_or_does_not_fit_the_type(self) -> None:
        for resources, text in (
            (self.fargate(instanceTypes=["m6i.large"]), "instanceTypes"),
            (self.fargate(securityGroupIds=[]), "Security groups"),
            (self.instances(instanceTypes=["t3small"]), "Instance type can only be one of"),
            (self.instances(subnets=["subnet-0123456789abcdef0"]), "subnet-0123456789abcdef0"),
            (self.instances(securityGroupIds=["sg-0123456789abcdef0"]), "sg-0123456789abcdef0"),
            (self.instances(minvCpus=32), "minvCpus"),
            (self.instances(desiredvCpus=32), "desiredvCpus"),
            (self.instances(allocationStrategy="SPOT_CAPACITY_OPTIMIZED"),
             "Invalid compute resource allocation strategy SPOT_CAPACITY_OPTIMIZED for type EC2"),
            (self.instances(type="SPOT", allocationStrategy="BEST_FIT"), "spotIamFleetRole"),
            (self.instances(type="NONSENSE"), "NONSENSE"),
        ):
            with self.subTest(text), self.refused("ClientException", text):
                self.make_environment(resources=resources)
        resources = self.instances()
        del resources["instanceRole"]
        with self.refused("ClientException", "Instance role is required"):
            self.make_environment(resources=resources)
        self.assertEqual(self.environments(), [])

    def test_images_of_ecs_and_no_new_ones_of_amazon_linux_2(self) -> None:
        for kind in ("NONSENSE", "EKS_AL2023"):
            resources = self.instances(ec2Configuration=[{"imageType": kind}])
            with self.refused("ClientException", "Invalid imageType in ComputeResources.ec2Configuration"):
                self.make_environment(resources=resources)
        for kind in ("ECS_AL2", "ECS_AL2_NVIDIA"):
            resources = self.instances(ec2Configuration=[{"imageType": kind}])
            with self.refused("ClientException", f"imageType {kind} is not supported for new"):
                self.make_environment(resources=resources)
            own = {"imageType": kind, "imageIdOverride": "ami-1"}
            self.make_environment(f"own-{kind}", self.instances(ec2Configuration=[own]))
            self.make_environment(f"image-{kind}", self.instances(imageId="ami-1", ec2Configuration=[{"imageType": kind}]))
        with self.refused("ClientException", "Invalid imageType"):
            self.update("own-ECS_AL2", computeResources={"ec2Configuration": [{"imageType": "NONSENSE"}]})
        self.update("own-ECS_AL2", computeResources={"ec2Configuration": [{"imageType": "ECS_AL2"}]})

    def test_families_and_optimal_are_instance_types(self) -> None:
        self.make_environment(resources=self.instances(instanceTypes=["optimal", "m6i", "default_x86_64"]))
        self.make_environment("spot", self.instances(type="SPOT", allocationStrategy="SPOT_PRICE_CAPACITY_OPTIMIZED"))
