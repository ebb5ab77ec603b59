"""How long planning takes: `make benchmark`. Figures, not tests: nothing fails here by being slow.

One job with a million executors, many different jobs on one core, and one job on a cluster with the most node groups and
Fargate profiles that EKS allows by default.
"""

import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from tabulate import tabulate

from emr_eks_placement.definition import define_job_run
from emr_eks_placement.emr.request_check import check_request
from emr_eks_placement.environment import Environment, capacity_of
from emr_eks_placement.environment_file import load_environment
from emr_eks_placement.planning import Plan, plan
from emr_eks_placement.scheduling.capacity import Capacity

ENVIRONMENT = Path(__file__).parents[1] / "environments" / "prod.yaml"
NAMESPACE = "science"
JOBS = 10_000
REPEATS = 20


def request(number: int, executors: int = 4) -> dict[str, Any]:
    """A job like no other: sizes, labels and places of its properties differ by number."""
    role = ("driver", "executor")[number % 2]
    defaults = {
        "spark.kubernetes.executor.label.spark-node-placement": "fargate",
        f"spark.kubernetes.{role}.label.job": f"job-{number}",
        f"spark.kubernetes.{role}.annotation.owner": f"team-{number % 100}",
        "spark.driver.memory": f"{1024 + number}m",
        "spark.executor.instances": str(executors),
    }
    parameters = f"--conf spark.executor.memory={2048 + number}m --conf spark.executor.cores={1 + number % 4}"
    return {
        "name": f"job-{number}",
        "releaseLabel": "emr-7.12.0-latest",
        "jobDriver": {
            "sparkSubmitJobDriver": {"entryPoint": f"s3://jobs/{number}.py", "sparkSubmitParameters": parameters}
        },
        "configurationOverrides": {
            "applicationConfiguration": [{"classification": "spark-defaults", "properties": defaults}]
        },
    }


def seconds(work: Callable[[], object], repeats: int = REPEATS) -> list[float]:
    """How long each repetition of the work takes."""
    taken = []
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        taken.append(time.perf_counter() - start)
    return taken


def full(environment: Environment) -> Capacity:
    """As many node groups and Fargate profiles as EKS allows a cluster by default, none of them wanted."""
    capacity = capacity_of(environment)
    group = next(iter(capacity.node_groups.values()))
    groups = {**capacity.node_groups, **{f"group-{number}": group for number in range(30 - len(capacity.node_groups))}}
    return replace(capacity, node_groups=groups)


def main() -> None:
    """Prints the figures."""
    environment = load_environment(ENVIRONMENT)
    capacity, crowded = capacity_of(environment), full(environment)
    many = [request(number) for number in range(JOBS)]
    job = next(iter(environment.jobs))
    placement = next(iter(environment.jobs[job].placements))

    def plan_one(asked: dict[str, Any], where: Capacity = capacity) -> Plan:
        return plan(check_request(asked), {}, where, namespace=NAMESPACE)

    plan_one(many[0])
    measured = {
        "one job of 1,000,000 executors": seconds(lambda: plan_one(request(0, 1_000_000))),
        "one job on 30 node groups": seconds(lambda: plan_one(many[0], crowded)),
        f"{JOBS:,} different jobs": seconds(lambda: [plan_one(one) for one in many], 3),
        "one definition": seconds(lambda: define_job_run(environment, job, placement)),
    }
    rows = [
        (name, *(f"{1000 * figure:,.2f}" for figure in (min(taken), statistics.median(taken), max(taken))))
        for name, taken in measured.items()
    ]
    table = tabulate(rows, ("milliseconds for", "least", "median", "most"), colalign=("left", *["right"] * 3))
    sys.stdout.write(f"{table}\n")


if __name__ == "__main__":
    main()
