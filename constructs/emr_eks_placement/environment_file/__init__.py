"""Environment files: YAML in, an Environment out, or findings that name file, line and field."""

from emr_eks_placement.environment_file.load import load_environment

__all__ = ["load_environment"]
