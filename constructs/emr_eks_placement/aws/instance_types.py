"""Instance types of a live account, which may be newer than the shipped data."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, cast

from emr_eks_placement.common.errors import RuleError
from emr_eks_placement.facts.devices import devices_of
from emr_eks_placement.facts.instance_types import InstanceType, instance_type
from emr_eks_placement.facts.max_pods import max_pods_of

if TYPE_CHECKING:
    from types_boto3_ec2 import EC2Client
    from types_boto3_ec2.literals import InstanceTypeType
    from types_boto3_ec2.type_defs import InstanceTypeInfoTypeDef

_MOST_AT_ONCE = 100  # EC2 API, DescribeInstanceTypes: InstanceTypes


def read_instance_types(ec2: "EC2Client", names: Iterable[str]) -> dict[str, InstanceType]:
    """Returns the instance types of these names. Asks EC2 only for those that are not in the shipped data.

    Raises botocore's errors unchanged: a ClientError with InvalidInstanceType for a name that EC2 does not know.
    """
    types, unknown = {}, []
    for name in sorted(set(names)):
        try:
            types[name] = instance_type(name)
        except RuleError:
            unknown.append(name)
    return types | {one.name: one for one in _describe(ec2, unknown)}


def _describe(ec2: "EC2Client", names: list[str]) -> Iterator[InstanceType]:
    for start in range(0, len(names), _MOST_AT_ONCE):
        some = cast("list[InstanceTypeType]", names[start : start + _MOST_AT_ONCE])
        pages = ec2.get_paginator("describe_instance_types").paginate(InstanceTypes=some)
        yield from (instance_type_of(described) for page in pages for described in page["InstanceTypes"])


def instance_type_of(described: "InstanceTypeInfoTypeDef") -> InstanceType:
    """Returns an instance type as EC2 describes it, with the AWS VPC CNI's maximum number of pods."""
    architectures = described["ProcessorInfo"]["SupportedArchitectures"]
    return InstanceType(
        described["InstanceType"],
        described["VCpuInfo"]["DefaultVCpus"],
        described["MemoryInfo"]["SizeInMiB"],
        "arm64" if "arm64" in architectures else "x86_64",
        max_pods_of(described["NetworkInfo"]),
        devices_of(described),
    )
