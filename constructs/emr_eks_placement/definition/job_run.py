"""The definition of a job run that an environment names: one of its jobs in one of its placements."""

from emr_eks_placement.common.errors import FieldPath, RuleError
from emr_eks_placement.definition.define import CheckedRun, JobRunDefinition, check_run
from emr_eks_placement.definition.deployed import DeployedVirtualCluster, placeholders_of
from emr_eks_placement.environment import Environment
from emr_eks_placement.environment.job_runs import PlacementChoice
from emr_eks_placement.scheduling.capacity import Capacity


def define_job_run(
    environment: Environment,
    job: str,
    placement: str,
    deployed: DeployedVirtualCluster | None = None,
    *,
    keep_parameters: bool = False,
    capacity: Capacity | None = None,
) -> JobRunDefinition:
    """Returns the definition of a job and one of its placements, by their names in the environment.

    keep_parameters: whether the job's parameters stay as ${NAME} or get their defaults; capacity: the environment's,
    shared by many definitions; computed by default.

    Raises RuleError with the path in the environment, ("jobs", …).
    """
    if deployed is None:
        deployed = placeholders_of(environment.jobs[job].virtual_cluster)
    checked = check_job_run(environment, job, placement, deployed, capacity=capacity)
    return checked.definition(deployed, keep_parameters=keep_parameters)


def check_job_run(
    environment: Environment,
    job: str,
    placement: str,
    deployed: DeployedVirtualCluster | None = None,
    *,
    capacity: Capacity | None = None,
) -> CheckedRun:
    """Checks a run, from which definitions can be created. Arguments and errors are those of `define_job_run`."""
    settings = environment.jobs[job]
    choice = settings.placements[placement]
    try:
        return check_run(
            settings,
            choice.placement,
            environment,
            virtual_cluster=settings.virtual_cluster,
            execution_role=settings.execution_role,
            deployed=deployed,
            node_selection=choice.node_selection,
            capacity=capacity,
        )
    except RuleError as broken:
        path = ("jobs", job, *_in_environment(broken.path or ("job",), placement, choice))
        raise RuleError(broken.value, broken.rule, broken.fix, path=path) from None


def _in_environment(path: FieldPath, placement: str, choice: PlacementChoice) -> FieldPath:
    """Converts a path of `define` to the path below the job in the environment file, where one zone applies to both
    pods."""
    start, *rest = path
    if start != "placement":
        return tuple(rest)
    if choice.zone is not None and rest[1:] == ["zone"] and rest[0] != "submitter":
        return ("placements", placement, "zone")
    return ("placements", placement, *rest)
