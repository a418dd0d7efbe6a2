# Batch without instances. Fargate reaches Amazon ECS by a way of its own, so three interface endpoints are enough where instances need
# six. Nothing about instances can be set.

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

resource "isolated_batch_environment" "fargate" {
  name = "fargate"

  network = {
    max_azs = 2
  }

  compute_environment = {
    type               = "FARGATE"
    max_vcpus          = 64
    container_insights = "ENHANCED"
  }
}
