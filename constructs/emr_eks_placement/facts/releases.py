"""EMR on EKS release labels and the features of each release."""

import re
from dataclasses import dataclass

from emr_eks_placement.common.errors import RuleError

# Release -> the open-source Spark version it is built on. Source: Amazon EMR on EKS release notes.
_SPARK_BY_EMR = {
    "5.32.0": "2.4.7",
    "5.33.0": "2.4.7",
    "5.34.0": "2.4.8",
    "5.35.0": "2.4.8",
    "5.36.0": "2.4.8",
    "6.2.0": "3.0.1",
    "6.3.0": "3.1.1",
    "6.4.0": "3.1.2",
    "6.5.0": "3.1.2",
    "6.6.0": "3.2.0",
    "6.7.0": "3.2.1",
    "6.8.0": "3.3.0",
    "6.9.0": "3.3.0",
    "6.10.0": "3.3.1",
    "6.11.0": "3.3.2",
    "6.12.0": "3.4.0",
    "6.13.0": "3.4.1",
    "6.14.0": "3.4.1",
    "6.15.0": "3.4.1",
    "7.0.0": "3.5.0",
    "7.1.0": "3.5.0",
    "7.2.0": "3.5.1",
    "7.3.0": "3.5.1",
    "7.4.0": "3.5.2",
    "7.5.0": "3.5.2",
    "7.6.0": "3.5.3",
    "7.7.0": "3.5.3",
    "7.8.0": "3.5.4",
    "7.9.0": "3.5.5",
    "7.10.0": "3.5.5",
    "7.11.0": "3.5.6",
    "7.12.0": "3.5.6",
    "7.13.0": "3.5.6",
    "7.14.0": "3.5.8",
}
_SPARK_BY_EMR_SPARK = {"8.0.0": "4.0.2", "8.1.0": "4.1.1"}

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
    return _SPARK_BY_EMR_SPARK if label.startswith("emr-spark-") else _SPARK_BY_EMR


def _unknown(label: str) -> RuleError:
    family = "emr-spark-" if label.startswith("emr-spark-") else "emr-"
    rule = f"no such release is known; {family}* has {', '.join(_family(label))} (EMR on EKS releases)"
    return RuleError(label, rule, "Name one of these")


def _version(text: str) -> Version:
    return tuple(int(part) for part in text.split("."))
