"""Every problem that a plan can have: what gives it, of which pod, and that nothing gives it by mistake."""

from typing import Any

import pytest

from emr_eks_placement.facts import kubernetes
from emr_eks_placement.planning import CODES
from emr_eks_placement.planning.codes import SEVERITIES
from emr_eks_placement.scheduling.capacity import UNKNOWN_ZONE
from emr_eks_placement.scheduling.namespace_rules import NamespaceRules
from emr_eks_placement.scheduling.pod import MIB
from tests.unit.planned import (
    LABEL,
    ON_FARGATE,
    SIDECAR_MEMORY,
    SUBMITTER_ON_FARGATE,
    ZONE_A,
    ZONE_B,
    capacity,
    node_group,
    planned,
    profile,
    request,
    template,
)  # fmt: skip
from tests.unit.problem_cases import CASES, Case
from tests.unit.problem_cases.case import BASELINE, SELECTOR, limit_range, quota, ruled, rules, side


def problems(case: Case) -> list[tuple[str, str, str]]:
    templates = {role: made for role in ("driver", "executor") if (made := getattr(case, role))}
    asked = {
        **request(case.spark, release=case.release, **case.emr),
        "executionRoleArn": "arn:aws:iam::111122223333:role/jobs",
        **case.more,
    }
    return [(one.code, one.role, one.what) for one in planned(asked, case.where, **templates).problems]


@pytest.mark.parametrize(
    ("code", "case"), [(code, case) for code, cases in CASES.items() for case in cases], ids=lambda one: str(one)[:40]
)
def test_a_problem_has_its_code_its_pod_and_what_is_wrong(code: str, case: Case) -> None:
    found = problems(case)
    assert [what for key, role, what in found if (key, role) == (code, case.role) and case.what in what], found


def test_every_code_has_a_case() -> None:
    assert CASES.keys() == CODES.keys()


@pytest.mark.parametrize(
    "asked",
    [
        request(),
        request(ON_FARGATE, emr_job_submitter=SUBMITTER_ON_FARGATE, emr_containers_defaults=SIDECAR_MEMORY),
        request(
            {**ON_FARGATE, f"{SELECTOR}{kubernetes.ZONE}": ZONE_A},
            emr_job_submitter=SUBMITTER_ON_FARGATE,
            emr_containers_defaults=SIDECAR_MEMORY,
        ),
        request({"spark.kubernetes.node.selector.workload": "spark", "spark.executor.instances": "1"}),
        request({"spark.dynamicAllocation.enabled": "true", "spark.dynamicAllocation.maxExecutors": "3"}),
        request({"spark.kubernetes.executor.scheduler.name": "default-scheduler"}),
    ],
    ids=["on EC2", "on Fargate", "in the profile's zone", "by label", "dynamic allocation", "the usual scheduler"],
)
def test_where_nothing_is_wrong_there_is_no_problem(asked: dict[str, Any]) -> None:
    assert planned(asked).problems == ()


@pytest.mark.parametrize("name", [None, "spark"], ids=["not deployed", "deployed"])
def test_a_label_that_names_the_profile_is_no_problem(name: str | None) -> None:
    named = {f"spark.kubernetes.driver.label.{kubernetes.FARGATE_PROFILE}": "spark"}
    where = capacity(fargate_profiles={"spark": profile({LABEL: "fargate"}, name=name)})
    asked = request(
        {**ON_FARGATE, **named}, emr_job_submitter=SUBMITTER_ON_FARGATE, emr_containers_defaults=SIDECAR_MEMORY
    )
    assert planned(asked, where).problems == ()


def test_the_most_storage_that_fargate_takes_is_no_problem() -> None:
    driver = template(main={"resources": {"requests": {"ephemeral-storage": "175Gi"}}})
    asked = request(ON_FARGATE, emr_job_submitter=SUBMITTER_ON_FARGATE, emr_containers_defaults=SIDECAR_MEMORY)
    assert planned(asked, driver=driver).problems == ()


def test_pods_that_ask_for_an_instance_type_get_no_warning_of_the_smaller_ones() -> None:
    where = capacity(node_groups={"nodes": node_group("m6i.4xlarge", "m6i.large", initial_size=2, max_size=4)})
    spark = {"spark.executor.cores": "4", f"{SELECTOR}{kubernetes.INSTANCE_TYPE}": "m6i.4xlarge"}
    assert planned(request(spark), where).problems == ()


def test_a_zone_s_share_of_a_group_is_rounded_down_for_now_and_up_at_its_largest() -> None:
    where = capacity(
        node_groups={"nodes": node_group("m6i.4xlarge", zones=(ZONE_A, ZONE_B), initial_size=3, max_size=5)}
    )
    needed = {one.zones: one for one in planned(request({f"{SELECTOR}{kubernetes.ZONE}": ZONE_A}), where).nodes}
    in_one_zone, in_both = needed[(ZONE_A,)], needed[(ZONE_A, ZONE_B)]
    assert (in_one_zone.running, in_one_zone.allowed) == (1, 3)
    assert (in_both.running, in_both.allowed) == (3, 5)


def test_problems_of_one_kind_come_in_order() -> None:
    zones = [f"us-east-1{letter}" for letter in "abcdef"]
    where = capacity(fargate_profiles={zone: profile({LABEL: "fargate"}, (zone,)) for zone in reversed(zones)})
    refused = {"spark.kubernetes.namespace", "spark.kubernetes.driver.pod.name", *(
        f"spark.kubernetes.authenticate.{role}.serviceAccountName" for role in ("driver", "executor"))}  # fmt: skip
    spark = {**ON_FARGATE, f"{SELECTOR}{kubernetes.ZONE}": "us-east-1x", **dict.fromkeys(refused, "a")}
    found = planned(request(spark), where).problems
    assert [one.what for one in found if one.code == "SPARK_CONF_REFUSED"] == [
        f"{name} is set" for name in sorted(refused)
    ]
    told = [one.what.rpartition(" ")[2] for one in found if (one.code, one.role) == ("FARGATE_ZONE", "driver")]
    assert told == zones


def test_in_a_subnet_whose_zone_is_unknown_a_node_may_have_the_zone_or_not() -> None:
    unknown = capacity(
        node_groups={"nodes": node_group("m6i.4xlarge", zones=(UNKNOWN_ZONE,))},
        fargate_profiles={"spark": profile({LABEL: "fargate"}, (UNKNOWN_ZONE,))},
    )
    assert planned(request(), unknown).problems == ()
    in_a_zone = request({f"{SELECTOR}{kubernetes.ZONE}": ZONE_A})
    assert {one.code for one in planned(in_a_zone, unknown).problems} == {"EC2_LABEL_NOT_KNOWN"}


def test_pods_that_no_one_kind_of_node_holds_are_counted_apart() -> None:
    """A driver of much memory and executors of many cores: of the group's two instance types each takes one kind. The
    submitter fits beside either."""
    mixed = capacity(node_groups={"nodes": node_group("r6i.4xlarge", "c6i.8xlarge", initial_size=3, max_size=4)})
    sizes = {"spark.driver.memory": "60g", "spark.executor.cores": "20", "spark.executor.memory": "10g"}
    found = planned(request(sizes), mixed)
    (nodes,) = found.nodes
    assert (nodes.roles, nodes.least, nodes.most) == (("submitter", "driver", "executors"), 3, 3)


@pytest.mark.parametrize(
    "made",
    [
        template(schedulerName="default-scheduler"),
        template(sidecars=[{"name": "side", "image": "busybox", "ports": [{"containerPort": 80, "hostPort": 0}]}]),
    ],
    ids=["Kubernetes' own scheduler", "no port of the node"],
)
def test_what_the_api_takes_for_nothing_is_no_problem_on_fargate(made: dict[str, Any]) -> None:
    asked = request(ON_FARGATE, emr_job_submitter=SUBMITTER_ON_FARGATE, emr_containers_defaults=SIDECAR_MEMORY)
    assert planned(asked, driver=made).problems == ()


def test_a_pod_that_lacks_cpu_is_shown_the_node_with_the_most() -> None:
    groups = capacity(node_groups={"nodes": node_group("r6i.large", "c6i.xlarge")})
    found = planned(request({"spark.driver.cores": "8"}), groups)
    assert [one.what for one in found.problems if one.role == "driver"] == [
        "nodes: c6i.xlarge offers pods at most 3.77 vCPU and 7199 MiB, the pod requests 8 and 1945 MiB"
    ]


def test_errors_come_first() -> None:
    where = capacity(fargate_vcpus=1)
    severities = [one.severity for one in planned(request({**ON_FARGATE, f"{SELECTOR}a": "b"}), where).problems]
    assert severities == sorted(severities, key=SEVERITIES.index)
    assert set(severities) == {*SEVERITIES}
    found = planned(request({f"{SELECTOR}a": "b"}, release="emr-7.99.0-latest")).problems
    assert (found[0].severity, found[-1].code) == ("error", "RELEASE_UNKNOWN"), "which is found before all others"


@pytest.mark.parametrize("code", CODES)
def test_a_code_is_explained_in_sentences(code: str) -> None:
    explained = CODES[code]
    assert explained.meaning.endswith(".")
    assert explained.fix[0].isupper()
    assert not explained.fix.endswith(".")


def test_a_run_that_its_namespace_has_room_for_is_no_problem() -> None:
    """Up to the last pod and MiB: a submitter, a driver and two executors."""
    free = planned(request())
    memory = sum(pod.shape.memory_mib * pod.count.least for pod in free.pods)
    largest = max(pod.shape.memory_mib for pod in free.pods)
    hard = {"pods": 4, "requests.memory": f"{memory}Mi", "services": 1, "count/jobs.batch": 1}
    limits = limit_range({"max": {"memory": f"{largest}Mi"}, "defaultRequest": {"memory": 0}})
    assert planned(request(), ruled(quota(hard), limits, pod_security="baseline")).problems == ()
    sidecar = sum(pod.shape.memory_slack_bytes for pod in free.pods) // MIB
    for less, code in (
        ({"pods": 3}, "QUOTA_EXCEEDED"),
        ({"requests.memory": f"{memory - sidecar - 1}Mi"}, "QUOTA_EXCEEDED"),
        ({"requests.memory": f"{memory - 1}Mi"}, "QUOTA_REACHED"),
    ):
        found = planned(request(), ruled(quota({**hard, **less}))).problems
        assert {one.code for one in found} == {code}


def test_another_namespaces_rules_do_not_count() -> None:
    where = capacity(namespace_rules={"other": rules(quota({"pods": 1})) & NamespaceRules(pod_security="restricted")})
    assert planned(request(), where).problems == ()


def test_what_baseline_allows_is_no_problem() -> None:
    allowed = side(
        capabilities={"add": ["CHOWN"], "drop": ["ALL"]},
        seccompProfile={"type": "RuntimeDefault"},
        seLinuxOptions={"type": "container_t"},
        procMount="Default",
        privileged=False,
    )
    allowed["spec"]["volumes"] = [{"name": "data", "emptyDir": {}}]
    assert planned(request(), BASELINE, driver=allowed).problems == ()
