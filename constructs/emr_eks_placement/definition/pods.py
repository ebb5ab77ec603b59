"""The pods that a definition asks for, as schedulers see them."""

from collections.abc import Iterator
from typing import Any

from emr_eks_placement.definition.mechanism import SPARK_NAME, Mechanism
from emr_eks_placement.facts import emr
from emr_eks_placement.job import Job
from emr_eks_placement.placement import PLACEMENT_LABEL, Ec2, Fargate, Placement, Role
from emr_eks_placement.pod_template.rules import MAIN_CONTAINER, TemplateRole
from emr_eks_placement.scheduling.pod import PodShape, pod_of_manifest
from emr_eks_placement.spark.resources import requests, sidecar_memory_mib

SPARK_ROLE_LABEL = "spark-role"  # Spark on Kubernetes
_COMPONENT: dict[Role, str] = {"submitter": "job.submitter", "driver": "driver", "executors": "executor"}


def pod_shapes(
    job: Job, placement: Placement, mechanism: Mechanism, *, namespace: str, logs: bool
) -> Iterator[tuple[Role, PodShape]]:
    """The three kinds of pod; logs: whether containers log to S3 or CloudWatch, which adds a sidecar to executors."""
    submitter = PodShape(
        namespace=namespace,
        labels=_labels("submitter", placement.submitter),
        node_selector=placement.submitter.node_selector if isinstance(placement.submitter, Ec2) else {},
        tolerations=placement.submitter.tolerations if isinstance(placement.submitter, Ec2) else (),
        cpu_millis=emr.SUBMITTER_CPU_MILLIS,
        memory_mib=emr.SUBMITTER_MEMORY_MIB,
    )
    yield "submitter", submitter
    yield "driver", _spark_pod(job, "driver", placement.driver, mechanism, namespace, logs)
    yield "executors", _spark_pod(job, "executors", placement.executors, mechanism, namespace, logs)


def _spark_pod(
    job: Job, role: TemplateRole, target: Fargate | Ec2, mechanism: Mechanism, namespace: str, logs: bool
) -> PodShape:
    """What Spark and EMR make of the template and the job's configuration."""
    template = mechanism.pod_templates[role].content if role in mechanism.pod_templates else {}
    spec = template.get("spec") or {}
    own = requests(job, role)
    beside = [one for one in spec.get("containers") or [] if one.get("name") != MAIN_CONTAINER[role]]
    containers = [
        _container(own.cpu_millis, own.memory_mib),
        _container(0, sidecar_memory_mib(role, logs=logs)),
        *beside,
    ]
    selector = target.node_selector if isinstance(target, Ec2) else {}
    labels = {
        **((template.get("metadata") or {}).get("labels") or {}),
        **_configured_labels(job, role),
        **_labels(role, target),
    }
    return pod_of_manifest(
        {
            "metadata": {"namespace": namespace, "labels": labels},
            "spec": {
                **spec,
                "nodeSelector": {**(spec.get("nodeSelector") or {}), **selector},
                "containers": containers,
            },
        }
    )


def _container(cpu_millis: int, memory_mib: int) -> dict[str, Any]:
    return {"resources": {"requests": {"cpu": f"{cpu_millis}m", "memory": f"{memory_mib}Mi"}}}


def _labels(role: Role, target: Fargate | Ec2) -> dict[str, str]:
    labels = {emr.COMPONENT_LABEL: _COMPONENT[role], emr.RESOURCE_TYPE_LABEL: "job.run"}
    if role != "submitter":
        labels[SPARK_ROLE_LABEL] = SPARK_NAME[role]
    if isinstance(target, Fargate):
        labels[PLACEMENT_LABEL] = target.label_value
    return labels


def _configured_labels(job: Job, role: TemplateRole) -> dict[str, str]:
    """The labels that the job's own Spark configuration gives its pods."""
    start = f"spark.kubernetes.{SPARK_NAME[role]}.label."
    return {key.removeprefix(start): value for key, value in job.spark_conf.items() if key.startswith(start)}
