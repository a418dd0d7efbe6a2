# An environment in a VPC that somebody else made. The VPC, its subnets and its route tables are left as they are, but for the routes
# of the gateway endpoint; endpoints that are there and serve are used. Both DNS attributes of the VPC must be on.

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

variable "vpc_id" {
  description = "The VPC to live in."
  type        = string
}

variable "subnet_ids" {
  description = "Subnets of the VPC, one in each Availability Zone, without a route to the internet."
  type        = list(string)
}

resource "isolated_batch_environment" "guest" {
  name = "guest"

  network = {
    vpc_id     = var.vpc_id
    subnet_ids = var.subnet_ids
  }

  compute_environment = {
    max_vcpus = 16
  }
}

# What the environment pays for: endpoints of others cost it nothing.
output "own_endpoints" {
  value = [for service, endpoint in isolated_batch_environment.guest.endpoints.services : service if endpoint.managed]
}
