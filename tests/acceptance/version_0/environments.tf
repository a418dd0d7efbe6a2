resource "isolated_batch_environment" "this" {
  name = "old"
  network = {
    cidr_block           = "10.20.0.0/16"
    availability_zones   = ["ap-northeast-1c", "ap-northeast-1a"]
    subnet_prefix_length = 20
  }
  endpoints = {
    cloudwatch_logs     = true
    additional_services = ["secretsmanager", "dynamodb"]
    availability_zones  = ["ap-northeast-1a"]
  }
  security_group = {
    name        = "for-old"
    description = "For the old environment."
    ingress_rules = [
      { description = "Console", protocol = "tcp", from_port = 22, to_port = 22, cidr_block = "192.168.0.0/24" },
    ]
  }
  compute_environment = {
    instance_types    = ["c6i.large", "m6i.large"]
    min_vcpus         = 0
    desired_vcpus     = 0
    max_vcpus         = 16
    ec2_configuration = [{ image_type = "ECS_AL2023" }]
    instance_tags     = { cost = "simulation" }
  }
  deletion_protection = true
  tags                = { team = "risk", Name = "old" }
  timeouts            = { create = "20m", delete = "40m" }
}

resource "isolated_batch_environment" "role" {
  name           = "old-role"
  network        = { cidr_block = "10.21.0.0/16", max_azs = 2 }
  endpoints      = { cloudwatch_logs = false, private_dns_enabled = false }
  security_group = { allow_all_outbound = true }
  compute_environment = {
    name                = "old-role"
    allocation_strategy = "BEST_FIT"
    instance_types      = ["m6i.large"]
    max_vcpus           = 4
    create_service_role = true
    enabled             = false
  }
}
