"""What the Kubernetes manifests of an assembly say of namespaces."""

import json
from pathlib import Path
from typing import Any

import pytest

from emr_eks_placement.scheduling.namespace_rules import (
    LimitRange,
    Limits,
    NamespaceRules,
    ResourceQuota,
    Scope,
)
from tests.unit.test_assembly import Data, read_one, refused, resource


def manifest(*objects: Any, text: Any = None, **properties: Any) -> Data:
    """The custom resource that the CDK makes of a KubernetesManifest."""
    given = {"ClusterName": {"Ref": "Cluster"}, "Manifest": json.dumps(objects) if text is None else text}
    return resource("Custom::AWSCDK-EKS-KubernetesResource", **{**given, **properties})


def thing(kind: str, spec: Any = None, name: str = "spark", namespace: str | None = "spark", **labels: str) -> Data:
    metadata: Data = {"name": name} | ({"labels": labels} if labels else {})
    if kind != "Namespace" and namespace:
        metadata["namespace"] = namespace
    return {"apiVersion": "v1", "kind": kind, "metadata": metadata} | ({"spec": spec} if spec else {})


def namespace(level: str) -> Data:
    return thing("Namespace", **{"pod-security.kubernetes.io/enforce": level})


def quota(**hard: Any) -> Data:
    return thing("ResourceQuota", {"hard": {key.replace("_", "."): amount for key, amount in hard.items()}})


def of_quota(hard: dict[str, int], *scopes: Scope) -> NamespaceRules:
    return NamespaceRules(quotas=(ResourceQuota(name="spark", hard=hard, scopes=scopes),))


def of_limits(*some: Limits) -> NamespaceRules:
    return NamespaceRules(limit_ranges=(LimitRange(name="spark", limits=some),))


def limits(*some: Any) -> Data:
    return thing("LimitRange", {"limits": list(some)})


def container(memory: Any) -> Data:
    return {"type": "Container", "max": {"memory": memory}}


GIB = 1024**3 * 1000
ALWAYS = {"hard": {"pods": "1"}}


@pytest.mark.parametrize(
    ("objects", "rules"),
    [
        ([namespace("baseline")], NamespaceRules(pod_security="baseline")),
        ([namespace("restricted")], NamespaceRules(pod_security="restricted")),
        ([quota(pods="200", requests_memory="800Gi", **{"requests_nvidia.com/gpu": 4}, limits_cpu="1500m")],
         of_quota({"pods": 200_000, "requests.memory": 800 * GIB, "requests.nvidia.com/gpu": 4000, "limits.cpu": 1500})),
        ([quota(pods=20, memory="1500M")], of_quota({"pods": 20_000, "memory": 1_500_000_000_000})),
        ([thing("ResourceQuota", {**ALWAYS, "scopes": ["BestEffort"]})],
         of_quota({"pods": 1000}, Scope("BestEffort"))),
        ([thing("ResourceQuota", {**ALWAYS, "scopeSelector": {"matchExpressions": [
            {"scopeName": "PriorityClass", "operator": "In", "values": ["high", "low"]}]}})],
         of_quota({"pods": 1000}, Scope("PriorityClass", "In", ("high", "low")))),
        ([limits(container("64Gi"), {"type": "Pod", "max": {"cpu": "16"}})], of_limits(
            Limits(type="Container", max={"memory": 64 * GIB}, default={"memory": 64 * GIB},
                   default_request={"memory": 64 * GIB}),
            Limits(type="Pod", max={"cpu": 16_000}))),
        # The API's own defaults: the limit is the maximum, the request the limit, or else the minimum.
        ([limits({"type": "Container", "max": {"cpu": 4}, "min": {"cpu": 1, "memory": 1024}, "default": {"cpu": 2}})],
         of_limits(Limits(type="Container", max={"cpu": 4000}, min={"cpu": 1000, "memory": 1_024_000},
                          default={"cpu": 2000}, default_request={"cpu": 2000, "memory": 1_024_000}))),
        ([limits({"type": "PersistentVolumeClaim", "min": {"storage": "1Gi"}})],
         of_limits(Limits(type="PersistentVolumeClaim", min={"storage": GIB}))),
        ([limits({"type": "Container", "maxLimitRequestRatio": {"cpu": "1.5"}})],
         of_limits(Limits(type="Container", max_ratio={"cpu": 1500}))),
        ([namespace("baseline"), thing("ResourceQuota", ALWAYS, name="b"), thing("ResourceQuota", ALWAYS, name="a")],
         NamespaceRules(quotas=tuple(ResourceQuota(name=one, hard={"pods": 1000}) for one in "ab"),
                        pod_security="baseline")),
    ],
)  # fmt: skip
def test_rules_of_a_namespace(objects: list[Data], rules: NamespaceRules, tmp_path: Path) -> None:
    assert read_one(tmp_path, M=manifest(*objects)).namespace_rules == {"spark": rules}


def test_manifests_of_one_namespace_add_up(tmp_path: Path) -> None:
    parts = {
        "A": manifest(quota(pods=9)),
        "B": manifest(namespace("baseline")),
        "C": manifest(limits(container("1Gi"))),
    }
    found = read_one(tmp_path, **parts).namespace_rules["spark"]
    assert ([one.name for one in found.quotas], [one.name for one in found.limit_ranges]) == (["spark"], ["spark"])
    assert found.pod_security == "baseline"


@pytest.mark.parametrize(
    "given",
    [
        manifest(thing("Namespace")),
        manifest(namespace("privileged")),
        manifest(namespace("another")),
        manifest(thing("ResourceQuota", {"hard": {}})),
        manifest(limits({"type": "Pod"})),
        manifest(thing("ConfigMap"), {"kind": ["Namespace"]}, {}),
        manifest(text="{"),
        manifest({"kind": "Namespace"}),
    ],
)  # fmt: skip
def test_what_has_no_rules(given: Data, tmp_path: Path) -> None:
    found = read_one(tmp_path, M=given)
    assert (found.namespace_rules, found.not_read) == ({}, ())


def joined(*parts: Any) -> Data:
    """The text of a manifest with tokens in it."""
    return manifest(text={"Fn::Join": ["", list(parts)]})


def test_what_is_known_only_at_deployment_is_said(tmp_path: Path) -> None:
    open_namespace = joined('{"kind":"ResourceQuota","metadata":{"name":"q","namespace":"', {"Ref": "Open"},
                            '"},"spec":{"hard":{"pods":"1"}}}')  # fmt: skip
    found = read_one(tmp_path, M=open_namespace)
    assert found.namespace_rules == {}
    assert found.not_read == ("ResourceQuota q was not read: its namespace is known only at deployment",)
    open_amount = joined('{"kind":"ResourceQuota","metadata":{"name":"q","namespace":"spark"},"spec":{"hard":{"pods":"',
                         {"Ref": "Open"}, '","limits.cpu":"4"}}}')  # fmt: skip
    assert read_one(tmp_path, M=open_amount).namespace_rules == {
        "spark": NamespaceRules(
            quotas=(ResourceQuota(name="q", hard={"limits.cpu": 4000}),),
            not_read=("pods of ResourceQuota q, known only at deployment",),
        )
    }
    open_limit = joined('{"kind":"LimitRange","metadata":{"name":"l","namespace":"spark"},"spec":{"limits":[{"type":'
                        '"Container","max":{"cpu":"', {"Ref": "Open"}, '"}}]}}')  # fmt: skip
    assert read_one(tmp_path, M=open_limit).namespace_rules == {
        "spark": NamespaceRules(not_read=("cpu of LimitRange l, known only at deployment",))
    }


def test_a_manifest_whose_text_is_open_is_said(tmp_path: Path) -> None:
    found = read_one(tmp_path, M=joined('[{"kind":"ResourceQuota","spec":', {"Ref": "Open"}, "}]"))
    assert found.not_read == ("the Kubernetes manifest M was not read: its text is known only at deployment",)
    assert read_one(tmp_path, M=joined('[{"kind":"ConfigMap","data":"', {"Ref": "Open"}, '"}]')).not_read == ()


def webhooks(kind: str, resources: Any) -> Data:
    rules = [{"apiGroups": [""], "resources": [resources]}]
    return {"apiVersion": "admissionregistration.k8s.io/v1", "kind": kind, "metadata": {"name": "own"},
            "webhooks": [{"rules": rules}]}  # fmt: skip


def policy(group: str, kind: str) -> Data:
    return {"apiVersion": f"{group}/v1", "kind": kind, "metadata": {"name": "own"}}


@pytest.mark.parametrize(
    ("given", "what"),
    [
        (manifest(policy("kyverno.io", "ClusterPolicy")), "ClusterPolicy own"),
        (manifest(policy("constraints.gatekeeper.sh", "K8sRequiredLimits")), "K8sRequiredLimits own"),
        (manifest(policy("admissionregistration.k8s.io", "ValidatingAdmissionPolicy")), "ValidatingAdmissionPolicy own"),
        (manifest(webhooks("MutatingWebhookConfiguration", "pods")), "MutatingWebhookConfiguration own"),
        (manifest(webhooks("ValidatingWebhookConfiguration", "*")), "ValidatingWebhookConfiguration own"),
        (manifest({**webhooks("MutatingWebhookConfiguration", ""), "webhooks": "?"}), "MutatingWebhookConfiguration own"),
        (resource("Custom::AWSCDK-EKS-HelmChart", ClusterName={"Ref": "Cluster"}, Chart="kyverno"), "Helm chart kyverno"),
    ],
)  # fmt: skip
def test_policies_that_are_not_modeled_are_reported(given: Data, what: str, tmp_path: Path) -> None:
    assert read_one(tmp_path, M=given).not_read == (f"{what} may refuse or change pods, which a plan does not model",)


@pytest.mark.parametrize(
    "given",
    [
        manifest(policy("kyverno.io", "PolicyException")),
        manifest(policy("admissionregistration.k8s.io", "ValidatingAdmissionPolicyBinding")),
        manifest(webhooks("ValidatingWebhookConfiguration", "ingresses")),
        resource("Custom::AWSCDK-EKS-HelmChart", ClusterName={"Ref": "Cluster"}, Chart="metrics-server"),
    ],
)
def test_what_leaves_pods_alone_is_not_said(given: Data, tmp_path: Path) -> None:
    assert read_one(tmp_path, M=given).not_read == ()


def test_an_object_without_a_namespace_is_in_default(tmp_path: Path) -> None:
    given = thing("ResourceQuota", {"hard": {"pods": "1"}}, namespace=None)
    assert read_one(tmp_path, M=manifest(given)).namespace_rules == {"default": of_quota({"pods": 1000})}
    assert read_one(tmp_path, M=manifest(text=json.dumps(given))).namespace_rules == {
        "default": of_quota({"pods": 1000})
    }


def test_manifests_that_are_malformed(tmp_path: Path) -> None:
    assert "Manifest.spec.hard.pods = true" in refused(tmp_path, M=manifest(quota(pods=True)))
    assert "a quantity is a number" in refused(tmp_path, M=manifest(quota(memory="1 GB")))
    assert "must be a list" in refused(tmp_path, M=manifest(thing("LimitRange", {"limits": {"a": "b"}})))
    assert "must be a mapping" in refused(tmp_path, M=manifest({"kind": "Namespace", "metadata": []}))
    assert "M.Condition = 'Large'" in refused(tmp_path, M={**manifest(namespace("baseline")), "Condition": "Large"})
