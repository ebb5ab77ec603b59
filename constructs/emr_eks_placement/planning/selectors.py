"""Node selectors that are wrong wherever the pod should run."""

from emr_eks_placement.facts import kubernetes

# Frequent mistakes for topology.kubernetes.io/zone: aws-emr-containers-best-practices has the first.
_ZONE_KEYS = ("zone", "availability-zone", "az", "failure-domain.kubernetes.io/zone", "topology.kubernetes.io/az")


def code_of_selector(key: str, value: str) -> str | None:
    """Returns the code for an entry that no node satisfies, None if nothing like that is wrong."""
    if key in _ZONE_KEYS:
        return "ZONE_KEY"
    if key == kubernetes.ZONE and value[:1] in ("'", '"'):
        return "ZONE_QUOTED"
    return None
