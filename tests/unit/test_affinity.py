"""Required node affinity: a node matches one of the terms, and all expressions of it."""

from typing import Any

import pytest

from emr_eks_placement.scheduling.affinity import matches, required_terms, verdict

NODE = {"team": "a", "size": "8", "most": str(2**63 - 1), "beyond": str(2**63)}


def one(key: str, operator: str, *values: str) -> dict[str, Any]:
    return {"matchExpressions": [{"key": key, "operator": operator, "values": list(values)}]}


@pytest.mark.parametrize(
    ("term", "expected"),
    [
        (one("team", "In", "a", "b"), True),
        (one("team", "In", "b"), False),
        (one("none", "In", "b"), False),
        (one("team", "NotIn", "b"), True),
        (one("none", "NotIn", "b"), True),
        (one("team", "NotIn", "a"), False),
        (one("team", "Exists"), True),
        (one("none", "Exists"), False),
        (one("none", "DoesNotExist"), True),
        (one("team", "DoesNotExist"), False),
        (one("size", "Gt", "7"), True),
        (one("size", "Gt", "8"), False),
        (one("size", "Lt", "9"), True),
        (one("size", "Lt", "8"), False),
        (one("team", "Gt", "1"), False),
        (one("size", "Gt", "0_1"), False),
        (one("size", "Gt", "x"), False),
        (one("size", "Lt", "x"), False),
        (one("none", "Lt", "1"), False),
        (one("size", "Gt"), False),
        (one("size", "Gt", "7", "6"), False),
        (one("size", "Gt", str(-(2**63))), True),
        (one("size", "Gt", str(-(2**63) - 1)), False),
        (one("size", "Lt", str(2**63 - 1)), True),
        (one("size", "Lt", str(2**63)), False),
        (one("size", "Lt", "+" + "0" * 6000 + "9"), True),
        (one("most", "Gt", str(2**63 - 2)), True),
        (one("beyond", "Gt", "1"), False),
        (one("team", "Near", "a"), False),
        ({"matchExpressions": []}, False),
        (
            {"matchFields": [{"key": "metadata.name", "operator": "In", "values": ["n"]}], **one("team", "In", "a")},
            False,
        ),
    ],
)
def test_operators(term: dict[str, Any], expected: bool) -> None:
    assert matches([term], NODE) is expected


def test_terms_are_alternatives_and_expressions_of_a_term_all_hold() -> None:
    both = {
        "matchExpressions": [*one("team", "In", "a")["matchExpressions"], *one("size", "In", "9")["matchExpressions"]]
    }
    assert not matches([both], NODE)
    assert matches([both, one("size", "In", "8")], NODE)
    assert matches([], NODE)


def test_only_required_terms_count() -> None:
    preferred = {"preferredDuringSchedulingIgnoredDuringExecution": [{"weight": 1, "preference": one("a", "Exists")}]}
    assert required_terms({"affinity": {"nodeAffinity": preferred}}) == ()
    assert required_terms({}) == ()


@pytest.mark.parametrize(
    ("terms", "expected"),
    [
        ([one("host", "In", "n1")], None),
        ([one("host", "Gt", "1")], None),
        ([one("host", "Exists")], True),
        ([one("host", "DoesNotExist")], False),
        ([one("host", "Near", "n1")], False),
        ([one("host", "In", "n1"), one("team", "In", "a")], True),
        ([one("host", "In", "n1"), one("team", "In", "b")], None),
        ([{"matchFields": one("metadata.name", "In", "n1")["matchExpressions"]}], None),
        ([{"matchFields": one("metadata.name", "In", "n1")["matchExpressions"], **one("team", "In", "b")}], False),
        ([{"matchFields": one("metadata.name", "In", "n1")["matchExpressions"], **one("team", "In", "a")}], None),
    ],
)
def test_a_value_that_is_not_known_leaves_it_open(terms: list[dict[str, Any]], expected: bool | None) -> None:
    assert verdict(terms, NODE, frozenset({"host"})) is expected
