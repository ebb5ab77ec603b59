"""Substitutes for values that are known only at deployment."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any

from aws_cdk import Token

from emr_eks_placement.definition import DeployedVirtualCluster
from emr_eks_placement.infra.marked_folder import Markers


def _name(key: str, length: int) -> str:
    """Returns a name of that many lower-case letters and digits that no other key has."""
    return ("n" + hashlib.sha512(key.encode()).hexdigest())[:length]


# The length of the names that CloudFormation generates, by field.
_LONGEST: Mapping[str, Callable[[str], str]] = {
    "virtual_cluster_id": lambda key: _name(key, 25),
    "execution_role_arn": lambda key: f"arn:aws-us-gov:iam::{'1' * 12}:role/{_name(key, 64)}",
    "bucket": lambda key: _name(key, 63),
    "log_group_name": lambda key: _name(key, 128),
    "log_stream_name_prefix": lambda key: _name(key, 64),
    "log_uri": lambda key: f"s3://{_name(key, 63)}/logs/{_name(key, 40)}/",
}


class StandIns:
    """A virtual cluster with substitutes for its tokens, as definitions need it.

    name: its own in the environment. `longest`: with names of the maximum length, so that a definition has its maximum
    size; `marked`: with markers; `markers`: the value behind each of these.
    """

    def __init__(self, name: str, deployed: DeployedVirtualCluster) -> None:
        longest: dict[str, Any] = {}
        marked: dict[str, Any] = {}
        markers: dict[str, Any] = {}

        def stand_ins(value: str, field: str, *place: str) -> tuple[str, str]:
            if not Token.is_unresolved(value):
                return value, value
            marker = f"<<{':'.join((name, field, *place))}>>"
            markers[marker] = value
            return _LONGEST["execution_role_arn" if place else field](marker), marker

        for field, value in asdict(deployed).items():
            if isinstance(value, dict):
                both = {key: stand_ins(one, field, key) for key, one in value.items()}
                longest[field], marked[field] = ({key: one[of] for key, one in both.items()} for of in (0, 1))
            elif value is not None:
                longest[field], marked[field] = stand_ins(value, field)
        self.longest, self.marked = DeployedVirtualCluster(**longest), DeployedVirtualCluster(**marked)
        self.markers: Markers = markers
