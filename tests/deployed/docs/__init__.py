"""The commands of the README and docs/, on a deployed environment."""
