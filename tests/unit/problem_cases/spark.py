"""Cases of Spark's configuration."""

from tests.unit.planned import capacity, node_group, template
from tests.unit.problem_cases.case import ZONES, Case

DYNAMIC = "spark.dynamicAllocation."
ON = {f"{DYNAMIC}enabled": "true", f"{DYNAMIC}maxExecutors": "3"}
CLAIM = "spark.kubernetes.{}.volumes.persistentVolumeClaim.data."
TWO_ZONES = ZONES
ONE_ZONE = capacity(zones=("us-east-1a",), node_groups={"nodes": node_group("m6i.4xlarge", initial_size=2)})


def claim(role: str, name: str) -> dict[str, str]:
    """Properties that mount a claim."""
    return {f"{CLAIM.format(role)}mount.path": "/data", f"{CLAIM.format(role)}options.claimName": name}


OPTIONS = "spark.kubernetes.executor.volumes.persistentVolumeClaim.data.options."
MADE = {**claim("executor", "OnDemand"), f"{OPTIONS}storageClass": "gp3", f"{OPTIONS}sizeLimit": "20Gi"}


def without(properties: dict[str, str], *options: str) -> dict[str, str]:
    return {key: value for key, value in properties.items() if key.removeprefix(OPTIONS) not in options}


def asking(**amounts: dict[str, str]) -> dict[str, object]:
    """A driver's template whose main container has requests or limits."""
    return template(main={"resources": amounts})


CASES: dict[str, list[Case]] = {
    "SPARK_SET_BY_EMR": [
        Case("driver", "--master yarn", emr={"parameters": "--master yarn"}),
        Case("driver", "--deploy-mode client", emr={"parameters": "--deploy-mode=client"}),
        Case("driver", "--properties-file s3://jobs/spark.conf", emr={"parameters": "--properties-file s3://jobs/spark.conf"}),
        Case("driver", "spark.master is local[4]", {"spark.master": "local[4]"}),
        Case("driver", "spark.submit.deployMode is client", {"spark.submit.deployMode": "client"}),
        Case("driver", "spark.kubernetes.driver.master is", {"spark.kubernetes.driver.master": "https://elsewhere"}),
    ],
    "SPARK_NOT_MODELLED": [
        Case("driver", "featureSteps is com.example.Step", {"spark.kubernetes.driver.pod.featureSteps": "com.example.Step"}),
        Case("executors", "featureSteps is com.example.Step", {"spark.kubernetes.executor.pod.featureSteps": "com.example.Step"}),
        Case("driver", "allocator is statefulset", {"spark.kubernetes.allocation.pods.allocator": "statefulset"}),
        Case("driver", "streaming.dynamicAllocation.enabled", {"spark.streaming.dynamicAllocation.enabled": "true"}),
    ],
    "SPARK_CONF_IGNORED": [
        Case("driver", "podTemplateContainerName is set", {"spark.kubernetes.driver.podTemplateContainerName": "main"}),
        Case("driver", "spark.cores.max is set", {"spark.cores.max": "8"}),
        Case("driver", "so is spark.driver.memoryOverhead, which wins",
             {"spark.yarn.driver.memoryOverhead": "2g", "spark.driver.memoryOverhead": "1g"}),
        Case("driver", "counts from Spark 3.3.0, emr-6.7.0-latest has Spark 3.2.1",
             {"spark.driver.memoryOverheadFactor": "0.5"}, release="emr-6.7.0-latest"),
        Case("executors", "spark.executor.minMemoryOverhead counts from Spark 4.0.0", {"spark.executor.minMemoryOverhead": "1g"}),
    ],
    "SPARK_CONF_UNKNOWN": [
        Case("driver", "spark.executors.memory is unknown", {"spark.executors.memory": "8g"}),
        Case("executors", "spark.executor.instance is unknown", {"spark.executor.instance": "8"}),
        Case("executors", "spark.dynamicAllocation.enable is unknown", {"spark.dynamicAllocation.enable": "true"}),
        Case("driver", "labels.team is unknown", {"spark.kubernetes.driver.labels.team": "a"}),
    ],
    "SPARK_CONF_RENAMED": [
        Case("executors", "is now spark.executor.memoryOverhead", {"spark.yarn.executor.memoryOverhead": "2g"}),
        Case("driver", "is now spark.memory.offHeap.enabled", {"spark.unsafe.offHeap": "false"}),
    ],
    "SPARK_CONF_REFERENCE": [
        Case("executors", "refers to ${env:OVERHEAD}", {"spark.executor.memoryOverhead": "${env:OVERHEAD}"}),
        Case("driver", "memoryOverhead refers to ${system:a}", {"spark.yarn.driver.memoryOverhead": "${system:a}"}),
    ],
    "DYNAMIC_ALLOCATION_OFF": [
        Case("executors", "maxExecutors is set", {f"{DYNAMIC}maxExecutors": "9"}),
        Case("executors", "minExecutors, spark.dynamicAllocation.maxExecutors are set",
             {f"{DYNAMIC}enabled": "false", f"{DYNAMIC}maxExecutors": "9", f"{DYNAMIC}minExecutors": "1"}),
    ],
    "DYNAMIC_ALLOCATION_SHUFFLE": [
        Case("executors", "spark.shuffle.service.enabled is true", {**ON, "spark.shuffle.service.enabled": "true"}),
        Case("executors", "is not true in Spark 3.3.2", ON, release="emr-6.11.0-latest"),
    ],
    "DEVICE_DISCOVERY": [
        Case("executors", "spark.executor.resource.gpu.discoveryScript is not set",
             {"spark.executor.resource.gpu.amount": "1", "spark.executor.resource.gpu.vendor": "nvidia.com"}),
    ],
    "TEMPLATE_RESOURCES": [
        Case("driver", "requests.memory is 8Gi in the pod template, Spark sets it to 1433Mi",
             driver=asking(requests={"memory": "8Gi"})),
        Case("driver", "requests.cpu is 2 in the pod template, Spark sets it to 1", driver=asking(requests={"cpu": "2"})),
        Case("driver", "limits.cpu is 2 in the pod template, Spark sets it to 4",
             {"spark.kubernetes.driver.limit.cores": "4"}, driver=asking(limits={"cpu": "2"})),
    ],
    "VOLUME_ZONE": [
        Case("driver", "it mounts claim models", claim("driver", "models"), TWO_ZONES),
        Case("driver", "it mounts claim models", where=TWO_ZONES,
             driver=template(volumes=[{"name": "data", "persistentVolumeClaim": {"claimName": "models"}}])),
        Case("executors", "takes over the claim", MADE, TWO_ZONES),
    ],
    "VOLUME_SHARED": [Case("executors", "2 executors mount claim models", claim("executor", "models"))],
    "VOLUME_NOT_MADE": [
        Case("executors", "which Spark creates only with storageClass and sizeLimit", without(MADE, "storageClass", "sizeLimit")),
        Case("executors", "only with storageClass and sizeLimit", without(MADE, "sizeLimit")),
        Case("executors", "asks for 20GB, which is no quantity", {**MADE, f"{OPTIONS}sizeLimit": "20GB"}),
        Case("driver", "of the pod template names claim OnDemand", driver=template(
            volumes=[{"name": "data", "persistentVolumeClaim": {"claimName": "OnDemand"}}])),
    ],
}  # fmt: skip
