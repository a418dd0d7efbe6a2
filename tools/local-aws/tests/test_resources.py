"""What computeResources may hold, field by field and type by type; launch templates and Spot fleet roles."""

import base64

from support import BatchCase, trust


class Fields(BatchCase):
    def refuses(self, text: str, resources: dict, **more: object) -> None:
        with self.subTest(text), self.refused("ClientException", text):
            self.make_environment("refused", resources, **more)

    def test_fargate_bounds_and_fields(self) -> None:
        subnets = [self.make_subnet(number, "a") for number in range(20, 37)]
        groups = [self.make_group(f"g{number}") for number in range(6)]
        self.refuses("subnets can have at most 16", self.fargate(subnets=subnets))
        self.refuses("securityGroupIds can have at most 5", self.fargate(securityGroupIds=groups))
        for name, value in (
            ("minvCpus", 0), ("desiredvCpus", 0), ("allocationStrategy", "BEST_FIT"), ("imageId", "ami-1"),
            ("ec2KeyPair", "key"), ("instanceRole", "instances"), ("tags", {"a": "b"}), ("placementGroup", "pg"),
            ("bidPercentage", 50), ("launchTemplate", {"launchTemplateName": "template"}), ("spotIamFleetRole", "r"),
            ("ec2Configuration", [{"imageType": "ECS_AL2023"}]), ("scalingPolicy", {"minScaleDownDelayMinutes": 20}),
        ):
            self.refuses(f"{name} can not be specified for a FARGATE", self.fargate(**{name: value}))
        self.make_environment("spot", self.fargate(type="FARGATE_SPOT", subnets=subnets[:16]))
        self.assertEqual(self.environment("spot")["status"], "VALID")

    def test_numbers_and_words(self) -> None:
        for minutes in (1, 19, 10_081):
            delay = {"minScaleDownDelayMinutes": minutes}
            self.refuses("minScaleDownDelayMinutes", self.instances(scalingPolicy=delay))
        self.refuses("bidPercentage", self.instances(type="SPOT", bidPercentage=101, spotIamFleetRole="r"))
        three = [{"imageType": kind} for kind in ("ECS_AL2023", "ECS_AL2023_NVIDIA", "ECS_AL2")]
        self.refuses("ec2Configuration", self.instances(ec2Configuration=three))
        self.refuses("containerInsights LOUD", self.instances(), ecsSettings={"containerInsights": "LOUD"})

    def test_one_architecture(self) -> None:
        self.refuses("same architecture", self.instances(instanceTypes=["m6i.large", "m6g.large"]))
        self.refuses("same architecture", self.instances(instanceTypes=["optimal", "c7g"]))
        self.make_environment(resources=self.instances(instanceTypes=["default_arm64", "m6g", "c7g.large"]))

    def test_insights_delay_and_context_come_back(self) -> None:
        resources = self.instances(scalingPolicy={"minScaleDownDelayMinutes": 20})
        self.make_environment(resources=resources, ecsSettings={"containerInsights": "ENHANCED"}, context="c")
        found = self.environment()
        self.assertEqual((found["ecsSettings"], found["context"]), ({"containerInsights": "ENHANCED"}, "c"))
        self.assertEqual(found["computeResources"]["scalingPolicy"], {"minScaleDownDelayMinutes": 20})
        self.update(ecsSettings={"containerInsights": "DISABLED"})
        self.assertEqual(self.environment()["ecsSettings"], {"containerInsights": "DISABLED"})
        self.make_environment("plain", self.instances(scalingPolicy={"minScaleDownDelayMinutes": 0}))
        self.assertNotIn("ecsSettings", self.environment("plain"))
        self.assertNotIn("scalingPolicy", self.environment("plain")["computeResources"])

    def test_insights_need_a_permission_of_a_custom_role(self) -> None:
        role = self.iam.create_role(RoleName="own", AssumeRolePolicyDocument=trust("batch.amazonaws.com"))["Role"]
        arn = "arn:aws:iam::aws:policy/service-role/AmazonEC2SpotFleetTaggingRole"
        self.iam.attach_role_policy(RoleName="own", PolicyArn=arn)
        self.make_environment(serviceRole=role["Arn"], ecsSettings={"containerInsights": "ENABLED"})
        self.assertIn("ecs:UpdateCluster", self.environment()["statusReason"])
        self.make_environment(
            "two", serviceRole=self.make_service_role(), ecsSettings={"containerInsights": "ENABLED"}
        )
        self.assertEqual(self.environment("two")["status"], "VALID")


class Spot(BatchCase):
    def fleet(self, **more: object) -> dict:
        return self.instances(type="SPOT", allocationStrategy="BEST_FIT", **more)

    def test_best_fit_needs_a_role_that_spot_fleet_may_assume(self) -> None:
        text = "CLIENT_ERROR - Parameter: SpotFleetRequestConfig.IamFleetRole is invalid."
        self.make_environment("none", self.fleet(spotIamFleetRole="arn:aws:iam::123456789012:role/none"))
        other = self.iam.create_role(RoleName="other", AssumeRolePolicyDocument=trust("ec2.amazonaws.com"))["Role"]
        self.make_environment("other", self.fleet(spotIamFleetRole=other["Arn"]))
        for name in ("none", "other"):
            self.assertEqual(self.environment(name)["statusReason"], text)
        role = self.iam.create_role(RoleName="fleet", AssumeRolePolicyDocument=trust("spotfleet.amazonaws.com"))["Role"]
        policy = "arn:aws:iam::aws:policy/service-role/AmazonEC2SpotFleetTaggingRole"
        self.iam.attach_role_policy(RoleName="fleet", PolicyArn=policy)
        self.make_environment("fleet", self.fleet(spotIamFleetRole=role["Arn"], bidPercentage=60))
        found = self.environment("fleet")
        self.assertEqual((found["status"], found["computeResources"]["bidPercentage"]), ("VALID", 60))
        with self.refused("ClientException", "can be updated only for Non-fargate"):
            self.update("fleet", computeResources={"bidPercentage": 50})


class Templates(BatchCase):
    def setUp(self) -> None:
        super().setUp()
        data = {"InstanceType": "m6i.large"}
        made = self.ec2.create_launch_template(LaunchTemplateName="template", LaunchTemplateData=data)
        self.template = made["LaunchTemplate"]["LaunchTemplateId"]

    def resources(self, **template: object) -> dict:
        return self.instances(instanceTypes=["m6i.large", "c6i"], launchTemplate=template)

    def override(self, *types: str) -> dict:
        return {"launchTemplateId": self.template, "version": "$Latest", "targetInstanceTypes": list(types)}

    def test_everything_sent_comes_back(self) -> None:
        sent = self.resources(launchTemplateId=self.template, version="$Latest", overrides=[self.override("c6i")])
        self.make_environment(resources=sent)
        found = self.environment()
        self.assertEqual(found["status"], "VALID")
        self.assertEqual(found["computeResources"]["launchTemplate"], sent["launchTemplate"])
        self.update(computeResources={"launchTemplate": {"launchTemplateId": self.template, "version": "1"}})
        found = self.environment()["computeResources"]["launchTemplate"]
        self.assertEqual(found, {"launchTemplateId": self.template, "version": "1"})
        self.update(computeResources={"launchTemplate": {"launchTemplateId": ""}})
        self.assertNotIn("launchTemplate", self.environment()["computeResources"])

    def test_what_the_request_alone_shows_is_refused(self) -> None:
        for text, template in (
            ("not both", {"launchTemplateId": self.template, "launchTemplateName": "template"}),
            ("launchTemplateId or launchTemplateName", {"version": "1"}),
            ("at most 10", {"overrides": [self.override("c6i")] * 11}),
            ("targetInstanceTypes is required", {"overrides": [self.override()]}),
            ("unique", {"overrides": [self.override("c6i"), self.override("c6i")]}),
            ("optimal is not one", {"overrides": [self.override("optimal")]}),
            ("r6i.large is not one", {"overrides": [self.override("r6i.large")]}),
        ):
            if "overrides" in template:
                template["launchTemplateId"] = self.template
            with self.subTest(text), self.refused("ClientException", text):
                self.make_environment(resources=self.resources(**template))

    def test_what_batch_finds_later_makes_it_invalid(self) -> None:
        script = base64.b64encode(b"#!/bin/sh\n").decode()
        data = {"UserData": script}
        self.ec2.create_launch_template_version(LaunchTemplateName="template", LaunchTemplateData=data)
        for name, template, text in (
            ("missing", {"launchTemplateId": "lt-0123456789abcdef0"}, "lt-0123456789abcdef0, does not exist"),
            ("name", {"launchTemplateName": "nothing"}, "nothing, does not exist"),
            ("version", {"launchTemplateName": "template", "version": "7"}, "version 7"),
            ("word", {"launchTemplateName": "template", "version": "newest"}, "version newest"),
            ("data", {"launchTemplateName": "template", "version": "2"}, "UserData is not MIME multipart format"),
        ):
            self.make_environment(name, self.resources(**template))
            found = self.environment(name)
            self.assertEqual(found["status"], "INVALID")
            self.assertIn(text, found["statusReason"])
        multipart = base64.b64encode(b'Content-Type: multipart/mixed; boundary="x"\n').decode()
        data = {"UserData": multipart}
        self.ec2.create_launch_template_version(LaunchTemplateName="template", LaunchTemplateData=data)
        self.make_environment("good", self.resources(launchTemplateName="template", version="$Latest"))
        self.assertEqual(self.environment("good")["status"], "VALID")
