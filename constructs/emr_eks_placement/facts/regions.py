"""Regions: which ones have EMR on EKS, and the zones of each."""

import difflib
import re
from functools import cache

from emr_eks_placement.common.errors import RuleError
from emr_eks_placement.facts.shipped import shipped


@cache
def _regions(resource_type: str) -> frozenset[str]:
    return frozenset(shipped("regions")[resource_type])


def has_job_templates(region: str) -> bool:
    """Returns whether the region's CloudFormation has AWS::EMRContainers::JobTemplate."""
    return region in _regions("AWS::EMRContainers::JobTemplate")


def check_region(region: str) -> str:
    """Returns the region. Raises RuleError if its CloudFormation has no EMR on EKS virtual cluster."""
    known = _regions("AWS::EMRContainers::VirtualCluster")
    if region not in known:
        close = difflib.get_close_matches(region, sorted(known), 1)
        raise RuleError(
            region,
            "CloudFormation has no AWS::EMRContainers::VirtualCluster in this region (CloudFormation schemas)",
            f"Did you mean {close[0]}?" if close else f"Name one of {', '.join(sorted(known))}",
        )
    return region


def partition(region: str) -> str:
    """Returns the partition of a region (AWS General Reference, ARNs)."""
    return "aws-cn" if region.startswith("cn-") else "aws-us-gov" if region.startswith("us-gov-") else "aws"


_PARTITION = r"aws(?:-cn|-us-gov|-iso[a-z-]*|-eusc)?"


def arn_pattern(service: str, resource: str, *, region: str = "[-a-z0-9]+") -> str:
    """A regular expression for ARNs of any account: resource and region are patterns too (AWS General Reference, ARNs)."""
    return rf"arn:{_PARTITION}:{service}:{region}:[0-9]{{12}}:{resource}"


def region_of_zone(zone: str) -> str:
    """Returns the region of an availability zone or Local Zone: us-east-1 for us-east-1a and us-east-1-bos-1a."""
    match = re.match(r"[a-z]+(-[a-z]+)+-[0-9]+", zone)
    return match[0] if match else zone


def check_zone(zone: str, region: str) -> str:
    """Returns the availability zone. Raises RuleError for a name that is no zone of the region."""
    if not re.fullmatch(re.escape(region) + "[a-z]", zone):
        raise RuleError(
            zone,
            f"an availability zone of {region} is the region's name and one letter; Fargate runs in no Local Zone (EKS guide)",
            "Leave the inner quotes out" if zone[:1] in ("'", '"') else f"Write for example {region}a",
        )
    return zone
