"""What requests are planned for: an environment file, a synthesized assembly or a live cluster, all as capacities."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from emr_eks_placement.common.errors import InputError, RuleError, finding
from emr_eks_placement.emr.placeholders import named_virtual_cluster
from emr_eks_placement.emr.request import check_complete
from emr_eks_placement.scheduling.capacity import Capacity

if TYPE_CHECKING:
    import boto3

    from emr_eks_placement.common.yaml_document import YamlDocument
    from emr_eks_placement.environment import Environment


@dataclass(frozen=True)
class Source:
    """Capacities by cluster, and how what a request leaves to AWS is read.

    complete: a request with what its job template holds; read_s3: the text of an object by its URI; file: the environment and
    its document, where the source is an environment file.
    """

    capacities: Mapping[str, Capacity]
    virtual_cluster: str | None
    namespace: str | None
    complete: Callable[[Mapping[str, Any]], Mapping[str, Any]]
    read_s3: Callable[[str], str]
    file: "tuple[Environment, YamlDocument] | None" = None

    def choose(self, request: Mapping[str, Any]) -> tuple[Capacity, str]:
        """The cluster that a request runs on and its namespace: by option, by its virtualClusterId, or the only one.

        Raises InputError where neither tells.
        """
        if self.namespace is not None:
            return self._only_cluster(), self.namespace
        own = str(request.get("virtualClusterId"))
        asked = str(self.virtual_cluster or named_virtual_cluster(own) or own)
        found = [(one, one.namespaces[asked]) for one in self.capacities.values() if asked in one.namespaces]
        if not found and self.virtual_cluster is None:
            pairs = [(one, namespace) for one in self.capacities.values() for namespace in set(one.namespaces.values())]
            found = pairs if len(pairs) == 1 else []
        if len(found) == 1:
            return found[0]
        names = sorted({name for one in self.capacities.values() for name in one.namespaces})
        if not names:
            rule = "no virtual cluster is there to take a namespace from"
            raise InputError([finding("--namespace", RuleError(self.virtual_cluster, rule, "Name the namespace"))])
        rule = f"the virtual clusters are {', '.join(names)}"
        if self.virtual_cluster is None:
            rule = f"the request does not say which of the virtual clusters it runs on: {', '.join(names)}"
            mend = "Name it by --virtual-cluster, or write it as virtualClusterId"
            raise InputError([finding("--virtual-cluster", RuleError(request.get("virtualClusterId"), rule, mend))])
        raise InputError([finding("--virtual-cluster", RuleError(self.virtual_cluster, rule, "Name one of them"))])

    def _only_cluster(self) -> Capacity:
        if len(self.capacities) != 1:
            rule = f"a namespace alone does not tell which of the clusters is meant: {', '.join(self.capacities)}"
            broken = RuleError(self.namespace, rule, "Use --virtual-cluster instead")
            raise InputError([finding("--namespace", broken)])
        return next(iter(self.capacities.values()))


class AwsReader:
    """The account, looked at only when something has to be read from it: boto3 is slow to import."""

    def __init__(self, profile: str | None, region: str | None) -> None:
        self._profile, self._region = profile, region
        self._opened: boto3.Session | None = None

    def _session(self) -> "boto3.Session":
        from emr_eks_placement.aws.session import aws_session

        if self._opened is None:
            self._opened = aws_session(self._profile, self._region)
        return self._opened

    def read_cluster(self, name: str) -> Mapping[str, Capacity]:
        """The capacity of a live cluster, by its name."""
        from emr_eks_placement.aws.cluster import read_cluster

        return {name: read_cluster(self._session(), name)}

    def resolve_job_template(self, request: Mapping[str, Any]) -> Mapping[str, Any]:
        """The complete request, with what its job template holds."""
        from emr_eks_placement.aws.job_templates import resolve_job_template

        return check_complete(resolve_job_template(self._session(), request))

    def read_s3(self, uri: str) -> str:
        """The text of an object, by its URI."""
        from emr_eks_placement.aws.s3 import read_s3_text

        return read_s3_text(self._session(), uri)
