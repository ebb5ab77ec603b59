"""Checks whether definitions fit in their stacks."""

import math
from collections.abc import Iterator
from pathlib import Path

from emr_eks_placement.common.errors import FieldPath, RuleError
from emr_eks_placement.environment import Environment
from emr_eks_placement.environment.definition_stacks import definition_parts

_MOST_RESOURCES = 500  # CloudFormation quota, resources per stack: two a definition, one a state machine or schedule
_OTHER_RESOURCES = 40  # the deployment of files, and roles of state machines and schedules
_LARGEST_TEMPLATE = 1_000_000  # bytes; CloudFormation quota, template body in S3: 1 MB, as aws-cdk-lib counts it
_UNEVEN = 1.8  # how much larger than the others a stack may be, because names decide which stack a job is in


def check_number_of_resources(environment: Environment) -> None:
    """Raises RuleError if the definitions of the jobs of one stack have more resources than a stack may."""
    choices = [choice for job in environment.jobs.values() for choice in job.placements.values()]
    machines = sum(choice.state_machine is not None for choice in choices)
    schedules = sum(choice.schedule is not None for choice in choices)
    resources = 2 * len(choices) + machines + schedules + _OTHER_RESOURCES
    if resources > _MOST_RESOURCES:
        raise _does_not_fit(
            environment,
            f"{len(choices)} placements, {machines} state machines, {schedules} schedules",
            f"a stack has at most {_MOST_RESOURCES} resources (CloudFormation quotas), and these take up to {resources}",
            resources / _MOST_RESOURCES,
        )


def templates_that_are_too_large(environment: Environment, assembly: Path) -> Iterator[RuleError]:
    """Yields an error for each stack of definitions in an assembly whose template is too large for CloudFormation."""
    for part, jobs in definition_parts(environment).items():
        file = assembly / f"{environment.name}-{part}.template.json"
        size = file.stat().st_size if file.exists() else 0
        if size > _LARGEST_TEMPLATE:
            some = environment.model_copy(update={"jobs": {name: environment.jobs[name] for name in jobs}})
            rule = f"the template of {environment.name}-{part} has at most {_LARGEST_TEMPLATE} bytes (CloudFormation quotas)"
            yield _does_not_fit(some, f"{size} bytes", rule, size / _LARGEST_TEMPLATE)


def check_ids(environment: Environment) -> None:
    """Raises RuleError if two definitions of the jobs of one stack would have the same id."""
    owners: dict[str, tuple[str, str]] = {}
    for job, settings in environment.jobs.items():
        for placement in settings.placements:
            for id_ in (f"{job}-in-{placement}", f"{job}-in-{placement}-template"):
                other = owners.setdefault(id_, (job, placement))
                if other != (job, placement):
                    raise RuleError(
                        placement,
                        f"job {other[0]} in placement {other[1]} reads as {id_} in the ids of its stack, and so does this one",
                        "Rename the job or the placement",
                        path=("jobs", job, "placements", placement),
                    )


def _does_not_fit(some: Environment, value: str, rule: str, times: float) -> RuleError:
    """Returns the error. some: with the jobs of the full stack; times: its content divided by its limit."""
    placements: dict[str, int] = {}
    for job in some.jobs.values():
        placements[job.virtual_cluster] = placements.get(job.virtual_cluster, 0) + len(job.placements)
    name = max(placements, key=placements.__getitem__)
    now = some.virtual_clusters[name].definition_stacks or 1
    enough = max(now + 1, math.ceil(now * times * _UNEVEN))
    path: FieldPath = ("virtual_clusters", name, "definition_stacks")
    return RuleError(value, rule, f"Write virtual_clusters.{name}.definition_stacks: {enough}", path=path)
