"""The account of a command. It is opened only when something is read from it, because boto3 is slow to import."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from emr_eks_placement.common.errors import refused
from emr_eks_placement.scheduling.capacity import Capacity

if TYPE_CHECKING:
    import boto3

    from emr_eks_placement.aws.job_runs import JobRunsApi
    from emr_eks_placement.definition import DeployedVirtualCluster
    from emr_eks_placement.environment import Environment


@dataclass(frozen=True)
class Account:
    """An account and region. environment, file: of the environment file, if one is named.

    is_own: whether the credentials must be of the environment's account; tries: of `aws_session`, if they differ.
    Values are read once and kept.
    """

    profile: str | None = None
    region: str | None = None
    environment: "Environment | None" = None
    file: str = ""
    is_own: bool = True
    tries: Mapping[str, Any] = field(default_factory=dict)
    _clusters: dict[str, Capacity] = field(default_factory=dict, compare=False)

    @cached_property
    def session(self) -> "boto3.Session":
        """Returns the session. Raises InputError for unusable settings; with an environment also without usable
        credentials, and for credentials of another account than the file's."""
        from emr_eks_placement.aws.session import aws_session, identity

        session = aws_session(self.profile, self.region, **self.tries)
        if self.environment is not None and self.is_own:
            number, _arn = identity(session)
            if self.environment.account not in (None, number):
                rule = f"the environment's account, but the credentials are of {number} (sts:GetCallerIdentity)"
                raise refused(
                    self.file,
                    self.environment.account,
                    rule,
                    "Name the other account's profile (AWS_PROFILE)",
                    path=("account",),
                )
        return session

    def opened(self) -> "Account":
        """Returns the account after opening it. Raises InputError as `session` does."""
        _ = self.session
        return self

    @cached_property
    def job_runs(self) -> "JobRunsApi":
        """The job runs of the account."""
        from emr_eks_placement.aws.job_runs import JobRunsApi

        return JobRunsApi(self.session)

    @cached_property
    def virtual_clusters(self) -> "Mapping[str, DeployedVirtualCluster]":
        """What is deployed for each of the environment's virtual clusters, by name. Raises InputError if it is not
        deployed."""
        from emr_eks_placement.aws.definitions import read_deployed_virtual_clusters

        if self.environment is None:
            return {}
        return read_deployed_virtual_clusters(self.session, self.environment)

    def cluster(self, name: str) -> Capacity:
        """Returns the capacity of a live EKS cluster. Raises InputError as `read_cluster` does."""
        from emr_eks_placement.aws.cluster import read_cluster

        if name not in self._clusters:
            self._clusters[name] = read_cluster(self.session, name)
        return self._clusters[name]
