"""The demo: deploys an environment file, runs jobs in every placement, and shows where each pod ran."""
