"""A pod template as Spark and the Kubernetes API read it, past what real Spark shows (tests/spark/test_templates.py)."""

from contextlib import suppress

import pytest

from emr_eks_placement.common.errors import RuleError
from emr_eks_placement.facts import pod_schemas
from emr_eks_placement.pod_template.read import read_template
from emr_eks_placement.pod_template.schema import first_error
from tests.unit.planned import template


def test_what_is_missing_or_left_empty_is_left_to_the_api() -> None:
    """Spark's client sends it as it is; the API takes a missing value for an empty one."""
    made = read_template(template(tolerations=[None], volumes=[{"emptyDir": {}}]), "driver", "1.35")
    assert (made.pod["spec"]["tolerations"], made.faults) == ([{}], ())
    assert made.pod["spec"]["volumes"] == [{"name": "", "emptyDir": {}}]


@pytest.mark.parametrize("number", ["9" * 20, "9" * 5000, 10**30])
def test_a_number_that_no_field_holds_is_no_traceback(number: object) -> None:
    data = template(tolerations=[{"operator": "Exists", "effect": "NoExecute", "tolerationSeconds": number}])
    with suppress(RuleError):
        read_template(data, "driver", "1.35")


def test_a_version_without_a_schema_is_checked_against_the_nearest() -> None:
    known = pod_schemas.versions()
    for version, nearest in {
        "1.1": known[0],
        "1.31": "1.31",
        "1.31.4": "1.31",
        "1.99": known[-1],
        "2.0": known[-1],
    }.items():
        error = first_error({"apiVersion": "v1", "kind": "Pod", "spec": []}, version)
        assert error is not None
        assert f"(Kubernetes {nearest} Pod schema)" in error.rule
