"""Reads the pods of a job run from the Kubernetes API of its cluster."""

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import quote

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from emr_eks_placement.aws.eks import existing_cluster
from emr_eks_placement.aws.errors import aws_errors, rule_of
from emr_eks_placement.aws.kubernetes import TOKEN_SECONDS, KubernetesApi, NotReadError, open_kubernetes_api
from emr_eks_placement.aws.session import client
from emr_eks_placement.aws.virtual_clusters import VirtualCluster, describe_virtual_cluster
from emr_eks_placement.common.document_field import Field
from emr_eks_placement.common.errors import RuleError, dotted
from emr_eks_placement.emr.job_run import JobRun
from emr_eks_placement.facts import emr
from emr_eks_placement.observation.events import Warnings, warnings_of
from emr_eks_placement.observation.pod import ObservedPod, node_labels_of, node_of, observed_pod

_RENEW_SECONDS = TOKEN_SECONDS - 15
_FEW_NODES = 20  # up to so many are read one by one, more with one list
_NODES = "/api/v1/nodes"


@dataclass(frozen=True)
class Observed:
    """The pods of a run, in the order of the Kubernetes API. pods: None if they can't be read.

    not_read: what could not be read, with the reason.
    """

    pods: tuple[ObservedPod, ...] | None
    not_read: tuple[str, ...] = ()


class RunPods:
    """The pods of one job run, for repeated reads. Each read lists the pods once and reads only new nodes.

    Raises InputError if a virtual cluster or EKS cluster can't be read: emr-containers:DescribeVirtualCluster,
    eks:DescribeCluster, and ListClusters if the cluster does not exist.
    """

    def __init__(self, session: boto3.Session, run: JobRun) -> None:
        self._session, self._run_id = session, run.id
        self.virtual_cluster: VirtualCluster = describe_virtual_cluster(session, run.virtual_cluster_id)
        cluster = self.virtual_cluster.cluster
        with aws_errors(f"EKS cluster {cluster}"):
            self._described = existing_cluster(client(session, "eks"), cluster)
        self._nodes: dict[str, Mapping[str, str] | None] = {}
        self._opened: tuple[KubernetesApi, float] | None = None

    def read(self) -> Observed:
        """Returns the current pods. not_read reports what can't be read; raises nothing.

        Calls of the Kubernetes API: a list of the run's pods in its namespace, and get or list of nodes.
        """
        try:
            api = self._api()
            listed = api.list(f"{self._namespace_path}/pods", label_selector=f"{emr.JOB_ID_LABEL}={self._run_id}")
        except (NotReadError, BotoCoreError, ClientError) as error:
            return Observed(None, (f"its pods were not read: {_why(error)}",))
        why_no_nodes = self._read_nodes(api, listed)
        not_read = [] if why_no_nodes is None else [f"its nodes were not read: {why_no_nodes}"]
        pods = [_understood(pod, self._nodes, not_read) for pod in listed]
        return Observed(tuple(pod for pod in pods if pod is not None), tuple(not_read))

    def warnings(self, pods: Iterable[ObservedPod]) -> tuple[list[Warnings], list[str]]:
        """Returns the warnings of Kubernetes about these pods and the run's Jobs, and what could not be read (events of
        the namespace)."""
        try:
            events = self._api().list(f"{self._namespace_path}/events", field_selector="type=Warning")
        except (NotReadError, BotoCoreError, ClientError) as error:
            return [], [f"its events were not read: {_why(error)}"]
        return warnings_of(events, self._run_id, {pod.name for pod in pods}), []

    @property
    def _namespace_path(self) -> str:
        return f"/api/v1/namespaces/{quote(self.virtual_cluster.namespace, safe='')}"

    def _api(self) -> KubernetesApi:
        """Returns the API with a token that stays valid for a while."""
        moment = time.monotonic()
        if self._opened is None or moment - self._opened[1] > _RENEW_SECONDS:
            self._opened = (open_kubernetes_api(self._session, self._described), moment)
        return self._opened[0]

    def _read_nodes(self, api: KubernetesApi, pods: list[Field]) -> str | None:
        """Adds the nodes of the pods that are not known yet. Returns why, if some can't be read."""
        missing = {name for pod in pods if (name := _node_name(pod)) is not None}.difference(self._nodes)
        try:
            if len(missing) > _FEW_NODES:
                found = {node["metadata"]["name"].text(): node for node in api.list(_NODES)}
                self._nodes |= {name: node_labels_of(found[name]) if name in found else None for name in missing}
            else:
                for name in sorted(missing):
                    node = api.find(f"{_NODES}/{quote(name, safe='')}")
                    self._nodes[name] = None if node is None else node_labels_of(node)
        except NotReadError as error:
            return str(error)
        except RuleError as broken:
            return f"{dotted(broken.path)}: {broken.rule}"
        return None


def _why(error: NotReadError | BotoCoreError | ClientError) -> str:
    return str(error) if isinstance(error, NotReadError) else rule_of(error).rule


def _node_name(pod: Field) -> str | None:
    try:
        return node_of(pod)
    except RuleError:
        return None


def _understood(pod: Field, nodes: Mapping[str, Mapping[str, str] | None], not_read: list[str]) -> ObservedPod | None:
    """Returns the pod; None, with the reason, if it can't be understood."""
    try:
        return observed_pod(pod, nodes)
    except RuleError as broken:
        not_read.append(f"one of its pods was not understood: {dotted(broken.path)}: {broken.rule}")
        return None
