"""Which stack holds the definitions of a job: one for all, or several for each virtual cluster that asks for them."""

import hashlib
from collections.abc import Mapping

from emr_eks_placement.environment.environment import Environment

JOB_RUNS = "job-runs"
"""The part that holds the definitions of every virtual cluster without stacks of its own."""


def stack_parts(environment: Environment) -> tuple[str, ...]:
    """The parts of an environment, each deployed as a stack <environment>-<part>, in this order."""
    return ("platform", "virtual-clusters", *definition_parts(environment))


def definition_parts(environment: Environment) -> Mapping[str, tuple[str, ...]]:
    """The names of the jobs whose definitions each part holds, by the parts in the order in which they are deployed.

    A job's part follows from its name and the number of its virtual cluster's stacks alone: another job moves none, and one
    stack more takes jobs from the others but moves none between these (rendezvous hashing).
    """
    own = {name: own_parts(name, one.definition_stacks) for name, one in environment.virtual_clusters.items()}
    held: dict[str, list[str]] = {part: [] for part in (JOB_RUNS, *(part for parts in own.values() for part in parts))}
    for name, job in environment.jobs.items():
        held[_heaviest(own[job.virtual_cluster], name) or JOB_RUNS].append(name)
    return {part: tuple(jobs) for part, jobs in held.items()}


def own_parts(virtual_cluster: str, number: int | None) -> tuple[str, ...]:
    """The parts for one virtual cluster alone, by the number of its definition stacks."""
    return tuple(f"{JOB_RUNS}-{virtual_cluster}-{index}" for index in range(1, (number or 0) + 1))


def _heaviest(parts: tuple[str, ...], job: str) -> str | None:
    """The part that a job weighs most with; None without parts."""
    return max(parts, key=lambda part: hashlib.sha256(f"{part}\0{job}".encode()).digest(), default=None)
