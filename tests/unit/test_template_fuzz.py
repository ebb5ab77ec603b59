"""Any content of a pod template: the request is planned or refused in one line. Never a traceback."""

import copy
import os
from collections.abc import Iterator
from functools import cache
from typing import Any

import kubernetes_validate
import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from emr_eks_placement.common.errors import RuleError, finding
from emr_eks_placement.planning import CODES
from emr_eks_placement.pod_template.schema import first_error
from tests.pod_schema import SUPPORTED, by_schema, definitions
from tests.unit.planned import ON_FARGATE, planned, request
from tests.unit.test_fuzz import KEYS, TEMPLATE, VALUES, change, places

FULL: dict[str, Any] = {
    **TEMPLATE,
    "spec": {
        **TEMPLATE["spec"],
        "affinity": {
            "nodeAffinity": {
                "requiredDuringSchedulingIgnoredDuringExecution": {
                    "nodeSelectorTerms": [{"matchExpressions": [{"key": "a", "operator": "Gt", "values": ["1"]}]}]
                }
            }
        },
        "topologySpreadConstraints": [{"maxSkew": 1, "topologyKey": "zone", "whenUnsatisfiable": "DoNotSchedule"}],
        "volumes": [
            {"name": "claim", "persistentVolumeClaim": {"claimName": "a"}},
            {"name": "inline", "csi": {"driver": "ebs.csi.aws.com"}},
        ],
    },
}
CHANGES = st.tuples(
    st.sampled_from(list(places(FULL))), st.sampled_from(["delete", "replace", "insert", "copy"]), KEYS, VALUES
)
FUZZ = settings(
    max_examples=int(os.environ.get("FUZZ_EXAMPLES", "200")),
    deadline=None,
    derandomize="FUZZ_EXAMPLES" not in os.environ,
    database=None,
    suppress_health_check=list(HealthCheck),
)


def check_planned_or_refused(template: Any) -> None:
    for spark in ({}, ON_FARGATE):
        try:
            found = planned(request(spark), driver=template)
        except RuleError as broken:
            line = str(finding("request.json", broken))
            assert line.isprintable(), line
            assert broken.path[0] == "s3://t/driver.yaml"
        else:
            assert {problem.code for problem in found.problems} <= CODES.keys()
            assert len(found.pods) == 3


def test_the_template_to_be_changed_is_read() -> None:
    check_planned_or_refused(FULL)
    assert planned(request(), driver=FULL).of("driver").shape.node_selector == {"kubernetes.io/arch": "amd64"}


@FUZZ
@given(st.lists(CHANGES, min_size=1, max_size=3))
def test_changed_at_random_it_is_planned_or_refused_in_one_line(changes: list[tuple[Any, str, Any, Any]]) -> None:
    full = copy.deepcopy(FULL)
    for at, how, key, value in changes:
        change(full, at, how, key, value)
    check_planned_or_refused(yaml.safe_load(yaml.safe_dump(full)))


@FUZZ
@given(VALUES)
def test_any_data_is_planned_or_refused_in_one_line(data: Any) -> None:
    check_planned_or_refused(data)


POD_SPEC = definitions(SUPPORTED[-1])["io.k8s.api.core.v1.PodSpec"]


@FUZZ
@given(by_schema(POD_SPEC, SUPPORTED[-1], VALUES), st.booleans())
def test_a_pod_of_the_schema_with_values_of_no_type_is_planned_or_refused_in_one_line(spec: Any, named: bool) -> None:
    if named:
        spec["containers"] = [*(spec.get("containers") or ()), {"name": "spark-kubernetes-driver"}]
    check_planned_or_refused({"apiVersion": "v1", "kind": "Pod", "spec": spec})


@pytest.fixture(scope="module", autouse=True)
def schemas_read_once() -> Iterator[None]:
    """kubernetes-validate reads its megabytes of schemas anew for each pod."""
    with pytest.MonkeyPatch.context() as patch:
        for reader in ("all_versions", "schema_contents"):
            patch.setattr(kubernetes_validate.utils, reader, cache(getattr(kubernetes_validate.utils, reader)))
        yield


OF_JSON = st.sampled_from([None, 1, 1.5, True, "a", [], [1], {}, {"a": 1}])


@FUZZ
@given(st.data())
def test_the_shipped_schema_finds_what_kubernetes_validate_finds(data: st.DataObject) -> None:
    """That it is checked against the schema of the right version, and that the same error is reported first."""
    version = data.draw(st.sampled_from(SUPPORTED)).rpartition(".")[0]
    spec = data.draw(by_schema(definitions(f"{version}.0")["io.k8s.api.core.v1.PodSpec"], f"{version}.0", OF_JSON))
    pod = {"apiVersion": "v1", "kind": "Pod", "spec": spec}
    broken = first_error(pod, version)
    try:
        kubernetes_validate.validate(pod, version, strict=True)
    except kubernetes_validate.ValidationError as error:
        assert broken is not None
        named = error.validator in ("additionalProperties", "required")
        assert (broken.path[:-1] if named else broken.path) == tuple(error.absolute_path)
        assert named or broken.value == error.instance
    else:
        assert broken is None


GT = {"matchExpressions": [{"key": "a", "operator": "Gt"}]}
ODD: dict[str, dict[str, Any]] = {
    "an empty container": {"containers": [None]},
    "an empty container beside Spark's": {"containers": [{"name": "spark-kubernetes-driver"}, None]},
    "empty entries": {"volumes": [None], "tolerations": [None], "topologySpreadConstraints": [None], "hostAliases": [None]},
    "an empty argument": {"initContainers": [{"name": "a", "image": "b", "args": [None]}]},
    "Gt without a value": {"affinity": {"nodeAffinity": {
        "requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": [GT, None]}}}},
    "Gt of a long number": {"affinity": {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": {
        "nodeSelectorTerms": [{"matchExpressions": [{"key": "a", "operator": "Gt", "values": ["9" * 5000]}]}]}}}},
    "a mount of nothing": {"containers": [{"name": "spark-kubernetes-driver", "volumeMounts": [{}], "env": [{}]}]},
}  # fmt: skip


@pytest.mark.parametrize("spec", ODD.values(), ids=ODD.keys())
def test_what_once_broke_a_plan_is_planned_or_refused_in_one_line(spec: dict[str, Any]) -> None:
    check_planned_or_refused({"apiVersion": "v1", "kind": "Pod", "spec": spec})
