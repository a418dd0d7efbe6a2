# By the environment's name; with the region if it is not the provider's.
terraform import isolated_batch_environment.simulation simulation
terraform import isolated_batch_environment.simulation simulation@ap-northeast-1
