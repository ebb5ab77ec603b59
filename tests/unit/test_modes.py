"""Placement modes and what they are composed with."""

import itertools

import pytest

from emr_eks_placement.common.errors import RuleError
from emr_eks_placement.job.modes import MODES, Mode, placement
from emr_eks_placement.job.placement import Ec2, Fargate, Placement

PINNED = Ec2(node_labels={"workload": "a"})
SPOT = Ec2(node_labels={"workload": "b"}, capacity_type="spot")

PRESETS: dict[Mode, Placement] = {
    "fargate": Placement(driver=Fargate(), executors=Fargate()),
    "fargate-executors": Placement(driver=Ec2(), executors=Fargate()),
    "pinned-driver": Placement(driver=PINNED, executors=Fargate()),
    "ec2": Placement(driver=PINNED, executors=SPOT),
}


def of(mode: Mode, **more: str) -> Placement:
    driver = PINNED if mode in ("pinned-driver", "ec2") else None
    return placement(mode, driver=driver, executors=SPOT if mode == "ec2" else None, zone=more.get("zone"))


@pytest.mark.parametrize("mode", MODES)
def test_a_mode_puts_driver_and_executors_as_named_and_the_submitter_on_ec2(mode: Mode) -> None:
    assert of(mode) == PRESETS[mode]
    assert of(mode).submitter == Ec2()


@pytest.mark.parametrize("mode", MODES)
def test_a_zone_is_of_driver_and_executors_not_of_the_submitter(mode: Mode) -> None:
    asked = of(mode, zone="us-east-1a")
    assert (asked.driver.zone, asked.executors.zone, asked.submitter.zone) == ("us-east-1a", "us-east-1a", None)
    without = asked.model_copy(
        update={role: asked.of(role).model_copy(update={"zone": None}) for role in ("driver", "executors")}
    )
    assert without == PRESETS[mode], "nothing else changes"


@pytest.mark.parametrize(
    ("mode", "submitter"), list(itertools.product(MODES, [Fargate(), Fargate(zone="us-east-1b"), PINNED]))
)
def test_the_submitter_is_placed_on_its_own(mode: Mode, submitter: Fargate | Ec2) -> None:
    driver = PINNED if mode == "pinned-driver" else None
    assert placement(mode, submitter=submitter, driver=driver).submitter == submitter


@pytest.mark.parametrize("field", [{"instance_type": "m6i.large"}, {"capacity_type": "spot"}, {"zone": "us-east-1a"}])
def test_a_driver_anywhere_on_ec2_may_ask_for_type_capacity_and_zone(field: dict[str, str]) -> None:
    choice = Ec2.model_validate(field)
    assert placement("fargate-executors", driver=choice).driver == choice


def test_the_same_zone_may_be_given_twice() -> None:
    asked = placement("ec2", zone="us-east-1a", driver=Ec2(zone="us-east-1a"))
    assert asked.driver == Ec2(zone="us-east-1a")


@pytest.mark.parametrize(
    ("mode", "role"),
    [("fargate", "driver"), *((mode, "executors") for mode in MODES if mode != "ec2")],
)
def test_a_pod_that_its_mode_puts_on_fargate_chooses_no_nodes(mode: Mode, role: str) -> None:
    with pytest.raises(RuleError, match="no Spot and no arm64") as caught:
        placement(mode, **{"driver": PINNED if mode == "pinned-driver" else None, role: SPOT})  # type: ignore[arg-type]
    assert caught.value.path == (role,)


def test_two_zones_for_one_pod_are_refused() -> None:
    with pytest.raises(RuleError, match="the placement's zone is us-east-1a"):
        placement("ec2", zone="us-east-1a", executors=Ec2(zone="us-east-1b"))


def test_a_pinned_driver_is_pinned_by_labels() -> None:
    with pytest.raises(RuleError, match="pins the driver to a node group with labels"):
        placement("pinned-driver", driver=Ec2(instance_type="m6i.large"))
    with pytest.raises(RuleError, match="Use mode pinned-driver"):
        placement("fargate-executors", driver=PINNED)
