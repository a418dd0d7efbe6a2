"""Jobs that take time: with the setting ``job_seconds`` a job is RUNNABLE, then RUNNING for so long.

moto without Docker lets every job succeed as it is submitted; so it stays while ``job_seconds`` is 0.
A DISABLED queue takes no jobs (API_UpdateJobQueue, state). Where jobs run is in ``batch_load``.
"""

from __future__ import annotations

from typing import Any

from moto.batch.responses import BatchResponse
from moto.batch_simple.models import BatchSimpleBackend

from ..settings import settings
from . import batch_load
from .batch_environments import backend_of, body_of
from .batch_life import refuse
from .patching import before


def apply() -> None:
    finish = BatchSimpleBackend._mark_job_as_finished

    def begin(backend: Any, include_start_attempt: bool, job: Any) -> None:
        if not settings.job_seconds:
            finish(backend, include_start_attempt, job)
            return
        backend._jobs[job.job_id] = job
        job._transitions = []  # moto would move it on each time it is described
        job.status = batch_load.WAITING
        job.local_seconds = settings.job_seconds
        array_parent = not include_start_attempt
        job.local_vcpus = 0 if array_parent else float(job._get_container_property("vcpus", 1))
        batch_load.settle(backend)

    BatchSimpleBackend._mark_job_as_finished = begin
    before(BatchResponse, "submitjob", _queue_takes_jobs)
    for name in ("describejobs", "listjobs", "terminatejob", "canceljob"):
        before(BatchResponse, name, backend_of)


def _queue_takes_jobs(response: Any) -> None:
    backend, given = backend_of(response), body_of(response).get("jobQueue") or ""
    queue = backend.get_job_queue(given)
    if queue is not None and queue.state != "ENABLED":
        # No source for the text.
        raise refuse(f"Job queue {queue.arn} is not in ENABLED state.")
