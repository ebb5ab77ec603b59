"""A wrong Fargate profile or virtual cluster gives one line: field, value, rule, fix."""

from pathlib import Path

import pytest

from emr_eks_placement.environment_file import load_environment
from tests.unit import environments
from tests.unit.bad_input import Bad, check, findings_of

LONG = "x" * 64
REGION = "region: us-east-1\n"
NAMESPACE = "    namespace: spark-jobs\n"
ANY_ZONE = "    fargate: {any_zone: true, single_zones: [us-east-1a]}\n"
ROLE = "arn:aws:iam::111122223333:role/jobs"


def profile(selector: str) -> str:
    return f"fargate_profiles:\n  extra:\n    selectors: [{selector}] # <-\n{REGION}"


FARGATE = {
    "6 labels in a selector": Bad(
        old=REGION, new=profile("{namespace: a, labels: {a: a, b: b, c: c, d: d, e: e, f: f}}"),
        field="fargate_profiles.extra.selectors[0].labels", value="6 labels", rule="at most 5", fix="until 5 are left",
    ),
    "6 selectors": Bad(
        old=REGION, new=profile(", ".join(f"{{namespace: n{i}}}" for i in range(6))),
        field="fargate_profiles.extra.selectors", value="6 selectors", rule="1 to 5 selectors", fix="Split the profile",
    ),
    "no selector": Bad(
        old=REGION, new=profile(""),
        field="fargate_profiles.extra.selectors", value="0 selectors", rule="L-D78D8AF8", fix="Give a namespace",
    ),
    "selector without namespace": Bad(
        old=REGION, new=profile("{labels: {a: b}}"),
        field="fargate_profiles.extra.selectors[0].namespace", value=None, rule="required", fix="Add it",
    ),
    "selector namespace": Bad(
        old=REGION, new=profile("{namespace: Spark_Jobs}"),
        field="fargate_profiles.extra.selectors[0].namespace", value="Spark_Jobs", rule="* and ? are wildcards",
        fix="spark-*",
    ),
    "selector label value over 255": Bad(
        old=REGION, new=profile(f"{{namespace: a, labels: {{a: {'x' * 256}}}}}"),
        field="fargate_profiles.extra.selectors[0].labels.a", value="x" * 256, rule="255 characters", fix="Shorten it",
    ),
    "selector label with a space": Bad(
        old=REGION, new=profile("{namespace: a, labels: {a: b c}}"),
        field="fargate_profiles.extra.selectors[0].labels.a", value="b c", rule="wildcards * and ?", fix="Rename it",
    ),
    "profile in an unknown zone": Bad(
        old=REGION, new="fargate_profiles: {extra: {selectors: [{namespace: a}], zones: [us-east-1d]}} # <-\n" + REGION,
        field="fargate_profiles.extra.zones[0]", value="us-east-1d", rule="are us-east-1a, us-east-1b", fix="or add it",
    ),
    "profile named as a virtual cluster's": Bad(
        old=REGION, new="fargate_profiles:\n  spark: # <-\n    selectors: [{namespace: a}]\n" + REGION,
        field="fargate_profiles.spark", value="spark", rule="has a Fargate profile with this name", fix="Rename the profile",
    ),
    "11th profile": Bad(
        old="virtual_clusters:\n",
        new="fargate_profiles:\n" + "".join(f"  p{i}: {{selectors: [{{namespace: n{i}}}]}}\n" for i in range(9))
        + "virtual_clusters: # <-\n",
        field="virtual_clusters", value="11 Fargate profiles", rule="at most 10 (EKS quota L-33415657)", fix="Drop",
    ),
    "profiles of one name": Bad(
        old=ANY_ZONE, new=ANY_ZONE + "  spark-us-east-1a: {namespace: other} # <-\n",
        field="virtual_clusters.spark-us-east-1a", value="spark-us-east-1a", rule="named spark-us-east-1a",
        fix="Rename the virtual cluster",
    ),
    "profile quota": Bad(
        old=REGION, new=REGION + "fargate_profile_quota: 0 # <-\n",
        field="fargate_profile_quota", value=0, rule="from 1 to 1000 Fargate profiles", fix="within these bounds",
    ),
    "wildcard without a pattern": Bad(
        old=REGION, new="fargate_sharing: wildcard # <-\n" + REGION,
        field="fargate_sharing", value="wildcard", rule="needs a pattern of namespaces", fix="Add fargate_namespaces",
    ),
    "pattern without wildcard": Bad(
        old=REGION, new="fargate_namespaces: spark-* # <-\n" + REGION,
        field="fargate_namespaces", value="spark-*", rule="is read with fargate_sharing: wildcard", fix="Remove it",
    ),
    "pattern that is none": Bad(
        old=REGION, new="fargate_sharing: wildcard\nfargate_namespaces: Spark* # <-\n" + REGION,
        field="fargate_namespaces", value="Spark*", rule="* and ? are wildcards", fix="spark-*",
    ),
    "namespace that the pattern does not match": Bad(
        old=f"virtual_clusters:\n  spark:\n{NAMESPACE}",
        new="fargate_sharing: wildcard\nfargate_namespaces: team-*\nvirtual_clusters:\n  spark:\n"
        "    namespace: spark-jobs # <-\n",
        field="virtual_clusters.spark.namespace", value="spark-jobs", rule="like team-* (fargate_namespaces)",
        fix="widen fargate_namespaces",
    ),
    "Fargate in an unknown zone": Bad(
        old=ANY_ZONE, new="    fargate: {single_zones: [us-east-1c]} # <-\n",
        field="virtual_clusters.spark.fargate.single_zones[0]", value="us-east-1c", rule="us-east-1b", fix="or add it",
    ),
    "Fargate choice unknown": Bad(
        old=ANY_ZONE, new="    fargate: {single_zone: [us-east-1a]} # <-\n",
        field="virtual_clusters.spark.fargate.single_zone", value=["us-east-1a"], rule="any_zone, single_zones",
        fix="Did you mean single_zones",
    ),
}  # fmt: skip

VIRTUAL_CLUSTERS = {
    "namespace no DNS label": Bad(
        old=NAMESPACE, new="    namespace: spark_jobs # <-\n",
        field="virtual_clusters.spark.namespace", value="spark_jobs", rule="DNS label", fix="spark-jobs",
    ),
    "namespace over 63 characters": Bad(
        old=NAMESPACE, new=f"    namespace: {LONG} # <-\n",
        field="virtual_clusters.spark.namespace", value=LONG, rule="1 to 63 of a-z", fix="spark-jobs",
    ),
    "namespace used twice": Bad(
        old=ANY_ZONE, new=ANY_ZONE + "  other: {namespace: spark-jobs} # <-\n",
        field="virtual_clusters.other.namespace", value="spark-jobs", rule="and spark has this one", fix="another",
    ),
    "namespace of an add-on": Bad(
        old=NAMESPACE, new="    namespace: amazon-guardduty # <-\n",
        field="virtual_clusters.spark.namespace", value="amazon-guardduty", rule="of EKS add-ons", fix="Choose another",
    ),
    "pod security": Bad(
        old=NAMESPACE, new=NAMESPACE + "    pod_security: restricted # <-\n",
        field="virtual_clusters.spark.pod_security", value="restricted", rule="baseline", fix="Write one of these",
    ),
    "quota of pods": Bad(
        old=NAMESPACE, new=NAMESPACE + "    quota: {pods: 0} # <-\n",
        field="virtual_clusters.spark.quota.pods", value=0, rule="from 1 to 1000000 pods", fix="within these bounds",
    ),
    "quota of memory": Bad(
        old=NAMESPACE, new=NAMESPACE + "    quota: {memory: 800 GiB} # <-\n",
        field="virtual_clusters.spark.quota.memory", value="800 GiB", rule="Kubernetes Quantity", fix="2Gi",
    ),
    "quota of memory in thousandths": Bad(
        old=NAMESPACE, new=NAMESPACE + "    quota: {memory: 800m} # <-\n",
        field="virtual_clusters.spark.quota.memory", value="800m", rule="memory above 0", fix="Write for example 800Gi",
    ),
    "container above the quota": Bad(
        old=NAMESPACE, new=NAMESPACE + "    quota: {memory: 64Gi, container_memory: 65Gi} # <-\n",
        field="virtual_clusters.spark.quota.container_memory", value="65Gi", rule="more than all pods together, 64Gi",
        fix="raise memory",
    ),
    "quota of CPU": Bad(
        old=NAMESPACE, new=NAMESPACE + "    quota: {cpu: 0} # <-\n",
        field="virtual_clusters.spark.quota.cpu", value=0, rule="from 1 to 1000000 vCPU", fix="within these bounds",
    ),
    "quota of GPUs": Bad(
        old=NAMESPACE, new=NAMESPACE + "    quota: {gpus: 4} # <-\n",
        field="virtual_clusters.spark.quota.gpus", value=4, rule="known here are pods, cpu, memory", fix="Remove it",
    ),
    "quota of an existing namespace": Bad(
        old=NAMESPACE, new=NAMESPACE + "    existing_namespace: true\n    quota: {pods: 9} # <-\n",
        field="virtual_clusters.spark.quota", value={"pods": 9}, rule="a namespace that is created", fix="or existing_namespace",
    ),
    "pod security of an existing namespace": Bad(
        old=NAMESPACE, new=NAMESPACE + "    existing_namespace: true\n    pod_security: baseline # <-\n",
        field="virtual_clusters.spark.pod_security", value="baseline", rule="namespace that is created", fix="Remove pod",
    ),
    "role ARN": Bad(
        old=NAMESPACE, new=NAMESPACE + "    execution_role_arn: arn:aws:iam::1:role/jobs # <-\n",
        field="virtual_clusters.spark.execution_role_arn", value="arn:aws:iam::1:role/jobs", rule="ARN of an IAM role",
        fix="arn:aws:iam::111122223333:role/spark",
    ),
    "rights of a given role": Bad(
        old=NAMESPACE,
        new=NAMESPACE + f"    execution_role_arn: {ROLE}\n    data_access: {{read: [s3://trips/]}} # <-\n",
        field="virtual_clusters.spark.data_access", value={"read": ["s3://trips/"]},
        rule="for a role that is created", fix="Remove data_access",
    ),
    "folder of another virtual cluster": Bad(
        old=ANY_ZONE,
        new=f"{ANY_ZONE}    data_access: {{read: [s3://jobs-bucket/logs/other/]}} # <-\n  other: {{namespace: b}}\n",
        also=((REGION, f"bucket: {{name: jobs-bucket}}\n{REGION}"),),
        field="virtual_clusters.spark.data_access.read[0]", value="s3://jobs-bucket/logs/other/",
        rule="folders of virtual cluster other in the environment's bucket", fix="Name another location",
    ),
    "folders of all virtual clusters": Bad(
        old=ANY_ZONE,
        new=f"{ANY_ZONE}    execution_roles: {{etl: {{data_access: {{write: [s3://jobs-bucket/data]}}}}}} # <-\n"
        "  other: {namespace: b}\n",
        also=((REGION, f"bucket: {{name: jobs-bucket}}\n{REGION}"),),
        field="virtual_clusters.spark.execution_roles.etl.data_access.write[0]", value="s3://jobs-bucket/data",
        rule="folders of virtual cluster other", fix="Name another location",
    ),
    "name of a role": Bad(
        old=NAMESPACE, new=NAMESPACE + "    execution_roles: {Etl: {}} # <-\n",
        field="virtual_clusters.spark.execution_roles.Etl", value="Etl", rule="execution role: a name has", fix="Rename",
    ),
    "role of two virtual clusters": Bad(
        old=ANY_ZONE,
        new=f"{ANY_ZONE}    execution_roles: {{etl: {{execution_role_arn: {ROLE}}}}}\n"
        f"  other: {{namespace: b, execution_role_arn: {ROLE}}} # <-\n",
        field="virtual_clusters.other.execution_role_arn", value=ROLE, rule="virtual cluster spark has this role",
        fix="Choose another role",
    ),
    "roles that read alike": Bad(
        old=ANY_ZONE,
        new=f"{ANY_ZONE}    execution_roles: {{a-b: {{}}}}\n  spark-a: {{namespace: b, execution_roles: {{b: {{}}}}}} # <-\n",
        field="virtual_clusters.spark-a.execution_roles.b", value="b", rule="as those of spark", fix="Rename it",
    ),
    "log group": Bad(
        old=ANY_ZONE, new=ANY_ZONE + '    logs: {log_group: "spark:logs"} # <-\n',
        field="virtual_clusters.spark.logs.log_group", value="spark:logs", rule="CreateLogGroup", fix="/spark/reporting",
    ),
    "given log group with a retention": Bad(
        old=ANY_ZONE, new=ANY_ZONE + "    logs: {log_group: /spark, retention_days: 30} # <-\n",
        field="virtual_clusters.spark.logs.retention_days", value=30, rule="log group that is created", fix="Remove retention",
    ),
    "log group without CloudWatch": Bad(
        old=ANY_ZONE, new=ANY_ZONE + "    logs: {log_group: /spark, cloudwatch: false} # <-\n",
        field="virtual_clusters.spark.logs.log_group", value="/spark", rule="nothing goes to a log group", fix="Remove",
    ),
    "log group of two virtual clusters": Bad(
        old=ANY_ZONE,
        new=f"{ANY_ZONE}    logs: {{log_group: /spark}}\n  other: {{namespace: b, logs: {{log_group: /spark}}}} # <-\n",
        field="virtual_clusters.other.logs.log_group", value="/spark", rule="spark logs there", fix="another log group",
    ),
    "unknown role of a job": Bad(
        old="    virtual_cluster: spark\n", new="    virtual_cluster: spark\n    execution_role: etl # <-\n",
        field="jobs.count.execution_role", value="etl", rule="of virtual cluster spark are its own alone",
        fix="the virtual cluster's own",
    ),
    "virtual cluster name": Bad(
        old="virtual_clusters:\n  spark:\n", new="virtual_clusters:\n  spark_1: # <-\n",
        field="virtual_clusters.spark_1", value="spark_1", rule="virtual cluster: a name has", fix="Rename it",
    ),
    "retention": Bad(
        old=ANY_ZONE, new=ANY_ZONE + "    logs: {retention_days: 31} # <-\n",
        field="virtual_clusters.spark.logs.retention_days", value=31, rule="PutRetentionPolicy", fix="one of these",
    ),
    "data location": Bad(
        old=ANY_ZONE, new=ANY_ZONE + "    data_access: {read: [s3://trips/, /data]} # <-\n",
        field="virtual_clusters.spark.data_access.read[1]", value="/data", rule="s3://bucket/prefix", fix="s3://sales",
    ),
    "data location with a wildcard": Bad(
        old=ANY_ZONE, new=ANY_ZONE + '    data_access: {write: ["s3://trips/*"]} # <-\n',
        field="virtual_clusters.spark.data_access.write[0]", value="s3://trips/*", rule="without wildcards", fix="s3://",
    ),
}  # fmt: skip

CASES = FARGATE | VIRTUAL_CLUSTERS


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_a_wrong_value_gives_one_line_with_field_value_rule_and_fix(case: Bad, tmp_path: Path) -> None:
    check(case, tmp_path)


@pytest.mark.parametrize(
    "location", ["jobs-bucket/raw/", "jobs-bucket/data/spark/a", "jobs-bucket/data/others", "b-1/data/"]
)
def test_locations_beside_the_folders_of_others_are_free(location: str, tmp_path: Path) -> None:
    file = tmp_path / "test.yaml"
    teams = f"{ANY_ZONE}    data_access: {{read: [s3://{location}]}}\n  other: {{namespace: b}}\n"
    file.write_text(f"bucket: {{name: jobs-bucket}}\n{environments.TEXT.replace(ANY_ZONE, teams)}")
    assert load_environment(file)


def test_over_the_profile_quota_the_error_has_what_fits_and_what_sharing_would_take(tmp_path: Path) -> None:
    teams = "".join(f"  team-{i}: {{namespace: team-{i}, fargate: {{single_zones: [us-east-1b]}}}}\n" for i in range(9))
    text = environments.TEXT.replace(ANY_ZONE, ANY_ZONE + teams)
    (told,) = findings_of(text, tmp_path)
    assert told.value == "20 Fargate profiles"
    assert told.rule == (
        "a cluster has at most 10 (EKS quota L-33415657); the first 5 of 10 virtual clusters fit, and by fargate_sharing "
        "they would need: packed 5, wildcard 3"
    )


@pytest.mark.parametrize(
    "mend",
    [
        "fargate_profile_quota: 20\n",
        "fargate_sharing: packed\n",
        "fargate_sharing: wildcard\nfargate_namespaces: '*'\nfargate_profile_quota: 3\n",
    ],
)
def test_the_reported_fix_works(mend: str, tmp_path: Path) -> None:
    teams = "".join(f"  team-{i}: {{namespace: team-{i}, fargate: {{single_zones: [us-east-1b]}}}}\n" for i in range(9))
    file = tmp_path / "test.yaml"
    file.write_text(mend + environments.TEXT.replace(ANY_ZONE, ANY_ZONE + teams))
    assert len(load_environment(file).virtual_clusters) == 10
