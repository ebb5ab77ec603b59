"""Which zone is of which region."""

import pytest

from emr_eks_placement.common.errors import RuleError
from emr_eks_placement.facts.regions import check_zone, region_of_zone


@pytest.mark.parametrize(
    ("zone", "region"),
    [
        ("us-east-1a", "us-east-1"),
        ("us-gov-west-1b", "us-gov-west-1"),
        ("ap-southeast-2c", "ap-southeast-2"),
        ("us-east-1-bos-1a", "us-east-1"),
    ],
)
def test_a_zone_begins_with_its_region(zone: str, region: str) -> None:
    assert region_of_zone(zone) == region


# Zone -> how it is fixed.
REFUSED = {
    "us-east-1": "Write for example us-east-1a",
    "us-east-1ab": "Write for example us-east-1a",
    "us-east-2a": "Write for example us-east-1a",
    "us-east-1-bos-1a": "Write for example us-east-1a",
    "'us-east-1a'": "Leave the inner quotes out",
    '"us-east-1a"': "Leave the inner quotes out",
}


@pytest.mark.parametrize(("zone", "mend"), REFUSED.items())
def test_what_is_no_availability_zone_of_the_region_is_refused(zone: str, mend: str) -> None:
    with pytest.raises(RuleError) as refused:
        check_zone(zone, "us-east-1")
    assert refused.value.fix == mend
