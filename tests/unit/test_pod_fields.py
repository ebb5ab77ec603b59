"""No field of a pod is passed over in silence: each has its place in the table, and the schema has each of the table's."""

from typing import Any

import pytest

from emr_eks_placement.planning import CODES
from emr_eks_placement.planning.pod_fields import FIELDS
from emr_eks_placement.pod_template.rules import MAIN_CONTAINER_FIELDS, SPEC_FIELDS
from tests.pod_schema import SUPPORTED, definitions
from tests.unit.planned import planned, request, template

CORE = "io.k8s.api.core.v1."
SCHEMAS = {version: definitions(version) for version in SUPPORTED}


def fields(kind: str, version: str) -> set[str]:
    return set(SCHEMAS[version][f"{CORE}{kind}"]["properties"])


def type_of(kind: str, field: str) -> str:
    """The type of what a field holds, in the newest schema that has the field."""
    for version in reversed(SUPPORTED):
        found = SCHEMAS[version][f"{CORE}{kind}"]["properties"].get(field)
        if found:
            return str(found.get("$ref") or found.get("items", {}).get("$ref") or "").rpartition(".")[2]
    return ""


def test_the_schemas_are_those_of_several_versions() -> None:
    assert len(SUPPORTED) >= 6
    assert fields("PodSpec", SUPPORTED[0]) < fields("PodSpec", SUPPORTED[-1])


@pytest.mark.parametrize("kind", FIELDS)
def test_the_table_has_the_fields_of_the_schemas_and_no_others(kind: str) -> None:
    of_schemas = set().union(*(fields(kind, version) for version in SUPPORTED))
    assert FIELDS[kind].keys() == of_schemas


@pytest.mark.parametrize("kind", FIELDS)
def test_what_a_field_holds_is_in_the_table_as_the_type_it_has(kind: str) -> None:
    for name, handling in FIELDS[kind].items():
        if handling.below:
            assert type_of(kind, name) == handling.below
            assert handling.below in FIELDS


@pytest.mark.parametrize("kind", FIELDS)
def test_a_field_is_warned_of_by_a_code_or_there_is_a_reason_why_not(kind: str) -> None:
    for name, handling in FIELDS[kind].items():
        assert handling.why, name
        assert (handling.how == "warned") == (handling.code in CODES), name


def test_what_emr_leaves_out_is_refused_and_what_it_allows_is_not_taken_for_it() -> None:
    left_out = {name for name, one in FIELDS["PodSpec"].items() if "TEMPLATE_REFUSED" in one.why}
    assert left_out == FIELDS["PodSpec"].keys() - SPEC_FIELDS
    assert FIELDS["Container"].keys() > MAIN_CONTAINER_FIELDS


USUAL: dict[str, Any] = {
    "volumes": [{"name": "data", "emptyDir": {}}, {"name": "conf", "configMap": {"name": "a"}}],
    "tolerations": [{"operator": "Exists"}],
    "hostAliases": [{"ip": "10.1.2.3", "hostnames": ["a"]}],
    "terminationGracePeriodSeconds": 5,
    "imagePullSecrets": [{"name": "a"}],
    "priority": 0,
    "runtimeClassName": "",
}


def warned(**spec: Any) -> list[str]:
    return [one.code for one in planned(request(), driver=template(**spec)).problems if one.code.startswith("POD_")]


def test_what_people_usually_write_is_not_warned_of() -> None:
    assert warned(**USUAL) == []
    assert warned(**USUAL, priorityClassName="batch") == ["POD_PRIORITY"]
