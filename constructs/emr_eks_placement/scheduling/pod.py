"""What of a pod decides where it lands."""

from dataclasses import dataclass, field

from emr_eks_placement.placement import Role, Toleration


@dataclass(frozen=True, kw_only=True)
class PodShape:
    """A kind of pod of a job: what schedulers read of it. CPU in thousandths of a core, memory in MiB, both requests."""

    role: Role
    namespace: str
    labels: dict[str, str] = field(default_factory=dict)
    node_selector: dict[str, str] = field(default_factory=dict)
    tolerations: tuple[Toleration, ...] = ()
    cpu_millis: int
    memory_mib: int
