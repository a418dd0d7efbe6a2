# Job queues in front of an environment. The compute environment has no name of its own, so that whatever AWS Batch cannot change in
# place swaps it behind the queues: jobs that are queued stay queued.

terraform {
  required_providers {
    isolated = {
      source = "isolated-batch/isolated"
    }
  }
}

provider "isolated" {
  region = "ap-northeast-1"
}

resource "isolated_batch_environment" "simulation" {
  name = "simulation"

  compute_environment = {
    instance_types = ["c7i", "m7i"]
    max_vcpus      = 64
  }

  job_queues = {
    # The queue "simulation-urgent" is served first.
    urgent = { priority = 10 }

    # Jobs that ask for more than the environment can ever give are cancelled instead of waiting for ever.
    nightly = {
      priority = 1
      job_state_time_limit_actions = [
        {
          reason           = "MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT"
          state            = "RUNNABLE"
          max_time_seconds = 3600
          action           = "CANCEL"
        },
      ]
    }
  }
}

output "job_queue_arns" {
  value = { for key, queue in isolated_batch_environment.simulation.job_queues : key => queue.arn }
}
