"""The pods that a definition asks for, as schedulers see them."""

from collections.abc import Iterator, Mapping
from typing import Any

from emr_eks_placement.definition.mechanism import Mechanism
from emr_eks_placement.facts import emr
from emr_eks_placement.facts.quantities import cpu_millis, memory_mib
from emr_eks_placement.job import Job
from emr_eks_placement.placement import PLACEMENT_LABEL, Ec2, Fargate, Placement, Role, Toleration
from emr_eks_placement.pod_template.rules import MAIN_CONTAINER, TemplateRole
from emr_eks_placement.scheduling.pod import PodShape
from emr_eks_placement.spark.resources import requests, sidecar_memory_mib

_COMPONENT: dict[Role, str] = {"submitter": "job.submitter", "driver": "driver", "executors": "executor"}


def pod_shapes(
    job: Job, placement: Placement, mechanism: Mechanism, *, namespace: str, logs: bool
) -> Iterator[PodShape]:
    """The three kinds of pod; logs: whether containers log to S3 or CloudWatch, which adds a sidecar to executors."""
    yield PodShape(
        role="submitter",
        namespace=namespace,
        labels=_labels("submitter", placement.submitter),
        node_selector=placement.submitter.node_selector if isinstance(placement.submitter, Ec2) else {},
        tolerations=placement.submitter.tolerations if isinstance(placement.submitter, Ec2) else (),
        cpu_millis=emr.SUBMITTER_CPU_MILLIS,
        memory_mib=emr.SUBMITTER_MEMORY_MIB,
    )
    yield _spark_pod(job, "driver", placement.driver, mechanism, namespace, logs)
    yield _spark_pod(job, "executors", placement.executors, mechanism, namespace, logs)


def _spark_pod(
    job: Job, role: TemplateRole, target: Fargate | Ec2, mechanism: Mechanism, namespace: str, logs: bool
) -> PodShape:
    template = mechanism.pod_templates[role].content if role in mechanism.pod_templates else {}
    spec = template.get("spec") or {}
    spark = requests(job, role)
    cpu, memory = _sidecars(spec, role)
    selector = dict(spec.get("nodeSelector") or {}) | (target.node_selector if isinstance(target, Ec2) else {})
    return PodShape(
        role=role,
        namespace=namespace,
        labels={**((template.get("metadata") or {}).get("labels") or {}), **_labels(role, target)},
        node_selector=selector,
        tolerations=tuple(_toleration(toleration) for toleration in spec.get("tolerations") or []),
        cpu_millis=spark.cpu_millis + cpu,
        memory_mib=spark.memory_mib + memory + sidecar_memory_mib(role, logs=logs),
    )


def _labels(role: Role, target: Fargate | Ec2) -> dict[str, str]:
    labels = {emr.COMPONENT_LABEL: _COMPONENT[role]}
    if isinstance(target, Fargate):
        labels[PLACEMENT_LABEL] = target.label_value
    return labels


def _sidecars(spec: Mapping[str, Any], role: TemplateRole) -> tuple[int, int]:
    """CPU and memory that the template's containers beside Spark's request, which Spark leaves as they are."""
    cpu = memory = 0
    for container in spec.get("containers") or []:
        asked = (container.get("resources") or {}).get("requests") or {}
        if container.get("name") != MAIN_CONTAINER[role]:
            cpu += cpu_millis(asked.get("cpu", 0))
            memory += memory_mib(asked.get("memory", 0))
    return cpu, memory


def _toleration(toleration: Mapping[str, Any]) -> Toleration:
    fields = {"toleration_seconds" if key == "tolerationSeconds" else key: value for key, value in toleration.items()}
    return Toleration(**fields)
