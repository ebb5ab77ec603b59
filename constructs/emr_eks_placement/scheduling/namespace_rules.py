"""What the Kubernetes API admits into a namespace, whatever nodes there are."""

from dataclasses import dataclass
from typing import Literal, get_args

PodSecurity = Literal["privileged", "baseline", "restricted"]
POD_SECURITY_LEVELS: tuple[PodSecurity, ...] = get_args(PodSecurity)


@dataclass(frozen=True, kw_only=True)
class NamespaceRules:
    """pods, memory_mib: how many pods there may be at a time, and what they may request together; container_memory_mib:
    what one container may request or be limited to; None: any. pod_security: the standard that pods must meet.
    """

    pods: int | None = None
    memory_mib: int | None = None
    container_memory_mib: int | None = None
    pod_security: PodSecurity = "privileged"

    def __and__(self, other: "NamespaceRules") -> "NamespaceRules":
        """Both hold."""
        return NamespaceRules(
            pods=_lower(self.pods, other.pods),
            memory_mib=_lower(self.memory_mib, other.memory_mib),
            container_memory_mib=_lower(self.container_memory_mib, other.container_memory_mib),
            pod_security=max(self.pod_security, other.pod_security, key=POD_SECURITY_LEVELS.index),
        )


NO_RULES = NamespaceRules()


def _lower(one: int | None, other: int | None) -> int | None:
    return min((bound for bound in (one, other) if bound is not None), default=None)
