"""An environment compared with what is deployed of it."""

import sys

from emr_eks_placement.aws.deployed_environment import read_deployed
from emr_eks_placement.aws.session import aws_session
from emr_eks_placement.changes import refusals
from emr_eks_placement.environment import Environment
from emr_eks_placement.errors import InputError, RuleError


def changes_refused(environment: Environment, account: str) -> list[RuleError]:
    """Why the environment can't be deployed over what is there in the account; a warning where that can't be read."""
    try:
        session = aws_session(region=environment.region, attempts=2)
        deployed = read_deployed(session, environment.name, account)
        for part in deployed.outdated:
            sys.stderr.write(f"warning: {_outdated(environment.name, part)}\n")
        return refusals(deployed, environment)
    except InputError as error:
        reasons = "; ".join(str(one) for one in error.findings)
        sys.stderr.write(f"warning: {environment.name} was not compared with what is deployed: {reasons}\n")
        return []


def _outdated(name: str, part: str) -> str:
    """The template is the same as before, so that CloudFormation would deploy nothing."""
    return (
        f"{name}-{part} was deployed before {name}-virtual-clusters was created again, and its definitions name virtual clusters "
        f"that are gone. Delete it, cdk destroy {name}-{part} -c environment={name}, and deploy again."
    )
