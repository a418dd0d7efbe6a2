"""Roles: trust policies, the service-linked role of Batch, AWS's own policies."""

from support import Case, trust


class Roles(Case):
    def test_a_malformed_trust_policy(self) -> None:
        for policy in ("{", "{}", '{"Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole"}]}'):
            with self.refused("MalformedPolicyDocument"):
                self.iam.create_role(RoleName="role", AssumeRolePolicyDocument=policy)
        with self.refused("NoSuchEntity"):
            self.iam.get_role(RoleName="role")

    def test_a_name_of_at_most_64_characters(self) -> None:
        self.iam.create_role(RoleName="r" * 64, AssumeRolePolicyDocument=trust("ec2.amazonaws.com"))
        with self.refused("ValidationError", "length less than or equal to 64"):
            self.iam.create_role(RoleName="r" * 65, AssumeRolePolicyDocument=trust("ec2.amazonaws.com"))

    def test_the_service_linked_role(self) -> None:
        role = self.iam.create_service_linked_role(AWSServiceName="batch.amazonaws.com")["Role"]
        self.assertEqual(
            role["Arn"],
            "arn:aws:iam::123456789012:role/aws-service-role/batch.amazonaws.com/AWSServiceRoleForBatch",
        )
        with self.refused("InvalidInput", "has been taken"):
            self.iam.create_service_linked_role(AWSServiceName="batch.amazonaws.com")
        with self.refused("UnmodifiableEntity"):
            self.iam.delete_role(RoleName="AWSServiceRoleForBatch")

    def test_policies_of_aws(self) -> None:
        self.iam.create_role(RoleName="role", AssumeRolePolicyDocument=trust("ec2.amazonaws.com"))
        for name in (
            "service-role/AmazonEC2ContainerServiceforEC2Role", "service-role/AWSBatchServiceRole",
            "service-role/AmazonECSTaskExecutionRolePolicy", "service-role/AmazonEC2SpotFleetTaggingRole",
            "AmazonSSMManagedInstanceCore",
        ):
            self.iam.attach_role_policy(RoleName="role", PolicyArn=f"arn:aws:iam::aws:policy/{name}")
        with self.refused("NoSuchEntity"):
            self.iam.attach_role_policy(RoleName="role", PolicyArn="arn:aws:iam::aws:policy/Nonsense")
        with self.refused("DeleteConflict"):
            self.iam.delete_role(RoleName="role")

    def test_an_inline_policy(self) -> None:
        self.iam.create_role(RoleName="role", AssumeRolePolicyDocument=trust("ec2.amazonaws.com"))
        with self.refused("MalformedPolicyDocument"):
            self.iam.put_role_policy(RoleName="role", PolicyName="p", PolicyDocument="{")
