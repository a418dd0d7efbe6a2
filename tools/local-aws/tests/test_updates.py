"""UpdateComputeEnvironment: what is stored, what is scaling, what is refused."""

from support import BatchCase


class InPlace(BatchCase):
    def test_scaling_is_quick_and_the_rest_an_infrastructure_update(self) -> None:
        self.make_environment()
        self.settings(transitions={"infrastructure_update": 3600, "compute_environment_update": 0})
        self.update(computeResources={"maxvCpus": 32, "minvCpus": 2})
        found = self.environment()
        self.assertEqual((found["status"], found["computeResources"]["maxvCpus"]), ("VALID", 32))
        self.assertEqual(found["computeResources"]["desiredvCpus"], 2)
        self.update(computeResources={"maxvCpus": 32, "instanceTypes": ["c6i.large"]})
        found = self.environment()
        self.assertEqual((found["status"], found["computeResources"]["instanceTypes"]), ("UPDATING", ["c6i.large"]))
        with self.refused("ClientException", "Cannot update, resource is being modified"):
            self.update(state="DISABLED")

    def test_every_field_is_stored(self) -> None:
        self.make_environment(resources=self.instances(imageId="ami-1", ec2KeyPair="key"))
        changes = {
            "allocationStrategy": "SPOT_PRICE_CAPACITY_OPTIMIZED", "type": "SPOT", "bidPercentage": 60,
            "tags": {"a": "b"}, "launchTemplate": {"launchTemplateName": "lt", "version": "1"},
            "ec2Configuration": [{"imageType": "ECS_AL2023_NVIDIA"}], "placementGroup": "pg",
            "subnets": self.subnets[:1],
        }
        self.update(
            computeResources={**changes, "imageId": "", "ec2KeyPair": "", "updateToLatestImageVersion": True},
            updatePolicy={"jobExecutionTimeoutMinutes": 7200},
        )
        found = self.environment()
        for name, value in changes.items():
            self.assertEqual(found["computeResources"][name], value)
        for name in ("imageId", "ec2KeyPair", "updateToLatestImageVersion"):
            self.assertNotIn(name, found["computeResources"])
        policy = {"terminateJobsOnUpdate": False, "jobExecutionTimeoutMinutes": 7200}
        self.assertEqual(found["updatePolicy"], policy)

    def test_state_role_and_unmanaged(self) -> None:
        self.make_environment(serviceRole=self.make_service_role("one"))
        other = self.make_service_role("two")
        self.update(serviceRole=other, state="DISABLED")
        found = self.environment()
        self.assertEqual((found["serviceRole"], found["state"]), (other, "DISABLED"))
        self.batch.create_compute_environment(computeEnvironmentName="u", type="UNMANAGED", unmanagedvCpus=8)
        self.update("u", unmanagedvCpus=4)
        self.assertEqual(self.environment("u")["unmanagedvCpus"], 4)

    def test_fargate_takes_network_and_size(self) -> None:
        self.make_environment(resources=self.fargate())
        self.settings(transitions={"infrastructure_update": 3600})
        self.update(computeResources={"maxvCpus": 4, "subnets": self.subnets[:1], "securityGroupIds": []})
        found = self.environment()
        self.assertEqual((found["status"], found["computeResources"]["subnets"]), ("VALID", self.subnets[:1]))
        self.assertEqual(found["computeResources"]["securityGroupIds"], [self.group])

    def test_a_delay_is_scaling_and_zero_unsets_it(self) -> None:
        self.make_environment(serviceRole=self.make_service_role())
        self.settings(transitions={"infrastructure_update": 3600})
        self.update(computeResources={"maxvCpus": 16, "scalingPolicy": {"minScaleDownDelayMinutes": 30}})
        found = self.environment()
        self.assertEqual(found["status"], "VALID")
        self.assertEqual(found["computeResources"]["scalingPolicy"], {"minScaleDownDelayMinutes": 30})
        self.update(computeResources={"scalingPolicy": {"minScaleDownDelayMinutes": 0}})
        self.assertNotIn("scalingPolicy", self.environment()["computeResources"])

    def test_what_an_empty_value_takes_away(self) -> None:
        image = [{"imageType": "ECS_AL2023", "imageIdOverride": "ami-1"}]
        self.make_environment(resources=self.instances(ec2Configuration=image, placementGroup="pg"))
        self.update(computeResources={"ec2Configuration": [], "placementGroup": ""})
        found = self.environment()["computeResources"]
        self.assertEqual(found["ec2Configuration"], [{"imageType": "ECS_AL2023"}])
        self.assertNotIn("placementGroup", found)


class Refused(BatchCase):
    def test_infrastructure_of_best_fit_or_a_custom_role(self) -> None:
        text = "can be updated only for Non-fargate Compute Environment having a Batch Service Linked Role"
        self.make_environment("role", serviceRole=self.make_service_role())
        self.make_environment("fit", self.instances(allocationStrategy="BEST_FIT"))
        for name in ("role", "fit"):
            with self.refused("ClientException", f"[instanceTypes] {text}"):
                self.update(name, computeResources={"maxvCpus": 9, "instanceTypes": ["c6i.large"]})
            self.update(name, computeResources={"maxvCpus": 9})
            self.assertEqual(self.environment(name)["computeResources"]["maxvCpus"], 9)

    def test_what_makes_no_sense(self) -> None:
        self.make_environment(resources=self.instances(desiredvCpus=4))
        for changes, text in (
            ({"updatePolicy": {"terminateJobsOnUpdate": True}}, "One of [state | compute-resources"),
            ({"computeResources": {}}, "At least one compute-resources attribute"),
            ({"computeResources": {"desiredvCpus": 2}}, "Manually scaling down compute environment is not supported"),
            ({"computeResources": {"desiredvCpus": 99}}, "desiredvCpus"),
            ({"computeResources": {"allocationStrategy": "BEST_FIT"}}, "BEST_FIT"),
            ({"computeResources": {"type": "FARGATE"}}, "EC2 and SPOT"),
            ({"state": "ENABLED", "updatePolicy": {"jobExecutionTimeoutMinutes": 7201}}, "jobExecutionTimeoutMinutes"),
            ({"computeResources": {"scalingPolicy": {"minScaleDownDelayMinutes": 19}}}, "minScaleDownDelayMinutes"),
            ({"computeResources": {"instanceTypes": ["m6g.large", "optimal"]}}, "same architecture"),
            ({"computeResources": {"instanceTypes": ["t3small"]}}, "Instance type can only be one of"),
            ({"serviceRole": self.make_service_role()}, "service-linked role"),
        ):
            with self.subTest(text), self.refused("ClientException", text):
                self.update(**changes)
        with self.refused("ClientException", "compute-environment/none does not exist"):
            self.update("none", state="DISABLED")

    def test_fields_fargate_does_not_have(self) -> None:
        self.make_environment(resources=self.fargate())
        with self.refused("ClientException", "EC2 and SPOT"):
            self.update(computeResources={"type": "FARGATE_SPOT"})
        text = "The following parameters can't be updated for Fargate compute environment: minvCpus, updatePolicy."
        with self.refused("ClientException", text):
            self.update(computeResources={"minvCpus": 1}, updatePolicy={"jobExecutionTimeoutMinutes": 1})
