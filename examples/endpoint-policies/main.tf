# Endpoints are the only way out of an isolated network, and by default they let the credentials and the buckets of
# every account through. Here they let the principals of this account through, and S3 only to one bucket, besides the
# layers of images in ECR, which lie in a bucket of AWS's.

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

resource "isolated_batch_environment" "guarded" {
  name = "guarded"

  endpoints = {
    policy = "same_account"

    policies = {
      s3 = jsonencode({
        Version = "2012-10-17"
        Statement = [
          {
            Sid       = "Data"
            Effect    = "Allow"
            Principal = "*"
            Action    = ["s3:GetObject", "s3:PutObject", "s3:ListBucket"]
            Resource  = ["arn:aws:s3:::simulation-data", "arn:aws:s3:::simulation-data/*"]
          },
          {
            Sid       = "ImageLayers"
            Effect    = "Allow"
            Principal = "*"
            Action    = "s3:GetObject"
            Resource  = "arn:aws:s3:::prod-ap-northeast-1-starport-layer-bucket/*"
          },
        ]
      })
    }
  }

  compute_environment = {
    max_vcpus = 16
  }
}
