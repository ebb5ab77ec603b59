"""The guide's own inputs give the guide's own requests and its driver template."""

import json
import shlex
from pathlib import Path
from typing import Any

import pytest
import yaml

from emr_eks_placement.definition import DeployedVirtualCluster, JobRunDefinition, define
from emr_eks_placement.job.job import Driver, Executors, Job
from emr_eks_placement.job.modes import Mode, placement
from emr_eks_placement.job.placement import Ec2
from tests.unit.environments import REPOSITORY, environment

GUIDE = Path(__file__).parent / "guide"
DRIVER_TEMPLATE = yaml.safe_load((REPOSITORY / "assets/pod-templates/driver.yaml").read_text())
PINNED = Ec2(node_labels={"workload": "spark-driver"})
NODE_GROUPS = {
    "system": {"instance_types": ["m6i.4xlarge"]},
    "drivers": {"instance_types": ["m6i.4xlarge"], "labels": {"workload": "spark-driver"}},
}
DEPLOYED = DeployedVirtualCluster(
    virtual_cluster_id="<virtual-cluster-id>",
    execution_role_arn="<execution-role-arn>",
    bucket="<your-bucket-name>",
    log_group_name="/emr-containers/jobs",
    log_stream_name_prefix="demo",
    log_uri="s3://joblogs",
)


def guide_definition(mode: Mode) -> JobRunDefinition:
    pinned = mode == "pinned-driver"
    sizes: dict[str, Any] = {"cores": 4, "memory": "20G"} if mode == "fargate" else {"cores": 5, "memory": "30G"}
    job = Job(
        name="spark-python-in-s3-fargate-nodeselector",
        entry_point="s3://<s3 prefix>/trip-count.py",
        release_label="emr-6.3.0-latest",
        driver=Driver(**sizes, pod_template=DRIVER_TEMPLATE if pinned else None),
        executors=Executors(cores=4, memory="20G"),
    )
    return define(
        job,
        placement(mode, driver=PINNED if pinned else None),
        environment(node_groups=NODE_GROUPS),
        virtual_cluster="spark",
        deployed=DEPLOYED,
        pod_template_uris={"driver": "s3://<your-bucket-name>/driver-pod-template.yaml"},
    )


def with_parameters_split(request: dict[str, Any]) -> dict[str, Any]:
    """sparkSubmitParameters as the set of its --conf entries: spark-submit gives their order no meaning."""
    submit = request["jobDriver"]["sparkSubmitJobDriver"]
    words = shlex.split(submit["sparkSubmitParameters"])
    assert set(words[::2]) == {"--conf"}
    split = {**submit, "sparkSubmitParameters": sorted(words[1::2])}
    return {**request, "jobDriver": {"sparkSubmitJobDriver": split}}


@pytest.mark.parametrize("mode", ["fargate", "fargate-executors", "pinned-driver"])
def test_the_guides_inputs_give_the_guides_request(mode: Mode) -> None:
    expected = json.loads((GUIDE / f"{mode}.json").read_text())
    assert with_parameters_split(guide_definition(mode).request) == with_parameters_split(expected)


def test_the_guides_parameters_come_out_word_for_word_in_its_order() -> None:
    expected = json.loads((GUIDE / "fargate.json").read_text())["jobDriver"]["sparkSubmitJobDriver"]
    written = guide_definition("fargate").request["jobDriver"]["sparkSubmitJobDriver"]
    assert shlex.split(written["sparkSubmitParameters"]) == shlex.split(expected["sparkSubmitParameters"])


def test_the_guides_driver_template_is_the_base_with_the_node_selector_merged_in() -> None:
    [template] = guide_definition("pinned-driver").pod_templates
    assert template.role == "driver"
    assert yaml.safe_load(template.text) == yaml.safe_load((GUIDE / "driver-pod-template.yaml").read_text())


@pytest.mark.parametrize("mode", ["fargate", "fargate-executors"])
def test_the_guides_other_modes_need_no_template(mode: Mode) -> None:
    assert guide_definition(mode).pod_templates == ()
