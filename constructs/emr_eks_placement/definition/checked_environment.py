"""An environment with checked placements. Each placement is planned once, for any number of definitions."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from emr_eks_placement.definition.define import CheckedRun
from emr_eks_placement.definition.job_run import check_job_run
from emr_eks_placement.environment import Environment, capacity_of
from emr_eks_placement.planning import Plan

JobPlacement = tuple[str, str]


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
