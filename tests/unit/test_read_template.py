"""A pod template as Spark and the Kubernetes API read it, past what real Spark shows (tests/spark/test_templates.py)."""

from typing import Any

import pytest
from kubernetes_validate.utils import all_versions

from emr_eks_placement.errors import RuleError
from emr_eks_placement.pod_template.read import read_template
from emr_eks_placement.pod_template.schema import first_error
from tests.unit.planned import template

REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "a label": (template(metadata={"labels": {"team": "a b"}}), "metadata.labels.team"),
    "a quantity": (template(main={"resources": {"requests": {"cpu": "much"}}}), "requests.cpu"),
    "a toleration": (template(tolerations=[{"operator": "Equal", "value": "a"}]), "spec.tolerations[0]"),
}


@pytest.mark.parametrize(("data", "path"), REFUSED.values(), ids=REFUSED.keys())
def test_what_the_kubernetes_api_refuses_past_its_schema_is_refused(data: dict[str, Any], path: str) -> None:
    with pytest.raises(RuleError) as refused:
        read_template(data, "driver", "1.35")
    assert path in ".".join(map(str, refused.value.path)).replace(".0", "[0]")


def test_a_version_without_a_schema_is_checked_against_the_nearest() -> None:
    known = [".".join(one.split(".")[:2]) for one in all_versions()]
    for version, nearest in {
        "1.1": known[0],
        "1.30": "1.30",
        "1.30.4": "1.30",
        "1.99": known[-1],
        "2.0": known[-1],
    }.items():
        error = first_error({"apiVersion": "v1", "kind": "Pod", "spec": []}, version)
        assert error is not None
        assert f"(Kubernetes {nearest} Pod schema)" in error.rule
