"""Job queues: life cycle, order, and the relationship that outlives them."""

from support import BatchCase, until


class LifeCycle(BatchCase):
    def setUp(self) -> None:
        super().setUp()
        self.env = self.make_environment()

    def test_creating_updating_deleting(self) -> None:
        self.settings(transitions={"job_queue": 0.2})
        self.make_queue()
        self.assertEqual(self.queue()["status"], "CREATING")
        until(lambda: self.queue()["status"] == "VALID")
        with self.refused("ClientException", "DISABLED"):
            self.batch.delete_job_queue(jobQueue="queue")
        self.batch.update_job_queue(jobQueue="queue", state="DISABLED")
        self.assertEqual(self.queue()["status"], "UPDATING")
        with self.refused("ClientException", "Cannot delete, resource is being modified"):
            self.batch.delete_job_queue(jobQueue="queue")
        until(lambda: self.queue()["status"] == "VALID")
        self.batch.delete_job_queue(jobQueue="queue")
        self.assertEqual(self.queue()["status"], "DELETING")
        until(lambda: self.batch.describe_job_queues()["jobQueues"] == [])

    def test_everything_sent_comes_back(self) -> None:
        actions = [{
            "reason": "CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY", "state": "RUNNABLE", "maxTimeSeconds": 600,
            "action": "CANCEL",
        }]
        policy = self.batch.create_scheduling_policy(name="fair")["arn"]
        self.make_queue(jobStateTimeLimitActions=actions, schedulingPolicyArn=policy, tags={"a": "b"})
        found = self.queue()
        self.assertEqual(found["jobStateTimeLimitActions"], actions)
        self.assertEqual((found["schedulingPolicyArn"], found["tags"]), (policy, {"a": "b"}))
        self.assertEqual(found["jobQueueType"], "ECS")
        self.assertEqual(found["computeEnvironmentOrder"], [{"order": 1, "computeEnvironment": self.env}])
        self.batch.update_job_queue(jobQueue="queue", priority=5, jobStateTimeLimitActions=[])
        self.assertEqual((self.queue()["priority"], self.queue()["jobStateTimeLimitActions"]), (5, []))

    def test_a_job_can_be_submitted(self) -> None:
        self.make_queue()
        job = self.batch.register_job_definition(
            jobDefinitionName="job", type="container",
            containerProperties={"image": "busybox", "vcpus": 1, "memory": 128},
        )
        made = self.batch.submit_job(jobName="j", jobQueue="queue", jobDefinition=job["jobDefinitionArn"])["jobId"]
        until(lambda: self.batch.describe_jobs(jobs=[made])["jobs"][0]["status"] == "SUCCEEDED")

    def test_a_name_is_used_once(self) -> None:
        self.make_queue()
        with self.refused("ClientException", "Object already exists"):
            self.make_queue()


class Order(BatchCase):
    def test_environments_must_be_valid(self) -> None:
        self.make_environment(resources=self.instances(instanceRole="none"))
        with self.refused("ClientException", "It must be valid before attaching it to the job queue"):
            self.make_queue()
        with self.refused("ClientException", "does not exist"):
            self.make_queue("nowhere")

    def test_three_at_most_and_not_mixed(self) -> None:
        for name in "abcd":
            self.make_environment(name)
        self.make_environment("f", self.fargate())
        with self.refused("ClientException"):
            self.make_queue("a", "b", "c", "d")
        with self.refused("ClientException", "EC2 or Fargate"):
            self.make_queue("a", "f")
        with self.refused("ClientException", "once"):
            self.make_queue("a", "a")
        self.make_queue("a", "b", "c")

    def test_an_environment_that_is_updating_cannot_be_attached(self) -> None:
        self.make_environment()
        self.settings(transitions={"compute_environment_update": 3600})
        self.update(state="ENABLED")
        with self.refused("ClientException", "It must be valid before attaching it to the job queue"):
            self.make_queue()

    def test_one_architecture(self) -> None:
        self.make_environment("intel")
        self.make_environment("arm", self.instances(instanceTypes=["m6g.large"]))
        with self.refused("ClientException", "same architecture"):
            self.make_queue("intel", "arm")

    def test_a_policy_cannot_come_later(self) -> None:
        self.make_environment()
        self.make_queue()
        policy = self.batch.create_scheduling_policy(name="fair")["arn"]
        with self.refused("ClientException", "scheduling policy"):
            self.batch.update_job_queue(jobQueue="queue", schedulingPolicyArn=policy)

    def test_a_policy_is_replaced_never_removed_and_held(self) -> None:
        one, two = (self.batch.create_scheduling_policy(name=name)["arn"] for name in ("one", "two"))
        self.make_environment()
        with self.refused("ClientException", "does not exist"):
            self.make_queue(schedulingPolicyArn=one + "x")
        self.make_queue(schedulingPolicyArn=one)
        self.batch.update_job_queue(jobQueue="queue", schedulingPolicyArn=two)
        self.assertEqual(self.queue()["schedulingPolicyArn"], two)
        with self.refused("ClientException", "replaced but not removed"):
            self.batch.update_job_queue(jobQueue="queue", schedulingPolicyArn="")
        self.batch.delete_scheduling_policy(arn=one)
        with self.refused("ClientException", "is used by job queue"):
            self.batch.delete_scheduling_policy(arn=two)

    def test_priority_and_limits(self) -> None:
        self.make_environment()
        good = {
            "reason": "MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT", "state": "RUNNABLE", "maxTimeSeconds": 600,
            "action": "CANCEL",
        }
        for wrong in (
            {"reason": "BORED"}, {"state": "RUNNING"}, {"maxTimeSeconds": 599}, {"maxTimeSeconds": 86_401},
            {"action": "TERMINATE"},
        ):
            (name,) = wrong
            with self.subTest(wrong), self.refused("ClientException", f"jobStateTimeLimitActions {name}"):
                self.make_queue(jobStateTimeLimitActions=[{**good, **wrong}])
        self.make_queue(jobStateTimeLimitActions=[good])
        with self.refused("ClientException", "priority"):
            self.batch.update_job_queue(jobQueue="queue", priority=1001)

    def test_pages(self) -> None:
        self.make_environment()
        for name in "abc":
            self.make_queue(name=name)
        page = self.batch.describe_job_queues(maxResults=2)
        rest = self.batch.describe_job_queues(maxResults=2, nextToken=page["nextToken"])
        self.assertEqual((len(page["jobQueues"]), len(rest["jobQueues"])), (2, 1))
        self.assertNotIn("nextToken", rest)


class Relationship(BatchCase):
    text = "Cannot delete, found existing JobQueue relationship"

    def setUp(self) -> None:
        super().setUp()
        self.make_environment()
        self.make_queue()
        self.update(state="DISABLED")

    def test_a_queue_holds_its_environment(self) -> None:
        with self.refused("ClientException", self.text):
            self.delete()
        self.drop_queue()
        self.delete()
        self.assertEqual(self.environments(), [])

    def test_the_relationship_lingers_after_the_queue(self) -> None:
        self.settings(relationship_lag_seconds=0.3)
        self.drop_queue()
        self.assertEqual(self.batch.describe_job_queues()["jobQueues"], [])
        with self.refused("ClientException", self.text):
            self.delete()

        def deleted() -> bool:
            try:
                self.delete()
            except self.batch.exceptions.ClientException:
                return False
            return True

        until(deleted)

    def test_and_after_the_queue_has_turned_to_another(self) -> None:
        self.make_environment("green")
        self.settings(relationship_lag_seconds=3600)
        order = [{"order": 1, "computeEnvironment": "green"}]
        self.batch.update_job_queue(jobQueue="queue", computeEnvironmentOrder=order)
        with self.refused("ClientException", self.text):
            self.delete()
