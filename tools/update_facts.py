"""Regenerate the facts that ship as data: EC2 instance types and the regions of EMR on EKS.

Run by `make facts`, which brings moto (EC2's DescribeInstanceTypes, recorded) and cfn-lint (CloudFormation's schemas).
"""

import gzip
import json
from importlib.resources import files
from pathlib import Path
from typing import Any

DATA = Path(__file__).parent.parent / "constructs/emr_eks_placement/facts/data"


def instance_types() -> dict[str, list[Any]]:
    """Instance type -> [vCPU, memory in MiB, architecture, highest number of pods with the AWS VPC CNI].

    Pods: (ENIs x (IPv4 addresses each - 1)) + 2, the formula behind AWS's eni-max-pods.txt.
    """
    packed = files("moto").joinpath("ec2/resources/instance_types.json.gz").read_bytes()
    rows = {}
    for name, described in sorted(json.loads(gzip.decompress(packed)).items()):
        architecture = next(
            (arch for arch in ("arm64", "x86_64") if arch in described["ProcessorInfo"]["SupportedArchitectures"]), None
        )
        if architecture is None:
            continue
        network = described["NetworkInfo"]
        pods = network["MaximumNetworkInterfaces"] * (network["Ipv4AddressesPerInterface"] - 1) + 2
        rows[name] = [described["VCpuInfo"]["DefaultVCpus"], described["MemoryInfo"]["SizeInMiB"], architecture, pods]
    return rows


def regions() -> dict[str, list[str]]:
    """CloudFormation resource type of EMR on EKS -> the regions whose schemas have it."""
    providers = files("cfnlint").joinpath("data/schemas/providers")
    schemas = {entry.name.removesuffix(".json"): json.loads(entry.read_text()) for entry in providers.iterdir()}
    return {
        kind: sorted(region for region, types in schemas.items() if kind in types)
        for kind in ("AWS::EMRContainers::JobTemplate", "AWS::EMRContainers::VirtualCluster")
    }


def main() -> None:
    """Write both files, a row a line, so that a change reads well in a diff."""
    rows = ",\n".join(f"  {json.dumps(name)}: {json.dumps(row)}" for name, row in instance_types().items())
    (DATA / "instance_types.json").write_text(f"{{\n{rows}\n}}\n")
    (DATA / "regions.json").write_text(json.dumps(regions(), indent=2) + "\n")


if __name__ == "__main__":
    main()
