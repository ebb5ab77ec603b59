"""The local AWS as one object to start and stop."""

import atexit
import contextlib
import secrets
import shutil
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Self

from local.aws import environment, service_quotas
from local.aws.cloudformation import completions, ec2, eks, iam
from local.aws.cloudformation import emr_containers as emr_containers_types
from local.aws.eks_clusters import ClusterLifecycle, KubernetesApiOf
from local.aws.eks_fargate import FargateProfiles
from local.aws.emr_containers.identifiers import resource_of
from local.aws.emr_containers.integrations import ACTION, JobRunIntegrations
from local.aws.emr_containers.job_runs import JobRunner
from local.aws.emr_containers.namespace_access import NamespaceAccess
from local.aws.emr_containers.service import SERVICE, EmrContainers
from local.aws.guard import Guard
from local.aws.ministack import (
    eks_access,
    eks_listings,
    gateway,
    instance_offerings,
    lambda_workers,
    resource_types,
    scheduler,
    services,
    settings,
    signatures,
    stack_progress,
    step_functions,
    verdicts,
)
from local.aws.schedules import ScheduleTargets


class LocalAws:
    """A local AWS of one account and one region, in this process, on the loopback interface.

    `state_dir` gets the log (`local-aws.log`) and, while the local AWS runs, the files of Lambda functions and CDK's
    caches. Every EKS cluster has `cluster_endpoint` as its Kubernetes API and `cluster_ca_pem` as its certificate
    authority, unless `api_of` returns both for the cluster's name. Accepted job runs go to `job_runner`.
    `namespace_access`: how EMR gets into namespaces when a virtual cluster is created; by default into any. `port` 0
    takes a free one. It answers requests that are signed with the key pair in `environment`, which is new for every
    LocalAws, or with keys of the account's users and role sessions; none that a web page sends.

    Only one runs in a process at a time. `stop` forgets its state and ends every process that it started.
    """

    def __init__(
        self,
        *,
        state_dir: Path,
        cluster_endpoint: str,
        cluster_ca_pem: bytes,
        job_runner: JobRunner,
        namespace_access: NamespaceAccess | None = None,
        api_of: KubernetesApiOf | None = None,
        port: int = 0,
        region: str = "us-east-1",
    ) -> None:
        self._state_dir = state_dir.resolve()
        self.emr_containers = EmrContainers(job_runner, namespace_access)
        self._fargate_profiles = FargateProfiles()
        self.service_quotas = service_quotas.ServiceQuotas()
        self._clusters = ClusterLifecycle(
            api_of or (lambda _cluster: (cluster_endpoint, cluster_ca_pem)), self._fargate_profiles.of_cluster
        )
        self._port = port
        self._region = region
        self._secret = secrets.token_urlsafe(30)
        self._signatures = signatures.Signatures(self._secret)
        self._undo = contextlib.ExitStack()
        self._gateway: gateway.Gateway | None = None

    @property
    def url(self) -> str:
        """The endpoint of every AWS service."""
        if not self._gateway:
            raise RuntimeError("the local AWS is not running")
        return self._gateway.url

    @property
    def environment(self) -> dict[str, str]:
        """Variables that direct AWS SDKs, the AWS CLI and the CDK CLI here."""
        return environment.client_environment(self.url, self._region, self._state_dir, self._secret)

    def child_environment(self) -> dict[str, str]:
        """Returns a whole environment for a child process: this process's, with its AWS settings replaced by
        `environment`."""
        return environment.process_environment(self.environment)

    def admits(self, url: str) -> bool:
        """Whether a token for one of the EKS clusters, a presigned URL, is signed with a key of the account."""
        return self._signatures.is_signed_url(url, signatures.cluster_names())

    def start(self) -> Self:
        """Serve; the AWS APIs answer when this returns."""
        if self._gateway:
            raise RuntimeError("this local AWS is already running")
        self._state_dir.mkdir(parents=True, exist_ok=True)
        atexit.register(self.stop)
        try:
            self._start()
        except BaseException:
            self.stop()
            raise
        return self

    def _start(self) -> None:
        enter = self._undo.enter_context
        enter(gateway.LogFile(self._state_dir / "local-aws.log"))
        self._gateway = gateway.Gateway(self._port, partial(Guard, allowed=self._signatures))
        self._undo.callback(self._gateway.close)
        enter(settings.running_at(self._gateway.port, self._region, self._state_dir / "ministack"))
        enter(self._signatures.checked_once())
        enter(resource_types.registered([
            *ec2.resource_types(),
            *iam.resource_types(),
            *eks.resource_types(self._fargate_profiles),
            *emr_containers_types.resource_types(self.emr_containers),
        ]))  # fmt: skip
        enter(resource_types.completed([*completions.completions(), *ec2.completions()]))
        clusters = self._clusters
        enter(services.eks_cluster_hooks(clusters.finish, clusters.refuse_to_delete_in_use, clusters.clean_up))
        enter(services.eks_route_first(self._fargate_profiles.route))
        enter(eks_listings.paged())
        enter(eks_access.auto_mode_access_entries())
        enter(eks_access.node_group_access_entries())
        enter(stack_progress.answered_at_the_end())
        enter(verdicts.conditions_simulated())
        enter(instance_offerings.answered())
        emr = self.emr_containers
        enter(services.registered_service(SERVICE, emr.handle, resource_of=resource_of, tagged=emr.tagged))
        job_runs = JobRunIntegrations(self.emr_containers)
        enter(step_functions.integrated(ACTION, job_runs.run_task))
        enter(scheduler.fired_by(ScheduleTargets(job_runs).fire))
        quotas = self.service_quotas
        enter(services.registered_service(service_quotas.SERVICE, quotas.handle, service_quotas.SDK_NAME))
        self._gateway.start()
        self._undo.callback(self._gateway.stop)
        self._undo.callback(shutil.rmtree, self._state_dir / "cdk-home", ignore_errors=True)
        workers = lambda_workers.LambdaWorkers(self._state_dir / "lambda", self.environment)
        enter(workers.installed())

    def stop(self) -> None:
        """End the server and every process it started; a second call does nothing."""
        atexit.unregister(self.stop)
        self._undo.close()
        self._gateway = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, _type: type[BaseException] | None, _error: BaseException | None, _traceback: TracebackType | None
    ) -> None:
        self.stop()
