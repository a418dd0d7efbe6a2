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
    # The file system's mount targets live in another VPC that is peered with this one.
    ingress_rules = [
      { description = "NFS from the storage network", protocol = "tcp", from_port = 2049, to_port = 2049, cidr_block = "10.30.0.0/16" },
    ]
  }

  compute_environment = {
    instance_types = ["c6i", "m6i"]
    max_vcpus      = 64
    instance_tags  = { workload = "restricted" }
  }

  tags = { team = "risk" }
}
