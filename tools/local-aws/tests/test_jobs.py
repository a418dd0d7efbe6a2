"""Jobs that take time, and what they mean for the compute environments they run on."""

from support import BatchCase, until


class Jobs(BatchCase):
    def setUp(self) -> None:
        super().setUp()
        self.settings(job_seconds=3600)

    def make_two(self) -> None:
        self.make_environment("blue")
        self.make_environment("green")
        self.make_queue("blue")

    def submit(self, vcpus: int = 2) -> str:
        made = self.batch.register_job_definition(
            jobDefinitionName="job", type="container",
            containerProperties={"image": "busybox", "vcpus": vcpus, "memory": 128},
        )
        return self.batch.submit_job(jobName="j", jobQueue="queue", jobDefinition=made["jobDefinitionArn"])["jobId"]

    def job(self, job_id: str) -> dict:
        return self.batch.describe_jobs(jobs=[job_id])["jobs"][0]

    def turn_to(self, name: str) -> None:
        order = [{"order": 1, "computeEnvironment": name}]
        self.batch.update_job_queue(jobQueue="queue", computeEnvironmentOrder=order)

    def vcpus(self, name: str) -> int:
        return self.environment(name)["computeResources"]["desiredvCpus"]

    def test_a_job_runs_and_ends(self) -> None:
        self.make_two()
        self.settings(job_seconds=0.2)
        made = self.submit()
        self.assertEqual((self.job(made)["status"], self.vcpus("blue")), ("RUNNING", 2))
        until(lambda: self.job(made)["status"] == "SUCCEEDED")
        self.assertEqual(self.vcpus("blue"), 0)

    def test_what_has_no_room_waits_and_stays_queued_when_the_queue_turns(self) -> None:
        self.make_two()
        first, second = self.submit(16), self.submit(16)
        self.assertEqual([self.job(job)["status"] for job in (first, second)], ["RUNNING", "RUNNABLE"])
        self.turn_to("green")
        self.assertEqual(self.job(second)["status"], "RUNNING")
        self.assertEqual((self.vcpus("blue"), self.vcpus("green")), (16, 16))

    def test_a_disabled_environment_starts_nothing_but_lets_its_jobs_run(self) -> None:
        self.make_two()
        first = self.submit()
        self.update("blue", state="DISABLED")
        second = self.submit()
        self.assertEqual([self.job(job)["status"] for job in (first, second)], ["RUNNING", "RUNNABLE"])
        self.batch.terminate_job(jobId=first, reason="enough")
        self.assertEqual((self.job(first)["status"], self.job(first)["statusReason"]), ("FAILED", "enough"))
        self.assertEqual(self.vcpus("blue"), 0)

    def test_an_invalid_environment_is_why_a_job_waits(self) -> None:
        self.make_two()
        self.settings(invalid={"blue": "CLIENT_ERROR - Clusters can not be blank."})
        made = self.submit()
        self.assertIn("CE(s) associated with the job queue are invalid", self.job(made)["statusReason"])

    def test_deleting_an_environment_of_instances_ends_its_jobs(self) -> None:
        self.make_two()
        made = self.submit()
        self.turn_to("green")
        self.update("blue", state="DISABLED")
        self.delete("blue")
        self.assertEqual(self.environments(), ["green"])
        self.assertEqual(self.job(made)["status"], "FAILED")

    def test_deleting_a_queue_ends_its_jobs_and_a_disabled_one_takes_none(self) -> None:
        self.make_two()
        made = self.submit()
        self.batch.update_job_queue(jobQueue="queue", state="DISABLED")
        with self.refused("ClientException", "not in ENABLED state"):
            self.submit()
        self.batch.delete_job_queue(jobQueue="queue")
        self.assertEqual((self.job(made)["status"], self.vcpus("blue")), ("FAILED", 0))

    def test_fargate_with_active_jobs_is_not_deleted(self) -> None:
        self.make_environment("blue", self.fargate())
        self.make_environment("green", self.fargate())
        self.make_queue("blue")
        made = self.submit()
        self.turn_to("green")
        self.update("blue", state="DISABLED")
        self.delete("blue")
        self.assertEqual(self.environment("blue")["status"], "INVALID")
        self.batch.terminate_job(jobId=made, reason="enough")
        self.delete("blue")
        self.assertEqual(self.environments(), ["green"])


class Busy(BatchCase):
    def test_busy_until_some_time_after_it_is_disabled(self) -> None:
        self.make_environment(resources=self.instances(desiredvCpus=2))
        self.settings(busy={"en*": 0.3})
        self.assertEqual(self.environment()["computeResources"]["desiredvCpus"], 4)
        self.update(state="DISABLED")
        self.assertEqual(self.environment()["computeResources"]["desiredvCpus"], 4)
        until(lambda: self.environment()["computeResources"]["desiredvCpus"] == 0)

    def test_vcpus_minimum_and_the_end_of_it(self) -> None:
        self.make_environment(resources=self.instances(minvCpus=1))
        self.settings(busy={"env": {"seconds": 3600, "vcpus": 99}})
        self.update(state="DISABLED")
        self.assertEqual(self.environment()["computeResources"]["desiredvCpus"], 16)
        self.settings(busy={})
        self.assertEqual(self.environment()["computeResources"]["desiredvCpus"], 1)

    def test_busy_fargate_is_not_deleted(self) -> None:
        self.make_environment(resources=self.fargate(), state="DISABLED")
        self.settings(busy={"env": 3600})
        self.delete()
        self.assertEqual(self.environment()["status"], "INVALID")
        self.assertIn("active jobs", self.environment()["statusReason"])


class Invalid(BatchCase):
    def test_a_valid_environment_or_queue_becomes_invalid_and_an_update_heals(self) -> None:
        self.make_environment()
        self.make_queue()
        self.settings(invalid={"env": "reason one", "queue": "reason two"})
        for found, reason in ((self.environment(), "reason one"), (self.queue(), "reason two")):
            self.assertEqual((found["status"], found["statusReason"]), ("INVALID", reason))
        self.update(state="ENABLED")
        self.assertEqual(self.environment()["status"], "INVALID")
        self.settings(invalid={})
        self.assertEqual(self.environment()["status"], "INVALID")
        self.update(state="ENABLED")
        self.batch.update_job_queue(jobQueue="queue", priority=2)
        self.assertEqual((self.environment()["status"], self.queue()["status"]), ("VALID", "VALID"))
