"""The plans of every job run that an environment defines."""

from collections.abc import Iterator

from emr_eks_placement.definition.checked_environment import CheckedEnvironment
from emr_eks_placement.environment import Environment
from emr_eks_placement.planning import Plan


def planned_runs(environment: Environment | CheckedEnvironment) -> Iterator[tuple[str, Plan]]:
    """Yields each job in each of its placements, by `JOB in PLACEMENT`. Raises RuleError as `define_job_run` does."""
    for (job, placement), run in CheckedEnvironment.of(environment).runs.items():
        yield f"{job} in {placement}", run.plan
