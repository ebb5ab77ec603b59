"""The whole local setup: AWS, the Kubernetes API with EKS's rules, and EMR's job runs with real Spark."""

import contextlib
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Self

import boto3

from local.aws.emr_containers.job_runs import JobRunner
from local.aws.emr_containers.namespace_access import NamespaceAccess
from local.aws.ministack.settings import enforcing_iam
from local.aws.server import LocalAws
from local.eks.admission import FargateAdmission
from local.eks.aws_auth import role_may_read
from local.eks.cluster import DeployedCluster
from local.eks.scheduler import Scheduler
from local.emr.job_runner import SparkJobRunner
from local.emr.pods import add_logging_sidecar
from local.kubernetes import RecordingKubernetesApi


class LocalCluster:
    """A local AWS account whose one EKS cluster is the recording Kubernetes API, all on the loopback interface.

    A context manager. By default, real Spark carries out job runs; `job_runner` replaces it. IAM is enforced except for
    the account's own keys, which the environment gets. `folder` gets the logs and, while it runs, temporary files.
    """

    def __init__(self, folder: Path, *, region: str, port: int = 0, job_runner: JobRunner | None = None) -> None:
        self.folder = folder
        cluster = DeployedCluster()
        scheduler = Scheduler(cluster)
        self.kubernetes = RecordingKubernetesApi(
            admission=[add_logging_sidecar, FargateAdmission(cluster)],
            on_created=[scheduler],
            admits=lambda url: self.aws.admits(url),
        )
        scheduler.serve(self.kubernetes)
        self.namespace_access = NamespaceAccess(
            exists=lambda _cluster, namespace: self.has_namespace(namespace),
            may_read=lambda _cluster, namespace, role: role_may_read(self.kubernetes, namespace, role),
        )
        self._cluster = cluster
        self._spark = SparkJobRunner(self.kubernetes, cluster, folder / "spark")
        self._job_runner = job_runner or self._spark
        self._region = region
        self._port = port
        self._started = contextlib.ExitStack()

    def __enter__(self) -> Self:
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            self._started.enter_context(self.kubernetes)
            self.aws = self._started.enter_context(
                LocalAws(
                    state_dir=self.folder / "aws",
                    cluster_endpoint=self.kubernetes.url,
                    cluster_ca_pem=self.kubernetes.ca_pem,
                    job_runner=self._job_runner,
                    namespace_access=self.namespace_access,
                    region=self._region,
                    port=self._port,
                )
            )
            self._started.enter_context(enforcing_iam())
            self._started.enter_context(_environment(self.aws.child_environment()))
            self.session = boto3.Session()
            self._cluster.connect(self.session)
            if self._job_runner is self._spark:
                self._started.enter_context(self._spark.running(self.session))
        except BaseException:
            self._started.close()
            raise
        return self

    def __exit__(self, *exception: object) -> None:
        self._started.close()

    def has_namespace(self, name: str) -> bool:
        """Returns whether the Kubernetes API has a namespace."""
        return any(namespace["metadata"]["name"] == name for namespace in self.kubernetes.objects("namespaces"))


@contextlib.contextmanager
def _environment(variables: Mapping[str, str]) -> Iterator[None]:
    """Directs boto3 and every child process only to the local AWS, until the end of the block."""
    before = dict(os.environ)
    os.environ.clear()
    os.environ.update(variables)
    boto3.DEFAULT_SESSION = None  # it keeps the credentials that it found first
    try:
        yield
    finally:
        boto3.DEFAULT_SESSION = None
        os.environ.clear()
        os.environ.update(before)
