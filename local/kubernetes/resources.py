"""Resource types the server announces, and the resource a request path addresses."""

from dataclasses import dataclass
from urllib.parse import unquote

CORE_GROUP = ""
RBAC_GROUP = "rbac.authorization.k8s.io"


@dataclass(frozen=True)
class ResourceType:
    """One resource type: `group` is empty for the core group, `plural` is the name used in paths."""

    group: str
    version: str
    plural: str
    kind: str
    namespaced: bool
    short_names: tuple[str, ...] = ()

    @property
    def api_version(self) -> str:
        """The `apiVersion` of its objects: `v1` or `group/version`."""
        return f"{self.group}/{self.version}" if self.group else self.version


RESOURCE_TYPES: tuple[ResourceType, ...] = (
    ResourceType(CORE_GROUP, "v1", "namespaces", "Namespace", namespaced=False, short_names=("ns",)),
    ResourceType(CORE_GROUP, "v1", "nodes", "Node", namespaced=False, short_names=("no",)),
    ResourceType(CORE_GROUP, "v1", "pods", "Pod", namespaced=True, short_names=("po",)),
    ResourceType(CORE_GROUP, "v1", "services", "Service", namespaced=True, short_names=("svc",)),
    ResourceType(CORE_GROUP, "v1", "configmaps", "ConfigMap", namespaced=True, short_names=("cm",)),
    ResourceType(CORE_GROUP, "v1", "secrets", "Secret", namespaced=True),
    ResourceType(CORE_GROUP, "v1", "serviceaccounts", "ServiceAccount", namespaced=True, short_names=("sa",)),
    ResourceType(CORE_GROUP, "v1", "resourcequotas", "ResourceQuota", namespaced=True, short_names=("quota",)),
    ResourceType(CORE_GROUP, "v1", "limitranges", "LimitRange", namespaced=True, short_names=("limits",)),
    ResourceType(CORE_GROUP, "v1", "persistentvolumeclaims", "PersistentVolumeClaim", True, ("pvc",)),
    ResourceType(CORE_GROUP, "v1", "events", "Event", namespaced=True, short_names=("ev",)),
    ResourceType("authorization.k8s.io", "v1", "subjectaccessreviews", "SubjectAccessReview", namespaced=False),
    ResourceType("batch", "v1", "jobs", "Job", namespaced=True),
    ResourceType(
        "networking.k8s.io", "v1", "networkpolicies", "NetworkPolicy", namespaced=True, short_names=("netpol",)
    ),
    ResourceType("eks.amazonaws.com", "v1", "nodeclasses", "NodeClass", namespaced=False),
    ResourceType("karpenter.sh", "v1", "nodepools", "NodePool", namespaced=False),
    ResourceType(RBAC_GROUP, "v1", "roles", "Role", namespaced=True),
    ResourceType(RBAC_GROUP, "v1", "rolebindings", "RoleBinding", namespaced=True),
    ResourceType(RBAC_GROUP, "v1", "clusterroles", "ClusterRole", namespaced=False),
    ResourceType(RBAC_GROUP, "v1", "clusterrolebindings", "ClusterRoleBinding", namespaced=False),
)

_BY_PLURAL = {(resource_type.group, resource_type.plural): resource_type for resource_type in RESOURCE_TYPES}
_BY_KIND = {(resource_type.api_version, resource_type.kind): resource_type for resource_type in RESOURCE_TYPES}


@dataclass(frozen=True)
class RequestTarget:
    """What a request path addresses: a collection, or the object `name` in it, or a subresource of that object."""

    group: str
    version: str
    resource: str
    namespace: str | None = None
    name: str | None = None
    subresource: str | None = None

    @property
    def api_version(self) -> str:
        """The `apiVersion` of the objects of the collection."""
        return f"{self.group}/{self.version}" if self.group else self.version

    @property
    def kind(self) -> str | None:
        """The kind of the objects, if the server announces this resource type."""
        resource_type = _BY_PLURAL.get((self.group, self.resource))
        return resource_type.kind if resource_type else None


def resource_type_of(api_version: str, kind: str) -> ResourceType | None:
    """Returns the announced resource type of a manifest's `apiVersion` and `kind`."""
    return _BY_KIND.get((api_version, kind))


def parse_path(path: str) -> RequestTarget | None:
    """Returns the target of an `/api/…` or `/apis/…` path (without its query); None if it addresses no collection."""
    segments = [unquote(segment) for segment in path.strip("/").split("/")]
    if segments[:1] == ["api"] and len(segments) > 2:
        group, version, rest = CORE_GROUP, segments[1], segments[2:]
    elif segments[:1] == ["apis"] and len(segments) > 3:
        group, version, rest = segments[1], segments[2], segments[3:]
    else:
        return None
    namespace = None
    if rest[0] == "namespaces" and len(rest) > 2 and rest[2] not in ("status", "finalize"):
        namespace, rest = rest[1], rest[2:]
    if len(rest) > 3 or not all(rest):
        return None
    name = rest[1] if len(rest) > 1 else None
    subresource = rest[2] if len(rest) > 2 else None
    return RequestTarget(group, version, rest[0], namespace, name, subresource)
