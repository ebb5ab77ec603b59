"""Definitions that are made once, with stand-ins for what is known at deployment only."""

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from typing import Any

from aws_cdk import Token

from emr_eks_placement.definition import DeployedVirtualCluster, JobRunDefinition
from emr_eks_placement.infra.marked_folder import Markers


def _name(key: str, length: int) -> str:
    """A name of that many lower-case letters and digits that no other key has."""
    return ("n" + hashlib.sha512(key.encode()).hexdigest())[:length]


# As long as the names get that CloudFormation makes up, by the field.
_LONGEST: Mapping[str, Callable[[str], str]] = {
    "virtual_cluster_id": lambda key: _name(key, 25),
    "execution_role_arn": lambda key: f"arn:aws-us-gov:iam::{'1' * 12}:role/{_name(key, 64)}",
    "bucket": lambda key: _name(key, 63),
    "log_group_name": lambda key: _name(key, 128),
    "log_stream_name_prefix": lambda key: _name(key, 64),
    "log_uri": lambda key: f"s3://{_name(key, 63)}/logs/{_name(key, 40)}/",
}


class StandIns:
    """A virtual cluster with a stand-in, as long as it may get, for each name that is a token.

    name: its own in the environment. `virtual_cluster`: what definitions are made with; `markers`: what stands for each
    marker of `marked`. So a definition is made once, and its size is the largest that it may have.
    """

    def __init__(self, name: str, deployed: DeployedVirtualCluster) -> None:
        self.markers: Markers = {}
        self._tokens: dict[str, str] = {}
        self._marker_of: dict[str, str] = {}
        markers: dict[str, Any] = {}

        def stand_in(value: str, field: str, *place: str) -> str:
            if not Token.is_unresolved(value):
                return value
            marker = f"<<{':'.join((name, field, *place))}>>"
            text = _LONGEST["execution_role_arn" if place else field](marker)
            markers[marker], self._tokens[text], self._marker_of[text] = value, value, marker
            return text

        fields: dict[str, Any] = {
            field: {key: stand_in(one, field, key) for key, one in value.items()}
            if isinstance(value, dict)
            else stand_in(value, field)
            for field, value in asdict(deployed).items()
            if value is not None
        }
        self.virtual_cluster = DeployedVirtualCluster(**fields)
        self.markers = markers
        self._pattern = re.compile("|".join(map(re.escape, self._tokens)) or r"(?!)")

    def deployed(self, definition: JobRunDefinition) -> JobRunDefinition:
        """The definition with the tokens."""
        return replace(definition, request=self._with(self._tokens, definition.request))

    def marked(self, definition: JobRunDefinition) -> JobRunDefinition:
        """The definition with the markers."""
        return replace(definition, request=self._with(self._marker_of, definition.request))

    def _with(self, names: Mapping[str, str], value: Any) -> Any:
        if isinstance(value, str):
            return self._pattern.sub(lambda found: names[found[0]], value)
        if isinstance(value, Mapping):
            return {key: self._with(names, one) for key, one in value.items()}
        return [self._with(names, one) for one in value] if isinstance(value, list) else value
