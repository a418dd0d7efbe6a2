# Batch on Spot Instances, which cost less and may be taken away. The more instance types and zones there are to choose from, the
# less often that happens. A launch template gives the instances what AWS Batch has no argument for, such as a larger disk.

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

variable "launch_template" {
  description = "Name of an existing launch template; null for none. Its newest version is used, and a newer one shows as a change."
  type        = string
  default     = null
}

resource "isolated_batch_environment" "spot" {
  name = "spot"

  compute_environment = {
    type           = "SPOT"
    instance_types = ["c6i", "c7i", "m6i", "m7i"]
    max_vcpus      = 256

    launch_template = var.launch_template == null ? null : {
      name    = var.launch_template
      version = "$Latest"
    }

    # Instances wait half an hour for the next job before they go.
    min_scale_down_delay_minutes = 30

    # Another month here moves the instances to the newest AMI; running jobs get two hours to end.
    image_refresh = "2026-11"
    update_policy = { job_execution_timeout_minutes = 120 }
  }
}
