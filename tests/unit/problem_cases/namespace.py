"""Cases of what a namespace's quotas, limits and Pod Security Standard refuse."""

from emr_eks_placement.common.document_field import Unresolved
from tests.unit.planned import template
from tests.unit.problem_cases.case import BASELINE, Case, limit_range, on_fargate, quota, ruled, side

CASES: dict[str, list[Case]] = {
    "POD_SECURITY": [
        Case("driver", "volume data is a directory of its node", where=BASELINE,
             spark={"spark.kubernetes.driver.volumes.hostPath.data.mount.path": "/d",
                    "spark.kubernetes.driver.volumes.hostPath.data.options.path": "/d"}),
        Case("executors", "volume data is a directory", where=BASELINE,
             executor=template("executor", volumes=[{"name": "data", "hostPath": {"path": "/d"}}])),
        Case("driver", "volume data is", where=ruled(pod_security="restricted"),
             driver=template(volumes=[{"name": "data", "hostPath": {"path": "/d"}}])),
        Case("driver", "side is privileged", where=BASELINE, driver=side(privileged=True)),
        Case("driver", "first is privileged", where=BASELINE, driver=template(
            initContainers=[{"name": "first", "securityContext": {"privileged": True}}])),
        Case("driver", "adds the capabilities NET_ADMIN", where=BASELINE,
             driver=side(capabilities={"add": ["CHOWN", "NET_ADMIN"]})),
        Case("driver", "procMount Unmasked", where=BASELINE, driver=side(procMount="Unmasked")),
        Case("driver", "seccompProfile Unconfined", where=BASELINE, driver=side(seccompProfile={"type": "Unconfined"})),
        Case("driver", "appArmorProfile Unconfined", where=BASELINE, driver=side(appArmorProfile={"type": "Unconfined"})),
        Case("driver", "sets seLinuxOptions", where=BASELINE, driver=side(seLinuxOptions={"type": "spc_t"})),
        Case("driver", "sets seLinuxOptions", where=BASELINE, driver=side(seLinuxOptions={"user": "root"})),
        Case("driver", "side is a host process", where=BASELINE, driver=side(windowsOptions={"hostProcess": True})),
        Case("driver", "side binds port 80", where=BASELINE, driver=template(
            sidecars=[{"name": "side", "ports": [{"containerPort": 80, "hostPort": 80}]}])),
        Case("driver", "a probe or hook of host 10.0.0.1", where=BASELINE, driver=template(
            sidecars=[{"name": "side", "livenessProbe": {"httpGet": {"port": 80, "host": "10.0.0.1"}}}])),
        Case("driver", "a probe or hook of host db", where=BASELINE, driver=template(
            sidecars=[{"name": "side", "lifecycle": {"preStop": {"tcpSocket": {"port": 80, "host": "db"}}}}])),
        Case("driver", "shares its node's namespace (hostPID)", where=BASELINE, driver=template(hostPID=True)),
        Case("driver", "it sets kernel.msgmax", where=BASELINE, driver=template(
            securityContext={"sysctls": [{"name": "kernel.msgmax", "value": "1"}]})),
        Case("driver", "its AppArmor profile is unconfined", where=BASELINE, driver=template(
            metadata={"annotations": {"container.apparmor.security.beta.kubernetes.io/side": "unconfined"}})),
    ],
    "POD_SECURITY_RESTRICTED": [
        Case("submitter", "enforces restricted", where=ruled(pod_security="restricted")),
    ],
    "QUOTA_CONTAINER_MEMORY": [
        Case("driver", "container spark-kubernetes-driver has a limit of 5734 MiB of memory, LimitRange limits allows a "
             "container 4096 MiB", {"spark.driver.memory": "4g"}, ruled(limit_range({"max": {"memory": "4Gi"}}))),
        Case("driver", "side has a limit of 6144 MiB", where=ruled(limit_range({"max": {"memory": "4Gi"}})),
             driver=template(sidecars=[{"name": "side", "resources": {"limits": {"memory": "6Gi"}}}])),
        Case("driver", "first has a limit of 6144 MiB", where=ruled(limit_range({"max": {"memory": "4Gi"}})),
             driver=template(initContainers=[{"name": "first", "resources": {"limits": {"memory": "6Gi"}}}])),
    ],
    "LIMIT_RANGE": [
        Case("executors", "has a limit of 8 vCPU, LimitRange limits allows a container 4 vCPU",
             {"spark.executor.cores": "8", "spark.kubernetes.executor.limit.cores": "8"},
             ruled(limit_range({"max": {"cpu": 4}}))),
        # The maximum becomes the limit of a container that has none.
        Case("executors", "has a request of 8 vCPU, LimitRange limits allows a container 4 vCPU",
             {"spark.executor.cores": "8"}, ruled(limit_range({"max": {"cpu": 4}}))),
        # The LimitRange of many tutorials: half a CPU for containers that say nothing. Spark's have a request and no limit.
        Case("executors", "gives container spark-kubernetes-executor a limit of 0.5 vCPU, less than the 1 vCPU",
             where=ruled(limit_range({"default": {"cpu": "500m", "memory": "512Mi"}, "defaultRequest": {"cpu": "100m"}}))),
        Case("driver", "side has a request of 10 MiB of memory, LimitRange limits allows a container at least 64 MiB",
             where=ruled(limit_range({"min": {"memory": "64Mi"}})),
             driver=template(sidecars=[{"name": "side", "resources": {"requests": {"memory": "10Mi"}}}])),
        Case("driver", "side has a limit of 4 times the request of memory, LimitRange limits allows a container a limit of 2",
             where=ruled(limit_range({"maxLimitRequestRatio": {"memory": 2}})), driver=template(
                sidecars=[{"name": "side", "resources": {"requests": {"memory": "1Gi"}, "limits": {"memory": "4Gi"}}}])),
        Case("executors", "the pod has no limit of cpu, and LimitRange limits, which allows a pod 16 vCPU, asks for one",
             where=ruled(limit_range({"type": "Pod", "max": {"cpu": 16}}))),
        Case("executors", "the pod has a limit of 11468 MiB of memory, LimitRange limits allows a pod 8192 MiB",
             {"spark.executor.memory": "8g"}, ruled(limit_range({"type": "Pod", "max": {"memory": "8Gi"}}))),
        Case("executors", "volume spill claims 512000 MiB, LimitRange limits allows a claim at most 102400 MiB", {
            "spark.kubernetes.executor.volumes.persistentVolumeClaim.spill.mount.path": "/d",
            "spark.kubernetes.executor.volumes.persistentVolumeClaim.spill.options.claimName": "OnDemand",
            "spark.kubernetes.executor.volumes.persistentVolumeClaim.spill.options.storageClass": "gp3",
            "spark.kubernetes.executor.volumes.persistentVolumeClaim.spill.options.sizeLimit": "500Gi",
        }, ruled(limit_range({"type": "PersistentVolumeClaim", "max": {"storage": "100Gi"}}))),
    ],
    "LIMIT_RANGE_DEFAULT": [
        on_fargate("LimitRange limits gives emr-container-fluentd a request of 100m of cpu: Fargate grants 8vCPU 16GB, "
                   "without 4vCPU 8GB", {"spark.driver.cores": "4"}, where=ruled(limit_range(
                       {"defaultRequest": {"cpu": "100m"}}))),
        Case("driver", "several LimitRanges have another default for requests of cpu; LimitRange a gives "
             "emr-container-fluentd a request of 100m of cpu here", where=ruled(
                 limit_range({"defaultRequest": {"cpu": "100m"}}, name="a"),
                 limit_range({"defaultRequest": {"cpu": "200m"}}, name="b"))),
    ],
    "EMR_CONTAINER_REFUSED": [
        Case("submitter", "job-runner has a limit of 1024 MiB of memory, LimitRange limits allows a container 511 MiB",
             where=ruled(limit_range({"max": {"memory": "511Mi"}, "defaultRequest": {"memory": 0}}))),
        Case("driver", "emr-container-fluentd has no request of cpu, which ResourceQuota team (requests.cpu) asks of every "
             "container", where=ruled(quota({"requests.cpu": "100"}))),
    ],
    "QUOTA_UNSPECIFIED": [
        # The quota of Kubernetes' own guide: requests and limits of CPU and memory. Spark sets no CPU limit.
        Case("executors", "spark-kubernetes-executor has no limit of cpu, which ResourceQuota team (limits.cpu) asks of every "
             "container", where=ruled(quota(
                 {"requests.cpu": "100", "requests.memory": "100Gi", "limits.cpu": "200", "limits.memory": "200Gi"}))),
        Case("driver", "side, first have no request of memory",
             where=ruled(quota({"memory": "1Ti"})),
             driver=template(initContainers=[{"name": "first"}], sidecars=[{"name": "side"}])),
    ],
    "QUOTA_EXCEEDED": [
        Case("executors", "the run has 6 pods, ResourceQuota team allows 5 (pods)",
             {"spark.executor.instances": "4"}, ruled(quota({"pods": 5}))),
        Case("executors", "MiB of memory, ResourceQuota team allows 5000 MiB (requests.memory)",
             {"spark.executor.instances": "4"}, ruled(quota({"requests.memory": "5000Mi"}))),
        Case("executors", "the run has 5.9 vCPU, ResourceQuota team allows 5.5 vCPU (cpu)",
             {"spark.executor.instances": "4"}, ruled(quota({"cpu": "5500m"}))),
        Case("executors", "the run has 21 vCPU of CPU limits, ResourceQuota team allows 10 vCPU (limits.cpu)",
             {"spark.driver.cores": "4", "spark.kubernetes.driver.limit.cores": "4", "spark.executor.instances": "4",
              "spark.kubernetes.executor.limit.cores": "4"}, ruled(quota({"limits.cpu": 10}))),
        Case("executors", "the run has 8 nvidia.com/gpu, ResourceQuota team allows 4 (requests.nvidia.com/gpu)",
             {"spark.executor.instances": "8"}, ruled(quota({"requests.nvidia.com/gpu": 4})),
             executor=template("executor", main={"resources": {"limits": {"nvidia.com/gpu": 1}}})),
        Case("executors", "the run has 1 service, ResourceQuota team allows 0 (count/services)",
             where=ruled(quota({"count/services": 0}))),
        Case("executors", "the run has 20 persistentvolumeclaims, ResourceQuota team allows 10", {
            "spark.executor.instances": "20",
            "spark.kubernetes.executor.volumes.persistentVolumeClaim.spill.mount.path": "/d",
            "spark.kubernetes.executor.volumes.persistentVolumeClaim.spill.options.claimName": "OnDemand",
            "spark.kubernetes.executor.volumes.persistentVolumeClaim.spill.options.storageClass": "gp3",
            "spark.kubernetes.executor.volumes.persistentVolumeClaim.spill.options.sizeLimit": "1Gi",
        }, ruled(quota({"persistentvolumeclaims": 10}))),
        # Two quotas: each holds.
        Case("executors", "ResourceQuota small allows 3 (pods)", where=ruled(quota({"pods": 9}), quota({"pods": 3}, "small"))),
        Case("executors", "ResourceQuota team allows 3 (pods)", where=ruled(
            quota({"pods": 3}, scopes=["NotTerminating", "NotBestEffort"]))),
    ],
    "QUOTA_REACHED": [
        Case("executors", "at its largest the run has 12 pods, ResourceQuota team allows 11 (pods)", {
            "spark.dynamicAllocation.enabled": "true", "spark.dynamicAllocation.maxExecutors": "10"},
            ruled(quota({"pods": 11}))),
    ],
    "QUOTA_IN_USE": [
        Case("executors", "the run has 4 pods, ResourceQuota team has 3 (pods) left now",
             where=ruled(quota({"pods": 10}, used={"pods": 7}))),
    ],
    "QUOTA_NOT_COUNTED": [
        Case("driver", "ResourceQuota team bounds configmaps", where=ruled(quota({"configmaps": 10, "pods": 50}))),
    ],
    "NAMESPACE_NOT_READ": [
        Case("submitter", "pods of ResourceQuota team, known only at deployment",
             where=ruled(quota({"pods": Unresolved({"Ref": "Pods"})}))),
        Case("submitter", "the scopes of ResourceQuota team: Newer", where=ruled(quota({"pods": 1}, scopes=["Newer"]))),
        Case("submitter", "the type Newer of LimitRange limits", where=ruled(limit_range({"type": "Newer"}))),
    ],
}  # fmt: skip
