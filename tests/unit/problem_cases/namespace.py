"""Cases of what a namespace's quotas, limits and Pod Security Standard refuse."""

from tests.unit.planned import (
    template,
)  # fmt: skip
from tests.unit.problem_cases.case import BASELINE, Case, ruled, side

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
        Case("driver", "spark-kubernetes-driver has 5734 MiB of memory, the namespace allows a container 4096 MiB",
             {"spark.driver.memory": "4g"}, ruled(container_memory_mib=4096)),
        Case("driver", "side has 6144 MiB", where=ruled(container_memory_mib=4096), driver=template(
            sidecars=[{"name": "side", "resources": {"limits": {"memory": "6Gi"}}}])),
        Case("driver", "first has 6144 MiB", where=ruled(container_memory_mib=4096), driver=template(
            initContainers=[{"name": "first", "resources": {"requests": {"memory": "6Gi"}}}])),
        Case("submitter", "job-runner has 512 MiB", where=ruled(container_memory_mib=511)),
    ],
    "QUOTA_EXCEEDED": [
        Case("executors", "the run has 6 pods, the namespace may have 5", {"spark.executor.instances": "4"}, ruled(pods=5)),
        Case("executors", "MiB of memory, the namespace may have 5000",
             {"spark.executor.instances": "4"}, ruled(memory_mib=5000)),
    ],
    "QUOTA_REACHED": [
        Case("executors", "at its largest the run has 12 pods, the namespace may have 11", {
            "spark.dynamicAllocation.enabled": "true", "spark.dynamicAllocation.maxExecutors": "10"}, ruled(pods=11)),
    ],
}  # fmt: skip
