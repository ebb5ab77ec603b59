"""Whether a deployed environment is well and is what its file says."""
