"""How what was read of a deployed environment is judged."""

import json
from dataclasses import replace
from typing import Any

import pytest

from emr_eks_placement.checks import Check
from emr_eks_placement.checks.deployment.addresses import check_addresses
from emr_eks_placement.checks.deployment.drift import check_capacity, check_definitions, check_kubernetes_objects
from emr_eks_placement.checks.deployment.health import (
    Part,
    VirtualClusterFacts,
    check_access_entries,
    check_cluster,
    check_namespaces,
    check_oidc_provider,
    check_parts,
    check_stacks,
    check_virtual_clusters,
)
from emr_eks_placement.checks.deployment.requirements import Access, Account, access_of, access_of_role, objects_of
from emr_eks_placement.checks.deployment.storage import Denied, check_files, check_permissions
from emr_eks_placement.cli.main import main
from emr_eks_placement.definition import CheckedEnvironment, DeployedVirtualCluster, define_job_run
from emr_eks_placement.environment import DataAccess, ExecutionRole, capacity_of
from emr_eks_placement.environment_file import load_environment
from emr_eks_placement.scheduling.capacity import PodSelector
from emr_eks_placement.scheduling.namespace_rules import NamespaceRules, ResourceQuota
from tests.unit.environments import REPOSITORY, environment

ENVIRONMENT = environment()
LOCAL = load_environment(REPOSITORY / "environments/local.yaml")
PROVIDER = "arn:aws:iam::111122223333:oidc-provider/oidc.eks.us-east-1.amazonaws.com/id/A"
ROLE = "arn:aws:iam::111122223333:role/spark"
BUCKET = "jobs-111122223333"
ACCOUNT = Account(partition="aws", region="us-east-1", number="111122223333", bucket=BUCKET)
DEPLOYED = DeployedVirtualCluster(
    virtual_cluster_id="abc",
    execution_role_arn=ROLE,
    bucket=BUCKET,
    log_group_name="/spark",
    log_uri=f"s3://{BUCKET}/logs/spark/",
)


def _states(checks: list[Check]) -> list[str]:
    return [check.state for check in checks]


@pytest.mark.parametrize(
    ("status", "state"),
    [
        (None, "missing"),
        ("REVIEW_IN_PROGRESS", "missing"),
        ("ROLLBACK_COMPLETE", "missing"),
        ("UPDATE_ROLLBACK_FAILED", "missing"),
        ("DELETE_FAILED", "missing"),
        ("UPDATE_ROLLBACK_COMPLETE", "warning"),
        ("UPDATE_IN_PROGRESS", "warning"),
        ("UPDATE_COMPLETE", "ok"),
        ("CREATE_COMPLETE", "ok"),
        ("IMPORT_COMPLETE", "ok"),
    ],
)
def test_stacks_are_there_and_their_last_deployment_succeeded(status: str | None, state: str) -> None:
    checks = check_stacks(ENVIRONMENT, {"one-platform": "CREATE_COMPLETE", "one-job-runs": status})
    assert _states(checks) == [state]
    assert bool(checks[0].fix) == (state != "ok")


def test_clusters_are_active_without_issues_and_take_access_entries() -> None:
    cluster = Part("spark", "ACTIVE")
    assert _states(check_cluster(ENVIRONMENT, cluster, "API_AND_CONFIG_MAP")) == ["ok"]
    assert _states(check_cluster(ENVIRONMENT, cluster, "API")) == ["warning"]
    assert _states(check_cluster(ENVIRONMENT, cluster, "CONFIG_MAP")) == ["missing"]
    assert _states(check_cluster(ENVIRONMENT, Part("spark", None), "CONFIG_MAP")) == ["missing"]
    failed = replace(cluster, status="FAILED", issues=("AccessDenied: no (key)",))
    assert _states(check_cluster(ENVIRONMENT, failed, "CONFIG_MAP")) == ["missing", "missing"]


def test_each_part_that_is_not_in_order_is_reported() -> None:
    parts = [
        Part("fine", "ACTIVE"),
        Part("gone", None),
        Part("young", "CREATING"),
        Part("ill", "ACTIVE", ("PodExecutionRoleAlreadyInUse: no",)),
        Part("broken", "CREATE_FAILED", ("AccessDenied: no",)),
        Part("silent", "DELETE_FAILED"),
    ]
    checks = check_parts("fargate-profiles", "Fargate profile", parts)
    assert _states(checks) == ["missing", "warning", "warning", "missing", "missing"]
    assert checks[2].found == "Fargate profile ill is ACTIVE: PodExecutionRoleAlreadyInUse: no"
    assert _states(check_parts("fargate-profiles", "Fargate profile", [])) == ["ok"]


def test_nodes_and_fargate_have_access_entries() -> None:
    assert _states(check_access_entries(ENVIRONMENT, "c", [ROLE], {ROLE: "EC2_LINUX"})) == ["ok"]
    (node,) = check_access_entries(ENVIRONMENT, "c", ["other"], {ROLE: "EC2_LINUX"})
    assert node.fix.endswith(f"--cluster-name c --principal-arn {ROLE} --type EC2_LINUX")


def test_the_oidc_provider_is_for_sts() -> None:
    assert _states(check_oidc_provider(PROVIDER, ["sts.amazonaws.com"])) == ["ok"]
    assert _states(check_oidc_provider(PROVIDER, ["other"])) == ["missing"]
    assert _states(check_oidc_provider(PROVIDER, None)) == ["missing"]


def test_virtual_clusters_run_in_the_namespace_of_the_file() -> None:
    well = VirtualClusterFacts("abc", "RUNNING", "c", "spark-jobs")
    for changed in ({"state": None}, {"state": "ARRESTED"}, {"cluster": "d"}, {"namespace": "other"}, {}):
        checks = check_virtual_clusters(ENVIRONMENT, "c", {"spark": replace(well, **changed)})
        assert _states(checks) == ["missing" if changed else "ok"]
    assert _states(check_namespaces(ENVIRONMENT, {"spark-jobs": False})) == ["missing"]


def _live(**changed: Any) -> Any:
    """What the cluster has of the environment: as it is planned, under EKS's names."""
    planned = capacity_of(ENVIRONMENT)
    return replace(planned, node_groups={f"x-{name}": one for name, one in planned.node_groups.items()}, **changed)


NAMES = {name: f"x-{name}" for name in ENVIRONMENT.node_groups}


def test_what_the_cluster_has_beside_the_environment_is_no_difference() -> None:
    live = _live()
    groups = {**live.node_groups, "other": live.node_groups["x-system"]}
    profiles = {**live.fargate_profiles, "other": replace(live.fargate_profiles["spark"], zones=("us-east-1b",))}
    live = replace(live, node_groups=groups, fargate_profiles=profiles)
    assert _states(check_capacity(ENVIRONMENT, live, NAMES)) == ["ok"]


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        (
            "labels",
            {"workload": "other"},
            'labels is {"workload": "other"}, the file has {"workload": "spark-driver"}',
        ),
        ("taints", (), 'taints is [], the file has ["workload=spark-driver:NoSchedule"]'),
        ("zones", ("us-east-1a",), 'zones is ["us-east-1a"], the file has ["us-east-1a", "us-east-1b"]'),
        ("max_size", 9, "max_size is 9, the file has 2"),
        ("capacity_type", "spot", "capacity_type is 'spot', the file has 'on-demand'"),
        ("disk_gib", 7, "disk_gib is 7, the file has"),
    ],
)
def test_each_difference_of_a_node_group_is_named(field: str, value: object, told: str) -> None:
    live = _live()
    groups = {**live.node_groups, "x-drivers": replace(live.node_groups["x-drivers"], **{field: value})}
    (check,) = check_capacity(ENVIRONMENT, replace(live, node_groups=groups), NAMES)
    assert check.state == "warning"
    assert check.found.startswith(f"node_groups.drivers: {told}")
    assert "cdk deploy" in check.fix
    assert ("update-nodegroup-config" in check.fix) == (field in ("labels", "taints", "max_size"))


def test_how_many_nodes_a_group_has_is_no_difference() -> None:
    live = _live()
    groups = {**live.node_groups, "x-drivers": replace(live.node_groups["x-drivers"], initial_size=2)}
    assert _states(check_capacity(ENVIRONMENT, replace(live, node_groups=groups), NAMES)) == ["ok"]


def test_other_differences_of_the_cluster_are_named() -> None:
    live = _live()
    without = replace(live, node_groups={})
    assert _states(check_capacity(ENVIRONMENT, without, {})) == ["missing", "missing"]
    older = replace(live, kubernetes_version="1.30")
    assert "version is '1.30'" in check_capacity(ENVIRONMENT, older, NAMES)[0].found
    (extra,) = check_capacity(ENVIRONMENT, live, {**NAMES, "old": "x-old"})
    assert extra.found == "node group x-old (old) of the stack is not in the file"
    selectors = (PodSelector("spark-jobs", {"spark-node-placement": "other"}),)
    profiles = {**live.fargate_profiles, "spark": replace(live.fargate_profiles["spark"], selectors=selectors)}
    (profile,) = check_capacity(ENVIRONMENT, replace(live, fargate_profiles=profiles), NAMES)
    assert (
        "Fargate profile spark: the cluster has none that selects spark-jobs,spark-node-placement=fargate"
        in profile.found
    )


def test_differences_in_the_kubernetes_api_are_named() -> None:
    assert _states(check_kubernetes_objects(ENVIRONMENT, _live())) == ["ok"]
    quota = ResourceQuota(name="team", hard={"pods": 1000})
    limited_to_one = NamespaceRules(quotas=(quota,), pod_security="baseline")
    limited = _live(namespace_rules={"spark-jobs": limited_to_one})
    (rules,) = check_kubernetes_objects(ENVIRONMENT, limited)
    assert rules.found == "namespace spark-jobs: pods of ResourceQuota team is '1', the file has (nothing)"
    pooled = environment(node_pools={"burst": {"instance_types": ["m6i.xlarge"], "max_vcpus": 64}})
    planned = capacity_of(pooled)
    pool = planned.node_pools["burst"]
    assert _states(check_kubernetes_objects(pooled, planned)) == ["ok"]
    changed = replace(planned, node_pools={"in-kubernetes": replace(pool, max_vcpus=32)})
    (difference,) = check_kubernetes_objects(pooled, changed)
    assert difference.found == "node_pools.burst: max_vcpus is 32, the file has 64"
    (missing,) = check_kubernetes_objects(pooled, replace(planned, node_pools={}))
    assert missing.state == "missing"


def test_what_was_not_read_of_the_kubernetes_api_is_not_checked() -> None:
    live = replace(_live(), namespace_rules={}, not_read=("its Kubernetes API was not read: 403",))
    assert _states(check_capacity(ENVIRONMENT, live, NAMES)) == ["ok"]
    (check,) = check_kubernetes_objects(ENVIRONMENT, live)
    assert (check.state, check.found) == ("not checked", "its Kubernetes API was not read: 403")


def test_definitions_are_those_of_the_file() -> None:
    defined: dict[str, Any] = {"/a": {"x": {"y": [1, 2]}}, "/b": {}}
    assert _states(check_definitions(ENVIRONMENT, defined, defined)) == ["ok"]
    changed = {"/a": {"x": {"y": [1, 3], "z": 4}}, "/c": {}}
    edited, missing, extra = check_definitions(ENVIRONMENT, defined, changed)
    assert edited.found == "/a is not what the file defines: x.y[1] is 3, not 2; x.z is 4, not (nothing)"
    assert (missing.state, missing.found) == ("missing", "there is no parameter /b")
    assert extra.state == "warning"
    assert _states(check_definitions(ENVIRONMENT, {"/b": {}}, {"/b": None})) == ["warning"], "no JSON"


def test_definitions_of_a_deleted_virtual_cluster_are_created_again() -> None:
    """Its stack was deleted and deployed again, and CloudFormation sees no change of the job runs' template."""
    defined: dict[str, Any] = {"/a": {"virtualClusterId": "new", "x": 1}}
    (check,) = check_definitions(ENVIRONMENT, defined, {"/a": {"virtualClusterId": "old", "x": 2}})
    assert check.state == "missing"
    assert check.found == "/a names virtual cluster 'old', and the deployed one is new: no run can start from it"
    assert check.fix.startswith(
        "Create test-job-runs again: cdk destroy test-job-runs -c environment=test, then cdk deploy"
    )
    (edited,) = check_definitions(ENVIRONMENT, defined, {"/a": {"virtualClusterId": "new", "x": 2}})
    assert edited.state == "warning"


def test_what_a_run_reads_and_what_its_role_needs() -> None:
    request = define_job_run(LOCAL, "trip-count", "pinned-driver", DEPLOYED).request
    parameters = " --conf spark.submit.pyFiles=s3a://jobs/a.zip#b,local:///b.zip"
    request["jobDriver"]["sparkSubmitJobDriver"]["sparkSubmitParameters"] += parameters
    objects = objects_of(request, BUCKET)
    assert "s3://jobs/a.zip" in objects
    folders = sorted(uri.removeprefix(f"s3://{BUCKET}/").partition("/")[0] for uri in objects)
    assert folders == ["job-files", "job-files", "pod-templates", "s3:"]
    key = "arn:aws:kms:us-east-1:111122223333:key/k"
    wanted = list(access_of([request], replace(ACCOUNT, key_arn=key)))
    assert {one.role for one in wanted} == {ROLE}
    assert all(one.certain for one in wanted)
    assert {(action, one.resource) for one in wanted for action in one.actions} >= {
        *(("s3:GetObject", f"arn:aws:s3:::{uri.removeprefix('s3://')}") for uri in objects if "/a.zip" in uri),
        ("s3:PutObject", f"arn:aws:s3:::{BUCKET}/logs/spark/x"),
        ("logs:PutLogEvents", "arn:aws:logs:us-east-1:111122223333:log-group:/spark:log-stream:doctor"),
        ("kms:Decrypt", key),
    }
    read = {one.resource for one in wanted if one.actions == ("s3:GetObject",)}
    listed = {(one.resource, one.prefix) for one in wanted if one.actions == ("s3:ListBucket",)}
    for resource in read:
        own, _, path = resource.rpartition(":")[2].partition("/")
        assert {(f"arn:aws:s3:::{own}", path), (f"arn:aws:s3:::{own}", f"{path}/")} <= listed
    assert not any("kms:Decrypt" in one.actions for one in access_of([request], ACCOUNT))


def test_one_uploaded_file_represents_all_of_a_virtual_cluster() -> None:
    request = define_job_run(LOCAL, "trip-count", "pinned-driver", DEPLOYED).request
    (first, second) = [one for one in objects_of(request, BUCKET) if "/job-files/" in one]
    read = [one.resource for one in access_of([request, request], ACCOUNT) if one.actions == ("s3:GetObject",)]
    assert [one for one in read if "/job-files/" in one] == [f"arn:aws:s3:::{first.removeprefix('s3://')}"]
    other = json.loads(json.dumps(request).replace("/job-files/spark/", "/job-files/science/"))
    both = [one.resource for one in access_of([request, other], ACCOUNT) if one.actions == ("s3:GetObject",)]
    assert len([one for one in both if "/job-files/" in one]) == 2
    assert second != first


def test_a_location_in_the_arguments_is_looked_up_whether_a_job_reads_or_writes_there() -> None:
    request = define_job_run(LOCAL, "trip-count", "fargate", DEPLOYED).request
    before = set(access_of([request], ACCOUNT))
    arguments = request["jobDriver"]["sparkSubmitJobDriver"]["entryPointArguments"]
    arguments += [
        "s3a://sales/orders/",
        "s3://raw/2026-*/part.csv,s3n://more",
        "s3://*/x",
        "s3://{{ bucket }}/x",
        "s3://sales/${day}",
        "--mode=s3",
        "https://a.example/",
    ]
    added = set(access_of([request], ACCOUNT)) - before
    assert {(one.actions, one.resource, one.prefix) for one in added} == {
        (("s3:GetObject",), "arn:aws:s3:::sales/orders", None),
        (("s3:ListBucket",), "arn:aws:s3:::sales", "orders"),
        (("s3:ListBucket",), "arn:aws:s3:::sales", "orders/"),
        (("s3:GetObject",), "arn:aws:s3:::raw/doctor", None),
        (("s3:ListBucket",), "arn:aws:s3:::raw", "doctor"),
        (("s3:ListBucket",), "arn:aws:s3:::raw", "doctor/"),
        (("s3:GetObject",), "arn:aws:s3:::more/doctor", None),
        (("s3:ListBucket",), "arn:aws:s3:::more", "doctor"),
        (("s3:ListBucket",), "arn:aws:s3:::more", "doctor/"),
    }
    assert not any(one.certain for one in added)
    (check,) = check_permissions(
        1, [Denied(one, one.actions[0], "implicitDeny") for one in added if one.prefix == "orders"]
    )
    assert check.state == "warning"
    assert (
        check.found
        == "spark is not allowed s3:ListBucket on arn:aws:s3:::sales with the prefix orders, which its jobs may need"
    )


def test_a_role_that_is_created_reaches_its_folder_and_its_data_access() -> None:
    key = "arn:aws:kms:us-east-1:111122223333:key/k"
    settings = ExecutionRole(data_access=DataAccess(read=("s3://raw",), write=("s3://sales/a/",), kms_key_arns=(key,)))
    wanted = list(access_of_role("spark", ROLE, settings, ACCOUNT))
    rights = {(action, one.resource, one.prefix) for one in wanted for action in one.actions}
    assert all(one.certain for one in wanted)
    for folder in (f"{BUCKET}/data/spark", "sales/a"):
        own, _, path = folder.partition("/")
        write = ("PutObject", "DeleteObject", "AbortMultipartUpload", "ListMultipartUploadParts", "GetObject")
        assert {
            (f"s3:{action}", f"arn:aws:s3:::{folder}{end}", None) for action in write for end in ("", "/x")
        } <= rights
        assert {("s3:ListBucket", f"arn:aws:s3:::{own}", f"{path}{end}") for end in ("", "/", "/x", "/x/")} <= rights
    assert {("s3:GetObject", "arn:aws:s3:::raw/doctor", None), ("kms:GenerateDataKey", key, None)} <= rights
    assert not any(
        action != "s3:GetObject" for action, resource, _ in rights if resource.startswith("arn:aws:s3:::raw/")
    )


def test_denied_actions_are_reported_by_role_and_resource() -> None:
    access = Access(ROLE, ("s3:GetObject", "s3:PutObject"), "arn:aws:s3:::b/k")
    assert _states(check_permissions(2, [])) == ["ok"]
    (check,) = check_permissions(2, [Denied(access, action, "implicitDeny") for action in access.actions])
    assert check.found == "spark is not allowed s3:GetObject, s3:PutObject on arn:aws:s3:::b/k"
    others = [replace(access, resource=f"arn:aws:s3:::b/{number}") for number in range(5)]
    (alike,) = check_permissions(5, [Denied(one, "s3:GetObject", "implicitDeny") for one in others])
    assert alike.found == (
        "spark is not allowed s3:GetObject on arn:aws:s3:::b/0; arn:aws:s3:::b/1; arn:aws:s3:::b/2 and 2 more"
    )
    (unclear,) = check_permissions(2, [Denied(access, "s3:GetObject", "implicitDeny", ("aws:SourceVpce",))])
    assert unclear.state == "warning"


def test_files_that_are_missing_say_where_they_come_from() -> None:
    template, other = f"s3://{BUCKET}/pod-templates/spark/a.yaml", "s3://jobs/count.py"
    used_by = {template: ["count/a", "count/b", "count/c", "count/d"], other: ["count/a"]}
    missing, unknown = check_files(ENVIRONMENT, used_by, {template: False, other: None})
    assert missing.found.endswith("which count/a, count/b, count/c and 1 more names")
    assert missing.fix.endswith(f"aws s3 cp definitions/pod-templates/spark/a.yaml {template}")
    assert unknown.state == "not checked"


def test_addresses_are_counted_for_the_zones_that_pods_may_run_in() -> None:
    runs, capacity = dict(CheckedEnvironment.of(LOCAL).plans()), capacity_of(LOCAL)

    def states(run: str, first: int, second: int) -> set[str]:
        free = {"us-east-1a": first, "us-east-1b": second}
        return set(_states(check_addresses([(run, runs[run])], capacity, free)))

    assert states("trip-count in fargate-all", 4, 0) == {"ok"}, "what may run in both zones has the addresses of both"
    assert states("trip-count in fargate-all", 2, 1) == {"missing"}, "four pods"
    assert states("trip-count in fargate-one-zone", 2, 1000) == {"missing"}, "three of them in the first zone"
    assert states("trip-count in fargate-one-zone", 3, 1000) == {"ok"}, "the submitter may run in the other"
    assert states("trip-count in ec2", 4, 4) == {"warning"}, "nodes that are added take more"
    assert states("trip-count in ec2", 1000, 1000) == {"ok"}


def test_what_is_ignored_is_a_check(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor", "-e", str(REPOSITORY / "environments/dev.yaml"), "--ignore", "stack"]) == 2
    assert capsys.readouterr().err.startswith("error: --ignore: 'stack': the checks are account, region, ")
