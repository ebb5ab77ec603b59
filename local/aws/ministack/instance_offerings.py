"""EC2's DescribeInstanceTypeOfferings, which MiniStack lacks: every zone offers every requested type."""

import contextlib
from collections.abc import Iterator, Mapping
from typing import Any

from local.aws.ministack import names


@contextlib.contextmanager
def answered() -> Iterator[None]:
    """Answer the operation for the instance types that a filter names, until the end of the block."""
    with names.added_item(names.ec2._ACTION_MAP, "DescribeInstanceTypeOfferings", _describe):
        yield


def _describe(parameters: Mapping[str, Any]) -> tuple[int, dict[str, str], bytes]:
    types = names.ec2._parse_filters(parameters).get("instance-type", [])
    zones = [f"{names.responses.get_region()}{letter}" for letter in "abc"]
    items = "".join(
        f"<item><instanceType>{kind}</instanceType><locationType>availability-zone</locationType>"
        f"<location>{zone}</location></item>"
        for kind in types
        for zone in zones
    )
    answer: tuple[int, dict[str, str], bytes] = names.ec2._xml(
        200, "DescribeInstanceTypeOfferingsResponse", f"<instanceTypeOfferingSet>{items}</instanceTypeOfferingSet>"
    )
    return answer
