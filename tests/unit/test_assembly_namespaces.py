"""What the Kubernetes manifests of an assembly say of namespaces."""

import json
from pathlib import Path
from typing import Any

import pytest

from emr_eks_placement.scheduling.namespace_rules import NamespaceRules
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


def limits(*some: Any) -> Data:
    return thing("LimitRange", {"limits": list(some)})


def container(memory: Any) -> Data:
    return {"type": "Container", "max": {"memory": memory}}


@pytest.mark.parametrize(
    ("objects", "rules"),
    [
        ([namespace("baseline")], {"pod_security": "baseline"}),
        ([namespace("restricted")], {"pod_security": "restricted"}),
        ([quota(pods="200", requests_memory="800Gi")], {"pods": 200, "memory_mib": 819200}),
        ([quota(pods=20, memory="1500M")], {"pods": 20, "memory_mib": 1430}),
        ([quota(pods=20), quota(pods=10, memory="2Gi", requests_memory="1Gi")], {"pods": 10, "memory_mib": 1024}),
        ([thing("ResourceQuota", {"hard": {"count/pods": "7"}})], {"pods": 7}),
        ([limits(container("64Gi"), {"type": "Pod", "max": {"memory": "1Gi"}}, container("32Gi"))],
         {"container_memory_mib": 32768}),
        ([namespace("baseline"), quota(pods="1"), limits(container("1Gi"))],
         {"pods": 1, "container_memory_mib": 1024, "pod_security": "baseline"}),
    ],
)  # fmt: skip
def test_rules_of_a_namespace(objects: list[Data], rules: dict[str, Any], tmp_path: Path) -> None:
    assert read_one(tmp_path, M=manifest(*objects)).namespace_rules == {"spark": NamespaceRules(**rules)}


def test_manifests_of_one_namespace_add_up(tmp_path: Path) -> None:
    parts = {"A": manifest(quota(pods=9)), "B": manifest(namespace("baseline")), "C": manifest(quota(pods=3))}
    found = read_one(tmp_path, **parts)
    assert found.namespace_rules == {"spark": NamespaceRules(pods=3, pod_security="baseline")}


@pytest.mark.parametrize(
    "given",
    [
        manifest(thing("Namespace")),
        manifest(namespace("privileged")),
        manifest(namespace("another")),
        manifest(thing("ResourceQuota", {"hard": {"pods": "1"}, "scopes": ["BestEffort"]})),
        manifest(thing("ResourceQuota", {"hard": {"pods": "1"}, "scopeSelector": {"matchExpressions": []}})),
        manifest(thing("ResourceQuota", {"hard": {"requests.cpu": "1"}})),
        manifest(limits({"type": "Container", "max": {"cpu": 1}}, {"type": "Container", "default": {"memory": "1Gi"}})),
        manifest(thing("ConfigMap"), {"kind": ["Namespace"]}, {}),
        manifest(text="{"),
        manifest({"kind": "Namespace"}),
        manifest(text={"Fn::Join": ["", ["[{\"kind\":\"Namespace\",\"metadata\":{\"name\":\"", {"Ref": "Open"}, "\"}}]"]]}),
    ],
)  # fmt: skip
def test_what_has_no_rules_that_are_known(given: Data, tmp_path: Path) -> None:
    assert read_one(tmp_path, M=given).namespace_rules == {}


def test_an_object_without_a_namespace_is_in_default(tmp_path: Path) -> None:
    given = thing("ResourceQuota", {"hard": {"pods": "1"}}, namespace=None)
    assert read_one(tmp_path, M=manifest(given)).namespace_rules == {"default": NamespaceRules(pods=1)}
    assert read_one(tmp_path, M=manifest(text=json.dumps(given))).namespace_rules == {"default": NamespaceRules(pods=1)}


def test_manifests_that_are_malformed(tmp_path: Path) -> None:
    assert "Manifest.spec.hard.pods = true" in refused(tmp_path, M=manifest(quota(pods=True)))
    assert "a quantity is a number" in refused(tmp_path, M=manifest(quota(memory="1 GB")))
    assert "must be a list" in refused(tmp_path, M=manifest(thing("LimitRange", {"limits": {"a": "b"}})))
    assert "must be a mapping" in refused(tmp_path, M=manifest({"kind": "Namespace", "metadata": []}))
    assert "M.Condition = 'Large'" in refused(tmp_path, M={**manifest(namespace("baseline")), "Condition": "Large"})
