"""Subnets as EC2 describes them (ec2:DescribeSubnets). Raises botocore's errors unchanged."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types_boto3_ec2 import EC2Client
    from types_boto3_ec2.type_defs import SubnetTypeDef


def subnets_of_ids(ec2: "EC2Client", ids: Iterable[str]) -> "list[SubnetTypeDef]":
    """Returns the subnets of these ids; EC2 refuses an unknown id (InvalidSubnetID.NotFound)."""
    asked = sorted(set(ids))
    pages = ec2.get_paginator("describe_subnets").paginate(SubnetIds=asked) if asked else ()
    return [subnet for page in pages for subnet in page["Subnets"]]


def subnets_where(ec2: "EC2Client", name: str, values: Iterable[str]) -> "list[SubnetTypeDef]":
    """Returns the subnets with one of the values, by the name of a filter: subnet-id, vpc-id. No match is no error."""
    pages = ec2.get_paginator("describe_subnets").paginate(Filters=[{"Name": name, "Values": sorted(set(values))}])
    return [subnet for page in pages for subnet in page["Subnets"]]
