"""The deployed cluster, for admission and scheduler."""

import threading
from dataclasses import replace

import boto3

from emr_eks_placement.aws.cluster import read_cluster
from emr_eks_placement.scheduling.capacity import Capacity


class DeployedCluster:
    """The capacity of the account's one EKS cluster, read from the EKS API and kept until `refresh` is called."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._session: boto3.Session | None = None
        self._capacity: Capacity | None = None

    def connect(self, session: boto3.Session) -> None:
        """Sets the account to read from."""
        self._session = session

    @property
    def capacity(self) -> Capacity:
        """Returns node groups and Fargate profiles as deployed; none before a cluster exists."""
        with self._lock:
            if self._capacity is None:
                self._capacity = self._read()
            return self._capacity

    def refresh(self) -> None:
        """Forgets what was read, so that the next call reads the EKS API again."""
        with self._lock:
            self._capacity = None

    def zones_of(self, subnets: list[str]) -> tuple[str, ...]:
        """Returns the zones of subnets, in the order given."""
        if self._session is None or not subnets:
            return ()
        described = self._session.client("ec2").describe_subnets(SubnetIds=subnets)["Subnets"]
        zones = {subnet["SubnetId"]: subnet["AvailabilityZone"] for subnet in described}
        return tuple(dict.fromkeys(zones[subnet] for subnet in subnets))

    def _read(self) -> Capacity:
        if self._session is None:
            raise RuntimeError("the deployed cluster is read before connect")
        clusters = self._session.client("eks").list_clusters()["clusters"]
        if len(clusters) > 1:
            raise RuntimeError(f"the local Kubernetes API serves one cluster, not {', '.join(clusters)}")
        if not clusters:
            return Capacity(region=self._session.region_name, zones=(), kubernetes_version="")
        capacity = read_cluster(self._session, clusters[0], kubernetes=False)
        by_eks_name = {one.deployed_name or name: one for name, one in capacity.fargate_profiles.items()}
        return replace(capacity, fargate_profiles=by_eks_name)  # EKS writes it on the pods
