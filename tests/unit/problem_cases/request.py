"""Cases of a request's content, wherever its pods land."""

from emr_eks_placement.facts import kubernetes
from tests.unit.planned import (
    ZONE_A,
)  # fmt: skip
from tests.unit.problem_cases.case import SELECTOR, Case, on_fargate

CASES: dict[str, list[Case]] = {
    "ZONE_KEY": [
        Case("driver", "it asks for zone=us-east-1a", {f"{SELECTOR}zone": ZONE_A}),
        on_fargate("it asks for zone=us-east-1a", {f"{SELECTOR}zone": ZONE_A}),
    ],
    "ZONE_QUOTED": [
        Case("driver", "'us-east-1a'", {f"{SELECTOR}{kubernetes.ZONE}": "'us-east-1a'"}),
        on_fargate("'us-east-1a'", {f"{SELECTOR}{kubernetes.ZONE}": "'us-east-1a'"}),
    ],
    "LABEL_REFUSED": [
        Case("driver", "metadata.labels has team=a b", {"spark.kubernetes.driver.label.team": "a b"}),
        Case("executors", "spec.nodeSelector has a b=c", {"spark.kubernetes.executor.node.selector.a b": "c"}),
        Case("submitter", "64 characters", emr={"emr_job_submitter": {"jobsubmitter.label.team": "a" * 64}}),
    ],
    "NODE_SELECTOR_IGNORED": [
        Case("driver", "emr-6.7.0-latest ignores", {"spark.kubernetes.driver.node.selector.workload": "spark"},
             release="emr-6.7.0-latest"),
    ],
    "SPARK_CONF_REFUSED": [Case("driver", "spark.kubernetes.namespace is set", {"spark.kubernetes.namespace": "a"})],
    "RELEASE_UNKNOWN": [Case("driver", "is taken for Spark 3.5.8", release="emr-7.99.0-latest")],
    "PLACEHOLDER": [
        Case("driver", "label.team=${TEAM} has the placeholder ${TEAM}", {"spark.kubernetes.driver.label.team": "${TEAM}"}),
        Case("executors", "placeholder <pool>", {"spark.kubernetes.node.selector.workload": "<pool>"}),
        Case("submitter", "placeholder {{ team }}", emr={"emr_job_submitter": {"jobsubmitter.label.team": "{{ team }}"}}),
        Case("driver", "executor.logging=$X has", emr={"emr_containers_defaults": {"executor.logging": "$X"}}),
    ],
}  # fmt: skip
