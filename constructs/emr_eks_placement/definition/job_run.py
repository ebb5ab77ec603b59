"""The definition of a job run that an environment names: one of its jobs in one of its placements."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from emr_eks_placement.common.errors import FieldPath, RuleError
from emr_eks_placement.definition.define import CheckedRun, JobRunDefinition, check_run
from emr_eks_placement.definition.deployed import DeployedVirtualCluster, placeholders_of
from emr_eks_placement.environment import Environment, capacity_of
from emr_eks_placement.environment.job_runs import PlacementChoice
from emr_eks_placement.planning import Plan
from emr_eks_placement.scheduling.capacity import Capacity

JobPlacement = tuple[str, str]


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


@dataclass(frozen=True)
class CheckedEnvironment:
    """An environment and `runs`: each of its jobs in each of its placements, by name."""

    environment: Environment
    runs: Mapping[JobPlacement, CheckedRun]

    @classmethod
    def of(cls, environment: "Environment | CheckedEnvironment") -> "CheckedEnvironment":
        """Returns the environment unchanged if it is already checked. Raises RuleError as `define_job_run` does."""
        if isinstance(environment, CheckedEnvironment):
            return environment
        capacity = capacity_of(environment)
        runs = {run: check_job_run(environment, *run, capacity=capacity) for run in job_placements(environment)}
        return cls(environment, runs)

    def plans(self) -> Iterator[tuple[str, Plan]]:
        """That of each job in each of its placements, by `JOB in PLACEMENT`."""
        for (job, placement), run in self.runs.items():
            yield f"{job} in {placement}", run.plan

    def only(self, jobs: Collection[str]) -> "CheckedEnvironment":
        """Returns the environment with only these jobs."""
        some = self.environment.model_copy(update={"jobs": {name: self.environment.jobs[name] for name in jobs}})
        return CheckedEnvironment(some, {run: self.runs[run] for run in job_placements(some)})


def job_placements(environment: Environment) -> tuple[JobPlacement, ...]:
    """Returns each job of the environment with each of its placements."""
    return tuple((name, placement) for name, job in environment.jobs.items() for placement in job.placements)
