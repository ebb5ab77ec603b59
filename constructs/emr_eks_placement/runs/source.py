"""Where requests are planned for: an environment file, an assembly, a live cluster or a virtual cluster.

Each of these sources provides the capacity for a request's pods, their namespace, the content of its job template and
its pod templates.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from emr_eks_placement.common.errors import Finding, InputError, RuleError, finding, placed_at, refused
from emr_eks_placement.common.yaml_document import YamlDocument
from emr_eks_placement.emr.placeholders import because_of_placeholder, named_virtual_cluster
from emr_eks_placement.emr.request import Request
from emr_eks_placement.emr.request_check import check_complete
from emr_eks_placement.job.placement import Role
from emr_eks_placement.planning import Plan, manifests_of, plan
from emr_eks_placement.pod_template.text import parse_template
from emr_eks_placement.runs.account import Account
from emr_eks_placement.scheduling.capacity import Capacity

if TYPE_CHECKING:
    from emr_eks_placement.environment import Environment

Place = tuple[Capacity, str]
"""The capacity for the pods of a request, and their namespace."""
FindTemplate = Callable[[str], YamlDocument | None]
"""Finds a pod template by its URI; None if it must be read from S3. Raises RuleError if it does not exist."""
# A plan, or why there is none.
Outcome = Plan | tuple[Finding, ...]


@dataclass(frozen=True)
class Resolved:
    """A complete request with everything that decides where its pods land. shown_as: its name in messages; templates:
    by URI."""

    shown_as: str
    request: Mapping[str, Any]
    templates: Mapping[str, YamlDocument]
    capacity: Capacity
    namespace: str

    def plan(self) -> Plan:
        """Returns the plan. Raises InputError, at the request or its template, if it can't be planned."""
        try:
            return plan(self.request, self._template_data, self.capacity, namespace=self.namespace)
        except RuleError as broken:
            template = self.templates.get(str(broken.path[0])) if broken.path else None
            if template is None:
                raise InputError([finding(self.shown_as, because_of_placeholder(broken, self.request))]) from None
            path = broken.path[1:]
            raise InputError([finding(template.file, broken, line=template.line(path), path=path)]) from None

    def manifests(self) -> dict[Role, Mapping[str, Any]]:
        """Returns the pods of the plan."""
        return manifests_of(self.request, self._template_data, self.capacity, namespace=self.namespace)

    @property
    def _template_data(self) -> dict[str, Any]:
        return {uri: one.data for uri, one in self.templates.items()}


class Source(ABC):
    """The source of what decides the placement of requests."""

    def __init__(self, account: Account) -> None:
        self.account = account
        self._templates: dict[str, YamlDocument] = {}

    @abstractmethod
    def place(self, request: Mapping[str, Any]) -> Place:
        """Returns the capacity of the cluster of a request, and its namespace there.

        Raises InputError, or RuleError with the field of the request as path, if unknown.
        """

    def complete(self, request: Mapping[str, Any]) -> Mapping[str, Any]:
        """Returns the request with the content of its job template. Raises RuleError and InputError as
        `resolve_job_template` does."""
        from emr_eks_placement.aws.job_runs import resolve_job_template  # boto3 is slow to import

        return check_complete(resolve_job_template(self.account.session, request))

    def resolve(self, shown_as: str, request: Mapping[str, Any], find_template: FindTemplate | None = None) -> Resolved:
        """Resolves a request. Raises InputError, by default at the request, for what can't be read or does not exist."""
        with placed_at(shown_as):
            capacity, namespace = self.place(request)
            complete = self.complete(request)
        try:
            templates = self._pod_templates(complete, find_template or (lambda _: None))
        except RuleError as broken:
            found = because_of_placeholder(broken, complete) if broken.path else broken
            raise InputError([finding(shown_as, found)]) from None
        return Resolved(shown_as, complete, templates, capacity, namespace)

    def _pod_templates(self, request: Mapping[str, Any], find: FindTemplate) -> dict[str, YamlDocument]:
        named = dict.fromkeys(Request(request).templates.values())
        return {uri: find(uri) or self._read_template(uri) for uri in named}

    def _read_template(self, uri: str) -> YamlDocument:
        """Reads a template from S3, as the run does. Raises InputError for one that is elsewhere, such as in the
        container image."""
        if not uri.startswith("s3://"):
            rule = "a pod template outside S3 can't be planned"
            raise refused(uri, None, rule, "Plan with its copy: emr-placement plan, then --force")
        from emr_eks_placement.aws.s3 import read_s3_text  # boto3 is slow to import

        if uri not in self._templates:
            self._templates[uri] = parse_template(read_s3_text(self.account.session, uri), uri)
        return self._templates[uri]


class CapacitySource(Source):
    """Capacities by cluster: of an environment file, an assembly or a live cluster.

    virtual_cluster, namespace: override those of every request; is_live: whether its job template can be read.
    """

    def __init__(
        self,
        account: Account,
        capacities: Mapping[str, Capacity],
        *,
        virtual_cluster: str | None = None,
        namespace: str | None = None,
        is_live: bool = False,
    ) -> None:
        super().__init__(account)
        self.capacities, self.is_live = capacities, is_live
        self.virtual_cluster, self.namespace = virtual_cluster, namespace

    def complete(self, request: Mapping[str, Any]) -> Mapping[str, Any]:
        """Completes a request as other sources do, if it is live; otherwise raises RuleError for values in a job
        template."""
        return super().complete(request) if self.is_live else check_complete(request)

    def place(self, request: Mapping[str, Any]) -> Place:
        """Chooses by option, by the request's virtualClusterId, or the only one. Raises InputError if neither decides."""
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
            rule = "there is no virtual cluster with a namespace"
            raise refused("--namespace", self.virtual_cluster, rule, "Name the namespace")
        rule = f"the virtual clusters are {', '.join(names)}"
        if self.virtual_cluster is None:
            rule = f"the request does not name one of the virtual clusters: {', '.join(names)}"
            fix = "Name it by --virtual-cluster, or write it as virtualClusterId"
            raise refused("--virtual-cluster", request.get("virtualClusterId"), rule, fix)
        raise refused("--virtual-cluster", self.virtual_cluster, rule, "Name one of them")

    def _only_cluster(self) -> Capacity:
        if len(self.capacities) != 1:
            rule = f"a namespace alone does not identify one of the clusters: {', '.join(self.capacities)}"
            raise refused("--namespace", self.namespace, rule, "Use --virtual-cluster instead")
        return next(iter(self.capacities.values()))


class DeployedSource(Source):
    """The deployed virtual clusters of an environment, with the capacity in the environment file."""

    def __init__(self, account: Account, environment: "Environment") -> None:
        from emr_eks_placement.environment import capacity_of  # slow to import

        super().__init__(account)
        self._environment, self._capacity = environment, capacity_of(environment)

    def place(self, request: Mapping[str, Any]) -> Place:
        """Chooses by virtualClusterId. Raises InputError for a virtual cluster of another environment."""
        asked, deployed = request.get("virtualClusterId"), self.account.virtual_clusters
        for name, one in deployed.items():
            if one.virtual_cluster_id == asked:
                return self._capacity, self._environment.virtual_clusters[name].namespace
        listed = ", ".join(f"{one.virtual_cluster_id} ({name})" for name, one in deployed.items())
        rule = f"the deployed virtual clusters of environment {self._environment.name} are {listed}"
        fix = "Name the environment that it belongs to"
        raise refused("virtualClusterId", asked, rule, fix)


class LiveSource(Source):
    """Virtual clusters with the capacity of their live EKS cluster."""

    def __init__(self, account: Account) -> None:
        super().__init__(account)
        self._places: dict[str, Place] = {}

    def place(self, request: Mapping[str, Any]) -> Place:
        """Chooses by virtualClusterId (emr-containers:DescribeVirtualCluster). Raises InputError for one that accepts
        no job runs."""
        asked = virtual_cluster_of(request)
        if asked not in self._places:
            self._places[asked] = self._place(asked)
        return self._places[asked]

    def _place(self, virtual_cluster: str) -> Place:
        from emr_eks_placement.aws.virtual_clusters import describe_virtual_cluster  # boto3 is slow to import

        described = describe_virtual_cluster(self.account.session, virtual_cluster)
        if described.state != "RUNNING":
            rule = f"it accepts no job runs: its state is {described.state} (emr-containers:DescribeVirtualCluster)"
            raise refused(f"virtual cluster {virtual_cluster}", None, rule, "Name another virtual cluster")
        return self.account.cluster(described.cluster), described.namespace


def source_of(account: Account) -> Source:
    """Returns the source for a submission: the environment file if one is named, otherwise the live cluster."""
    return LiveSource(account) if account.environment is None else DeployedSource(account, account.environment)


def virtual_cluster_of(request: Mapping[str, Any]) -> str:
    """Returns the id of its virtual cluster. Raises RuleError, with the field as path, for a request without one."""
    found = request.get("virtualClusterId")
    if not isinstance(found, str) or found.startswith("<"):
        rule = "the id of a deployed virtual cluster (emr-containers ResourceIdString)"
        raise RuleError(found, rule, "Write its id", path=("virtualClusterId",))
    return found


def without(made: Plan, ignored: Collection[str]) -> Plan:
    """Returns the plan without the problems of these codes."""
    problems = tuple(problem for problem in made.problems if problem.code not in ignored)
    return Plan(made.pods, made.nodes, problems)


def stopping(made: Plan, fail_on: str) -> list[str]:
    """Returns the codes of the problems that count: errors, with warning also warnings."""
    counted = ("error",) if fail_on == "error" else ("error", "warning")
    return list(dict.fromkeys(problem.code for problem in made.problems if problem.severity in counted))
