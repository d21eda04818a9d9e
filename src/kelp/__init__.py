"""Kelp: collect, store and show the logs of a Kubernetes cluster."""

__version__ = "0.1.0"
