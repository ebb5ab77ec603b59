"""Every placement, deployed and run: where real Spark's pods go, and that a wrong definition is detected."""

import copy
import re
import sys

import pytest

from tests.deployed.demo.conftest import NAMESPACE, PLACEMENTS, Deployed

LABEL = "spark.kubernetes.driver.label.spark-node-placement"
ZONE = "spark.kubernetes.node.selector.topology.kubernetes.io/zone"


@pytest.mark.parametrize("placement", PLACEMENTS)
def test_every_pod_is_as_placed(deployed: Deployed, placement: str) -> None:
    outcome = deployed.run(placement)
    assert (outcome.state, outcome.differences) == ("COMPLETED", ()), outcome.details
    assert [len(outcome.pods[role]) for role in ("submitter", "driver", "executors")] == [1, 1, 2]


def test_each_pod_has_logged_what_the_local_aws_did(deployed: Deployed) -> None:
    deployed.run("fargate")
    (cluster,) = (one for key, one in deployed.outputs.items() if key == "SparkVirtualClusterId")
    runs = deployed.local.session.client("emr-containers").list_job_runs(virtualClusterId=cluster)["jobRuns"]
    run = max(runs, key=lambda one: one["createdAt"])
    command = f"{sys.executable} -m emr_eks_placement.cli.main logs {run['id']} --virtual-cluster {cluster}"
    assert re.fullmatch(r"local AWS: .*: the driver created \S+-exec-1, \S+-exec-2\n", deployed.shell(command))
    executors = deployed.shell(f"{command} --pod executors").splitlines()
    assert [re.sub(r".*-exec-(\d+): local AWS: .*", r"\1", line) for line in executors] == ["1", "2"]
    assert "spark-submit ran outside of pod" in deployed.shell(f"{command} --pod submitter")


def test_a_dropped_label_is_reported(deployed: Deployed) -> None:
    definition = copy.deepcopy(deployed.definition("fargate"))
    del definition["configurationOverrides"]["applicationConfiguration"][0]["properties"][LABEL]
    outcome = deployed.run("fargate", definition)
    assert outcome.state == "COMPLETED"
    assert [role for role, _ in outcome.differences] == ["driver"]
    assert "is on EC2" in outcome.differences[0][1]


def test_a_dropped_submitter_label_is_reported(deployed: Deployed) -> None:
    definition = copy.deepcopy(deployed.definition("fargate-all"))
    applications = definition["configurationOverrides"]["applicationConfiguration"]
    applications[:] = [entry for entry in applications if entry["classification"] != "emr-job-submitter"]
    assert [role for role, _ in deployed.run("fargate-all", definition).differences] == ["submitter"]


def test_a_zone_selector_that_the_profile_lacks_leaves_the_pod_pending(deployed: Deployed) -> None:
    definition = copy.deepcopy(deployed.definition("fargate-one-zone"))
    definition["configurationOverrides"]["applicationConfiguration"][0]["properties"][ZONE] = "us-east-1b"
    outcome = deployed.run("fargate-one-zone", definition)
    assert outcome.state == "FAILED"
    assert "MatchNodeSelector failed" in outcome.details
    assert outcome.pods["driver"][0].node_labels is None


def test_a_driver_too_large_for_every_node_stays_pending(deployed: Deployed) -> None:
    definition = copy.deepcopy(deployed.definition("pinned-driver"))
    definition["jobDriver"]["sparkSubmitJobDriver"]["sparkSubmitParameters"] += " --conf spark.driver.memory=30g"
    outcome = deployed.run("pinned-driver", definition)
    assert outcome.state == "FAILED"
    assert "Pending" in outcome.details


def test_a_template_that_is_not_in_the_bucket_fails_the_run(deployed: Deployed) -> None:
    definition = copy.deepcopy(deployed.definition("pinned-driver"))
    properties = definition["configurationOverrides"]["applicationConfiguration"][0]["properties"]
    properties["spark.kubernetes.driver.podTemplateFile"] += ".missing"
    outcome = deployed.run("pinned-driver", definition)
    assert outcome.state == "FAILED"
    assert "podTemplateFile" in outcome.details


def test_conf_in_submit_parameters_beats_spark_defaults(deployed: Deployed) -> None:
    """As on EMR; real spark-submit reads the parameters."""
    definition = copy.deepcopy(deployed.definition("fargate"))
    definition["jobDriver"]["sparkSubmitJobDriver"]["sparkSubmitParameters"] += f" --conf {LABEL}=elsewhere"
    assert [role for role, _ in deployed.run("fargate", definition).differences] == ["driver"]


def test_the_granted_size_is_the_documented_one(deployed: Deployed) -> None:
    """4 GiB and 2 cores in Python: 5734 MiB, 512 of the sidecar and Fargate's own 256 round up to 7 GB."""
    assert {str(pod.size) for pod in deployed.run("fargate").pods["executors"]} == {"2vCPU 7GB"}


def test_executors_carry_the_placement_label_alone_in_fargate_executors(deployed: Deployed) -> None:
    outcome = deployed.run("fargate-executors")
    names = {pod.name for pod in outcome.pods["executors"]}
    labelled = [
        pod["metadata"]["name"]
        for pod in deployed.local.kubernetes.objects("pods", NAMESPACE)
        if "spark-node-placement" in pod["metadata"]["labels"]
    ]
    assert names <= set(labelled)
    assert outcome.pods["driver"][0].name not in labelled
