"""DescribeLaunchTemplates: numbers, pages, filters, what is not found."""

from support import Case


class LaunchTemplates(Case):
    def make(self, name: str) -> str:
        made = self.ec2.create_launch_template(
            LaunchTemplateName=name, LaunchTemplateData={"InstanceType": "m6i.large"},
            TagSpecifications=[{"ResourceType": "launch-template", "Tags": [{"Key": "a", "Value": name}]}],
        )
        return made["LaunchTemplate"]["LaunchTemplateId"]

    def test_numbers_of_versions(self) -> None:
        made = self.make("one")
        for _ in range(2):
            self.ec2.create_launch_template_version(LaunchTemplateId=made, LaunchTemplateData={"ImageId": "ami-1"})
        self.ec2.modify_launch_template(LaunchTemplateId=made, DefaultVersion="2")
        for asked in ({"LaunchTemplateIds": [made]}, {"LaunchTemplateNames": ["one"]}):
            (found,) = self.ec2.describe_launch_templates(**asked)["LaunchTemplates"]
            self.assertEqual((found["LatestVersionNumber"], found["DefaultVersionNumber"]), (3, 2))
            self.assertEqual(found["Tags"], [{"Key": "a", "Value": "one"}])
        page = self.ec2.describe_launch_template_versions(LaunchTemplateId=made, MaxResults=2)
        rest = self.ec2.describe_launch_template_versions(LaunchTemplateId=made, NextToken=page["NextToken"])
        numbers = [item["VersionNumber"] for answer in (page, rest) for item in answer["LaunchTemplateVersions"]]
        self.assertEqual(numbers, [1, 2, 3])

    def test_pages_and_filters(self) -> None:
        for number in range(18):
            self.make(f"template{number}")
        self.assertEqual(len(self.ec2.describe_launch_templates()["LaunchTemplates"]), 18)
        page = self.ec2.describe_launch_templates(MaxResults=10)
        rest = self.ec2.describe_launch_templates(MaxResults=10, NextToken=page["NextToken"])
        self.assertEqual((len(page["LaunchTemplates"]), len(rest["LaunchTemplates"])), (10, 8))
        self.assertNotIn("NextToken", rest)
        for name in ("launch-template-name", "tag:a"):
            filters = [{"Name": name, "Values": ["template3"]}]
            (found,) = self.ec2.describe_launch_templates(Filters=filters)["LaunchTemplates"]
            self.assertEqual(found["LaunchTemplateName"], "template3")

    def test_not_found(self) -> None:
        self.make("one")
        for asked, code in (
            ({"LaunchTemplateIds": ["lt-0123456789abcdef0"]}, "InvalidLaunchTemplateId.NotFound"),
            ({"LaunchTemplateIds": ["nonsense"]}, "InvalidLaunchTemplateId.Malformed"),
            ({"LaunchTemplateNames": ["one", "two"]}, "InvalidLaunchTemplateName.NotFoundException"),
        ):
            with self.subTest(code), self.refused(code):
                self.ec2.describe_launch_templates(**asked)
        with self.refused("InvalidLaunchTemplateId.NotFound"):
            self.ec2.delete_launch_template(LaunchTemplateId="lt-0123456789abcdef0")
        with self.refused("InvalidLaunchTemplateName.NotFoundException", "two"):
            self.ec2.describe_launch_template_versions(LaunchTemplateName="two")
