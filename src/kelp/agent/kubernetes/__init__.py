"""What the Kubernetes API knows about the pods whose logs are read."""
