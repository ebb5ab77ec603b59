"""What no other gate sees.

Actions that IAM does not have, a kubectl of another version, instance types that the region lacks, volumes of launch
templates that are not encrypted, and of clusters what cdk-nag asks of aws_eks (EKS1, EKS2) but not of aws_eks_v2.
"""

import json
import re
from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from functools import cache
from importlib.resources import files
from typing import Any

from policy_sentry.querying.all import get_all_actions

from tests.infra.gates.finding import Finding
from tests.infra.synthesized import Synthesized

_actions = cache(get_all_actions)


def iam_actions(examined: Sequence[Synthesized]) -> Iterator[Finding]:
    """Actions of policies that policy-sentry's copy of the Service Authorization Reference does not know."""
    for synthesized in examined:
        for logical_id, resource in synthesized.resources.items():
            for action in _actions_in(resource):
                if not _exists(action):
                    yield Finding("iam-actions", "unknown-action", synthesized.path_of(logical_id), action)


def _actions_in(value: Any) -> Iterator[str]:
    if isinstance(value, str) and value.startswith("{") and '"Statement"' in value:
        yield from _actions_in(json.loads(value))  # a policy as text
    elif isinstance(value, list):
        for item in value:
            yield from _actions_in(item)
    elif isinstance(value, dict):
        if "Effect" in value:
            for key in ("Action", "NotAction"):
                named = value.get(key, [])
                yield from [named] if isinstance(named, str) else named
        for item in value.values():
            yield from _actions_in(item)


def _exists(action: str) -> bool:
    known: set[str] = _actions()
    return action == "*" or action in known or ("*" in action and any(fnmatchcase(one, action) for one in known))


def kubectl(examined: Sequence[Synthesized]) -> Iterator[Finding]:
    """Layers whose kubectl is not of the version of Kubernetes of the environment and its cluster."""
    for synthesized in examined:
        versions = {cluster["Version"] for cluster in synthesized.properties("AWS::EKS::Cluster")}
        versions.add(synthesized.environment.cluster.version)
        for logical_id, layer in synthesized.of_type("AWS::Lambda::LayerVersion").items():
            described = layer["Properties"].get("Description", "")
            if (told := re.search(r"kubectl (\d+\.\d+)", described)) and {told[1]} != versions:
                yield Finding("kubectl", "other-version", synthesized.path_of(logical_id), told[1])


def instance_types(examined: Sequence[Synthesized]) -> Iterator[Finding]:
    """Instance types of node groups that the region does not have (cfn-lint's list of AWS::EC2::Instance)."""
    data = files("cfnlint.data.schemas.extensions.aws_ec2_instance").joinpath("instancetype_enum.json")
    by_region = json.loads(data.read_text(encoding="utf-8"))
    for synthesized in examined:
        offered = by_region[synthesized.environment.region]["enum"]
        for logical_id, group in synthesized.of_type("AWS::EKS::Nodegroup").items():
            for name in group["Properties"]["InstanceTypes"]:
                if name not in offered:
                    yield Finding("instance-types", "not-in-region", synthesized.path_of(logical_id), name)


def volumes(examined: Sequence[Synthesized]) -> Iterator[Finding]:
    """Volumes of launch templates that are not encrypted; an account encrypts them by default only if this is enabled."""
    for synthesized in examined:
        for logical_id, template in synthesized.of_type("AWS::EC2::LaunchTemplate").items():
            for device in template["Properties"]["LaunchTemplateData"].get("BlockDeviceMappings", []):
                if device.get("Ebs", {}).get("Encrypted") is not True:
                    yield Finding("volumes", "not-encrypted", synthesized.path_of(logical_id), device["DeviceName"])


def clusters(examined: Sequence[Synthesized]) -> Iterator[Finding]:
    """Clusters that write no audit log, or whose Kubernetes API any network reaches."""
    for synthesized in examined:
        for logical_id, cluster in synthesized.of_type("AWS::EKS::Cluster").items():
            at, properties = synthesized.path_of(logical_id), cluster["Properties"]
            logging = properties.get("Logging", {}).get("ClusterLogging", {}).get("EnabledTypes", [])
            if {"Type": "audit"} not in logging:
                yield Finding("clusters", "no-audit-log", at)
            network = properties["ResourcesVpcConfig"]
            anywhere = "0.0.0.0/0" in network.get("PublicAccessCidrs", ["0.0.0.0/0"])
            if network.get("EndpointPublicAccess", True) and anywhere:
                yield Finding("clusters", "endpoint-open-to-any-network", at)
