"""What the Kubernetes API refuses, by what is wrong."""

from tests.unit.refused_pods import containers, pod, scheduling
from tests.unit.refused_pods.case import TERM, Case

CASES: dict[str, Case] = {**containers.CASES, **scheduling.CASES, **pod.CASES}

__all__ = ["CASES", "TERM", "Case"]
