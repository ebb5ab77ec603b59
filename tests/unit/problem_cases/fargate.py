"""Cases of pods that a Fargate profile takes."""

from emr_eks_placement.facts import kubernetes
from tests.unit.planned import (
    CAPACITY,
    LABEL,
    ON_FARGATE,
    ZONE_A,
    ZONE_B,
    capacity,
    profile,
    template,
)  # fmt: skip
from tests.unit.problem_cases.case import SELECTOR, ZONES, Case, on_fargate

CLAIM = "spark.kubernetes.driver.volumes.persistentVolumeClaim.data."

CASES: dict[str, list[Case]] = {
    "FARGATE_NODE_SELECTOR": [
        on_fargate("it asks for workload=spark", {f"{SELECTOR}workload": "spark"}),
        on_fargate("kubernetes.io/arch=arm64", {f"{SELECTOR}kubernetes.io/arch": "arm64"}),
        on_fargate("capacityType=SPOT", {f"{SELECTOR}{kubernetes.CAPACITY_TYPE}": "SPOT"}),
        on_fargate("it asks for team='a'", {f"{SELECTOR}team": "'a'"}),
    ],
    "FARGATE_ZONE": [
        on_fargate("the profile's zones are us-east-1a", {f"{SELECTOR}{kubernetes.ZONE}": ZONE_B}),
        on_fargate(
            "node selector and its node affinity together",
            {f"{SELECTOR}{kubernetes.ZONE}": ZONE_A},
            where=ZONES,
            driver=template(affinity={"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": {
                "nodeSelectorTerms": [{"matchExpressions": [
                    {"key": kubernetes.ZONE, "operator": "In", "values": [ZONE_B]}]}]}}}),
        ),
    ],
    "FARGATE_AFFINITY": [
        on_fargate("no Fargate node has", driver=template(
            affinity={"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": {
                "nodeSelectorTerms": [{"matchExpressions": [{"key": "gpu", "operator": "Exists"}]}]}}})),
    ],
    "FARGATE_SCHEDULER": [
        on_fargate("schedulerName is yunikorn", {"spark.kubernetes.driver.scheduler.name": "yunikorn"}),
        on_fargate("nodeName is ip-1", driver=template(nodeName="ip-1")),
    ],
    "FARGATE_VOLUME": [
        on_fargate("volume data is of type hostPath", driver=template(volumes=[{"name": "data", "hostPath": {"path": "/d"}}])),
        on_fargate("of type hostPath", {"spark.kubernetes.driver.volumes.hostPath.data.mount.path": "/d",
                                        "spark.kubernetes.driver.volumes.hostPath.data.options.path": "/d"}),
        on_fargate("OnDemand", {f"{CLAIM}mount.path": "/d", f"{CLAIM}options.claimName": "OnDemand"}),
        on_fargate("CSI driver ebs.csi.aws.com", driver=template(
            volumes=[{"name": "data", "csi": {"driver": "ebs.csi.aws.com"}}])),
        on_fargate("of type ephemeral", driver=template(volumes=[{"name": "data", "ephemeral": {"volumeClaimTemplate": {
            "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}}}}])),
    ],
    "FARGATE_CLAIM": [
        on_fargate("claim shared", driver=template(volumes=[{"name": "d", "persistentVolumeClaim": {"claimName": "shared"}}])),
    ],
    "FARGATE_GPU": [
        on_fargate("nvidia.com/gpu", driver=template(main={"resources": {"limits": {"nvidia.com/gpu": 1}}})),
        on_fargate("nvidia.com/gpu", driver=template(
            initContainers=[{"name": "first", "resources": {"limits": {"nvidia.com/gpu": 1}}}])),
        on_fargate("nvidia.com/gpu", {"spark.driver.resource.gpu.amount": "1", "spark.driver.resource.gpu.vendor": "nvidia.com"}),
    ],
    "FARGATE_PRIVILEGED": [
        on_fargate("side is privileged", driver=template(sidecars=[{"name": "side", "securityContext": {"privileged": True}}])),
        on_fargate("first is privileged", driver=template(
            initContainers=[{"name": "first", "securityContext": {"privileged": True}}])),
        on_fargate("binds port 80", driver=template(
            sidecars=[{"name": "side", "ports": [{"containerPort": 80, "hostPort": 80}]}])),
    ],
    "FARGATE_TOO_LARGE": [on_fargate("it requests 17 vCPU", {"spark.driver.cores": "17"})],
    "FARGATE_PERHAPS_TOO_LARGE": [
        on_fargate(
            "122744 MiB, and is granted 16vCPU 120GB only if EMR's logging sidecar requests 312 MiB less than documented",
            {"spark.driver.memory": "118g", "spark.driver.memoryOverhead": "1400m"},
        ),
    ],
    "FARGATE_SIDECAR_MEMORY": [
        on_fargate(
            "it is granted 4vCPU 29GB, or 4vCPU 28GB if",
            {"spark.driver.cores": "4", "spark.driver.memory": "20g", "spark.driver.memoryOverhead": "7680m"},
        ),
    ],
    "FARGATE_NATIVE_SIDECAR": [
        on_fargate(
            "emr-container-fluentd runs beside the others: with it the pod is granted 1vCPU 3GB, counted as an init "
            "container 1vCPU 2GB",
            emr={"emr_containers_defaults": {"logging.nativeSidecar": "ENABLED"}},
        ),
    ],
    "FARGATE_STORAGE": [
        on_fargate("176 GiB", driver=template(main={"resources": {"requests": {"ephemeral-storage": "176Gi"}}})),
    ],
    "FARGATE_PROFILES": [
        on_fargate("spark, wide select it", where=capacity(
            fargate_profiles={**CAPACITY.fargate_profiles, "wide": profile({"spark-role": "driver"})})),
    ],
    "FARGATE_PROFILE_LABEL": [
        Case("driver", "names profile spark, but no Fargate profile selects it",
             {f"spark.kubernetes.driver.label.{kubernetes.FARGATE_PROFILE}": "spark"}),
        on_fargate(
            "names profile other", {f"spark.kubernetes.driver.label.{kubernetes.FARGATE_PROFILE}": "other"},
            where=capacity(fargate_profiles={"spark": profile({LABEL: "fargate"}, name="spark")}),
        ),
    ],
    "FARGATE_SIDECAR_CPU": [
        on_fargate(
            "with the 100m that its sidecars request it is granted 8vCPU 16GB, without them 4vCPU 8GB",
            {"spark.driver.cores": "4"}, emr={"emr_containers_defaults": {"logging.request.cores": "100m"}},
        ),
    ],
    "FARGATE_SPREAD": [
        on_fargate("topologySpreadConstraints", driver=template(topologySpreadConstraints=[
            {"maxSkew": 1, "topologyKey": kubernetes.ZONE, "whenUnsatisfiable": "DoNotSchedule"}])),
        on_fargate("podAntiAffinity", driver=template(affinity={"podAntiAffinity": {
            "requiredDuringSchedulingIgnoredDuringExecution": [{"topologyKey": kubernetes.ZONE}]}})),
    ],
    "FARGATE_NOT_SELECTED": [
        Case("driver", "its label spark-node-placement=fargate-us-east-1b; profile spark selects spark-node-placement=fargate",
             {f"spark.kubernetes.driver.label.{LABEL}": "fargate-us-east-1b"}),
        Case("submitter", "spark-node-placement=yes; profile spark selects",
             emr={"emr_job_submitter": {f"jobsubmitter.label.{LABEL}": "yes"}}),
        Case("executors", "its label spark-node-placment=fargate; profile spark selects spark-node-placement=fargate",
             {"spark.kubernetes.executor.label.spark-node-placment": "fargate"}),
        Case("driver", "profile spark selects", {"spark.kubernetes.driver.label.Spark-Node-Placement": "fargate"}),
        Case("executors", "profile a selects type=etl-* and b selects type=batch", {
            "spark.kubernetes.executor.label.type": "etl", "spark.kubernetes.executor.label.team": "x"},
            capacity(fargate_profiles={"a": profile({"type": "etl-*"}), "b": profile({"type": "batch", "team": "y"})})),
    ],
    "FARGATE_POD_IDENTITY": [on_fargate("role jobs has an association", where=capacity(pod_identity_roles=frozenset({"jobs"})))],
    "FARGATE_VCPU_QUOTA": [
        Case("executors", "take 5 vCPU together, the quota is taken to be 4",
             {**ON_FARGATE, "spark.executor.cores": "2"}, capacity(fargate_vcpus=4)),
        Case("driver", "take 1 vCPU together, the quota is taken to be 0",
             {f"spark.kubernetes.driver.label.{LABEL}": "fargate"}, capacity(fargate_vcpus=0)),
    ],
}  # fmt: skip
