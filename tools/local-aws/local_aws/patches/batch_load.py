"""The work of compute environments: which jobs run where, and the vCPUs it takes.

A job runs on the first compute environment of its queue that is ENABLED, VALID and has vCPUs left
(Batch user guide, "Job states"; API_CreateJobQueue, computeEnvironmentOrder); deleting a queue ends its
jobs (API_DeleteJobQueue). desiredvCpus follows the work: Batch moves it between minvCpus and maxvCpus,
lets jobs end when the environment is DISABLED, and then goes down to minvCpus, which it keeps
(API_ComputeEnvironmentDetail, state; API_ComputeResource, minvCpus). A test says with the setting
``busy`` that there is work without any job.
"""

from __future__ import annotations

import math
from datetime import datetime
from fnmatch import fnmatchcase
from typing import Any

from ..settings import now, settings

WAITING = "RUNNABLE"
_NO_ENVIRONMENT = "ACTION_REQUIRED - CE(s) associated with the job queue are invalid."


def desired_vcpus(environment: Any) -> int:
    """The desiredvCpus to show: what was asked for while it is ENABLED, and no less than the work."""
    resources = environment.compute_resources
    least = resources.get("minvCpus", 0)
    asked = resources.get("desiredvCpus", least) if environment.state == "ENABLED" else least
    return min(max(asked, least, working_vcpus(environment)), max(resources["maxvCpus"], least))


def working_vcpus(environment: Any) -> int:
    jobs = sum(job.local_vcpus for job in running_jobs(environment))
    return math.ceil(max(jobs, _busy_vcpus(environment)))


def running_jobs(environment: Any) -> list[Any]:
    return [job for job in environment.jobs if job.status in ("STARTING", "RUNNING")]


def _busy_vcpus(environment: Any) -> float:
    for pattern, busy in settings.busy.items():
        if fnmatchcase(environment.name, pattern):
            left = environment.disabled_at is None or now() < environment.disabled_at + busy["seconds"]
            return busy["vcpus"] if left else 0
    return 0


def settle(backend: Any) -> None:
    """End the jobs whose time is over and start those there is room for, in the order they came."""
    live = [job for job in backend._jobs.values() if hasattr(job, "local_seconds") and not job.job_stopped]
    for job in live:
        if job.stop:
            _end(job, success=False)
        elif job.status == "RUNNING" and now() >= job.local_started_at + job.local_seconds:
            _end(job, success=True)
    for job in live:
        if job.status == WAITING:
            _start(job)


def end_jobs_of(holder: Any, reason: str) -> None:
    """A queue that is deleted takes its jobs with it, a compute environment those that run on its instances."""
    for job in list(holder.jobs):
        if hasattr(job, "local_seconds") and not job.job_stopped:
            job.terminate(reason)
            _end(job, success=False)


def _start(job: Any) -> None:
    environments = job.job_queue.environments
    valid = [item for item in environments if item.status in ("VALID", "UPDATING")]
    for environment in valid:
        taken = sum(other.local_vcpus for other in running_jobs(environment))
        if environment.state == "ENABLED" and taken + job.local_vcpus <= environment.compute_resources["maxvCpus"]:
            job.status, job.job_stopped_reason = "RUNNING", None
            job.job_started_at, job.local_started_at = datetime.now(), now()
            job.log_stream_name = job._stream_name
            job._start_attempt()
            environment.jobs.append(job)
            job.local_environment = environment
            return
    job.job_stopped_reason = None if valid else _NO_ENVIRONMENT


def _end(job: Any, success: bool) -> None:
    if hasattr(job, "local_environment"):
        job.local_environment.jobs.remove(job)
        del job.local_environment
    job.exit_code = 0 if success else 1
    job._mark_stopped(success=success)
