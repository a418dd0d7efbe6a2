"""Security group rules and their descriptions."""

from support import NetworkCase


class Descriptions(NetworkCase):
    def rule(self, **peer: str) -> dict:
        return {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, **{key: [value] for key, value in peer.items()}}

    def egress(self) -> list[dict]:
        group = self.ec2.describe_security_groups(GroupIds=[self.group])["SecurityGroups"][0]
        return [rule for rule in group["IpPermissionsEgress"] if rule["IpProtocol"] == "tcp"]

    def test_a_rule_for_a_prefix_list_keeps_its_description(self) -> None:
        prefix_list = self.ec2.describe_managed_prefix_lists()["PrefixLists"][0]["PrefixListId"]
        peer = {"PrefixListId": prefix_list, "Description": "to S3"}
        self.ec2.authorize_security_group_egress(GroupId=self.group, IpPermissions=[self.rule(PrefixListIds=peer)])
        self.assertEqual(self.egress()[0]["PrefixListIds"], [peer])
        changed = {"PrefixListId": prefix_list, "Description": "to the layers"}
        self.ec2.update_security_group_rule_descriptions_egress(
            GroupId=self.group, IpPermissions=[self.rule(PrefixListIds=changed)]
        )
        self.assertEqual(self.egress()[0]["PrefixListIds"], [changed])

    def test_an_update_without_a_description_takes_it_away(self) -> None:
        described = {"CidrIp": "10.0.0.0/16", "Description": "to the VPC"}
        self.ec2.authorize_security_group_egress(GroupId=self.group, IpPermissions=[self.rule(IpRanges=described)])
        self.assertEqual(self.egress()[0]["IpRanges"], [described])
        self.ec2.update_security_group_rule_descriptions_egress(
            GroupId=self.group, IpPermissions=[self.rule(IpRanges={"CidrIp": "10.0.0.0/16"})]
        )
        self.assertEqual(self.egress()[0]["IpRanges"], [{"CidrIp": "10.0.0.0/16"}])
