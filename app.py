"""The CDK app: an environment file in, its stacks out. `cdk synth -c environment=dev`; local unless told."""

import sys
from os.path import relpath
from pathlib import Path

import aws_cdk as cdk

sys.path.insert(0, str(Path(__file__).with_name("constructs")))  # the package's source, installed or not

from emr_eks_placement.environment_file import load_environment
from emr_eks_placement.environment_file.yaml_document import read_yaml
from emr_eks_placement.errors import Finding, InputError, RuleError, finding
from stacks import EnvironmentStacks

ENVIRONMENTS = Path(__file__).parent / "environments"


def main() -> int:
    """Synthesizes the stacks of one environment: 0, or 2 when its file is no good, with the findings on stderr."""
    app = cdk.App()
    file = Path(relpath(ENVIRONMENTS / f"{app.node.try_get_context('environment') or 'local'}.yaml"))
    try:
        EnvironmentStacks(app, load_environment(file))
    except InputError as error:
        return _refuse(*error.findings)
    except RuleError as broken:
        line = read_yaml(file, str(file)).line(broken.path)
        return _refuse(finding(str(file), broken, line=line))
    app.synth()
    return 0


def _refuse(*findings: Finding) -> int:
    sys.stderr.writelines(f"{one}\n" for one in findings)
    return 2


if __name__ == "__main__":
    sys.exit(main())
