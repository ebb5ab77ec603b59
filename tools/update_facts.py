"""Regenerates the facts that ship as data: EC2 instance types, the regions of EMR on EKS, its StartJobRun request, the
properties that replace a resource of CloudFormation, and the schemas of a Pod.

`make facts` runs it with moto (EC2's DescribeInstanceTypes, recorded, and botocore's service models), cfn-lint
(CloudFormation's schemas) and kubernetes-validate (those of Kubernetes).
"""

import gzip
import json
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

from botocore.loaders import Loader

from emr_eks_placement.facts import auto_mode
from emr_eks_placement.facts.instance_types import devices_of, max_pods_of
from emr_eks_placement.facts.kubernetes_versions import minor, oldest

_PARTS = ("member", "key", "value")  # of a list and of a map
DATA = Path(__file__).parent.parent / "constructs/emr_eks_placement/facts/data"


def described_types() -> dict[str, Any]:
    """Returns EC2's DescribeInstanceTypes by name: types that run Linux on an architecture that EKS supports."""
    packed = files("moto").joinpath("ec2/resources/instance_types.json.gz").read_bytes()
    return {
        name: described
        for name, described in sorted(json.loads(gzip.decompress(packed)).items())
        if _architecture(described) is not None
    }


def _architecture(described: dict[str, Any]) -> str | None:
    supported = described["ProcessorInfo"]["SupportedArchitectures"]
    return next((one for one in ("arm64", "x86_64") if one in supported), None)


def instance_types(described: dict[str, Any]) -> dict[str, list[Any]]:
    """Instance type -> [vCPU, memory in MiB, architecture, highest number of pods with the AWS VPC CNI, devices if any]."""
    return {
        name: [
            one["VCpuInfo"]["DefaultVCpus"],
            one["MemoryInfo"]["SizeInMiB"],
            _architecture(one),
            max_pods_of(one["NetworkInfo"]),
            *([devices] if (devices := dict(devices_of(one))) else []),
        ]
        for name, one in described.items()
    }


def auto_mode_labels(described: dict[str, Any]) -> dict[str, list[Any]]:
    """Instance type -> the values of auto_mode.DESCRIBED_LABELS, without those at the end that it does not have."""
    names = [machine.name for machine in auto_mode.supported_instance_types()]
    return {name: _without_end(_labels(described[name])) for name in names if name in described}


def _labels(one: dict[str, Any]) -> list[Any]:
    network, storage = one["NetworkInfo"], one.get("InstanceStorageInfo", {})
    cards, clock = network["NetworkCards"], one["ProcessorInfo"].get("SustainedClockSpeedInGhz")
    bandwidth = cards[0].get("BaselineBandwidthInGbps") if len(cards) == 1 else None
    gpus = one.get("GpuInfo", {}).get("Gpus", [])
    gpu = gpus[0] if len(gpus) == 1 else None
    labels = {
        "hypervisor": one.get("Hypervisor", ""),
        "cpu-manufacturer": one["ProcessorInfo"].get("Manufacturer", "").lower() or None,
        "cpu-sustained-clock-speed-mhz": clock and round(clock * 1000),
        "ebs-bandwidth": one["EbsInfo"].get("EbsOptimizedInfo", {}).get("MaximumBandwidthInMbps"),
        "network-bandwidth": bandwidth and round(bandwidth * 1000),
        "encryption-in-transit-supported": str(network["EncryptionInTransitSupported"]).lower(),
        "local-nvme": storage["TotalSizeInGB"] if storage.get("NvmeSupport", "unsupported") != "unsupported" else None,
        "gpu-name": gpu and gpu["Name"].lower().replace(" ", "-"),
        "gpu-manufacturer": gpu and gpu["Manufacturer"].lower(),
        "gpu-count": gpu and gpu["Count"],
        "gpu-memory": gpu and gpu["MemoryInfo"]["SizeInMiB"],
    }
    return [labels[key] for key in auto_mode.DESCRIBED_LABELS]


def _without_end(values: list[Any]) -> list[Any]:
    while values and values[-1] is None:
        values = values[:-1]
    return values


def regions() -> dict[str, list[str]]:
    """CloudFormation resource type of EMR on EKS -> the regions whose schemas have it."""
    providers = files("cfnlint").joinpath("data/schemas/providers")
    schemas = {entry.name.removesuffix(".json"): json.loads(entry.read_text()) for entry in providers.iterdir()}
    return {
        kind: sorted(region for region, types in schemas.items() if kind in types)
        for kind in ("AWS::EMRContainers::JobTemplate", "AWS::EMRContainers::VirtualCluster")
    }


def pod_schemas() -> dict[str, list[Any]]:
    """Returns each part of a Pod -> [version, its schema from that version on or None], for the versions EKS had lately
    and newer."""
    parts: dict[str, list[Any]] = {}
    for version, folder in kubernetes_schemas().items():
        current = parts_of(folder)
        for name in sorted(current.keys() | parts.keys()):
            forms = parts.setdefault(name, [])
            if (forms[-1][1] if forms else None) != current.get(name):
                forms.append([version, current.get(name)])
    return parts


def parts_of(folder: Any) -> dict[str, Any]:
    """Returns the schema of a Pod in a folder of schemas, and by their names those of the parts that it refers to."""
    pod = _without_words(json.loads(folder.joinpath("pod-v1.json").read_text()))
    definitions = json.loads(folder.joinpath("_definitions.json").read_text())["$defs"]
    return {"Pod": pod, **_referred(pod, {name: _without_words(one) for name, one in definitions.items()})}


def kubernetes_schemas() -> dict[str, Any]:
    """Version -> the folder of its schemas, from the oldest version on."""
    folders = files("kubernetes_validate").joinpath("kubernetes-json-schema").iterdir()
    found = {".".join(one.name[1:].split(".")[:2]): one for one in folders if one.name.endswith("-local-strict")}
    return {version: found[version] for version in sorted(found, key=minor) if minor(version) >= minor(oldest())}


def create_only() -> dict[str, list[Any]]:
    """Resource type -> the properties whose change replaces a resource, and those whose change may, as paths."""
    schemas = files("cfnlint").joinpath("data/schemas")
    found = {}
    for name in sorted(json.loads(schemas.joinpath("providers/us-east-1.json").read_text()).values()):
        schema = json.loads(schemas.joinpath(f"resources/{name}.json").read_text())
        paths = [
            sorted(path.removeprefix("/properties/") for path in schema.get(key, ()))
            for key in ("createOnlyProperties", "conditionalCreateOnlyProperties")
        ]
        if any(paths):
            found[schema["typeName"]] = paths if paths[1] else paths[:1]
    return dict(sorted(found.items()))


def _without_words(schema: Any, *, named: bool = False) -> Any:
    """Returns a schema without annotations, and with references into itself. named: whether it is a mapping of fields."""
    if isinstance(schema, list):
        return [_without_words(one) for one in schema]
    if not isinstance(schema, dict):
        return schema.replace("/api/_definitions.json", "") if isinstance(schema, str) else schema
    return {
        key: _without_words(one, named=key == "properties" and not named)
        for key, one in schema.items()
        if named or not (key in ("description", "$id", "$schema") or key.startswith("x-kubernetes-"))
    }


def _referred(schema: dict[str, Any], definitions: dict[str, Any]) -> dict[str, Any]:
    """Returns the definitions that a schema refers to, directly and through others."""
    found: dict[str, Any] = {}
    todo: list[Any] = [schema]
    while todo:
        one = todo.pop()
        todo += one if isinstance(one, list) else one.values() if isinstance(one, dict) else ()
        name = one["$ref"].rpartition("/")[2] if isinstance(one, dict) and "$ref" in one else None
        if name and name not in found:
            found[name] = definitions[name]
            todo.append(found[name])
    return found


def write_start_job_run() -> None:
    """Write the shapes of StartJobRun's request, as botocore's service model has them, without what checks nothing."""
    shapes = Loader().load_service_model("emr-containers", "service-2")["shapes"]
    found: dict[str, Any] = {}
    todo = ["StartJobRunRequest"]
    while todo:
        if (name := todo.pop(0)) not in found:
            shape = shapes[name]
            found[name] = {key: one for key, one in shape.items() if key not in ("documentation", "sensitive")}
            parts = [*shape.get("members", {}).values(), *(shape[one] for one in _PARTS if one in shape)]
            todo += [one["shape"] for one in parts]
            if "members" in shape:
                found[name]["members"] = {key: {"shape": one["shape"]} for key, one in shape["members"].items()}
    (DATA / "start_job_run.json").write_text(f"{{\n{_lines(found)}\n}}\n")


def main() -> None:
    """Write the files, a row a line, so that a change reads well in a diff."""
    described = described_types()
    _write("instance_types", instance_types(described))
    _write("auto_mode_labels", auto_mode_labels(described))
    _write("create_only", create_only())
    write_pod_schemas()
    write_start_job_run()
    (DATA / "regions.json").write_text(json.dumps(regions(), indent=2) + "\n")


def write_pod_schemas() -> None:
    """Write the schemas of a Pod alone."""
    rows = _lines(pod_schemas())
    versions = json.dumps(list(kubernetes_schemas()))
    (DATA / "pod_schemas.json").write_text(f'{{\n"versions": {versions},\n"parts": {{\n{rows}\n}}\n}}\n')


def _write(name: str, rows: dict[str, list[Any]]) -> None:
    (DATA / f"{name}.json").write_text(f"{{\n{_lines(rows)}\n}}\n")


def _lines(rows: Mapping[str, Any]) -> str:
    return ",\n".join(f"  {json.dumps(key)}: {json.dumps(row)}" for key, row in rows.items())


if __name__ == "__main__":
    main()
