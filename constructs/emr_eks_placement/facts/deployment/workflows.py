"""CloudFormation's calls for state machines and schedules."""

from collections.abc import Mapping

from emr_eks_placement.facts.deployment.grants import Grant, arn, grant, passed_to, role

WORKFLOWS: Mapping[str, tuple[Grant, ...]] = {
    "AWS::StepFunctions::StateMachine": (
        grant(
            "states",
            "CreateStateMachine DeleteStateMachine DescribeStateMachine ListTagsForResource TagResource UntagResource"
            " UpdateStateMachine",
            arn("states", "stateMachine:{name}"),
        ),
        grant("iam", "PassRole", role("{RoleArn}"), condition=passed_to("states.amazonaws.com")),
    ),
    "AWS::Scheduler::Schedule": (
        grant(
            "scheduler",
            "CreateSchedule DeleteSchedule GetSchedule UpdateSchedule",
            arn("scheduler", "schedule/*/{name}"),
        ),
        grant("iam", "PassRole", role("{Target.RoleArn}"), condition=passed_to("scheduler.amazonaws.com")),
    ),
}
