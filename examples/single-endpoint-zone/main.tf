# Interface endpoints are billed by endpoint, zone and hour, also when idle. Here instances run in three zones
# and reach the endpoints in one of them, for a third of the price; the zone is then a single point of failure.

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

resource "isolated_batch_environment" "thrifty" {
  name = "thrifty"

  network = {
    availability_zones = ["ap-northeast-1a", "ap-northeast-1c", "ap-northeast-1d"]
  }

  endpoints = {
    availability_zones = ["ap-northeast-1a"]
  }

  compute_environment = {
    max_vcpus = 16
  }

  timeouts = { create = "45m" }
}
