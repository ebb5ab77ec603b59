"""Every problem that a plan can have: what gives it, of which pod, and that nothing gives it by mistake."""

from dataclasses import dataclass, field
from typing import Any

import pytest

from emr_eks_placement.facts import kubernetes
from emr_eks_placement.placement import Role
from emr_eks_placement.planning import CODES
from emr_eks_placement.scheduling.capacity import UNKNOWN_ZONE, Capacity
from emr_eks_placement.scheduling.namespace_rules import NamespaceRules
from tests.unit.planned import (
    CAPACITY,
    LABEL,
    NAMESPACE,
    ON_FARGATE,
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


@dataclass(frozen=True)
class Case:
    """A request that has a problem of a role; what: words of it."""

    role: Role
    what: str
    spark: dict[str, str] = field(default_factory=dict)
    where: Capacity = CAPACITY
    driver: dict[str, Any] | None = None
    executor: dict[str, Any] | None = None
    release: str = "emr-7.12.0-latest"
    emr: dict[str, Any] = field(default_factory=dict)


def on_fargate(what: str, spark: dict[str, str] | None = None, **fields: Any) -> Case:
    """A case of a driver on Fargate."""
    return Case("driver", what, {**ON_FARGATE, **(spark or {})}, **fields)


SELECTOR = "spark.kubernetes.node.selector."
ZONES = capacity(
    node_groups={"nodes": node_group("m6i.4xlarge", zones=(ZONE_A, ZONE_B), initial_size=2)},
    fargate_profiles={"spark": profile({LABEL: "fargate"}, (ZONE_A, ZONE_B))},
)
MANY = {"spark.executor.instances": "40", "spark.executor.cores": "4"}


def ruled(**rules: Any) -> Capacity:
    """The cluster whose namespace has rules."""
    return capacity(namespace_rules={NAMESPACE: NamespaceRules(**rules)})


BASELINE = ruled(pod_security="baseline")


def side(**security: Any) -> dict[str, Any]:
    """A driver's template whose sidecar has a security context."""
    return template(sidecars=[{"name": "side", "securityContext": security}])


CASES: dict[str, list[Case]] = {
    "FARGATE_NODE_SELECTOR": [
        on_fargate("it asks for workload=spark", {f"{SELECTOR}workload": "spark"}),
        on_fargate("kubernetes.io/arch=arm64", {f"{SELECTOR}kubernetes.io/arch": "arm64"}),
        on_fargate("capacityType=SPOT", {f"{SELECTOR}{kubernetes.CAPACITY_TYPE}": "SPOT"}),
        on_fargate("it asks for team='a'", {f"{SELECTOR}team": "'a'"}),
    ],
    "FARGATE_ZONE": [
        on_fargate("the profile's zones are us-east-1a", {f"{SELECTOR}{kubernetes.ZONE}": ZONE_B}),
        on_fargate(
            "node selector and its node affinity together",
            {f"{SELECTOR}{kubernetes.ZONE}": ZONE_A},
            where=ZONES,
            driver=template(affinity={"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": {
                "nodeSelectorTerms": [{"matchExpressions": [
                    {"key": kubernetes.ZONE, "operator": "In", "values": [ZONE_B]}]}]}}}),
        ),
    ],
    "FARGATE_AFFINITY": [
        on_fargate("no Fargate node has", driver=template(
            affinity={"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": {
                "nodeSelectorTerms": [{"matchExpressions": [{"key": "gpu", "operator": "Exists"}]}]}}})),
    ],
    "FARGATE_SCHEDULER": [
        on_fargate("schedulerName is yunikorn", {"spark.kubernetes.driver.scheduler.name": "yunikorn"}),
        on_fargate("nodeName is ip-1", driver=template(nodeName="ip-1")),
    ],
    "FARGATE_VOLUME": [
        on_fargate("volume data is of type hostPath", driver=template(volumes=[{"name": "data", "hostPath": {"path": "/d"}}])),
        on_fargate("of type hostPath", {"spark.kubernetes.driver.volumes.hostPath.data.mount.path": "/d"}),
        on_fargate("OnDemand", {"spark.kubernetes.driver.volumes.persistentVolumeClaim.data.mount.path": "/d"}),
        on_fargate("CSI driver ebs.csi.aws.com", driver=template(
            volumes=[{"name": "data", "csi": {"driver": "ebs.csi.aws.com"}}])),
        on_fargate("of type ephemeral", driver=template(volumes=[{"name": "data", "ephemeral": {"volumeClaimTemplate": {
            "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}}}}])),
    ],
    "FARGATE_CLAIM": [
        on_fargate("claim shared", driver=template(volumes=[{"name": "d", "persistentVolumeClaim": {"claimName": "shared"}}])),
    ],
    "FARGATE_GPU": [
        on_fargate("nvidia.com/gpu", driver=template(main={"resources": {"limits": {"nvidia.com/gpu": 1}}})),
        on_fargate("nvidia.com/gpu", driver=template(
            initContainers=[{"name": "first", "resources": {"limits": {"nvidia.com/gpu": 1}}}])),
        on_fargate("nvidia.com/gpu", {"spark.driver.resource.gpu.amount": "1", "spark.driver.resource.gpu.vendor": "nvidia.com"}),
    ],
    "FARGATE_PRIVILEGED": [
        on_fargate("side is privileged", driver=template(sidecars=[{"name": "side", "securityContext": {"privileged": True}}])),
        on_fargate("first is privileged", driver=template(
            initContainers=[{"name": "first", "securityContext": {"privileged": True}}])),
        on_fargate("binds port 80", driver=template(
            sidecars=[{"name": "side", "ports": [{"containerPort": 80, "hostPort": 80}]}])),
    ],
    "FARGATE_TOO_LARGE": [on_fargate("it requests 17 vCPU", {"spark.driver.cores": "17"})],
    "FARGATE_STORAGE": [
        on_fargate("176 GiB", driver=template(main={"resources": {"requests": {"ephemeral-storage": "176Gi"}}})),
    ],
    "FARGATE_PROFILES": [
        on_fargate("spark, wide select it", where=capacity(
            fargate_profiles={**CAPACITY.fargate_profiles, "wide": profile({"spark-role": "driver"})})),
    ],
    "FARGATE_PROFILE_LABEL": [
        on_fargate(
            "names profile other", {f"spark.kubernetes.driver.label.{kubernetes.FARGATE_PROFILE}": "other"},
            where=capacity(fargate_profiles={"spark": profile({LABEL: "fargate"}, name="spark")}),
        ),
    ],
    "FARGATE_SIDECAR_CPU": [
        on_fargate(
            "with the 100m that its sidecars request it is granted 8vCPU 16GB, without them 4vCPU 8GB",
            {"spark.driver.cores": "4"}, emr={"emr_containers_defaults": {"logging.request.cores": "100m"}},
        ),
    ],
    "FARGATE_SPREAD": [
        on_fargate("topologySpreadConstraints", driver=template(topologySpreadConstraints=[
            {"maxSkew": 1, "topologyKey": kubernetes.ZONE, "whenUnsatisfiable": "DoNotSchedule"}])),
        on_fargate("podAntiAffinity", driver=template(affinity={"podAntiAffinity": {
            "requiredDuringSchedulingIgnoredDuringExecution": [{"topologyKey": kubernetes.ZONE}]}})),
    ],
    "FARGATE_POD_IDENTITY": [on_fargate("role jobs has an association", where=capacity(pod_identity_roles=frozenset({"jobs"})))],
    "FARGATE_VCPU_QUOTA": [
        Case("executors", "take 5 vCPU together, the quota is taken to be 4",
             {**ON_FARGATE, "spark.executor.cores": "2"}, capacity(fargate_vcpus=4)),
        Case("driver", "take 1 vCPU together, the quota is taken to be 0",
             {f"spark.kubernetes.driver.label.{LABEL}": "fargate"}, capacity(fargate_vcpus=0)),
    ],
    "EC2_NO_NODE_GROUP": [
        Case("driver", "no node of it has a=b", {"spark.kubernetes.driver.node.selector.a": "b"}),
        Case("executors", "offers pods at most 15.74 vCPU", {"spark.executor.cores": "16"}),
        Case("submitter", "there are no node groups", where=capacity(node_groups={})),
        Case("driver", "other: no node of it has a=b", {f"{SELECTOR}zone": ZONE_A, f"{SELECTOR}a": "b"},
             capacity(node_groups={**CAPACITY.node_groups, "other": node_group("m6i.large", labels={"zone": ZONE_A})})),
        Case("driver", "MiB of disk", driver=template(main={"resources": {"requests": {"ephemeral-storage": "90Gi"}}}),
             where=capacity(node_groups={"nodes": node_group("m6i.large", disk_gib=50)})),
    ],
    "EC2_OTHER_NODES": [
        Case("driver", "EKS Auto Mode", {"spark.kubernetes.driver.node.selector.a": "b"},
             capacity(other_nodes="EKS Auto Mode makes nodes too")),
    ],
    "EC2_TOO_FEW_NODES": [Case("executors", "need 14 nodes of nodes, which can have 4", MANY)],
    "EC2_SCALE_UP": [
        Case("executors", "need 14 nodes of nodes, which has 2 for sure", MANY, capacity(
            node_groups={"nodes": node_group("m6i.4xlarge", initial_size=2, max_size=20)})),
    ],
    "EC2_INSTANCE_TYPES": [
        Case("executors", "of nodes it fits m6i.4xlarge, not m6i.large", {"spark.executor.cores": "4"}, capacity(
            node_groups={"nodes": node_group("m6i.large", "m6i.4xlarge", initial_size=2)})),
    ],
    "EC2_ZONE_OF_GROUP": [
        Case("executors", "it can run in us-east-1a; nodes has nodes in us-east-1a, us-east-1b",
             {f"{SELECTOR}{kubernetes.ZONE}": ZONE_A}, ZONES),
    ],
    "EC2_SPOT": [
        Case("driver", "cheap can take it", where=capacity(
            node_groups={**CAPACITY.node_groups, "cheap": node_group("m6i.large", capacity_type="spot")})),
    ],
    "EC2_SCHEDULER": [
        Case("executors", "schedulerName is volcano", {"spark.kubernetes.executor.scheduler.name": "volcano"}),
    ],
    "EC2_NODE_NAME": [Case("driver", "nodeName is ip-1", driver=template(nodeName="ip-1"))],
    "EC2_DEVICE": [
        Case("executors", "nvidia.com/gpu", {
            "spark.executor.resource.gpu.amount": "1", "spark.executor.resource.gpu.vendor": "nvidia.com"}),
    ],
    "SUBMITTER_ON_EC2": [Case("submitter", "no Fargate profile selects the submitter", ON_FARGATE)],
    "EXECUTORS_ACROSS_ZONES": [Case("executors", "us-east-1a, us-east-1b", where=ZONES)],
    "DRIVER_IN_ANOTHER_ZONE": [
        Case("driver", "it runs in us-east-1a, the executors in us-east-1b", ON_FARGATE, capacity(fargate_profiles={
            "a": profile({LABEL: "fargate", "spark-role": "driver"}),
            "b": profile({LABEL: "fargate", "spark-role": "executor"}, (ZONE_B,))})),
    ],
    "EXECUTORS_UNBOUNDED": [Case("executors", "maxExecutors is not set", {"spark.dynamicAllocation.enabled": "true"})],
    "POD_SECURITY": [
        Case("driver", "volume data is a directory of its node", where=BASELINE,
             spark={"spark.kubernetes.driver.volumes.hostPath.data.mount.path": "/d"}),
        Case("executors", "volume data is a directory", where=BASELINE,
             executor=template("executor", volumes=[{"name": "data", "hostPath": {"path": "/d"}}])),
        Case("driver", "volume data is", where=ruled(pod_security="restricted"),
             driver=template(volumes=[{"name": "data", "hostPath": {"path": "/d"}}])),
        Case("driver", "side is privileged", where=BASELINE, driver=side(privileged=True)),
        Case("driver", "first is privileged", where=BASELINE, driver=template(
            initContainers=[{"name": "first", "securityContext": {"privileged": True}}])),
        Case("driver", "adds the capabilities NET_ADMIN", where=BASELINE,
             driver=side(capabilities={"add": ["CHOWN", "NET_ADMIN"]})),
        Case("driver", "procMount Unmasked", where=BASELINE, driver=side(procMount="Unmasked")),
        Case("driver", "seccompProfile Unconfined", where=BASELINE, driver=side(seccompProfile={"type": "Unconfined"})),
        Case("driver", "appArmorProfile Unconfined", where=BASELINE, driver=side(appArmorProfile={"type": "Unconfined"})),
        Case("driver", "sets seLinuxOptions", where=BASELINE, driver=side(seLinuxOptions={"type": "spc_t"})),
        Case("driver", "sets seLinuxOptions", where=BASELINE, driver=side(seLinuxOptions={"user": "root"})),
        Case("driver", "side is a host process", where=BASELINE, driver=side(windowsOptions={"hostProcess": True})),
        Case("driver", "side binds port 80", where=BASELINE, driver=template(
            sidecars=[{"name": "side", "ports": [{"containerPort": 80, "hostPort": 80}]}])),
        Case("driver", "a probe or hook of host 10.0.0.1", where=BASELINE, driver=template(
            sidecars=[{"name": "side", "livenessProbe": {"httpGet": {"port": 80, "host": "10.0.0.1"}}}])),
        Case("driver", "a probe or hook of host db", where=BASELINE, driver=template(
            sidecars=[{"name": "side", "lifecycle": {"preStop": {"tcpSocket": {"port": 80, "host": "db"}}}}])),
        Case("driver", "shares its node's namespace (hostPID)", where=BASELINE, driver=template(hostPID=True)),
        Case("driver", "it sets kernel.msgmax", where=BASELINE, driver=template(
            securityContext={"sysctls": [{"name": "kernel.msgmax", "value": "1"}]})),
        Case("driver", "its AppArmor profile is unconfined", where=BASELINE, driver=template(
            metadata={"annotations": {"container.apparmor.security.beta.kubernetes.io/side": "unconfined"}})),
    ],
    "POD_SECURITY_RESTRICTED": [
        Case("submitter", "enforces restricted", where=ruled(pod_security="restricted")),
    ],
    "QUOTA_CONTAINER_MEMORY": [
        Case("driver", "spark-kubernetes-driver has 5734 MiB of memory, the namespace allows a container 4096 MiB",
             {"spark.driver.memory": "4g"}, ruled(container_memory_mib=4096)),
        Case("driver", "side has 6144 MiB", where=ruled(container_memory_mib=4096), driver=template(
            sidecars=[{"name": "side", "resources": {"limits": {"memory": "6Gi"}}}])),
        Case("driver", "first has 6144 MiB", where=ruled(container_memory_mib=4096), driver=template(
            initContainers=[{"name": "first", "resources": {"requests": {"memory": "6Gi"}}}])),
        Case("submitter", "job-runner has 512 MiB", where=ruled(container_memory_mib=511)),
    ],
    "QUOTA_EXCEEDED": [
        Case("executors", "the run has 6 pods, the namespace may have 5", {"spark.executor.instances": "4"}, ruled(pods=5)),
        Case("executors", "MiB of memory, the namespace may have 5000",
             {"spark.executor.instances": "4"}, ruled(memory_mib=5000)),
    ],
    "QUOTA_REACHED": [
        Case("executors", "at its largest the run has 12 pods, the namespace may have 11", {
            "spark.dynamicAllocation.enabled": "true", "spark.dynamicAllocation.maxExecutors": "10"}, ruled(pods=11)),
    ],
    "ZONE_KEY": [
        Case("driver", "it asks for zone=us-east-1a", {f"{SELECTOR}zone": ZONE_A}),
        on_fargate("it asks for zone=us-east-1a", {f"{SELECTOR}zone": ZONE_A}),
    ],
    "ZONE_QUOTED": [
        Case("driver", "'us-east-1a'", {f"{SELECTOR}{kubernetes.ZONE}": "'us-east-1a'"}),
        on_fargate("'us-east-1a'", {f"{SELECTOR}{kubernetes.ZONE}": "'us-east-1a'"}),
    ],
    "LABEL_REFUSED": [
        Case("driver", "metadata.labels has team=a b", {"spark.kubernetes.driver.label.team": "a b"}),
        Case("executors", "spec.nodeSelector has a b=c", {"spark.kubernetes.executor.node.selector.a b": "c"}),
        Case("submitter", "64 characters", emr={"emr_job_submitter": {"jobsubmitter.label.team": "a" * 64}}),
    ],
    "NODE_SELECTOR_IGNORED": [
        Case("driver", "emr-6.7.0-latest ignores", {"spark.kubernetes.driver.node.selector.workload": "spark"},
             release="emr-6.7.0-latest"),
    ],
    "TEMPLATE_UNSUPPORTED": [
        Case("driver", "emr-6.2.0-latest does not read", driver=template(), release="emr-6.2.0-latest"),
    ],
    "TEMPLATE_FIELD": [
        Case("driver", "spec.nodeSelektor = ", driver=template(nodeSelektor={"workload": "spark"})),
        Case("driver", "spec.template = ", driver={"kind": "Deployment", "spec": {"template": {"spec": {}}}}),
    ],
    "TEMPLATE_KIND": [
        Case("executors", "kind = 'Deployment'", executor={**template("executor"), "kind": "Deployment"}),
        Case("executors", "apiVersion = (nothing)", executor={"kind": "Pod", "spec": {}}),
    ],
    "TEMPLATE_REFUSED": [
        Case("driver", "spec.serviceAccountName = 'a'", driver=template(serviceAccountName="a")),
        Case("driver", "image", driver=template(main={"image": "spark"})),
        Case("driver", "EMR keeps this volume name", driver=template(volumes=[{"name": "mnt-dir", "emptyDir": {}}])),
    ],
    "TEMPLATE_CONTAINER": [Case("executors", "Spark takes over the first", executor=template("executors"))],
    "SPARK_CONF_REFUSED": [Case("driver", "spark.kubernetes.namespace is set", {"spark.kubernetes.namespace": "a"})],
    "RELEASE_UNKNOWN": [Case("driver", "is taken for Spark 3.5.8", release="emr-7.99.0-latest")],
}  # fmt: skip


def problems(case: Case) -> list[tuple[str, str, str]]:
    templates = {role: made for role in ("driver", "executor") if (made := getattr(case, role))}
    asked = {
        **request(case.spark, release=case.release, **case.emr),
        "executionRoleArn": "arn:aws:iam::111122223333:role/jobs",
    }
    return [(one.code, one.role, one.what) for one in planned(asked, case.where, **templates).problems]


@pytest.mark.parametrize(
    ("code", "case"), [(code, case) for code, cases in CASES.items() for case in cases], ids=lambda one: str(one)[:40]
)
def test_a_problem_has_its_code_its_pod_and_says_what_is_wrong(code: str, case: Case) -> None:
    found = problems(case)
    assert [what for key, role, what in found if (key, role) == (code, case.role) and case.what in what], found


def test_every_code_has_a_case() -> None:
    assert CASES.keys() == CODES.keys()


@pytest.mark.parametrize(
    "asked",
    [
        request(),
        request(ON_FARGATE, emr_job_submitter=SUBMITTER_ON_FARGATE),
        request({**ON_FARGATE, f"{SELECTOR}{kubernetes.ZONE}": ZONE_A}, emr_job_submitter=SUBMITTER_ON_FARGATE),
        request({"spark.kubernetes.node.selector.workload": "spark", "spark.executor.instances": "0"}),
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
    asked = request({**ON_FARGATE, **named}, emr_job_submitter=SUBMITTER_ON_FARGATE)
    assert planned(asked, where).problems == ()


def test_the_most_storage_that_fargate_takes_is_no_problem() -> None:
    driver = template(main={"resources": {"requests": {"ephemeral-storage": "175Gi"}}})
    asked = request(ON_FARGATE, emr_job_submitter=SUBMITTER_ON_FARGATE)
    assert planned(asked, driver=driver).problems == ()


def test_pods_that_ask_for_an_instance_type_are_not_told_of_the_smaller_ones() -> None:
    where = capacity(node_groups={"nodes": node_group("m6i.large", "m6i.4xlarge", initial_size=2, max_size=4)})
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


def test_a_subnet_whose_zone_is_unknown_promises_no_zone() -> None:
    unknown = capacity(
        node_groups={"nodes": node_group("m6i.4xlarge", zones=(UNKNOWN_ZONE,))},
        fargate_profiles={"spark": profile({LABEL: "fargate"}, (UNKNOWN_ZONE,))},
    )
    assert planned(request(), unknown).problems == ()
    in_a_zone = request({f"{SELECTOR}{kubernetes.ZONE}": ZONE_A})
    assert {one.code for one in planned(in_a_zone, unknown).problems} == {"EC2_NO_NODE_GROUP"}


def test_pods_that_no_one_kind_of_node_holds_are_counted_apart() -> None:
    """A driver of much memory and executors of many cores: of the group's two instance types each takes one kind."""
    mixed = capacity(node_groups={"nodes": node_group("r6i.4xlarge", "c6i.8xlarge", initial_size=3, max_size=4)})
    sizes = {"spark.driver.memory": "60g", "spark.executor.cores": "20", "spark.executor.memory": "10g"}
    found = planned(request(sizes), mixed)
    (nodes,) = found.nodes
    assert (nodes.roles, nodes.least, nodes.most) == (("submitter", "driver", "executors"), 4, 4)


@pytest.mark.parametrize(
    "made",
    [
        template(schedulerName="default-scheduler"),
        template(sidecars=[{"name": "side", "ports": [{"containerPort": 80, "hostPort": 0}]}]),
    ],
    ids=["Kubernetes' own scheduler", "no port of the node"],
)
def test_what_the_api_takes_for_nothing_is_no_problem_on_fargate(made: dict[str, Any]) -> None:
    asked = request(ON_FARGATE, emr_job_submitter=SUBMITTER_ON_FARGATE)
    assert planned(asked, driver=made).problems == ()


def test_a_pod_that_lacks_cpu_is_shown_the_node_with_the_most() -> None:
    groups = capacity(node_groups={"nodes": node_group("r6i.large", "c6i.xlarge")})
    found = planned(request({"spark.driver.cores": "8"}), groups)
    assert [one.what for one in found.problems if one.role == "driver"] == [
        "nodes: c6i.xlarge offers pods at most 3.77 vCPU and 7199 MiB, the pod requests 8 and 1945 MiB"
    ]


def test_errors_come_first() -> None:
    severities = [one.severity for one in planned(request({**ON_FARGATE, f"{SELECTOR}a": "b"})).problems]
    assert severities == sorted(severities)
    assert set(severities) == {"error", "warning"}
    found = planned(request({f"{SELECTOR}a": "b"}, release="emr-7.99.0-latest")).problems
    assert (found[0].severity, found[-1].code) == ("error", "RELEASE_UNKNOWN"), "which is found before all others"


@pytest.mark.parametrize("code", CODES)
def test_a_code_is_explained_in_sentences(code: str) -> None:
    explained = CODES[code]
    assert explained.meaning.endswith(".")
    assert explained.mend[0].isupper()
    assert not explained.mend.endswith(".")


def test_a_run_that_its_namespace_has_room_for_is_no_problem() -> None:
    """Up to the last pod and MiB: a submitter, a driver and two executors."""
    free = planned(request())
    memory = sum(pod.shape.memory_mib * pod.count.least for pod in free.pods)
    largest = max(pod.shape.memory_mib for pod in free.pods)
    rules = {"pods": 4, "memory_mib": memory, "container_memory_mib": largest, "pod_security": "baseline"}
    assert planned(request(), ruled(**rules)).problems == ()
    assert {one.code for one in planned(request(), ruled(**{**rules, "pods": 3})).problems} == {"QUOTA_EXCEEDED"}
    assert {one.code for one in planned(request(), ruled(memory_mib=memory - 1)).problems} == {"QUOTA_EXCEEDED"}


def test_another_namespaces_rules_do_not_count() -> None:
    where = capacity(namespace_rules={"other": NamespaceRules(pods=1, pod_security="restricted")})
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
