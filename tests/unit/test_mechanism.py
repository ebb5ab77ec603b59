"""How a release expresses a placement: labels, node selectors as Spark configuration, pod templates, submitter properties."""

from typing import Any

import pytest
import yaml

from emr_eks_placement.common.errors import RuleError
from emr_eks_placement.definition.mechanism import Mechanism, express
from emr_eks_placement.job.job import Job
from emr_eks_placement.job.modes import placement
from emr_eks_placement.job.placement import Ec2, Fargate, NodeSelection, Placement, Toleration
from emr_eks_placement.pod_template.build import build_template
from tests.unit.sizes import job

A = Ec2(node_labels={"workload": "a"})
B = Ec2(node_labels={"workload": "b"}, zone="us-east-1a", instance_type="m6i.large", capacity_type="spot")
TAINTED = Ec2(tolerations=(Toleration(key="a", value="b", effect="NoExecute", toleration_seconds=5),))
TEMPLATES = ["5.33.0", "6.3.0", "6.7.0", "6.8.0", "7.12.0"]
NO_TEMPLATES = ["5.32.0", "6.2.0"]


def release(version: str, **more: Any) -> Job:
    return job(release_label=f"emr-{version}-latest", **more)


def said(version: str, asked: Placement, how: NodeSelection | None = None) -> Mechanism:
    return express(release(version), asked, how, "1.35", folder="spark")


@pytest.mark.parametrize("version", [*TEMPLATES, *NO_TEMPLATES, "spark-8.1.0"])
def test_fargate_is_said_by_a_label_for_each_role_in_every_release(version: str) -> None:
    mechanism = said(version, Placement(driver=Fargate(), executors=Fargate(zone="us-east-1a")))
    assert mechanism.spark_properties == {
        "spark.kubernetes.driver.label.spark-node-placement": "fargate",
        "spark.kubernetes.executor.label.spark-node-placement": "fargate-us-east-1a",
    }
    assert (mechanism.pod_templates, mechanism.submitter_properties) == ({}, {})


@pytest.mark.parametrize("version", [*TEMPLATES, "spark-8.0.0"])
def test_nodes_are_said_by_pod_template_where_the_release_has_them(version: str) -> None:
    mechanism = said(version, Placement(driver=A, executors=B))
    assert mechanism.spark_properties == {}
    assert mechanism.pod_templates["driver"].content["spec"] == {
        "containers": [{"name": "spark-kubernetes-driver"}],
        "nodeSelector": {"workload": "a"},
    }
    assert mechanism.pod_templates["executors"].content["spec"] == {
        "containers": [{"name": "spark-kubernetes-executor"}],
        "nodeSelector": {
            "workload": "b",
            "topology.kubernetes.io/zone": "us-east-1a",
            "node.kubernetes.io/instance-type": "m6i.large",
            "eks.amazonaws.com/capacityType": "SPOT",
        },
    }


@pytest.mark.parametrize("version", ["6.8.0", "7.12.0", "spark-8.0.0"])
def test_nodes_of_a_role_are_said_as_spark_configuration_from_6_8_0(version: str) -> None:
    mechanism = said(version, Placement(driver=A, executors=Fargate()), "spark-conf")
    assert mechanism.pod_templates == {}
    assert mechanism.spark_properties == {
        "spark.kubernetes.driver.node.selector.workload": "a",
        "spark.kubernetes.executor.label.spark-node-placement": "fargate",
    }


@pytest.mark.parametrize(
    ("version", "how"), [(v, "spark-conf") for v in TEMPLATES[:3]] + [(v, None) for v in NO_TEMPLATES]
)
def test_before_6_8_0_spark_s_configuration_has_one_node_selector_for_both_roles(
    version: str, how: NodeSelection | None
) -> None:
    mechanism = said(version, Placement(driver=A, executors=A), how)
    assert mechanism.spark_properties == {"spark.kubernetes.node.selector.workload": "a"}
    for asked in (
        Placement(driver=A, executors=B),
        Placement(driver=A, executors=Fargate()),
        Placement(driver=A, executors=Ec2()),
    ):
        with pytest.raises(RuleError, match="for driver and executors alike"):
            said(version, asked, how)


@pytest.mark.parametrize("version", NO_TEMPLATES)
def test_tolerations_and_pod_templates_are_refused_of_a_release_without_pod_templates(version: str) -> None:
    with pytest.raises(RuleError, match="Spark has no property for tolerations") as caught:
        said(version, Placement(driver=TAINTED, executors=Fargate()))
    assert caught.value.path == ("placement", "driver", "tolerations")
    with pytest.raises(RuleError, match="pod templates need EMR"):
        said(version, Placement(driver=A, executors=A), "pod-template")


def test_tolerations_are_in_the_template_as_kubernetes_writes_them() -> None:
    mechanism = said("7.12.0", Placement(driver=TAINTED, executors=Fargate()))
    [toleration] = mechanism.pod_templates["driver"].content["spec"]["tolerations"]
    assert toleration == {"key": "a", "operator": "Equal", "value": "b", "effect": "NoExecute", "tolerationSeconds": 5}


@pytest.mark.parametrize("version", [*TEMPLATES, *NO_TEMPLATES])
def test_a_driver_anywhere_on_ec2_has_no_selector(version: str) -> None:
    mechanism = said(version, placement("fargate-executors"))
    assert mechanism.spark_properties == {"spark.kubernetes.executor.label.spark-node-placement": "fargate"}
    assert mechanism.pod_templates == {}


def test_the_submitter_is_placed_by_properties_of_its_own_for_pod_templates_do_not_reach_it() -> None:
    ec2 = B.model_copy(
        update={"tolerations": (Toleration(key="a", value="b", effect="NoExecute", toleration_seconds=5),)}
    )
    asked = Placement(submitter=ec2, driver=Fargate(), executors=Fargate())
    assert said("7.12.0", asked).submitter_properties == {
        "jobsubmitter.node.selector.workload": "b",
        "jobsubmitter.node.selector.topology.kubernetes.io/zone": "us-east-1a",
        "jobsubmitter.node.selector.node.kubernetes.io/instance-type": "m6i.large",
        "jobsubmitter.node.selector.eks.amazonaws.com/capacityType": "SPOT",
        "jobsubmitter.node.toleration.a": "b",
        "jobsubmitter.node.toleration.a.effect": "NoExecute",
        "jobsubmitter.node.toleration.a.tolerationSeconds": "5",
    }
    on_fargate = Placement(submitter=Fargate(zone="us-east-1a"), driver=Fargate(), executors=Fargate())
    assert said("7.12.0", on_fargate).submitter_properties == {
        "jobsubmitter.label.spark-node-placement": "fargate-us-east-1a"
    }


BASE = {"apiVersion": "v1", "kind": "Pod", "spec": {"containers": [{"name": "spark-kubernetes-driver"}]}}


def base(**spec: Any) -> dict[str, Any]:
    return {**BASE, "spec": {**BASE["spec"], **spec}}  # type: ignore[dict-item]


def test_a_base_keeps_what_it_has_and_gains_what_the_placement_asks() -> None:
    template = build_template(
        "driver",
        base(nodeSelector={"workload": "a", "x": "y"}, tolerations=[{"key": "t", "operator": "Exists"}], hostname="h"),
        A.model_copy(update={"tolerations": (Toleration(key="t", operator="Exists"), Toleration(key="u", value="v"))}),
        "1.35",
        folder="spark",
    )
    assert template.content["spec"] == {
        "containers": [{"name": "spark-kubernetes-driver"}],
        "nodeSelector": {"workload": "a", "x": "y"},
        "tolerations": [{"key": "t", "operator": "Exists"}, {"key": "u", "operator": "Equal", "value": "v"}],
        "hostname": "h",
    }


def test_building_a_template_leaves_its_base_alone() -> None:
    given = base()
    build_template("driver", given, A, "1.35", folder="spark")
    assert given == base()


def test_a_base_without_any_node_asked_for_is_still_the_pod_s_template() -> None:
    sized = job(driver={"pod_template": base(hostname="h")})
    mechanism = express(sized, placement("fargate"), None, "1.35", folder="spark")
    assert mechanism.pod_templates["driver"].content == base(hostname="h")
    assert "executors" not in mechanism.pod_templates


def test_the_same_content_has_the_same_key_and_any_other_another() -> None:
    first, same = (build_template("driver", base(), A, "1.35", folder="spark") for _ in range(2))
    assert first.key == same.key
    others = [
        build_template("driver", base(), Ec2(node_labels={"workload": "c"}), "1.35", folder="spark"),
        build_template("driver", base(hostname="h"), A, "1.35", folder="spark"),
        build_template("executors", None, A, "1.35", folder="spark"),
    ]
    keys = [first.key, *(other.key for other in others)]
    assert len(set(keys)) == 4
    assert all(key.startswith("pod-templates/spark/") and key.endswith(".yaml") for key in keys)
    assert yaml.safe_load(first.text) == first.content


def test_numbers_as_keys_become_text_as_in_kubernetes() -> None:
    template = build_template("driver", {**BASE, "metadata": {"labels": {1: "a"}}}, None, "1.35", folder="spark")
    assert template.content["metadata"] == {"labels": {"1": "a"}}
