"""Release labels, and what each release can do."""

import pytest

from emr_eks_placement.common.errors import RuleError
from emr_eks_placement.facts.releases import parse_release

# label -> Spark, pod templates, role node selectors and memory factors, least memory overhead.
GATES = {
    "emr-5.32.0-latest": ("2.4.7", False, False, False),
    "emr-5.33.0-latest": ("2.4.7", True, False, False),
    "emr-5.36.0-20221201": ("2.4.8", True, False, False),
    "emr-6.2.0-latest": ("3.0.1", False, False, False),
    "emr-6.3.0-latest": ("3.1.1", True, False, False),
    "emr-6.7.0-latest": ("3.2.1", True, False, False),
    "emr-6.8.0-latest": ("3.3.0", True, True, False),
    "emr-6.10.0-latest": ("3.3.1", True, True, False),
    "emr-7.0.0-latest": ("3.5.0", True, True, False),
    "emr-7.14.0-latest": ("3.5.8", True, True, False),
    "emr-spark-8.0.0-latest": ("4.0.2", True, True, True),
    "emr-spark-8.1.0-20260812": ("4.1.1", True, True, True),
}


@pytest.mark.parametrize(("label", "expected"), GATES.items(), ids=GATES.keys())
def test_a_release_can_do_what_its_spark_and_emr_versions_can(
    label: str, expected: tuple[str, bool, bool, bool]
) -> None:
    release = parse_release(label)
    spark, templates, by_role, least = expected
    assert ".".join(map(str, release.spark)) == spark
    assert release.has_pod_templates is templates
    assert release.has_role_node_selectors is by_role
    assert release.has_role_memory_overhead_factors is by_role
    assert release.has_least_memory_overhead is least


@pytest.mark.parametrize(
    "label", ["emr-7.12.0-java21-latest", "emr-6.9.0-spark-rapids-20230101", "emr-7.0.0-flink-latest"]
)
def test_a_label_may_name_a_variant(label: str) -> None:
    assert parse_release(label).label == label


MALFORMED = [
    *("", "latest", "emr-7.12-latest", "emr-7.12.0", "7.12.0-latest", "emr-7.12.0-latest ", "EMR-7.12.0-latest"),
    *("emr-7.12.0-2024", "emr-7.12.0-latest-latest", "emr-7.12.0-2026010\u0661", "spark/emr-7.12.0-latest"),
]


@pytest.mark.parametrize("label", MALFORMED)
def test_a_malformed_label_is_refused_with_its_form(label: str) -> None:
    with pytest.raises(RuleError, match=r"emr-X\.Y\.Z-latest"):
        parse_release(label)


@pytest.mark.parametrize(
    "label", ["emr-6.1.0-latest", "emr-5.31.0-latest", "emr-8.0.0-latest", "emr-spark-7.12.0-latest"]
)
def test_an_unknown_release_is_refused_with_those_known(label: str) -> None:
    with pytest.raises(RuleError, match="no such release is known"):
        parse_release(label)
