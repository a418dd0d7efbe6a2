# All that must be said. The rest has defaults: a VPC 10.0.0.0/16 with an isolated subnet in three zones, the
# endpoints that AWS Batch on EC2 cannot do without, CloudWatch Logs among them, and outbound traffic that
# reaches the VPC and S3 only.
resource "isolated_batch_environment" "simulation" {
  name = "simulation"

  compute_environment = {
    max_vcpus = 16
  }
}
