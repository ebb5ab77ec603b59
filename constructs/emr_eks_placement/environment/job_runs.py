"""The jobs of an environment, and the placements that each is defined for."""

from typing import Annotated, Any

from pydantic import Strict, model_validator

from emr_eks_placement.common.errors import RuleError, below
from emr_eks_placement.common.model import Model, between, count, names
from emr_eks_placement.environment.schedule import Schedule
from emr_eks_placement.job.job import Job
from emr_eks_placement.job.modes import MODES, Mode, placement
from emr_eks_placement.job.placement import Ec2, NodeSelection, Placement, Target
from emr_eks_placement.job.usage import JobUsage

_YEAR = 365 * 24 * 60  # minutes; Step Functions quotas, the longest execution of a Standard workflow


class StateMachine(Model):
    """A state machine that starts the job run and waits for its end."""

    timeout_minutes: Annotated[int, Strict(), between(1, _YEAR, "minutes", "Step Functions quotas")] | None = None
    """How long a job run may take until the execution fails; by default the maximum of Step Functions."""


def _as_target(value: Any) -> Any:
    """Converts `fargate` and `ec2` to a target without further choices, and a mapping without `compute` to EC2."""
    if isinstance(value, str):
        if value not in ("fargate", "ec2"):
            raise RuleError(
                value, "must be fargate, ec2, or a mapping of what to ask of EC2 nodes", "Write one of these"
            )
        return {"compute": value}
    return {"compute": "ec2", **value} if isinstance(value, dict) else value


class PlacementChoice(Model):
    """A placement mode and the choices it is composed with."""

    mode: Mode
    """Which of driver and executors run on Fargate; by default the name of the placement."""
    zone: str | None = None
    """The one zone of driver and executors."""
    submitter: Target = Ec2()
    """Where the job submitter runs: fargate, ec2 or the properties of its EC2 nodes."""
    driver: Ec2 | None = None
    """The properties of the driver's EC2 nodes, if the mode runs it on EC2."""
    executors: Ec2 | None = None
    """The properties of the executors' EC2 nodes, if the mode runs them on EC2."""
    node_selection: NodeSelection | None = None
    """How the definition selects EC2 nodes; by default in pod templates, if the release supports them."""
    state_machine: StateMachine | None = None
    """A Step Functions state machine that runs the job in this placement; by default none, {} for one with defaults."""
    schedule: Schedule | None = None
    """When EventBridge Scheduler runs the job in this placement; by default never."""

    @model_validator(mode="before")
    @classmethod
    def _read_submitter(cls, data: Any) -> Any:
        if not isinstance(data, dict) or "submitter" not in data:
            return data
        with below("submitter"):
            return {**data, "submitter": _as_target(data["submitter"])}

    @model_validator(mode="after")
    def _check_placement(self) -> "PlacementChoice":
        _ = self.placement  # raises a RuleError if the mode does not allow a choice
        return self

    @property
    def placement(self) -> Placement:
        """Returns the placement that these choices describe."""
        return placement(
            self.mode, zone=self.zone, submitter=self.submitter, driver=self.driver, executors=self.executors
        )


class EnvironmentJob(Job, JobUsage):
    """A job, the virtual cluster it runs on and its placements by name."""

    virtual_cluster: str
    """The name of the virtual cluster that it runs on."""
    execution_role: str | None = None
    """The name of one of the virtual cluster's execution_roles; by default the virtual cluster's own."""
    placements: Annotated[dict[str, PlacementChoice], count(1, 100, "placements", "product limit"), names("placement")]
    """Placements by name: each gets a definition."""

    @model_validator(mode="before")
    @classmethod
    def _name_modes(cls, data: Any) -> Any:
        if not isinstance(data, dict) or not isinstance(data.get("placements"), dict):
            return data
        return {**data, "placements": {name: _with_mode(name, choice) for name, choice in data["placements"].items()}}


def _with_mode(name: str, choice: Any) -> Any:
    choice = {} if choice is None else choice
    if not isinstance(choice, dict) or "mode" in choice:
        return choice
    if name not in MODES:
        raise RuleError(
            name,
            f"a placement that is not named after a mode sets its mode: {', '.join(MODES)}",
            "Add mode",
            path=("placements", str(name), "mode"),
        )
    return {**choice, "mode": name}
