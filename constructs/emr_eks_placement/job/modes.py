"""The placement modes: named presets of a placement, combined with a zone and choices for its EC2 pods."""

from typing import Literal, get_args

from emr_eks_placement.common.errors import RuleError
from emr_eks_placement.job.placement import Ec2, Fargate, Placement, Target

Mode = Literal["fargate", "fargate-executors", "pinned-driver", "ec2"]
MODES: tuple[Mode, ...] = get_args(Mode)

_ON_FARGATE: dict[Mode, tuple[str, ...]] = {
    "fargate": ("driver", "executors"),
    "fargate-executors": ("executors",),
    "pinned-driver": ("executors",),
    "ec2": (),
}


def placement(
    mode: Mode,
    *,
    zone: str | None = None,
    submitter: Target | None = None,
    driver: Ec2 | None = None,
    executors: Ec2 | None = None,
) -> Placement:
    """Returns the placement of a mode.

    zone: the one availability zone of driver and executors; the submitter, which exchanges no data with them, has its
    own zone. driver, executors: choices among EC2 nodes, if the mode runs them there; submitter: by default any EC2
    node with room. Raises RuleError, with the argument as path, if the mode does not allow a choice.
    """
    return Placement(
        submitter=submitter or Ec2(),
        driver=_target(mode, "driver", zone, driver),
        executors=_target(mode, "executors", zone, executors),
    )


def _target(mode: Mode, role: Literal["driver", "executors"], zone: str | None, choice: Ec2 | None) -> Fargate | Ec2:
    if role in _ON_FARGATE[mode]:
        if choice is not None:
            raise RuleError(
                choice.model_dump(exclude_defaults=True),
                f"mode {mode} puts the {role} on Fargate, which has no instance types, no Spot and no arm64 (EKS guide, Fargate)",
                f"Remove {role}, or choose a mode that puts it on EC2",
                path=(role,),
            )
        return Fargate(zone=zone)
    _check_node_labels(mode, role, choice)
    choice = choice or Ec2()
    if zone and choice.zone and choice.zone != zone:
        raise RuleError(
            choice.zone, f"the placement's zone is {zone}", "Set the zone once, for the placement", path=(role, "zone")
        )
    return choice.model_copy(update={"zone": zone}) if zone else choice


def _check_node_labels(mode: Mode, role: str, choice: Ec2 | None) -> None:
    labels = choice.node_labels if choice else {}
    if mode == "pinned-driver" and not labels:
        raise RuleError(
            labels,
            "mode pinned-driver pins the driver to a node group with labels",
            "Give the node group's labels, or use mode fargate-executors",
            path=("driver", "node_labels"),
        )
    if mode == "fargate-executors" and labels:
        raise RuleError(
            labels,
            "mode fargate-executors lets the driver run on any node group",
            "Use mode pinned-driver",
            path=(role, "node_labels"),
        )
