"""Carries out job runs: the submitter's pod, then real spark-submit and a real Spark driver that creates executor pods."""

import contextlib
import itertools
import shlex
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import boto3

from emr_eks_placement.emr.request import template_property
from emr_eks_placement.pod_template.rules import SPARK_ROLE, TemplateRole
from emr_eks_placement.spark.configuration import classification
from local.aws import web_identity
from local.aws.emr_containers.access import driver_subject, inputs
from local.aws.emr_containers.job_runs import FailureReason, JobRun, JobRunState
from local.eks.cluster import DeployedCluster
from local.emr import pods
from local.emr.logs import RunLog
from local.emr.s3_clients import DeniedError, HadoopClient, client_of, locations
from local.kubernetes import RecordingKubernetesApi
from local.spark import SparkLauncher, SparkSubmitError

_TEMPLATE_PROPERTIES: Mapping[str, TemplateRole] = {template_property(role): role for role in SPARK_ROLE}
_NOT_RUN = "local AWS: containers are not run"
_DEFAULT_EXECUTORS = "2"  # spark.executor.instances on Kubernetes


class PendingPodError(Exception):
    """A pod of the run fits nowhere. EMR would fail the run after its job-start-timeout."""


class PodTemplates:
    """Downloads the pod templates of a run from S3 to a folder, and adds Spark's container to each, as EMR does."""

    def __init__(self, read: Callable[[str], bytes], folder: Path) -> None:
        self._read = read
        self._folder = folder
        self._numbers = itertools.count()

    def in_properties(self, properties: Mapping[str, str]) -> dict[str, str]:
        """Returns the properties with each template's local path."""
        return {
            key: self._local(value, _TEMPLATE_PROPERTIES[key]) if key in _TEMPLATE_PROPERTIES else value
            for key, value in properties.items()
        }

    def in_parameters(self, parameters: Sequence[str]) -> list[str]:
        """Returns the parameters of spark-submit with each template's local path."""
        local = []
        for parameter in parameters:
            key, equals, value = parameter.partition("=")
            named = equals and key in _TEMPLATE_PROPERTIES
            local.append(f"{key}={self._local(value, _TEMPLATE_PROPERTIES[key])}" if named else parameter)
        return local

    def _local(self, uri: str, role: TemplateRole) -> str:
        path = self._folder / f"template-{next(self._numbers)}.yaml"
        path.write_bytes(pods.as_emr_merges(self._read(uri), role))
        return str(path)


class SparkJobRunner:
    """Runs one job at a time while `running` is open.

    Real Spark creates the driver and executor pods, but their containers do not run. A run is COMPLETED when all of its
    pods have nodes, and FAILED if a pod fits nowhere. The S3 calls of its containers use the credentials of the
    run's role: its files are read, arguments that are locations in S3 are read if they exist and written otherwise,
    and the logs are written.
    """

    def __init__(self, kubernetes: RecordingKubernetesApi, cluster: DeployedCluster, folder: Path) -> None:
        self._kubernetes = kubernetes
        self._cluster = cluster
        self._folder = folder
        self._session: boto3.Session | None = None
        self._spark = SparkLauncher(kubernetes, folder)
        self._runs = ThreadPoolExecutor(1, "job-runner")

    @contextlib.contextmanager
    def running(self, session: boto3.Session) -> Iterator[None]:
        """Carries out runs, in turn. session: of the account. At the end, the current run fails, and others stay
        PENDING."""
        self._session = session
        opened = self._runs.submit(self._spark.__enter__)  # Java takes a while to start
        try:
            yield
        finally:
            self._spark.end()
            self._runs.shutdown(cancel_futures=True)
            if not opened.cancelled() and opened.exception() is None:
                self._spark.__exit__()

    def start(self, run: JobRun) -> None:
        """Queues an accepted run."""
        self._runs.submit(self._carry_out, run)

    def cancel(self, run: JobRun) -> None:
        """Ends a run that has not begun, or lets the current one end as cancelled."""
        run.set_state(JobRunState.CANCELLED, details="JobRun CANCELLED successfully.")

    def _carry_out(self, run: JobRun) -> None:
        if run.has_ended:
            return
        try:
            self._cluster.refresh()
            run.set_state(JobRunState.SUBMITTED)
            role = run.request["executionRoleArn"]
            session = session_of_role(self._open_session, role, cluster=run.cluster_name, namespace=run.namespace)
            log = RunLog(run, role=session, account=self._open_session)
            files = client_of(run.request["releaseLabel"], session.client("s3"))
            self._create_submitter(run, log)
            self._submit(run, log, files)
            details = "Every pod of the run is on a node (local AWS: its containers are not run)."
            run.set_state(JobRunState.COMPLETED, details=details)
        except (SparkSubmitError, PendingPodError, DeniedError, FileNotFoundError) as error:
            run.set_state(JobRunState.FAILED, details=str(error), failure_reason=FailureReason.USER_ERROR)
        except Exception as error:  # noqa: BLE001 - the thread goes on; the run reports what happened
            run.set_state(JobRunState.FAILED, details=repr(error), failure_reason=FailureReason.INTERNAL_ERROR)

    def _create_submitter(self, run: JobRun, log: RunLog) -> None:
        pod = self._kubernetes.create(pods.submitter_pod_of(run))
        self._refuse_pending(pod, run)
        log.write(pod, "stdout", [f"{_NOT_RUN}: spark-submit ran outside of pod {pod['metadata']['name']}"])

    def _submit(self, run: JobRun, log: RunLog, files: HadoopClient) -> None:
        driver = run.request["jobDriver"]["sparkSubmitJobDriver"]
        for uri in {uri for _member, uri in inputs(run.request)}:
            files.read(uri)
        with tempfile.TemporaryDirectory(prefix="templates-", dir=self._folder) as folder:
            templates = PodTemplates(files.read, Path(folder))
            submission = self._spark.submit(
                self._configuration(run, templates),
                application=driver["entryPoint"],
                arguments=driver.get("entryPointArguments", []),
                parameters=templates.in_parameters(shlex.split(driver.get("sparkSubmitParameters", ""))),
                name=run.id,
            )
        self._refuse_pending(submission.driver_pod, run)
        run.set_state(JobRunState.RUNNING)
        executors = int(submission.properties.get("spark.executor.instances", _DEFAULT_EXECUTORS))
        try:
            made = self._spark.start_executors(submission, executors=executors)
        finally:
            self._delete_executor_config_maps(run.namespace)
        names = [pod["metadata"]["name"] for pod in made]
        log.write(submission.driver_pod, "stdout", [f"{_NOT_RUN}: the driver created {', '.join(names)}"])
        for pod in made:
            self._refuse_pending(pod, run)
            log.write(pod, "stdout", [f"{_NOT_RUN}: pod {pod['metadata']['name']}"])
        for uri in locations(driver.get("entryPointArguments", [])):
            files.read(uri) if files.exists(uri) else files.write(uri)

    def _delete_executor_config_maps(self, namespace: str) -> None:
        """Deletes the executors' ConfigMap, whose name every driver of one JVM shares. Executor pods are kept for
        inspection."""
        for config_map in self._kubernetes.objects("configmaps", namespace):
            name = config_map["metadata"]["name"]
            if name.startswith("spark-exec-"):
                self._kubernetes.delete("configmaps", name, namespace)

    def _configuration(self, run: JobRun, templates: "PodTemplates") -> dict[str, str]:
        """Returns the run's spark-defaults with EMR's own settings."""
        properties = templates.in_properties(classification(run.request, "spark-defaults"))
        for role in ("driver", "executor"):
            prefix = f"spark.kubernetes.{role}"
            properties |= {f"{prefix}.label.{key}": value for key, value in pods.built_in_labels(run, role).items()}
            properties[f"{prefix}.podTemplateContainerName"] = f"spark-kubernetes-{role}"
            properties[f"{prefix}.annotation.{pods.LOGS_ANNOTATION}"] = str(pods.logs_are_kept(run)).lower()
        return {
            **properties,
            "spark.kubernetes.namespace": run.namespace,
            "spark.kubernetes.container.image": "emr-on-eks",
            "spark.kubernetes.authenticate.driver.serviceAccountName": f"emr-containers-sa-spark-driver-{run.id}",
            "spark.kubernetes.executor.deleteOnTermination": "false",
        }

    @property
    def _open_session(self) -> boto3.Session:
        if self._session is None:
            raise RuntimeError("the job runner is not started")
        return self._session

    def _refuse_pending(self, pod: dict[str, Any], run: JobRun) -> None:
        """Raises PendingPodError for a pod that the scheduler found no node for."""
        name = pod["metadata"]["name"]
        stored = next(p for p in self._kubernetes.objects("pods", run.namespace) if p["metadata"]["name"] == name)
        for condition in (stored.get("status") or {}).get("conditions") or []:
            if condition["type"] == "PodScheduled" and condition["status"] == "False":
                raise PendingPodError(f"Pod {name} is Pending: {condition['message']}")


def session_of_role(account: boto3.Session, role_arn: str, *, cluster: str, namespace: str) -> boto3.Session:
    """Returns the session that a driver in a namespace gets for its token. account: has its key pair.

    Raises botocore's ClientError if the role does not trust the service account, as with roles for EKS Pod Identity,
    which is not supported here.
    """
    described = account.client("eks").describe_cluster(name=cluster)["cluster"]
    claims = {
        "iss": described["identity"]["oidc"]["issuer"],
        "sub": driver_subject(role_arn, namespace),
        "aud": "sts.amazonaws.com",
    }
    keys = account.get_credentials()
    token = web_identity.token(claims, keys.secret_key if keys else "")
    made = account.client("sts").assume_role_with_web_identity(
        RoleArn=role_arn, RoleSessionName="driver", WebIdentityToken=token
    )["Credentials"]
    return boto3.Session(
        made["AccessKeyId"], made["SecretAccessKey"], made["SessionToken"], region_name=account.region_name
    )
