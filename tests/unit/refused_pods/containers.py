"""Cases of containers, what they ask for and what they mount."""

from emr_eks_placement.facts.emr import LOGGING_SIDECAR
from tests.unit.refused_pods.case import (
    EMPTY,
    GPU,
    PROBE,
    SIDE,
    Case,
    init,
    main,
    mounts,
    resources,
    side,
    spec,
    volume,
)  # fmt: skip

CASES: dict[str, Case] = {
    # containers
    "a sidecar without image": side("spec.containers[side].image = (nothing)", {"image": None}, {}),
    "an init container without image": init("spec.initContainers[first].image", {"image": None}, {}),
    "blanks around an image": side("spec.containers[side].image = 'busybox", {"image": " busybox"}, {}),
    "a container's name": side("spec.containers[Side_1].name", {"name": "Side_1"}, {"name": "side-1"}),
    "a container's name of 64": side("name", {"name": "a" * 64}, {"name": "a" * 63}),
    "no name": side("spec.containers[1].name", {"name": None}, {}),
    "two containers of a name": Case(
        "spec.containers[side].name = 'side': a container of this name appears twice",
        {"sidecars": [SIDE, SIDE]}, {"sidecars": [SIDE, SIDE | {"name": "other"}]},
    ),
    "an init container named as a container": Case(
        "spec.initContainers[side].name", {"sidecars": [SIDE], "initContainers": [SIDE]}, {"initContainers": [SIDE]}
    ),
    "a sidecar named as EMR's": side(
        f"spec.containers[{LOGGING_SIDECAR}].name", {"name": LOGGING_SIDECAR}, {}
    ),
    "pull policy": side("imagePullPolicy", {"imagePullPolicy": "Sometimes"}, {"imagePullPolicy": "IfNotPresent"}),
    "message policy": side(
        "terminationMessagePolicy", {"terminationMessagePolicy": "Logs"}, {"terminationMessagePolicy": "File"}
    ),
    "an init container that restarts on failure": init(
        "spec.initContainers[first].restartPolicy = 'OnFailure'",
        {"restartPolicy": "OnFailure"}, {"restartPolicy": "Always"}, "1.34",
    ),
    "an unknown restart policy": init(
        "spec.initContainers[first].restartPolicy", {"restartPolicy": "Ever"}, {"restartPolicy": "OnFailure"}
    ),
    "a restart policy of a container": side("spec.containers[side].restartPolicy", {"restartPolicy": "Always"}, {}, "1.34"),
    "a probe of an init container": init(
        "spec.initContainers[first].livenessProbe",
        {"livenessProbe": PROBE}, {"livenessProbe": PROBE, "restartPolicy": "Always"},
    ),
    # resources
    "a misspelt resource": main(
        "resources.limits.cpus = '4': 'cpus' must be a standard resource for containers",
        resources(limits={"cpus": "4"}), resources(limits={"cpu": "4"}),
    ),
    "a request without a domain": side(
        "spec.containers[side].resources.requests.gpu", resources(requests={"gpu": "1"}), resources(limits={GPU: "1"})
    ),
    "a limit below Spark's request": main(
        "resources.limits.cpu = '500m': must be at least the request, 1", resources(limits={"cpu": "500m"}),
        resources(limits={"cpu": "1"}),
    ),
    "a limit below the request": side(
        "spec.containers[side].resources.limits.memory", resources(requests={"memory": "1Gi"}, limits={"memory": "1G"}),
        resources(requests={"memory": "1Gi"}, limits={"memory": "1Gi"}),
    ),
    "a limit of an init container": init(
        "spec.initContainers[first].resources.limits.cpu", resources(requests={"cpu": "2"}, limits={"cpu": "1"}),
        resources(requests={"cpu": "1"}, limits={"cpu": "1000m"}),
    ),
    "disk below the request": main(
        "resources.limits.ephemeral-storage",
        resources(requests={"ephemeral-storage": "20Gi"}, limits={"ephemeral-storage": "10Gi"}),
        resources(requests={"ephemeral-storage": "20Gi"}, limits={"ephemeral-storage": "20Gi"}),
    ),
    "a device with another limit": main(
        f"resources.limits.{GPU} = '2': must be equal to the request, 1",
        resources(requests={GPU: "1"}, limits={GPU: "2"}), resources(requests={GPU: "1"}, limits={GPU: "1"}),
    ),
    "a device without a limit": main(
        f"resources.requests.{GPU}", resources(requests={GPU: "1"}), resources(limits={GPU: "1"})
    ),
    "half a device": main(
        f"resources.limits.{GPU} = '500m'",
        resources(limits={GPU: "500m"}),
        resources(limits={GPU: "1"}),
    ),
    "a negative amount": side(
        "spec.containers[side].resources.requests.cpu = '-1'", resources(requests={"cpu": "-1"}),
        resources(requests={"cpu": "0"}),
    ),
    "no amount": side(
        "requests.memory = '1GB'",
        resources(requests={"memory": "1GB"}),
        resources(requests={"memory": "1G"}),
    ),
    "huge pages alone": side(
        "spec.containers[side].resources = ", resources(limits={"hugepages-2Mi": "4Mi"}),
        resources(limits={"hugepages-2Mi": "4Mi", "memory": "1Gi"}),
    ),
    "half a huge page": side(
        "hugepages-2Mi", resources(limits={"hugepages-2Mi": "3Mi", "cpu": "1"}),
        resources(limits={"hugepages-2Mi": "4Mi", "cpu": "1"}),
    ),
    # volumes
    "a mount of no volume": main("volumeMounts[0].name = 'data'", mounts("/data"), mounts("/x", name="mnt-dir")),
    "a sidecar's mount of no volume": side(
        "spec.containers[side].volumeMounts[0].name",
        mounts("/a"),
        mounts("/a", name="spark-local-dir-1"),
    ),
    "a path mounted twice": side(
        "spec.containers[side].volumeMounts[1].mountPath", mounts("/a", "/a"), mounts("/a", "/b"), volumes=EMPTY
    ),
    "two volumes of a name": spec("spec.volumes[data].name", "volumes", EMPTY + EMPTY, EMPTY),
    "a volume's name": spec("spec.volumes[My Data].name", "volumes", [{"name": "My Data"}], [{"name": "my-data"}]),
    "two sources": spec("spec.volumes[data].secret", "volumes", volume(emptyDir={}, secret={"secretName": "a"}), EMPTY),
    "a claim without a name": spec(
        "spec.volumes[data].persistentVolumeClaim.claimName", "volumes", volume(persistentVolumeClaim={}),
        volume(persistentVolumeClaim={"claimName": "a"}),
    ),
    "a secret without a name": spec(
        "spec.volumes[data].secret.secretName", "volumes", volume(secret={}), volume(secret={"secretName": "a"})
    ),
    "a path in a secret": spec(
        "spec.volumes[data].secret.items[0].path = '../a'", "volumes",
        volume(secret={"secretName": "a", "items": [{"key": "k", "path": "../a"}]}),
        volume(secret={"secretName": "a", "items": [{"key": "k", "path": "a"}]}),
    ),
    "a mode": spec(
        "defaultMode = 1000", "volumes", volume(configMap={"name": "a", "defaultMode": 1000}),
        volume(configMap={"name": "a", "defaultMode": 420}),
    ),
    "a directory's type": spec(
        "spec.volumes[data].hostPath.type = 'Dir'", "volumes", volume(hostPath={"path": "/a", "type": "Dir"}),
        volume(hostPath={"path": "/a", "type": "Directory"}),
    ),
    "a size limit": spec(
        "spec.volumes[data].emptyDir.sizeLimit", "volumes", volume(emptyDir={"sizeLimit": "10GB"}),
        volume(emptyDir={"sizeLimit": "10G"}),
    ),
    "a claim that is created, without storage": spec(
        "spec.volumes[data].ephemeral.volumeClaimTemplate.spec.resources.requests.storage", "volumes",
        volume(ephemeral={"volumeClaimTemplate": {"spec": {"accessModes": ["ReadWriteOnce"]}}}),
        volume(ephemeral={"volumeClaimTemplate": {"spec": {
            "accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "10Gi"}}}}}),
    ),
}  # fmt: skip
