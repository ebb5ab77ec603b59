"""The persistent volume claims that Kubernetes or Spark create for each pod of a kind."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from emr_eks_placement.common.errors import RuleError
from emr_eks_placement.facts.quantities import thousandths
from emr_eks_placement.scheduling.amounts import Spec
from emr_eks_placement.scheduling.namespace_rules import Amounts
from emr_eks_placement.spark.resources import SparkRole
from emr_eks_placement.spark.volumes import claim_options, is_made


@dataclass(frozen=True)
class Claim:
    """A claim. storage: its request in thousandths of a byte, None if not set."""

    volume: str
    storage: int | None
    storage_class: str | None


def claims_of(spec: Spec, role: SparkRole, properties: Mapping[str, str]) -> tuple[Claim, ...]:
    """Returns the claims of a pod: those that Spark creates for its properties, and ephemeral volumes of its template."""
    claims = []
    for volume in spec.get("volumes") or ():
        name = str(volume.get("name"))
        options = claim_options(properties, role, name) if volume.get("persistentVolumeClaim") else None
        if options is not None and is_made(options):
            claims.append(Claim(name, _size(options["sizeLimit"]), options["storageClass"]))
        elif volume.get("ephemeral"):
            asked = (volume["ephemeral"].get("volumeClaimTemplate") or {}).get("spec") or {}
            size = ((asked.get("resources") or {}).get("requests") or {}).get("storage")
            claims.append(Claim(name, _size(size), asked.get("storageClassName")))
    return tuple(claims)


def usage_of(claims: Iterable[Claim]) -> Amounts:
    """Returns what the claims of a pod count for, by resource of a quota (Kubernetes, storage resource quota)."""
    counted: Counter[str] = Counter()
    for claim in claims:
        own = {"requests.storage": claim.storage or 0, "persistentvolumeclaims": 1000}
        counted.update(own)
        counted["count/persistentvolumeclaims"] += 1000
        if claim.storage_class:
            counted.update({f"{claim.storage_class}.storageclass.storage.k8s.io/{key}": n for key, n in own.items()})
    return counted


def _size(text: Any) -> int | None:
    try:
        return None if text is None else thousandths(text)
    except RuleError:
        return None
