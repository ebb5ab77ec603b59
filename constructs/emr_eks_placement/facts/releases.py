"""EMR on EKS release labels and the features of each release."""

import re
from dataclasses import dataclass

from emr_eks_placement.common.errors import RuleError
from emr_eks_placement.facts.shipped import shipped

_LABEL = re.compile(
    r"emr-(?P<spark>spark-)?(?P<version>\d+\.\d+\.\d+)(?:-(?!latest)[a-z][a-z0-9-]*)?-(?:latest|\d{8})", re.ASCII
)
_RULE = "an EMR on EKS release label is emr-X.Y.Z-latest, emr-X.Y.Z-YYYYMMDD or emr-spark-X.Y.Z-… (EMR on EKS releases)"

Version = tuple[int, ...]


@dataclass(frozen=True)
class Release:
    """An EMR on EKS release. known: False for a release that is newer than this table."""

    label: str
    emr: Version
    spark: Version
    known: bool = True

    @property
    def has_pod_templates(self) -> bool:
        """Whether it supports pod templates: from EMR 5.33.0 and 6.3.0 (EMR on EKS guide, pod templates)."""
        return self.emr >= (6, 3, 0) or (5, 33, 0) <= self.emr < (6, 0, 0)

    @property
    def has_role_node_selectors(self) -> bool:
        """Whether it supports spark.kubernetes.{driver,executor}.node.selector.*: from Spark 3.3.0, EMR 6.8.0; ignored
        before."""
        return self.spark >= (3, 3, 0)

    @property
    def has_role_memory_overhead_factors(self) -> bool:
        """Whether it supports spark.{driver,executor}.memoryOverheadFactor: from Spark 3.3.0."""
        return self.spark >= (3, 3, 0)

    @property
    def has_least_memory_overhead(self) -> bool:
        """Whether it supports spark.{driver,executor}.minMemoryOverhead: from Spark 4.0.0."""
        return self.spark >= (4, 0, 0)


def parse_release(label: str) -> Release:
    """Returns the release of a label. Raises RuleError for a malformed label or an unknown release."""
    release = release_of(label)
    if not release.known:
        raise _unknown(label)
    return release


def release_of(label: str) -> Release:
    """Returns the release as `parse_release` does; a release newer than all known ones is assumed to have the Spark of
    the newest."""
    match = _LABEL.fullmatch(label)
    if not match:
        raise RuleError(label, _RULE, "Write for example emr-7.12.0-latest")
    known = _family(label)
    version = _version(match["version"])
    spark = known.get(match["version"])
    if spark is not None:
        return Release(label, version, _version(spark))
    newest = max(known, key=_version)
    if version < _version(newest):
        raise _unknown(label)
    return Release(label, version, _version(known[newest]), known=False)


def _family(label: str) -> dict[str, str]:
    """Release -> the open-source Spark version it is built on. Source: Amazon EMR on EKS release notes."""
    family: dict[str, str] = shipped("emr_releases")["emr-spark" if label.startswith("emr-spark-") else "emr"]
    return family


def _unknown(label: str) -> RuleError:
    family = "emr-spark-" if label.startswith("emr-spark-") else "emr-"
    rule = f"no such release is known; {family}* has {', '.join(_family(label))} (EMR on EKS releases)"
    return RuleError(label, rule, "Name one of these")


def _version(text: str) -> Version:
    return tuple(int(part) for part in text.split("."))
