"""The commands that start a deployed definition, for the bucket's index and the command line."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from emr_eks_placement.common.names import definition_parameter, physical_name
from emr_eks_placement.environment import Environment
from emr_eks_placement.environment.definition_stacks import definition_parts
from emr_eks_placement.facts.regions import partition

_OWN_ACCOUNT = "$(aws sts get-caller-identity --query Account --output text)"


@dataclass(frozen=True, kw_only=True)
class ReadyCommand:
    """The location of the deployed definition of a job in a placement, and the AWS CLI commands that start it.

    stack, parameter: names of the CloudFormation stack and the SSM parameter; object_key: in the bucket; execute:
    starts its state machine, None without one.
    """

    job: str
    placement: str
    virtual_cluster: str
    stack: str
    parameter: str
    object_key: str
    start: str
    execute: str | None = None

    def as_json(self) -> Mapping[str, str]:
        """Returns the data for programs, without absent values."""
        names = {"virtual_cluster": "virtualCluster", "object_key": "objectKey"}
        return {names.get(key, key): value for key, value in vars(self).items() if value is not None}


def ready_commands(environment: Environment) -> Iterator[ReadyCommand]:
    """Yields the commands of every job in each of its placements, by the stacks of their definitions."""
    for part, jobs in definition_parts(environment).items():
        for job in jobs:
            for placement in environment.jobs[job].placements:
                yield ready_command(environment, job, placement, stack=f"{environment.name}-{part}")


def ready_command(environment: Environment, job: str, placement: str, *, stack: str) -> ReadyCommand:
    """Returns the commands of one job and placement, by name. stack: the name of the stack that deploys the definition."""
    region, parameter = environment.region, definition_parameter(environment.name, job, placement)
    settings = environment.jobs[job]
    return ReadyCommand(
        job=job,
        placement=placement,
        virtual_cluster=settings.virtual_cluster,
        stack=stack,
        parameter=parameter,
        object_key=definition_key(job, placement),
        start=f"aws emr-containers start-job-run --region {region} --cli-input-json "
        f'"$(aws ssm get-parameter --region {region} --name {parameter} --query Parameter.Value --output text)"',
        execute=None
        if settings.placements[placement].state_machine is None
        else f"aws stepfunctions start-execution --region {region} --state-machine-arn "
        f'"arn:{partition(region)}:states:{region}:{environment.account or _OWN_ACCOUNT}:stateMachine:'
        f'{physical_name(stack, job, placement)}"',
    )


def definition_key(job: str, placement: str) -> str:
    """Returns the key of a definition in the bucket."""
    return f"job-runs/{job}/{placement}.json"
