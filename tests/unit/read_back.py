"""Reads a StartJobRun request and its pod templates as EMR, Spark and Kubernetes do, knowing nothing of define.

What Spark does: label and node selector properties are added to the template's, and win; spark.kubernetes.{driver,
executor}.node.selector.* counts from Spark 3.3; a pod template counts from EMR 5.33.0 and 6.3.0.
"""

import re
import shlex
from typing import Any

import yaml

from emr_eks_placement.definition import DeployedVirtualCluster, JobRunDefinition
from emr_eks_placement.job.placement import Role, Toleration
from emr_eks_placement.scheduling.pod import MIB, PodShape

DEPLOYED = DeployedVirtualCluster(
    virtual_cluster_id="abcdef0123456789",
    execution_role_arn="arn:aws:iam::111122223333:role/jobs",
    bucket="jobs-bucket",
    log_group_name="/jobs",
    log_uri="s3://jobs-bucket/logs/",
)
NO_LOGS = DeployedVirtualCluster(
    virtual_cluster_id="abcdef0123456789",
    execution_role_arn="arn:aws:iam::111122223333:role/jobs",
    bucket="jobs-bucket",
)
BUILT_IN = {"submitter": "job.submitter", "driver": "driver", "executors": "executor"}
EMR_VERSION = re.compile(r"emr-(?:spark-)?(\d+)\.(\d+)\.")


def pods(definition: JobRunDefinition, namespace: str) -> dict[Role, PodShape]:
    """The three kinds of pod that the request asks for."""
    request = definition.request
    properties = classification(request, "spark-defaults") | submit_properties(request)
    templates = {
        f"s3://jobs-bucket/{template.key}": yaml.safe_load(template.text) for template in definition.pod_templates
    }
    assert len(templates) == len(definition.pod_templates), "one key a template"
    version = tuple(int(part) for part in EMR_VERSION.match(request["releaseLabel"]).groups())  # type: ignore[union-attr]
    read: dict[Role, PodShape] = {"submitter": _submitter(classification(request, "emr-job-submitter"), namespace)}
    used = set()
    roles: tuple[tuple[Role, str], ...] = (("driver", "driver"), ("executors", "executor"))
    for role, name in roles:
        uri = properties.get(f"spark.kubernetes.{name}.podTemplateFile")
        used.add(uri)
        assert uri is None or version >= (6, 3) or (5, 33) <= version < (6, 0), "no template before 5.33.0 and 6.3.0"
        template = templates[uri] if uri else {}
        read[role] = _spark_pod(name, properties, template, request, version, namespace)
    assert used - {None} == set(templates), "no template that nothing names"
    return read


def classification(request: dict[str, Any], name: str) -> dict[str, str]:
    """The properties of a classification of the request."""
    found = [
        each["properties"]
        for each in request["configurationOverrides"].get("applicationConfiguration", [])
        if each["classification"] == name
    ]
    assert len(found) <= 1
    return dict(found[0]) if found else {}


def submit_properties(request: dict[str, Any]) -> dict[str, str]:
    """The --conf entries of sparkSubmitParameters."""
    words = shlex.split(request["jobDriver"]["sparkSubmitJobDriver"]["sparkSubmitParameters"])
    return dict(words[i + 1].split("=", 1) for i, word in enumerate(words) if word == "--conf")


def _below(properties: dict[str, str], start: str) -> dict[str, str]:
    return {key.removeprefix(start): value for key, value in properties.items() if key.startswith(start)}


def _submitter(properties: dict[str, str], namespace: str) -> PodShape:
    named = _below(properties, "jobsubmitter.node.toleration.")
    tolerations = tuple(
        Toleration(key=key, value=value, effect=named[f"{key}.effect"])
        for key, value in named.items()
        if f"{key}.effect" in named
    )
    return PodShape(
        namespace=namespace,
        labels={**_built_in("submitter"), **_below(properties, "jobsubmitter.label.")},
        node_selector=_below(properties, "jobsubmitter.node.selector."),
        tolerations=tolerations,
        cpu_millis=900,
        memory_bytes=712 * MIB,
    )


def _built_in(role: str) -> dict[str, str]:
    spark_role = {"driver": "driver", "executors": "executor"}.get(role)
    return {
        "emr-containers.amazonaws.com/component": BUILT_IN[role],
        **({"spark-role": spark_role} if spark_role else {}),
    }


def _spark_pod(
    name: str,
    properties: dict[str, str],
    template: dict[str, Any],
    request: dict[str, Any],
    version: Any,
    namespace: str,
) -> PodShape:
    spec, metadata = template.get("spec", {}), template.get("metadata", {})
    by_role = _below(properties, f"spark.kubernetes.{name}.node.selector.") if version >= (6, 8) else {}
    tolerations = (
        Toleration.model_validate({"operator": "Equal", **each, "value": each.get("value")})
        for each in spec.get("tolerations", [])
    )
    labels = _below(properties, f"spark.kubernetes.{name}.label.")
    role = "driver" if name == "driver" else "executors"
    logs = "monitoringConfiguration" in request["configurationOverrides"]
    return PodShape(
        namespace=namespace,
        labels={**_built_in(role), **metadata.get("labels", {}), **labels},
        node_selector={
            **spec.get("nodeSelector", {}),
            **_below(properties, "spark.kubernetes.node.selector."),
            **by_role,
        },
        tolerations=tuple(tolerations),
        cpu_millis=_cpu_millis(name, properties),
        memory_bytes=(_memory_mib(name, properties, request, version) + (512 if name == "driver" or logs else 0)) * MIB,
    )


def _cpu_millis(name: str, properties: dict[str, str]) -> int:
    asked = properties.get(f"spark.kubernetes.{name}.request.cores")
    return int(asked.removesuffix("m")) if asked else int(properties[f"spark.{name}.cores"]) * 1000


def _mib(size: str) -> int:
    return int(size[:-1]) * {"g": 1024, "m": 1}[size[-1].lower()]


def _memory_mib(name: str, properties: dict[str, str], request: dict[str, Any], version: Any) -> int:
    heap = _mib(properties[f"spark.{name}.memory"])
    python = request["jobDriver"]["sparkSubmitJobDriver"]["entryPoint"].endswith(".py")
    factor = properties.get("spark.kubernetes.memoryOverheadFactor", "0.4" if python else "0.1")
    if version >= (6, 8):
        factor = properties.get(f"spark.{name}.memoryOverheadFactor", factor)
    least = _mib(properties.get(f"spark.{name}.minMemoryOverhead", "384m")) if version >= (8, 0) else 384
    own = properties.get(f"spark.{name}.memoryOverhead")
    overhead = _mib(own) if own else max(int(heap * float(factor)), least)
    extra = _mib(properties.get("spark.executor.pyspark.memory", "0m")) if python and name == "executor" else 0
    return heap + overhead + extra
