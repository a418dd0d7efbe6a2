# Jobs that read secrets and a file system, and may talk to nothing but the VPC and the gateway endpoints:
# outbound traffic is restricted by default, so there is nothing to switch on for it.

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

resource "isolated_batch_environment" "restricted" {
  name = "restricted"

  network = {
    cidr_block = "10.20.0.0/16"
    max_azs    = 2
  }

  endpoints = {
    # Short or full names. DynamoDB, like S3, becomes a gateway endpoint, which costs nothing.
    additional_services = ["secretsmanager", "elasticfilesystem", "dynamodb"]
  }

  security_group = {
    # A monitoring network that is peered with this one may ask the instances for their metrics. Answers need no rule, and what is
    # inside this VPC, such as the mount targets of the file system, none either.
    ingress_rules = [
      { description = "Metrics for the monitoring network", protocol = "tcp", from_port = 9100, to_port = 9100, cidr_block = "10.30.0.0/16" },
    ]
  }

  compute_environment = {
    instance_types = ["c6i", "m6i"]
    max_vcpus      = 64
    instance_tags  = { workload = "restricted" }
  }

  tags = { team = "risk" }
}
