# By the environment's name; with the region if it is not the provider's.
terraform import isolated_batch_environment.simulation simulation
terraform import isolated_batch_environment.simulation simulation@ap-northeast-1

# What something else made, by its VPC and the name of its compute environment.
terraform import isolated_batch_environment.simulation vpc-0123456789abcdef0/my-batch-cluster
