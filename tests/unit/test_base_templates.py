"""A base template may repeat its pod's placement, and may not contradict it."""

from typing import Any

import pytest

from emr_eks_placement.common.errors import RuleError
from emr_eks_placement.definition.placeable import check_base_template
from emr_eks_placement.job.placement import Ec2, Fargate

COMPUTE_TYPE = "eks.amazonaws.com/compute-type"
TEMPLATES: dict[str, tuple[dict[str, Any], Fargate | Ec2, bool]] = {
    "nothing": ({}, Fargate(), True),
    "kept off Fargate, for EC2": ({"annotations": {COMPUTE_TYPE: "ec2"}}, Ec2(), True),
    "kept off Fargate, for Fargate": ({"annotations": {COMPUTE_TYPE: "ec2"}}, Fargate(), False),
    "another compute type": ({"annotations": {COMPUTE_TYPE: "fargate"}}, Fargate(), True),
    "another label": ({"labels": {"team": "a"}}, Ec2(), True),
    "a profile's name, for EC2": ({"labels": {"eks.amazonaws.com/fargate-profile": "a"}}, Ec2(), False),
}


@pytest.mark.parametrize(("metadata", "target", "taken"), TEMPLATES.values(), ids=TEMPLATES.keys())
def test_only_what_leads_past_the_placement_is_refused(
    metadata: dict[str, Any], target: Fargate | Ec2, taken: bool
) -> None:
    template = {"metadata": metadata, "spec": {}}
    if taken:
        check_base_template("driver", template, target)
    else:
        with pytest.raises(RuleError, match="Remove it"):
            check_base_template("driver", template, target)
