"""Reads environment files: YAML to an Environment, or findings with file, line and field."""

from emr_eks_placement.environment_file.load import finding_in, load_checked, load_environment, read_environment

__all__ = ["finding_in", "load_checked", "load_environment", "read_environment"]
