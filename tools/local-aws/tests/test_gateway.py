"""Request log, request ids, latency, faults and the control surface."""

import http.client
import json
import time
import urllib.error
from concurrent.futures import ThreadPoolExecutor

from botocore.exceptions import ClientError, ConnectionClosedError, EndpointConnectionError, ReadTimeoutError
from support import Case


class RequestLog(Case):
    def test_an_entry_says_which_call_it_was_and_holds_no_credentials(self) -> None:
        self.ec2.describe_vpcs(Filters=[{"Name": "vpc-id", "Values": ["vpc-1"]}])
        entry = self.requests()[-1]
        call = (entry["service"], entry["action"], entry["region"])
        self.assertEqual(call, ("ec2", "DescribeVpcs", "ap-northeast-1"))
        self.assertEqual(entry["params"], {"Filter.1.Name": "vpc-id", "Filter.1.Value.1": "vpc-1"})
        self.assertEqual((entry["status"], entry["error_code"], entry["in_flight"]), (200, None, 1))
        self.assertIn("Boto3", entry["user_agent"])
        self.assertNotIn("AKIDEXAMPLE", json.dumps(self.requests()))

    def test_every_protocol_is_named_with_its_parameters(self) -> None:
        self.batch.describe_job_queues(jobQueues=["q"])
        self.iam.list_roles()
        self.aws.client("ecs").list_clusters(maxResults=7)
        arn = "arn:aws:batch:ap-northeast-1:123456789012:job-queue/q"
        self.batch.tag_resource(resourceArn=arn, tags={"a": "b"})
        named = [(entry["service"], entry["action"]) for entry in self.requests()]
        self.assertEqual(named, [
            ("batch", "DescribeJobQueues"), ("iam", "ListRoles"), ("ecs", "ListClusters"), ("batch", "TagResource"),
        ])
        self.assertEqual(self.requests()[0]["params"], {"jobQueues": ["q"]})
        self.assertEqual(self.requests()[2]["params"], {"maxResults": 7})

    def test_since_and_clear(self) -> None:
        self.ec2.describe_vpcs()
        last = self.requests()[-1]["n"]
        self.ec2.describe_subnets()
        since = self.aws.control("GET", f"requests?since={last}")
        self.assertEqual([entry["action"] for entry in since], ["DescribeSubnets"])
        self.aws.control("POST", "requests/clear")
        self.assertEqual(self.requests(), [])

    def test_the_request_id_is_unique_and_the_one_in_the_log(self) -> None:
        calls = [
            lambda: self.ec2.describe_vpcs(), lambda: self.iam.list_roles(), lambda: self.batch.describe_job_queues(),
            lambda: self.aws.client("sts").get_caller_identity(), lambda: self.aws.client("ssm").describe_parameters(),
            lambda: self.ec2.describe_vpcs(VpcIds=["vpc-1"]), lambda: self.iam.get_role(RoleName="none"),
            lambda: self.batch.delete_job_queue(jobQueue="none"),
        ]
        seen = []
        for call in calls:
            try:
                metadata = call()["ResponseMetadata"]
            except ClientError as error:
                metadata = error.response["ResponseMetadata"]
            seen.append(metadata["RequestId"])
            self.assertEqual(metadata["HTTPHeaders"]["x-amzn-requestid"], metadata["RequestId"])
        self.assertEqual(len(set(seen)), len(calls))
        self.assertEqual([entry["request_id"] for entry in self.requests()], seen)
        self.assertEqual(self.requests()[-1]["error_code"], "ClientException")


class Latency(Case):
    def test_calls_wait_side_by_side_and_connections_are_kept(self) -> None:
        ec2 = self.aws.client("ec2", max_pool_connections=20)
        self.settings(latency_ms=200)
        began = time.monotonic()
        with ThreadPoolExecutor(20) as pool:
            list(pool.map(lambda _: ec2.describe_vpcs(), range(20)))
        taken = time.monotonic() - began
        self.assertGreater(taken, 0.2)
        self.assertLess(taken, 2.0)  # one after the other would be 4 s
        self.assertGreater(max(entry["in_flight"] for entry in self.requests()), 10)

    def test_one_connection_serves_many_requests(self) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self.aws.ready["port"])
        self.addCleanup(connection.close)
        for _ in range(3):
            connection.request("GET", "/_local/health")
            self.assertEqual(connection.getresponse().read()[:1], b"{")
            self.assertIsNotNone(connection.sock)


class FaultRules(Case):
    def fault(self, **rule: object) -> None:
        self.aws.control("POST", "faults", rule)

    def test_an_error_has_the_form_of_each_protocol(self) -> None:
        error = {"status": 400, "code": "Throttling", "message": "<slow & down>"}
        self.fault(times=None, effect={"error": error})
        ecs, sts = self.aws.client("ecs"), self.aws.client("sts")
        for call in (
            self.ec2.describe_vpcs, self.iam.list_roles, sts.get_caller_identity,
            self.batch.describe_job_queues, ecs.list_clusters,
        ):
            with self.refused("Throttling", "<slow & down>"):
                call()
        ids = [entry["request_id"] for entry in self.requests()]
        self.assertEqual(len(set(ids)), 5)

    def test_glob_match_skip_times_and_count(self) -> None:
        self.fault(
            service="ec2", action="Describe*", match="vpc-id=", skip=0, times=1, effect={"error": {"code": "A"}}
        )
        self.fault(service="ec2", action="DescribeSubnets", skip=1, times=2, effect={"error": {"code": "B"}})
        codes = []
        for _ in range(5):
            try:
                self.ec2.describe_subnets()
                codes.append(None)
            except ClientError as error:
                codes.append(error.response["Error"]["Code"])
        self.assertEqual(codes, [None, "B", "B", None, None])
        rules = self.aws.control("GET", "faults")
        self.assertEqual([(rule["seen"], rule["fired"]) for rule in rules], [(0, 0), (5, 2)])
        self.assertEqual(self.aws.control("DELETE", "faults"), [])

    def test_a_dropped_reply_took_effect(self) -> None:
        self.fault(action="CreateVpc", effect={"drop_reply": True})
        before = len(self.ec2.describe_vpcs()["Vpcs"])
        with self.assertRaises(ConnectionClosedError):
            self.ec2.create_vpc(CidrBlock="10.0.0.0/16")
        self.assertEqual(len(self.ec2.describe_vpcs()["Vpcs"]), before + 1)
        entry = self.requests()[1]
        self.assertEqual((entry["status"], entry["fault"]), (None, "drop_reply"))

    def test_a_reset_did_not(self) -> None:
        self.fault(action="CreateVpc", effect={"reset": True})
        before = len(self.ec2.describe_vpcs()["Vpcs"])
        with self.assertRaises((ConnectionClosedError, EndpointConnectionError)):
            self.ec2.create_vpc(CidrBlock="10.0.0.0/16")
        self.assertEqual(len(self.ec2.describe_vpcs()["Vpcs"]), before)

    def test_latency_of_one_action(self) -> None:
        self.fault(action="DescribeVpcs", effect={"latency_ms": 150})
        self.ec2.describe_vpcs()
        self.assertGreaterEqual(self.requests()[-1]["duration_ms"], 150)
        self.ec2.describe_vpcs()
        self.assertLess(self.requests()[-1]["duration_ms"], 150)

    def test_a_hang_never_answers(self) -> None:
        self.fault(action="DescribeVpcs", effect={"hang": True})
        with self.assertRaises(ReadTimeoutError):
            self.aws.client("ec2", read_timeout=0.3).describe_vpcs()
        self.settings(hang_seconds=0)
        self.fault(action="DescribeVpcs", effect={"hang": True})
        with self.assertRaises(ConnectionClosedError):
            self.ec2.describe_vpcs()

    def test_a_rule_that_is_wrong_is_refused(self) -> None:
        for rule in ({}, {"effect": {"explode": True}}, {"effect": {"reset": True}, "actoin": "x"}):
            with self.assertRaises(urllib.error.HTTPError) as caught:
                self.fault(**rule)
            self.assertEqual(caught.exception.code, 400)
            caught.exception.close()


class Control(Case):
    def test_an_unknown_setting_or_path_is_told(self) -> None:
        for method, path, body, status in (
            ("POST", "settings", {"latency": 1}, 400), ("POST", "settings", {"latency_ms": -1}, 400),
            ("POST", "settings", {"groups_per_interface": 17}, 400),
            ("GET", "nothing", None, 404),
        ):
            with self.assertRaises(urllib.error.HTTPError) as caught:
                self.aws.control(method, path, body)
            self.assertEqual(caught.exception.code, status)
            caught.exception.close()

    def test_reset_empties_everything(self) -> None:
        self.ec2.create_vpc(CidrBlock="10.9.0.0/16")
        self.iam.create_service_linked_role(AWSServiceName="batch.amazonaws.com")
        self.settings(latency_ms=3, transitions={"endpoint": 4})
        self.aws.control("POST", "faults", {"effect": {"reset": True}})
        self.aws.control("POST", "reset")
        self.assertEqual(self.requests(), [])
        self.assertEqual(self.aws.control("GET", "faults"), [])
        self.assertEqual(self.aws.control("GET", "settings")["latency_ms"], 0)
        self.assertEqual(self.aws.control("GET", "settings")["transitions"], {})
        self.assertEqual([vpc["IsDefault"] for vpc in self.ec2.describe_vpcs()["Vpcs"]], [True])
        self.assertEqual(self.iam.list_roles()["Roles"], [])
