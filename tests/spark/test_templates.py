"""What real Spark makes of odd pod templates is what a plan reads of them."""

import datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from emr_eks_placement.common.errors import RuleError
from emr_eks_placement.pod_template.read import read_template
from local.spark import SparkLauncher, SparkSubmitError

MAIN = [{"name": "spark-kubernetes-driver"}]
ASKS = {"nodeSelector": {"a": "b"}}
CONF = {"spark.kubernetes.namespace": "emr-jobs", "spark.kubernetes.container.image": "spark:local"}


def pod(metadata: dict[str, Any] | None = None, **spec: Any) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata or {}, "spec": {"containers": MAIN, **spec}}


READABLE: dict[str, Any] = {
    "no kind": {"apiVersion": "v1", "spec": ASKS},
    "no apiVersion": {"kind": "Pod", "spec": ASKS},
    "another kind": {"apiVersion": "v1", "kind": "ConfigMap", "spec": ASKS},
    "a Deployment": {"apiVersion": "apps/v1", "kind": "Deployment", "spec": {"template": {"spec": ASKS}}},
    "an empty spec": {"apiVersion": "v1", "kind": "Pod", "spec": {}},
    "a field left empty": pod(nodeSelector=None),
    "an entry left empty": pod(tolerations=[None]),
    "a whole number for text": pod(nodeSelector={"a": 5}),
    "a truth value for text": pod(nodeSelector={"a": True}),
    "a fraction for text": pod(nodeSelector={"a": 1.50}),
    "a date for text": pod({"annotations": {"a": datetime.date(2026, 1, 1)}}),
    "text for a whole number": pod(
        tolerations=[{"operator": "Exists", "effect": "NoExecute", "tolerationSeconds": "5"}]
    ),
    "text for a truth value": pod(enableServiceLinks="true"),
    "text for a truth value in capitals": pod(enableServiceLinks="FALSE"),
    "text for a number with blanks": pod(
        tolerations=[{"operator": "Exists", "effect": "NoExecute", "tolerationSeconds": " 5 "}]
    ),
}
UNREADABLE: dict[str, Any] = {
    "nothing": None,
    "no spec": {"apiVersion": "v1", "kind": "Pod", "metadata": {"labels": {"a": "b"}}},
    "a spec left empty": {"apiVersion": "v1", "kind": "Pod", "spec": None},
    "a list as spec": {"apiVersion": "v1", "kind": "Pod", "spec": []},
    "containers left empty": {"apiVersion": "v1", "kind": "Pod", "spec": {"containers": None}},
    "a list for text": pod(nodeSelector={"a": ["b"]}),
    "text for a number": pod(priority="high"),
    "text that is no truth value": pod(enableServiceLinks="tRUE"),
    "a digit of another script": pod(priority="\u00b2"),
}


def submitted(spark: SparkLauncher, template: Any, folder: Path) -> dict[str, Any]:
    file = folder / "driver.yaml"
    file.write_text("" if template is None else yaml.safe_dump(template))
    conf = {**CONF, "spark.kubernetes.driver.podTemplateFile": str(file)}
    parameters = ["--class", "com.example.Main"]
    made = spark.submit(conf, application="s3://jobs/app.jar", parameters=parameters, name="templates").driver_pod
    return dict(made)


@pytest.mark.parametrize("template", READABLE.values(), ids=READABLE.keys())
def test_what_counts_of_a_template_is_what_spark_takes_of_it(
    spark: SparkLauncher, template: Any, tmp_path: Path
) -> None:
    made, read = submitted(spark, template, tmp_path), read_template(template, "driver", "1.35").pod
    assert (made["apiVersion"], made["kind"]) == ("v1", template.get("kind", "Pod"))
    for field in ("nodeSelector", "tolerations", "enableServiceLinks"):
        assert (made["spec"].get(field) or None) == (read["spec"].get(field) or None), field
    annotations = (read.get("metadata") or {}).get("annotations") or {}
    assert annotations.items() <= (made["metadata"].get("annotations") or {}).items()


@pytest.mark.parametrize("template", UNREADABLE.values(), ids=UNREADABLE.keys())
def test_what_spark_makes_no_pod_of_is_refused(spark: SparkLauncher, template: Any, tmp_path: Path) -> None:
    with pytest.raises(RuleError):
        read_template(template, "driver", "1.35")
    with pytest.raises(SparkSubmitError):
        submitted(spark, template, tmp_path)
