# Interface endpoints are all that an idle environment costs. A parked one has none: everything else stays, and setting
# `parked` to false again brings them back within minutes.

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

variable "parked" {
  description = "Whether no jobs are to run for a while."
  type        = bool
  default     = true
}

resource "isolated_batch_environment" "weekdays" {
  name = "weekdays"

  endpoints = {
    enabled = !var.parked
  }

  compute_environment = {
    max_vcpus = 16
  }
}

output "monthly_cost" {
  value = isolated_batch_environment.weekdays.estimated_monthly_cost.amount
}
