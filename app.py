"""The CDK app: an environment file in, its stacks out. `cdk synth -c environment=dev`; local unless told."""

import os
import sys
from datetime import UTC, datetime
from os.path import relpath
from pathlib import Path

import aws_cdk as cdk

sys.path.insert(0, str(Path(__file__).with_name("constructs")))  # the package's source, installed or not

from emr_eks_placement.common.yaml_document import read_yaml
from emr_eks_placement.environment import Environment
from emr_eks_placement.environment.advice import advice, check_support
from emr_eks_placement.environment_file import load_environment
from emr_eks_placement.errors import Finding, InputError, RuleError, finding
from stacks import EnvironmentStacks
from stacks.definition_limits import templates_that_are_too_large

ENVIRONMENTS = Path(__file__).parent / "environments"


def main() -> int:
    """Synthesizes the stacks of one environment: 0, or 2 when its file is no good, with the findings on stderr."""
    app, today = cdk.App(), datetime.now(UTC).date()
    file = Path(relpath(ENVIRONMENTS / f"{app.node.try_get_context('environment') or 'local'}.yaml"))
    try:
        environment = load_environment(file)
        is_compared = str(app.node.try_get_context("compare")).lower() != "false"  # it is for what is to be destroyed
        if is_compared:
            check_support(environment, today)
            if broken := _changes_refused(environment):
                return _refuse_rules(file, *broken)
        EnvironmentStacks(app, environment)
    except InputError as error:
        return _refuse(*error.findings)
    except RuleError as error:
        return _refuse_rules(file, error)
    assembly = app.synth()
    too_large = list(templates_that_are_too_large(environment, Path(assembly.directory)))
    if too_large:
        return _refuse_rules(file, *too_large)
    if is_compared:
        sys.stderr.writelines(f"warning: {file}: {sentence}\n" for sentence in advice(environment, today))
    return 0


def _changes_refused(environment: Environment) -> list[RuleError]:
    """Why the environment can't be deployed over what is there; not asked without credentials."""
    account = os.environ.get("CDK_DEFAULT_ACCOUNT")  # the CDK CLI sets it when it is signed in
    if account is None:
        return []
    from stacks.comparison import changes_refused  # boto3 comes with it

    return changes_refused(environment, environment.account or account)


def _refuse_rules(file: Path, *broken: RuleError) -> int:
    document = read_yaml(file, str(file))
    return _refuse(*(finding(str(file), one, line=document.line(one.path)) for one in broken))


def _refuse(*findings: Finding) -> int:
    sys.stderr.writelines(f"{one}\n" for one in findings)
    return 2


if __name__ == "__main__":
    sys.exit(main())
