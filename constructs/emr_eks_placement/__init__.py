"""Deploy Spark on EMR on EKS, and know where each pod of a job lands before it runs.

The names in `__all__` here and in `emr_eks_placement.infra` change only with a new major version. All others may change
with any version.
"""

TYPE_CHECKING = False  # for annotations only: importing typing takes longer than everything else that --help needs
if TYPE_CHECKING:
    from emr_eks_placement.assembly import read_assembly
    from emr_eks_placement.common.errors import Finding, InputError, RuleError
    from emr_eks_placement.definition import (
        CheckedEnvironment,
        CheckedRun,
        DeployedVirtualCluster,
        JobRunDefinition,
        define,
        define_job_run,
    )
    from emr_eks_placement.emr.request_check import check_request
    from emr_eks_placement.environment import (
        Cluster,
        DataAccess,
        Environment,
        EnvironmentJob,
        ExecutionRole,
        FargateProfile,
        FargateSelector,
        Network,
        NodeGroup,
        NodePool,
        PlacementChoice,
        Quota,
        Schedule,
        StateMachine,
        VirtualCluster,
        capacity_of,
    )
    from emr_eks_placement.environment_file import load_checked, load_environment
    from emr_eks_placement.job.job import Driver, Executors, Job, LocalFile
    from emr_eks_placement.job.parameters import JobParameter
    from emr_eks_placement.job.placement import Ec2, Fargate, Placement, Taint, Toleration
    from emr_eks_placement.planning import Landing, NodesNeeded, Plan, PlannedPod, Problem, plan
    from emr_eks_placement.pod_template.build import PodTemplate
    from emr_eks_placement.scheduling.capacity import Capacity

__all__ = [
    "Capacity",
    "CheckedEnvironment",
    "CheckedRun",
    "Cluster",
    "DataAccess",
    "DeployedVirtualCluster",
    "Driver",
    "Ec2",
    "Environment",
    "EnvironmentJob",
    "ExecutionRole",
    "Executors",
    "Fargate",
    "FargateProfile",
    "FargateSelector",
    "Finding",
    "InputError",
    "Job",
    "JobParameter",
    "JobRunDefinition",
    "Landing",
    "LocalFile",
    "Network",
    "NodeGroup",
    "NodePool",
    "NodesNeeded",
    "Placement",
    "PlacementChoice",
    "Plan",
    "PlannedPod",
    "PodTemplate",
    "Problem",
    "Quota",
    "RuleError",
    "Schedule",
    "StateMachine",
    "Taint",
    "Toleration",
    "VirtualCluster",
    "capacity_of",
    "check_request",
    "define",
    "define_job_run",
    "load_checked",
    "load_environment",
    "plan",
    "read_assembly",
]

# The module of each public name; a module comes before those that import it.
_MODULES = (
    "common.errors",
    "job.placement",
    "job.parameters",
    "job.job",
    "pod_template.build",
    "scheduling.capacity",
    "emr.request_check",
    "environment",
    "planning",
    "definition",
    "environment_file",
    "assembly",
)


if not TYPE_CHECKING:  # otherwise type checkers accept any name

    def __getattr__(name: str) -> object:
        """Imports a public name on first use, so that a command loads only what it needs."""
        if name in __all__:
            from importlib import import_module

            for module in _MODULES:
                found = vars(import_module(f"{__name__}.{module}")).get(name)
                if found is not None:
                    return globals().setdefault(name, found)
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}", name=name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
