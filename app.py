"""The CDK app: synthesizes the stacks of an environment file. `cdk synth -c environment=dev`; local by default."""

import os
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from os.path import relpath
from pathlib import Path

import aws_cdk as cdk

sys.path.insert(0, str(Path(__file__).with_name("constructs")))  # the package's source, installed or not

from emr_eks_placement.common.errors import Finding, InputError, RuleError, finding
from emr_eks_placement.common.yaml_document import read_yaml
from emr_eks_placement.environment import Environment
from emr_eks_placement.environment.advice import advice, check_support
from emr_eks_placement.environment_file import load_checked
from stacks import EnvironmentStacks
from stacks.definition_limits import templates_that_are_too_large

ENVIRONMENTS = Path(__file__).parent / "environments"


def main() -> int:
    """Synthesizes the stacks of one environment. Returns 0, or 2 for an invalid file, with the findings on stderr."""
    app = cdk.App()
    file = _environment_file(app.node.try_get_context("environment") or "local")
    try:
        checked = load_checked(file)
        environment = checked.environment
        is_deployed = str(app.node.try_get_context("compare")).lower() != "false"
        warnings = _check_deployment(file, environment) if is_deployed else []
        EnvironmentStacks(app, checked)
    except InputError as error:
        sys.stderr.writelines(f"{one}\n" for one in error.findings)
        return 2
    except RuleError as error:
        sys.stderr.writelines(f"{one}\n" for one in _placed(file, error))
        return 2
    assembly = app.synth()
    if too_large := list(templates_that_are_too_large(environment, Path(assembly.directory))):
        sys.stderr.writelines(f"{one}\n" for one in _placed(file, *too_large))
        return 2
    sys.stderr.writelines(f"warning: {one}\n" for one in warnings)
    return 0


def _environment_file(asked: str) -> Path:
    """Returns the environment file by its path, or by its name in environments/."""
    return Path(asked if asked.endswith((".yaml", ".yml")) else relpath(ENVIRONMENTS / f"{asked}.yaml"))


def _check_deployment(file: Path, environment: Environment) -> list[str]:
    """Returns warnings. Raises RuleError or InputError if the environment can't be deployed today over the existing one.

    Without credentials, the deployed environment is not read. `-c compare=false`, for the deletion of an environment,
    skips the comparison.
    """
    today = datetime.now(UTC).date()
    check_support(environment, today)
    warnings = [f"{file}: {sentence}" for sentence in advice(environment, today)]
    account = os.environ.get("CDK_DEFAULT_ACCOUNT")  # the CDK CLI sets it when it is signed in
    if account is not None:
        from stacks.comparison import compare  # imports boto3

        refused, interrupted = compare(environment, environment.account or account)
        if refused:
            raise InputError(list(_placed(file, *refused)))
        warnings += map(str, _placed(file, *interrupted))
    return warnings


def _placed(file: Path, *broken: RuleError) -> Iterator[Finding]:
    document = read_yaml(file, str(file))
    return (finding(str(file), one, line=document.line(one.path)) for one in broken)


if __name__ == "__main__":
    sys.exit(main())
