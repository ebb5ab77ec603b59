"""Node selectors that are wrong wherever the pod is to go."""

from emr_eks_placement.facts import kubernetes

# What others write for topology.kubernetes.io/zone: aws-emr-containers-best-practices has the first.
_ZONE_KEYS = ("zone", "availability-zone", "az", "failure-domain.kubernetes.io/zone", "topology.kubernetes.io/az")


def code_of_selector(key: str, value: str) -> str | None:
    """The code of what is wrong with an entry that no node satisfies, None where it is nothing of the kind."""
    if key in _ZONE_KEYS:
        return "ZONE_KEY"
    if key == kubernetes.ZONE and value[:1] in ("'", '"'):
        return "ZONE_QUOTED"
    return None
