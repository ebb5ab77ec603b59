"""Kubernetes quantities and labels, Spark sizes, zones, names."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emr_eks_placement.common.errors import Finding, RuleError, dotted, shown
from emr_eks_placement.common.model import check_name
from emr_eks_placement.facts import kubernetes, regions
from emr_eks_placement.facts.quantities import cpu_millis, memory_mib, parse_quantity

QUANTITIES = {
    "0": 0, "1": 1, "1.5": "1.5", ".5": "0.5", "1.": 1, "100m": "0.1", "250u": "0.00025", "5n": "0.000000005",
    "2k": 2000, "3M": 3_000_000, "1G": 10**9, "1T": 10**12, "1P": 10**15, "1E": 10**18,
    "1Ki": 1024, "1Mi": 1024**2, "1.5Gi": 1536 * 1024**2, "1Ti": 1024**4, "1e3": 1000, "12E2": 1200, "1e-3": "0.001",
    "1e+3": 1000,
}  # fmt: skip


@pytest.mark.parametrize(("text", "value"), QUANTITIES.items())
def test_a_quantity_is_a_number_and_a_unit(text: str, value: int | str) -> None:
    assert parse_quantity(text) == Decimal(value)


NO_QUANTITY = [
    "",
    "m",
    "1 Gi",
    "1GB",
    "1K",
    "1ki",
    "-1",
    "+1",
    "1e",
    "1.2.3",
    "\u0663",
    "1e9999",
    "9" * 30,
    "NaN",
    "1Gi\n",
]


@pytest.mark.parametrize("text", NO_QUANTITY)
def test_what_is_no_quantity_is_refused(text: str) -> None:
    with pytest.raises(RuleError, match="Kubernetes Quantity"):
        parse_quantity(text)


def test_quantities_are_rounded_up_as_kubernetes_does() -> None:
    assert cpu_millis("0.1001") == 101
    assert cpu_millis(2) == 2000
    assert memory_mib("1") == 1
    assert memory_mib("1G") == 954
    assert memory_mib("512Mi") == 512


GOOD_KEYS = ["a", "A_b-c.d", "x" * 63, "example.com/a", "a.b-c/" + "x" * 63, "a" * 253 + "/b"]
BAD_KEYS = ["", "-a", "a-", "a b", "x" * 64, "/a", "a/", "a/b/c", "Example.com/a", "-a/b", "a" * 254 + "/b", "a\n", "ä"]


@pytest.mark.parametrize("key", GOOD_KEYS)
def test_a_label_key_is_an_optional_prefix_and_a_name(key: str) -> None:
    assert kubernetes.check_label_key(key) == key


@pytest.mark.parametrize("key", BAD_KEYS)
def test_what_is_no_label_key_is_refused(key: str) -> None:
    with pytest.raises(RuleError, match="Kubernetes labels"):
        kubernetes.check_label_key(key)


@pytest.mark.parametrize("value", ["", "a", "1.0_b-c", "x" * 63])
def test_a_label_value_may_be_empty_and_has_up_to_63(value: str) -> None:
    assert kubernetes.check_label_value(value) == value


@pytest.mark.parametrize("value", ["-a", "a.", "x" * 64, "a/b", "a b", "'a'", "a\n"])
def test_what_is_no_label_value_is_refused(value: str) -> None:
    with pytest.raises(RuleError, match="Kubernetes labels"):
        kubernetes.check_label_value(value)


@pytest.mark.parametrize("namespace", ["a", "spark-jobs", "0", "x" * 63])
def test_a_namespace_is_a_dns_label(namespace: str) -> None:
    assert kubernetes.check_namespace(namespace) == namespace


@pytest.mark.parametrize("namespace", ["", "-a", "a-", "A", "a.b", "a_b", "x" * 64, "a\n"])
def test_what_is_no_dns_label_is_no_namespace(namespace: str) -> None:
    with pytest.raises(RuleError, match="RFC 1123"):
        kubernetes.check_namespace(namespace)


@pytest.mark.parametrize("name", ["a", "spark-2", "x" * 40])
def test_a_name_is_of_lower_case_letters_digits_and_single_hyphens(name: str) -> None:
    assert check_name(name) == name


@pytest.mark.parametrize("name", ["", "2a", "a--b", "a-", "-a", "A", "a_b", "x" * 41, "a.b", "ä", "a\n"])
def test_what_could_not_name_a_file_and_a_stack_is_refused(name: str) -> None:
    with pytest.raises(RuleError, match="at most 40 lower-case letters"):
        check_name(name)


@pytest.mark.parametrize(
    "zone", ["us-east-1", "us-east-1A", "us-east-1aa", "us-east-12a", "us-west-1a", "use1-az1", ""]
)
def test_a_zone_is_its_region_and_a_letter(zone: str) -> None:
    assert regions.check_zone("us-east-1f", "us-east-1") == "us-east-1f"
    with pytest.raises(RuleError, match="one letter"):
        regions.check_zone(zone, "us-east-1")


def test_job_templates_are_native_in_some_regions_only() -> None:
    assert regions.has_job_templates("us-east-1")
    assert not regions.has_job_templates("eu-west-1")


def test_a_path_reads_as_in_a_program() -> None:
    assert dotted(("jobs", "a", "arguments", 0, "b")) == "jobs.a.arguments[0].b"
    assert dotted(("a b", "")) == "'a b'.''"


@given(st.recursive(st.none() | st.booleans() | st.floats() | st.text(), lambda inner: st.lists(inner) | st.binary()))
def test_any_value_is_shown_in_one_line_of_bounded_length(value: object) -> None:
    finding = Finding(file="a.yaml", line=None, path=("a",), value=value, rule="must be b", fix="Write b")
    assert str(finding).isprintable()
    assert len(shown(value)) <= 81


def test_a_finding_is_file_line_field_value_rule_and_fix() -> None:
    finding = Finding(
        file="a.yaml", line=3, path=("a", 0), value={"b": True}, rule="must be text", fix="Put it in quotes"
    )
    assert str(finding) == 'a.yaml:3: a[0] = {"b": true}: must be text. Put it in quotes.'


def test_a_broken_rule_seen_from_outside_keeps_value_rule_and_fix() -> None:
    broken = RuleError("v", "r", "m", path=("c",)).below("a", 0)
    assert (broken.path, broken.value, broken.rule, broken.fix) == (("a", 0, "c"), "v", "r", "m")
