terraform {
  required_providers {
    isolated = {
      source = "isolated-batch/isolated"
    }
  }
}

# Region and credentials may come from the environment and the shared files instead, in the same way and
# order as with the hashicorp/aws provider.
provider "isolated" {
  region = "ap-northeast-1"

  default_tags = {
    tags = { project = "simulation" }
  }
}
