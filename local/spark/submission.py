"""What spark-submit left on the API server, and what a driver outside the cluster needs to continue from it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from emr_eks_placement.spark.pods import TEMPLATE_PROPERTY
from local.kubernetes import JsonObject, RecordingKubernetesApi

SUBMISSION_ID = "spark.submission.id"

_PROPERTIES_KEY = "spark.properties"
_EXECUTOR_TEMPLATE = TEMPLATE_PROPERTY["executor"]
_SUBMISSION_TEMPLATES = tuple(TEMPLATE_PROPERTY.values())
_LOOPBACK = "127.0.0.1"

# What a driver fetches or loads before it asks for executors. None of it shapes an executor pod.
_DRIVER_ONLY = (
    "spark.archives",
    "spark.extraListeners",
    "spark.files",
    "spark.jars",
    "spark.plugins",
    "spark.submit.pyFiles",
)


@dataclass(frozen=True)
class DriverSubmission:
    """A job as spark-submit left it on the API server.

    `driver_pod` is the pod as created; `properties` and `executor_template` (YAML, None if the job has none) are what
    spark-submit uploaded for the driver to make its executors from.
    """

    name: str
    namespace: str
    application_id: str
    driver_pod: JsonObject
    properties: Mapping[str, str]
    executor_template: str | None


def submit_arguments(
    conf: Mapping[str, str],
    *,
    master: str,
    application: str,
    arguments: Sequence[str],
    parameters: Sequence[str],
    main_class: str | None,
    name: str,
) -> list[str]:
    """Returns the command line of a spark-submit in cluster mode."""
    command = ["--master", master, "--deploy-mode", "cluster", "--name", name]
    for key, value in conf.items():
        command += ["--conf", f"{key}={value}"]
    if main_class is not None:
        command += ["--class", main_class]
    return [*command, *parameters, application, *arguments]


def submission_properties(
    conf: Mapping[str, str], *, ca_file: Path, token_file: Path, submission_id: str
) -> dict[str, str]:
    """Returns the job's Spark conf with what a submission from outside the cluster needs; none of it shapes a pod."""
    return {
        **conf,
        "spark.kubernetes.authenticate.submission.caCertFile": str(ca_file),
        "spark.kubernetes.authenticate.submission.oauthTokenFile": str(token_file),
        "spark.kubernetes.submission.waitAppCompletion": "false",
        SUBMISSION_ID: submission_id,
    }


def driver_properties(
    submission: DriverSubmission, *, api_url: str, ca_file: Path, token_file: Path, template_file: Path, executors: int
) -> dict[str, str]:
    """Returns the uploaded Spark properties, changed only in what differs between a driver's pod and this machine."""
    properties = {key: value for key, value in submission.properties.items() if key not in _DRIVER_ONLY}
    for key in _SUBMISSION_TEMPLATES:
        properties.pop(key, None)
    if submission.executor_template is not None:
        properties[_EXECUTOR_TEMPLATE] = str(template_file)
    return {
        **properties,
        "spark.driver.bindAddress": _LOOPBACK,
        "spark.driver.blockManager.port": "0",
        "spark.driver.host": _LOOPBACK,
        "spark.driver.port": "0",
        "spark.eventLog.enabled": "false",
        "spark.executor.instances": str(executors),
        "spark.kubernetes.allocation.batch.size": str(executors),
        "spark.kubernetes.allocation.driver.readinessTimeout": "1s",
        "spark.kubernetes.authenticate.caCertFile": str(ca_file),
        "spark.kubernetes.authenticate.driver.mounted.caCertFile": str(ca_file),
        "spark.kubernetes.authenticate.driver.mounted.oauthTokenFile": str(token_file),
        "spark.kubernetes.authenticate.oauthTokenFile": str(token_file),
        "spark.kubernetes.driver.master": api_url,
        "spark.master": f"k8s://{api_url}",
        "spark.scheduler.minRegisteredResourcesRatio": "0",
        "spark.submit.deployMode": "client",
        "spark.ui.enabled": "false",
    }


def uploaded_properties(kubernetes: RecordingKubernetesApi, namespace: str, submission_id: str) -> JsonObject | None:
    """Returns the ConfigMap with the `spark.properties` of a submission."""
    line = f"{SUBMISSION_ID}={submission_id}"
    for config_map in kubernetes.objects("configmaps", namespace):
        if line in config_map.get("data", {}).get(_PROPERTIES_KEY, "").splitlines():
            return config_map
    return None


def properties_text(config_map: JsonObject) -> str:
    """Returns the `spark.properties` file in that ConfigMap."""
    return str(config_map["data"][_PROPERTIES_KEY])


def owner_of(kubernetes: RecordingKubernetesApi, namespace: str, config_map: JsonObject) -> JsonObject | None:
    """Returns the driver pod, which owns what spark-submit creates."""
    owners = {owner["uid"] for owner in config_map["metadata"].get("ownerReferences", [])}
    pods = kubernetes.objects("pods", namespace)
    return next((pod for pod in pods if pod["metadata"]["uid"] in owners), None)


def uploaded_template(
    kubernetes: RecordingKubernetesApi, namespace: str, driver_pod: JsonObject, key: str
) -> str | None:
    """Returns the executor pod template that the driver pod mounts from a ConfigMap, under the item `key`."""
    mounted = {volume["configMap"]["name"] for volume in driver_pod["spec"].get("volumes", []) if "configMap" in volume}
    for config_map in kubernetes.objects("configmaps", namespace):
        if config_map["metadata"]["name"] in mounted and key in config_map.get("data", {}):
            return str(config_map["data"][key])
    return None


def executor_pods(kubernetes: RecordingKubernetesApi, submission: DriverSubmission) -> list[JsonObject]:
    """Returns the executor pods of a job that exist now, by executor id."""
    pods = [pod for pod in kubernetes.objects("pods", submission.namespace) if is_executor(pod, submission)]
    return sorted(pods, key=lambda pod: int(pod["metadata"]["labels"]["spark-exec-id"]))


def refused_executors(kubernetes: RecordingKubernetesApi, submission: DriverSubmission) -> list[str]:
    """Returns the API server's messages for executor pods of the job that it refused to create."""
    return [
        request.failure
        for request in kubernetes.requests
        if request.method == "POST"
        and request.path.partition("?")[0].endswith("/pods")
        and request.failure is not None
        and is_executor(request.body, submission)
    ]


def is_executor(pod: object, submission: DriverSubmission) -> bool:
    """Returns whether a pod manifest is an executor of the job."""
    labels = pod.get("metadata", {}).get("labels", {}) if isinstance(pod, dict) else {}
    return labels.get("spark-role") == "executor" and labels.get("spark-app-selector") == submission.application_id
