"""A job, its placements and its parameters."""
