"""What the Kubernetes API refuses of volumes and of containers' mounts.

Source: kubernetes/kubernetes, pkg/apis/core/validation, ValidateVolumes, ValidateVolumeMounts and
ValidateVolumeDevices.
"""

import re
from collections.abc import Set

from emr_eks_placement.pod_template.api_values import (
    Check,
    Part,
    Refusals,
    absolute_path,
    check_fields,
    data_key,
    dns_label,
    no_step_back,
    one_of,
    only_one,
    quantity,
    relative_path,
    required,
    unique,
    within,
)
from emr_eks_placement.pod_template.rules import RESERVED_VOLUMES

_MODE = within(0, 0o777)
# Further volumes of a pod: Spark's own and those of EKS's webhooks for AWS credentials.
_ADDED = re.compile(
    r"spark-(local-dir|conf-volume)-.*|hadoop-properties|pod-template-volume|aws-iam-token|eks-pod-identity-token"
)

_REQUIRED = {
    "hostPath": ("path",),
    "persistentVolumeClaim": ("claimName",),
    "nfs": ("server", "path"),
    "secret": ("secretName",),
    "configMap": ("name",),
    "csi": ("driver",),
    "ephemeral": ("volumeClaimTemplate",),
    "awsElasticBlockStore": ("volumeID",),
}
_FIELDS: dict[str, dict[str, Check]] = {
    "hostPath": {
        "path": no_step_back,
        "type": one_of(
            *("DirectoryOrCreate", "Directory", "FileOrCreate", "File", "Socket", "CharDevice", "BlockDevice")
        ),
    },
    "nfs": {"path": absolute_path},
    "emptyDir": {"sizeLimit": quantity},
    "secret": {"defaultMode": _MODE},
    "configMap": {"defaultMode": _MODE},
    "downwardAPI": {"defaultMode": _MODE},
    "projected": {"defaultMode": _MODE},
    "awsElasticBlockStore": {"partition": within(0, 255)},
}
_PROJECTED = ("secret", "configMap", "downwardAPI", "serviceAccountToken", "clusterTrustBundle", "podCertificate")
_KEY_TO_PATH: dict[str, Check] = {"key": data_key, "path": relative_path, "mode": _MODE}


def refused_volumes(spec: Part) -> Refusals:
    """ValidateVolumes. A volume without a source is an emptyDir."""
    yield from unique((one.field("name") for one in spec.each("volumes")), "a volume of this name")
    for volume in spec.each("volumes"):
        yield from required(volume, "name")
        yield from check_fields(volume, {"name": dns_label})
        sources = [name for name in volume.value if name != "name"]
        yield from only_one(volume, sources, "the source of a volume", needed=False)
        for name in sources:
            source = volume.field(name)
            if source.value is not None:
                yield from required(source, *_REQUIRED.get(name, ()))
                yield from check_fields(source, _FIELDS.get(name, {}))
                yield from _refused_items(source, names_keys=name in ("secret", "configMap"))
        for source in volume.each("projected", "sources"):
            yield from only_one(source, _PROJECTED, "a projected source", needed=False)
            for name in ("secret", "configMap"):
                if source.field(name).value is not None:
                    yield from required(source.field(name), "name")
                    yield from _refused_items(source.field(name), names_keys=True)
        yield from _refused_claim(volume.at("ephemeral", "volumeClaimTemplate", "spec"))


def _refused_items(source: Part, *, names_keys: bool) -> Refusals:
    """validateKeyToPath."""
    for item in source.each("items"):
        yield from required(item, *(("key", "path") if names_keys else ("path",)))
        yield from check_fields(item, _KEY_TO_PATH)


def _refused_claim(claim: Part) -> Refusals:
    """ValidatePersistentVolumeClaimSpec, for a claim that is created for the pod."""
    if claim.value is None:
        return
    yield from required(claim, "accessModes")
    for mode in claim.each("accessModes"):
        yield from one_of("ReadWriteOnce", "ReadOnlyMany", "ReadWriteMany", "ReadWriteOncePod")(mode)
    yield from required(claim.at("resources", "requests"), "storage")
    yield from check_fields(claim.at("resources", "requests"), {"storage": quantity})


def refused_mounts(container: Part, volumes: Set[str]) -> Refusals:
    """ValidateVolumeMounts and ValidateVolumeDevices; volumes: the names of the pod's volumes."""
    mounts, devices = list(container.each("volumeMounts")), list(container.each("volumeDevices"))
    for mount in mounts:
        yield from required(mount, "name", "mountPath")
        yield from _refused_mount(mount, privileged=bool(container.at("securityContext", "privileged").value))
    for device in devices:
        yield from required(device, "name", "devicePath")
        yield from check_fields(device, {"devicePath": no_step_back})
    for used in (*mounts, *devices):
        name = used.field("name")
        if name.value and not _is_there(name.value, volumes):
            rule = "no volume of the pod has this name"
            yield name.refused(rule, "Add it to spec.volumes, or correct the name", "ValidateVolumeMounts")
    yield from unique((one.field("mountPath") for one in mounts), "a mount at this path")
    yield from unique((one.field("devicePath") for one in devices), "a device at this path")
    mounted = {mount.field("name").value for mount in mounts}
    for device in devices:
        if device.field("name").value in mounted:
            yield device.field("name").refused("is mounted as a file system too", "Keep one", "ValidateVolumeDevices")


def _is_there(name: str, volumes: Set[str]) -> bool:
    return name in volumes or name in RESERVED_VOLUMES or _ADDED.fullmatch(name) is not None


def _refused_mount(mount: Part, *, privileged: bool) -> Refusals:
    propagation = mount.field("mountPropagation")
    yield from check_fields(
        mount,
        {
            "subPath": relative_path,
            "subPathExpr": relative_path,
            "mountPropagation": one_of("None", "HostToContainer", "Bidirectional"),
            "recursiveReadOnly": one_of("Disabled", "Enabled", "IfPossible"),
        },
    )
    if mount.field("subPath").value and mount.field("subPathExpr").value:
        yield mount.field("subPathExpr").refused("excludes subPath", "Keep one", "ValidateVolumeMounts")
    if propagation.value == "Bidirectional" and not privileged:
        rule = "Bidirectional is only for privileged containers"
        yield propagation.refused(rule, "Write HostToContainer", "validateMountPropagation")
    if mount.field("recursiveReadOnly").value in ("Enabled", "IfPossible") and not mount.field("readOnly").value:
        rule = "is allowed only with readOnly"
        yield mount.field("recursiveReadOnly").refused(rule, "Set readOnly: true", "validateMountRecursiveReadOnly")
