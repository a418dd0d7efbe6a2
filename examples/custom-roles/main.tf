# Where an administrator makes the roles: nothing in IAM is created. The instance role is given by its instance
# profile. Without service_role_arn AWS Batch works with the service-linked role AWSServiceRoleForBatch, which
# can update everything in place; a role of one's own cannot.

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

variable "instance_profile_arn" {
  description = "ARN of an instance profile whose role has the policy AmazonEC2ContainerServiceforEC2Role."
  type        = string
  default     = "arn:aws:iam::123456789012:instance-profile/batch-instances"
}

variable "service_role_arn" {
  description = "ARN of a role that trusts batch.amazonaws.com and has the policy AWSBatchServiceRole."
  type        = string
  default     = null
}

resource "isolated_batch_environment" "custom_roles" {
  name = "custom-roles"

  compute_environment = {
    instance_role_arn = var.instance_profile_arn
    service_role_arn  = var.service_role_arn
    max_vcpus         = 16
  }

  deletion_protection = true
}
