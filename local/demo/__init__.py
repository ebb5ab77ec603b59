"""The demo: from an environment file to running jobs in every placement, and where each pod went."""
