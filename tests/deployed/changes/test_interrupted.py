"""A first deployment that is killed between stacks and again in the middle of one resumes when it is run again.

That a stack goes on without the CLI is CloudFormation's way, here the local AWS's. The real CDK CLI takes a stack that is
still being created for done, so app.py refuses until it is, and then goes on with the next one.
"""

from tests.deployed.changes.conftest import FirstDeployment
from tests.deployed.changes.environment_changes import STACKS, ChangingEnvironment


def test_a_killed_deployment_resumes(deployed: ChangingEnvironment, first_deployment: FirstDeployment) -> None:
    between, within = dict(first_deployment.killed_between_stacks), dict(first_deployment.killed_in_a_stack)
    assert between.pop("changing-platform") == within.pop("changing-platform") == "CREATE_COMPLETE"
    assert set(between.values()) <= {"REVIEW_IN_PROGRESS"}  # a change set is created before it is executed
    assert within == {"changing-virtual-clusters": "CREATE_IN_PROGRESS"}
    refused = first_deployment.refused_at_once
    assert refused is None or "the stack changing-virtual-clusters is CREATE_IN_PROGRESS" in refused
    assert {"JobRuns/trips-in-fargate", "JobRuns/totals-in-fargate"} <= set(first_deployment.resumed.added)
    for part in STACKS:
        created = [id_ for status, _, id_ in deployed.events(f"changing-{part}") if status == "CREATE_COMPLETE"]
        assert len(created) == len(set(created))  # nothing was created twice
