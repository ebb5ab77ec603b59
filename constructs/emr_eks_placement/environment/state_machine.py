"""The Step Functions state machine of a job in a placement."""

from typing import Annotated

from pydantic import Strict

from emr_eks_placement.common.model import Model, between

_YEAR = 365 * 24 * 60  # minutes; Step Functions quotas, the longest execution of a Standard workflow


class StateMachine(Model):
    """A state machine that starts the job run and waits for its end."""

    timeout_minutes: Annotated[int, Strict(), between(1, _YEAR, "minutes", "Step Functions quotas")] | None = None
    """How long a job run may take until the execution fails; by default the maximum of Step Functions."""
