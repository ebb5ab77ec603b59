"""Job-run definitions: StartJobRun request bodies and their pod templates."""

from emr_eks_placement.definition.define import CheckedRun, JobRunDefinition, define
from emr_eks_placement.definition.deployed import (
    DeployedVirtualCluster,
    deployed_of_outputs,
    output_id,
    output_ids,
    placeholders_of,
    role_output_ids,
)
from emr_eks_placement.definition.job_run import CheckedEnvironment, JobPlacement, define_job_run

__all__ = [
    "CheckedEnvironment",
    "CheckedRun",
    "DeployedVirtualCluster",
    "JobPlacement",
    "JobRunDefinition",
    "define",
    "define_job_run",
    "deployed_of_outputs",
    "output_id",
    "output_ids",
    "placeholders_of",
    "role_output_ids",
]
