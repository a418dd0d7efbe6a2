# An AWS Batch compute environment in a VPC without any path to the internet: three subnets, five interface
# endpoints, one gateway endpoint for S3, one security group, an instance role and the compute environment.

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
  name           = "simulation"
  network        = { cidr_block = "10.0.0.0/16", max_azs = 3, subnet_prefix_length = 18 }
  endpoints      = { cloudwatch_logs = false }
  security_group = { name = "for-batch-compute-environment", description = "For batch compute environment.", allow_all_outbound = true }
  compute_environment = {
    name = "my-batch-cluster", type = "EC2", instance_types = ["t3.small"], min_vcpus = 0, desired_vcpus = 0, max_vcpus = 4
  }
}

output "compute_environment_arn" {
  description = "What a job queue refers to."
  value       = isolated_batch_environment.simulation.compute_environment.arn
}

output "subnets" {
  description = "Zone to subnet, block and route table."
  value       = isolated_batch_environment.simulation.network.subnets
}

output "endpoints" {
  description = "Service to endpoint."
  value       = { for service, endpoint in isolated_batch_environment.simulation.endpoints.services : service => endpoint.id }
}
