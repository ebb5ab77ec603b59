"""Real spark-submit and real Spark drivers against a recording Kubernetes API."""

import shutil
import tempfile
import threading
import time
import uuid
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Self

from local.kubernetes import JsonObject, RecordingKubernetesApi
from local.spark import submission as submissions
from local.spark.errors import SparkSubmitError
from local.spark.jvm import SparkJvm
from local.spark.submission import DriverSubmission

SUBMIT_SECONDS = 300.0  # a busy machine takes ten times as long as a quiet one
EXECUTOR_SECONDS = 300.0

_TEMPLATE_KEY = "podspec-configmap-key"
_PROCESS_CHECK_SECONDS = 0.25
_READY = {"type": "Ready", "status": "True"}


class SparkLauncher:
    """Submits jobs with real spark-submit and lets real drivers create their executor pods, all in one Java process.

    A context manager: it starts Java, and on exit ends that process and removes its temporary files. These are below
    `folder` (created if absent); only the log files `spark.log` and `spark.out` stay there. Jobs run one at a time.
    """

    def __init__(self, kubernetes: RecordingKubernetesApi, folder: Path) -> None:
        self._kubernetes = kubernetes
        self._folder = folder.absolute()
        self._temporary: Path | None = None
        self._jvm: SparkJvm | None = None
        self._one_job = threading.Lock()
        self._ended = False

    def __enter__(self) -> Self:
        self._folder.mkdir(parents=True, exist_ok=True)
        self._temporary = Path(tempfile.mkdtemp(prefix="spark-", dir=self._folder))
        try:
            self._ca_file.write_bytes(self._kubernetes.ca_pem)
            self._token_file.write_text(self._kubernetes.token, "utf-8")  # the folder is this user's alone
            self._jvm = SparkJvm(self._temporary, self._folder / "spark.log")
            self._jvm.start()
        except BaseException:
            self._close()
            raise
        return self

    def __exit__(self, *exception: object) -> None:
        self._close()

    def end(self) -> None:
        """Ends Java at once, from any thread: what is under way fails, and nothing more is submitted."""
        self._ended = True
        if self._jvm is not None:
            self._jvm.stop()

    def submit(
        self,
        conf: Mapping[str, str],
        *,
        application: str,
        arguments: Sequence[str] = (),
        parameters: Sequence[str] = (),
        main_class: str | None = None,
        name: str,
        timeout: float = SUBMIT_SECONDS,
    ) -> DriverSubmission:
        """Runs spark-submit in cluster mode and returns the driver pod it created.

        `conf` is Spark conf; pod template files in it are local paths. `application` is the URI of the .py or .jar file.
        `parameters` are further options of spark-submit, whose `--conf` goes before `conf`.
        Raises SparkSubmitError with Spark's own message if spark-submit refuses or fails, or takes over `timeout` seconds.
        """
        namespace = conf.get("spark.kubernetes.namespace", "default")
        submission_id = uuid.uuid4().hex
        command = submissions.submit_arguments(
            submissions.submission_properties(
                conf, ca_file=self._ca_file, token_file=self._token_file, submission_id=submission_id
            ),
            master=f"k8s://{self._kubernetes.url}",
            application=application,
            arguments=arguments,
            parameters=parameters,
            main_class=main_class,
            name=name,
        )
        with self._one_job:
            self._running_jvm().spark_submit(command, timeout)
            return self._submitted(name, namespace, submission_id)

    def start_executors(
        self, submission: DriverSubmission, *, executors: int, timeout: float = EXECUTOR_SECONDS
    ) -> list[JsonObject]:
        """Runs the job's driver until it has created that many executor pods, and returns those pods, by executor id.

        The pods are as the API server has them before the driver ends; at its end the driver deletes them, as in a
        cluster. Raises SparkSubmitError if the driver fails, if the API server refuses an executor pod, or if the pods
        are not there within `timeout` seconds.
        """
        deadline = time.monotonic() + timeout
        with self._one_job:
            self._run_driver_pod(submission)
            template_file = self._temporary_folder / f"{submission.application_id}-executor.yaml"
            if submission.executor_template is not None:
                template_file.write_text(submission.executor_template, "utf-8")
            properties = submissions.driver_properties(
                submission,
                api_url=self._kubernetes.url,
                ca_file=self._ca_file,
                token_file=self._token_file,
                template_file=template_file,
                executors=executors,
            )
            jvm = self._running_jvm()
            with jvm.driver(properties, timeout):
                return self._wait_for_executors(jvm, submission, executors, deadline)

    @property
    def _temporary_folder(self) -> Path:
        if self._temporary is None:
            raise RuntimeError("SparkLauncher is used outside of its with block")
        return self._temporary

    @property
    def _ca_file(self) -> Path:
        return self._temporary_folder / "kubernetes-ca.pem"

    @property
    def _token_file(self) -> Path:
        return self._temporary_folder / "kubernetes-token"

    def _running_jvm(self) -> SparkJvm:
        """Returns the Java process; a new one if a failing driver ended it."""
        if self._jvm is None:
            raise RuntimeError("SparkLauncher is used outside of its with block")
        if self._ended:
            raise SparkSubmitError("Spark was ended")
        if not self._jvm.running:
            self._jvm.stop()
            self._jvm.start()
        return self._jvm

    def _close(self) -> None:
        jvm, self._jvm = self._jvm, None
        temporary, self._temporary = self._temporary, None
        try:
            if jvm is not None:
                jvm.stop()
        finally:
            if temporary is not None:
                shutil.rmtree(temporary)

    def _submitted(self, name: str, namespace: str, submission_id: str) -> DriverSubmission:
        config_map = submissions.uploaded_properties(self._kubernetes, namespace, submission_id)
        driver_pod = config_map and submissions.owner_of(self._kubernetes, namespace, config_map)
        if config_map is None or driver_pod is None:
            raise SparkSubmitError(f"spark-submit ended without a driver pod in the namespace {namespace!r}")
        properties = self._running_jvm().load_properties(submissions.properties_text(config_map))
        template = submissions.uploaded_template(self._kubernetes, namespace, driver_pod, _TEMPLATE_KEY)
        return DriverSubmission(name, namespace, properties["spark.app.id"], driver_pod, properties, template)

    def _run_driver_pod(self, submission: DriverSubmission) -> None:
        """Does the kubelet's part: a driver waits until its own pod is ready."""

        def run(pod: JsonObject) -> None:
            status = pod.setdefault("status", {})
            status["phase"] = "Running"
            others = [one for one in status.get("conditions", []) if one["type"] != "Ready"]
            status["conditions"] = [*others, _READY]

        self._kubernetes.update("pods", submission.driver_pod["metadata"]["name"], submission.namespace, run)

    def _wait_for_executors(
        self, jvm: SparkJvm, submission: DriverSubmission, executors: int, deadline: float
    ) -> list[JsonObject]:
        pods: list[JsonObject] = []
        refusals: list[str] = []

        def settled() -> bool:
            pods[:] = submissions.executor_pods(self._kubernetes, submission)
            refusals[:] = submissions.refused_executors(self._kubernetes, submission)
            return len(pods) >= executors or bool(refusals)

        while not self._kubernetes.wait_until(settled, _PROCESS_CHECK_SECONDS):
            if not jvm.running:
                raise SparkSubmitError(f"the driver ended: {jvm.complaint()}")
            if time.monotonic() >= deadline:
                message = f"the driver created {len(pods)} of {executors} executor pods in time; {jvm.complaint()}"
                raise SparkSubmitError(message)
        if refusals:
            raise SparkSubmitError(f"the API server refused an executor pod: {refusals[0]}")
        return pods[:executors]
