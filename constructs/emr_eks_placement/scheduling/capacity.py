"""What of a cluster decides where pods land, wherever it was read from."""

from collections.abc import Mapping
from typing import Protocol

from emr_eks_placement.environment.fargate import FargateProfile
from emr_eks_placement.environment.nodes import NodeGroup


class Capacity(Protocol):
    """A cluster's region, its zones, node groups and Fargate profiles by name: an Environment, or a live cluster."""

    @property
    def region(self) -> str:
        """The AWS region."""

    @property
    def zones(self) -> tuple[str, ...]:
        """The zones of node groups and profiles that name none."""

    @property
    def node_groups(self) -> Mapping[str, NodeGroup]:
        """Every EC2 node group by name."""

    def profiles(self) -> Mapping[str, FargateProfile]:
        """Every Fargate profile by name."""
