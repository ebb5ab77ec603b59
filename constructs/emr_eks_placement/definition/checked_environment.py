"""An environment whose placements are checked: each is planned once, however many definitions are made of it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from emr_eks_placement.definition.define import CheckedRun
from emr_eks_placement.definition.job_run import check_job_run
from emr_eks_placement.environment import Environment, capacity_of

JobPlacement = tuple[str, str]


@dataclass(frozen=True)
class CheckedEnvironment:
    """An environment and `runs`: each of its jobs in each of its placements, by their names."""

    environment: Environment
    runs: Mapping[JobPlacement, CheckedRun]

    @classmethod
    def of(cls, environment: "Environment | CheckedEnvironment") -> "CheckedEnvironment":
        """As it is, if it is checked. Raises RuleError as `define_job_run` does."""
        if isinstance(environment, CheckedEnvironment):
            return environment
        capacity = capacity_of(environment)
        runs = {run: check_job_run(environment, *run, capacity=capacity) for run in job_placements(environment)}
        return cls(environment, runs)

    def only(self, jobs: Collection[str]) -> "CheckedEnvironment":
        """With no other jobs than these."""
        some = self.environment.model_copy(update={"jobs": {name: self.environment.jobs[name] for name in jobs}})
        return CheckedEnvironment(some, {run: self.runs[run] for run in job_placements(some)})


def job_placements(environment: Environment) -> tuple[JobPlacement, ...]:
    """Each job of the environment with each of its placements."""
    return tuple((name, placement) for name, job in environment.jobs.items() for placement in job.placements)
