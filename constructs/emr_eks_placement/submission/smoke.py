"""The runs of a smoke test: a small job in each placement of an environment's jobs."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from emr_eks_placement.common.errors import RuleError
from emr_eks_placement.environment import Environment
from emr_eks_placement.environment.job_runs import EnvironmentJob
from emr_eks_placement.job.job import Driver, Executors, LocalFile
from emr_eks_placement.submission.choose import ChosenPlacement

JOB = Path(__file__).with_name("smoke_job.py")
"""A job that counts a range."""
NAME = "smoke-test"
_NUMBERS, _SECONDS = "1000000", "30"
_IMAGE = ".container.image"


@dataclass(frozen=True)
class SmokeCase:
    """One run. virtual_cluster: its name; job: its name in environment, which contains it; of_job: the job whose
    placement it is."""

    virtual_cluster: str
    job: str
    of_job: str
    placement: ChosenPlacement
    environment: Environment

    @property
    def release_label(self) -> str:
        """The release of the run."""
        return self.environment.jobs[self.job].release_label


def smoke_cases(environment: Environment, placements: Collection[str], job: str | None = None) -> list[SmokeCase]:
    """Returns a small job in each placement of each virtual cluster, without duplicates; with job, that job as
    deployed.

    placements: only those of these names; empty: all. Release, execution role and images are those of the first job
    with the placement. Raises RuleError, with the option as path, for an unknown name.
    """
    jobs = environment.jobs if job is None else {job: _job(environment, job)}
    known = {name for settings in jobs.values() for name in settings.placements}
    for name in placements:
        if name not in known:
            rule = f"the placements of {f'job {job}' if job else 'the jobs'} are {', '.join(sorted(known)) or 'none'}"
            raise RuleError(name, rule, "Name one of them", path=("--placement",))
    if not known:
        raise RuleError(None, "the environment has no job", "Add one with the placements to test", path=("jobs",))
    cases: dict[object, SmokeCase] = {}
    for key, settings in jobs.items():
        for name, choice in settings.placements.items():
            if placements and name not in placements:
                continue
            if job is not None:
                chosen = ChosenPlacement(name, choice, is_deployed=True)
                cases[name] = SmokeCase(settings.virtual_cluster, key, key, chosen, environment)
                continue
            same = settings.virtual_cluster, choice.placement.model_dump_json(), choice.node_selection
            chosen = ChosenPlacement(name, choice, is_deployed=False)
            cases.setdefault(same, _small(key, settings, chosen, environment))
    return list(cases.values())


def _job(environment: Environment, job: str) -> EnvironmentJob:
    if job not in environment.jobs:
        rule = f"the environment's jobs are {', '.join(environment.jobs) or 'none'}"
        raise RuleError(job, rule, "Name one of them", path=("--job",))
    return environment.jobs[job]


def case_names(cases: Sequence[SmokeCase]) -> list[str]:
    """Returns a name for each case: its placement, with the virtual cluster if there are several, and with the job if
    two have different placements of one name."""
    several = len({one.virtual_cluster for one in cases}) > 1
    names = [f"{one.virtual_cluster}/{one.placement.name}" if several else one.placement.name for one in cases]
    return [
        f"{name} of {one.of_job}" if names.count(name) > 1 else name for name, one in zip(names, cases, strict=True)
    ]


def _small(key: str, settings: EnvironmentJob, chosen: ChosenPlacement, environment: Environment) -> SmokeCase:
    jobs: Mapping[str, EnvironmentJob] = {NAME: _small_job(settings)}
    with_it = environment.model_copy(update={"jobs": jobs})
    return SmokeCase(settings.virtual_cluster, NAME, key, chosen, with_it)


def _small_job(settings: EnvironmentJob) -> EnvironmentJob:
    """Returns the smallest job with every kind of pod. It uses the images of the job, because other images may not be
    accessible."""
    return settings.model_copy(
        update={
            "name": NAME,
            "entry_point": LocalFile.of(JOB, settings.virtual_cluster),
            "arguments": (_NUMBERS, _SECONDS),
            "main_class": None,
            "driver": Driver(),
            "executors": Executors(instances=1),
            "spark_conf": {key: value for key, value in settings.spark_conf.items() if key.endswith(_IMAGE)},
            "parameters": {},
        }
    )
