"""Cases of a run as a whole: its pods together, and how many executors there are."""

from tests.unit.planned import (
    LABEL,
    ON_FARGATE,
    ZONE_B,
    capacity,
    profile,
)  # fmt: skip
from tests.unit.problem_cases.case import ZONES, Case

CASES: dict[str, list[Case]] = {
    "SUBMITTER_ON_EC2": [Case("submitter", "no Fargate profile selects the submitter", ON_FARGATE)],
    "EXECUTORS_ACROSS_ZONES": [Case("executors", "us-east-1a, us-east-1b", where=ZONES)],
    "DRIVER_IN_ANOTHER_ZONE": [
        Case("driver", "it runs in us-east-1a, the executors in us-east-1b", ON_FARGATE, capacity(fargate_profiles={
            "a": profile({LABEL: "fargate", "spark-role": "driver"}),
            "b": profile({LABEL: "fargate", "spark-role": "executor"}, (ZONE_B,))})),
    ],
    "EXECUTORS_LEAVE_ROOM": [
        Case("executors", "m6i.4xlarge holds 1 of them, which take 57% of its CPU", {
            "spark.executor.cores": "9", "spark.executor.instances": "12"}),
        Case("executors", "which take 19% of its CPU and 55% of its memory", {
            "spark.executor.cores": "3", "spark.executor.memory": "24g", "spark.executor.instances": "3"}),
    ],
    "EXECUTORS_UNBOUNDED": [Case("executors", "maxExecutors is not set", {"spark.dynamicAllocation.enabled": "true"})],
}  # fmt: skip
