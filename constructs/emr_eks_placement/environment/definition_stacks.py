"""Chooses the stack for the definitions of a job: one for all, or several for each virtual cluster that asks for them."""

import hashlib
from collections.abc import Mapping

from emr_eks_placement.environment.environment import Environment

JOB_RUNS = "job-runs"
"""The part with the definitions of every virtual cluster without its own stacks."""


def stack_parts(environment: Environment) -> tuple[str, ...]:
    """Returns the parts of an environment in order. Each is deployed as a stack <environment>-<part>."""
    return ("platform", "virtual-clusters", *definition_parts(environment))


def definition_parts(environment: Environment) -> Mapping[str, tuple[str, ...]]:
    """Returns the names of the jobs whose definitions each part holds, in the order of deployment.

    A job's part depends only on its name and the number of stacks of its virtual cluster. Another job moves none, and
    one more stack takes jobs from the others but moves none between them (rendezvous hashing).
    """
    own = {name: own_parts(name, one.definition_stacks) for name, one in environment.virtual_clusters.items()}
    held: dict[str, list[str]] = {part: [] for part in (JOB_RUNS, *(part for parts in own.values() for part in parts))}
    for name, job in environment.jobs.items():
        held[_heaviest(own[job.virtual_cluster], name) or JOB_RUNS].append(name)
    return {part: tuple(jobs) for part, jobs in held.items()}


def own_parts(virtual_cluster: str, number: int | None) -> tuple[str, ...]:
    """Returns the parts of one virtual cluster, for its number of definition stacks."""
    return tuple(f"{JOB_RUNS}-{virtual_cluster}-{index}" for index in range(1, (number or 0) + 1))


def _heaviest(parts: tuple[str, ...], job: str) -> str | None:
    """Returns the part with the job's highest weight; None without parts."""
    return max(parts, key=lambda part: hashlib.sha256(f"{part}\0{job}".encode()).digest(), default=None)
