"""What runs and where it should: a job, its placements and parameters."""
