"""A wrong Fargate profile or virtual cluster gives one line: field, value, rule, mend."""

from pathlib import Path

import pytest

from tests.unit.bad_input import Bad, check

LONG = "x" * 64
REGION = "region: us-east-1\n"
NAMESPACE = "    namespace: spark-jobs\n"
ANY_ZONE = "    fargate: {any_zone: true, single_zones: [us-east-1a]}\n"


def profile(selector: str) -> str:
    return f"fargate_profiles:\n  extra:\n    selectors: [{selector}] # <-\n{REGION}"


FARGATE = {
    "6 labels in a selector": Bad(
        old=REGION, new=profile("{namespace: a, labels: {a: a, b: b, c: c, d: d, e: e, f: f}}"),
        field="fargate_profiles.extra.selectors[0].labels", value="6 labels", rule="at most 5", mend="until 5 are left",
    ),
    "6 selectors": Bad(
        old=REGION, new=profile(", ".join(f"{{namespace: n{i}}}" for i in range(6))),
        field="fargate_profiles.extra.selectors", value="6 selectors", rule="1 to 5 selectors", mend="Split the profile",
    ),
    "no selector": Bad(
        old=REGION, new=profile(""),
        field="fargate_profiles.extra.selectors", value="0 selectors", rule="L-D78D8AF8", mend="Give a namespace",
    ),
    "selector without namespace": Bad(
        old=REGION, new=profile("{labels: {a: b}}"),
        field="fargate_profiles.extra.selectors[0].namespace", value=None, rule="required", mend="Add it",
    ),
    "selector namespace": Bad(
        old=REGION, new=profile("{namespace: Spark_Jobs}"),
        field="fargate_profiles.extra.selectors[0].namespace", value="Spark_Jobs", rule="* and ? are wildcards",
        mend="spark-*",
    ),
    "selector label value over 255": Bad(
        old=REGION, new=profile(f"{{namespace: a, labels: {{a: {'x' * 256}}}}}"),
        field="fargate_profiles.extra.selectors[0].labels.a", value="x" * 256, rule="255 characters", mend="Shorten it",
    ),
    "selector label with a space": Bad(
        old=REGION, new=profile("{namespace: a, labels: {a: b c}}"),
        field="fargate_profiles.extra.selectors[0].labels.a", value="b c", rule="wildcards * and ?", mend="Rename it",
    ),
    "profile in an unknown zone": Bad(
        old=REGION, new="fargate_profiles: {extra: {selectors: [{namespace: a}], zones: [us-east-1d]}} # <-\n" + REGION,
        field="fargate_profiles.extra.zones[0]", value="us-east-1d", rule="are us-east-1a, us-east-1b", mend="or add it",
    ),
    "profile named as a virtual cluster's": Bad(
        old=REGION, new="fargate_profiles:\n  spark: # <-\n    selectors: [{namespace: a}]\n" + REGION,
        field="fargate_profiles.spark", value="spark", rule="has a Fargate profile called so", mend="Rename the profile",
    ),
    "11th profile": Bad(
        old="virtual_clusters:\n",
        new="fargate_profiles:\n" + "".join(f"  p{i}: {{selectors: [{{namespace: n{i}}}]}}\n" for i in range(9))
        + "virtual_clusters: # <-\n",
        field="virtual_clusters", value="11 Fargate profiles", rule="at most 10 (EKS quota L-33415657)", mend="Drop",
    ),
    "Fargate in an unknown zone": Bad(
        old=ANY_ZONE, new="    fargate: {single_zones: [us-east-1c]} # <-\n",
        field="virtual_clusters.spark.fargate.single_zones[0]", value="us-east-1c", rule="us-east-1b", mend="or add it",
    ),
    "Fargate choice unknown": Bad(
        old=ANY_ZONE, new="    fargate: {single_zone: [us-east-1a]} # <-\n",
        field="virtual_clusters.spark.fargate.single_zone", value=["us-east-1a"], rule="any_zone, single_zones",
        mend="Did you mean single_zones",
    ),
}  # fmt: skip

VIRTUAL_CLUSTERS = {
    "namespace no DNS label": Bad(
        old=NAMESPACE, new="    namespace: spark_jobs # <-\n",
        field="virtual_clusters.spark.namespace", value="spark_jobs", rule="DNS label", mend="spark-jobs",
    ),
    "namespace over 63 characters": Bad(
        old=NAMESPACE, new=f"    namespace: {LONG} # <-\n",
        field="virtual_clusters.spark.namespace", value=LONG, rule="1 to 63 of a-z", mend="spark-jobs",
    ),
    "namespace used twice": Bad(
        old=ANY_ZONE, new=ANY_ZONE + "  other: {namespace: spark-jobs} # <-\n",
        field="virtual_clusters.other.namespace", value="spark-jobs", rule="and spark has this one", mend="another",
    ),
    "virtual cluster name": Bad(
        old="virtual_clusters:\n  spark:\n", new="virtual_clusters:\n  spark_1: # <-\n",
        field="virtual_clusters.spark_1", value="spark_1", rule="virtual cluster: a name has", mend="Rename it",
    ),
    "retention": Bad(
        old=ANY_ZONE, new=ANY_ZONE + "    logs: {retention_days: 31} # <-\n",
        field="virtual_clusters.spark.logs.retention_days", value=31, rule="PutRetentionPolicy", mend="one of these",
    ),
    "data location": Bad(
        old=ANY_ZONE, new=ANY_ZONE + "    data_access: {read: [s3://trips/, /data]} # <-\n",
        field="virtual_clusters.spark.data_access.read[1]", value="/data", rule="s3://bucket/prefix", mend="s3://sales",
    ),
    "data location with a wildcard": Bad(
        old=ANY_ZONE, new=ANY_ZONE + '    data_access: {write: ["s3://trips/*"]} # <-\n',
        field="virtual_clusters.spark.data_access.write[0]", value="s3://trips/*", rule="without wildcards", mend="s3://",
    ),
}  # fmt: skip

CASES = FARGATE | VIRTUAL_CLUSTERS


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_a_wrong_value_gives_one_line_with_field_value_rule_and_mend(case: Bad, tmp_path: Path) -> None:
    check(case, tmp_path)
