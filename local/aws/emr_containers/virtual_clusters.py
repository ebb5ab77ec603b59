"""Virtual clusters: a namespace of an EKS cluster, registered with EMR."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from local.aws.emr_containers.identifiers import arn, new_id
from local.aws.emr_containers.job_runs import iso_time
from local.aws.emr_containers.namespace_access import SERVICE_PRINCIPAL, NamespaceAccess
from local.aws.errors import ApiError, validation_error
from local.aws.ministack import account, state

_OPTIONAL_MEMBERS = ("securityConfigurationId", "sessionEnabled", "schedulerConfiguration")


@dataclass
class VirtualCluster:
    """A virtual cluster; `tags` may change, everything else but the state is fixed at creation."""

    id: str
    name: str
    arn: str
    container_provider: dict[str, Any]
    options: dict[str, Any]
    tags: dict[str, str]
    client_token: str
    is_deleted: bool = False
    created_at: datetime = field(default_factory=lambda: datetime.now(UTC))

    @property
    def cluster_name(self) -> str:
        """The EKS cluster."""
        return str(self.container_provider["id"])

    @property
    def namespace(self) -> str:
        """The namespace; `default` if the request named none."""
        return str(self.container_provider.get("info", {}).get("eksInfo", {}).get("namespace", "default"))


class VirtualClusters:
    """All virtual clusters of the account.

    `has_active_runs(id)`: whether a deleted one is still TERMINATING.
    """

    def __init__(self, has_active_runs: Callable[[str], bool], access: NamespaceAccess) -> None:
        self._has_active_runs = has_active_runs
        self._access = access
        self._clusters: dict[str, VirtualCluster] = {}
        self._lock = threading.RLock()

    def __iter__(self) -> Iterator[VirtualCluster]:
        return iter(list(self._clusters.values()))

    def create(self, request: dict[str, Any], *, by_cloudformation: bool = False) -> VirtualCluster:
        """Register a namespace; the same clientToken gives the same virtual cluster."""
        with self._lock:
            for existing in self:
                if existing.client_token == request["clientToken"]:
                    return existing
            self._refuse_unusable_provider(request["containerProvider"])
            identifier = new_id()
            created = VirtualCluster(
                id=identifier,
                name=request["name"],
                arn=arn(f"virtualclusters/{identifier}"),
                container_provider=request["containerProvider"],
                options={member: request[member] for member in _OPTIONAL_MEMBERS if member in request},
                tags=dict(request.get("tags", {})),
                client_token=request["clientToken"],
            )
            self._refuse_taken_namespace(created)
            self._access.enter(created.cluster_name, created.namespace, by_cloudformation=by_cloudformation)
            if not account.service_linked_role_exists(SERVICE_PRINCIPAL):
                account.create_service_linked_role(SERVICE_PRINCIPAL)
            self._clusters[identifier] = created
            return created

    def _refuse_unusable_provider(self, provider: dict[str, Any]) -> None:
        cluster = state.cluster(provider["id"])
        if not cluster:
            raise validation_error(f"EKS cluster {provider['id']} does not exist")
        if cluster["status"] != "ACTIVE":
            raise validation_error(f"EKS cluster {provider['id']} is {cluster['status']}, not ACTIVE")

    def _refuse_taken_namespace(self, wanted: VirtualCluster) -> None:
        for existing in self:
            if (
                self.state_of(existing) != "TERMINATED"
                and existing.cluster_name == wanted.cluster_name
                and existing.namespace == wanted.namespace
            ):
                raise validation_error("A virtual cluster already exists in the given namespace")

    def get(self, identifier: str) -> VirtualCluster:
        """Returns the virtual cluster; ResourceNotFoundException if there is none."""
        found = self._clusters.get(identifier)
        if not found:
            raise ApiError("ResourceNotFoundException", f"Virtual cluster {identifier} doesn't exist.", 404)
        return found

    def delete(self, identifier: str, *, by_cloudformation: bool = False) -> None:
        """End a virtual cluster; it is TERMINATING until its last active job run has ended."""
        cluster = self.get(identifier)
        if not cluster.is_deleted:
            self._access.leave(cluster.cluster_name, cluster.namespace, by_cloudformation=by_cloudformation)
            cluster.is_deleted = True

    def state_of(self, cluster: VirtualCluster) -> str:
        """Returns RUNNING, TERMINATING or TERMINATED; ARRESTED after the EKS cluster was deleted."""
        if not cluster.is_deleted:
            return "RUNNING" if state.cluster(cluster.cluster_name) else "ARRESTED"
        return "TERMINATING" if self._has_active_runs(cluster.id) else "TERMINATED"

    def description(self, cluster: VirtualCluster) -> dict[str, Any]:
        """Returns the VirtualCluster structure of DescribeVirtualCluster."""
        return {
            "id": cluster.id,
            "name": cluster.name,
            "arn": cluster.arn,
            "state": self.state_of(cluster),
            "containerProvider": cluster.container_provider,
            "createdAt": iso_time(cluster.created_at),
            "tags": dict(cluster.tags),
            **cluster.options,
        }
