"""Job-run definitions: StartJobRun request bodies, and the pod templates they name."""

from emr_eks_placement.definition.define import JobRunDefinition, define
from emr_eks_placement.definition.deployed import PLACEHOLDERS, DeployedVirtualCluster, output_key

__all__ = ["PLACEHOLDERS", "DeployedVirtualCluster", "JobRunDefinition", "define", "output_key"]
