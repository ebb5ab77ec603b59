"""Compares an environment with the deployed one."""

import sys

from emr_eks_placement.aws.deployed_environment import read_deployed
from emr_eks_placement.aws.session import aws_session
from emr_eks_placement.changes import interruptions, refusals
from emr_eks_placement.common.errors import InputError, RuleError
from emr_eks_placement.environment import Environment


def compare(environment: Environment, account: str) -> tuple[list[RuleError], list[RuleError]]:
    """Returns why the environment can't be deployed over the existing one, and what a deployment interrupts.

    A warning if the deployed environment can't be read.
    """
    try:
        session = aws_session(region=environment.region, attempts=2)
        deployed = read_deployed(session, environment.name, account)
        for part in deployed.outdated:
            sys.stderr.write(f"warning: {_outdated(environment.name, part)}\n")
    except InputError as error:
        reasons = "; ".join(str(one) for one in error.findings)
        sys.stderr.write(f"warning: {environment.name} was not compared with what is deployed: {reasons}\n")
        return [], []
    return refusals(deployed, environment), interruptions(deployed, environment)


def _outdated(name: str, part: str) -> str:
    """Warns of an unchanged template, for which CloudFormation would deploy nothing."""
    return (
        f"{name}-{part} was deployed before {name}-virtual-clusters was created again, and its definitions name deleted "
        f"virtual clusters. Delete it, cdk destroy {name}-{part} -c environment={name}, and deploy again."
    )
