"""The small environment of environments/dev.yaml with other choices, read as a user's file is."""

from pathlib import Path
from typing import Any

import aws_cdk as cdk
import yaml

from emr_eks_placement.environment import Environment
from emr_eks_placement.environment_file import load_environment
from stacks import EnvironmentStacks
from tests.infra.synthesized import cli_context

_ROOT = Path(__file__).parents[1]

PRIVATE_NETWORK = {"nat_gateways": 0, "interface_endpoints": True, "flow_logs": True, "flow_log_retention_days": 7}


def changed_environment(folder: Path, **parts: Any) -> Environment:
    """Writes <folder>/changed.yaml: dev.yaml with settings replaced or added; None removes one."""
    text = (_ROOT / "environments/dev.yaml").read_text().replace(
        "../assets", str(_ROOT / "assets")
    ) + f"\nshared_folders: [{_ROOT}]\n"
    data = yaml.safe_load(text)
    for part, settings in parts.items():
        if isinstance(settings, dict):
            merged = data.get(part, {}) | settings
            settings = {name: value for name, value in merged.items() if value is not None}
        data[part] = settings
    file = folder / "changed.yaml"
    file.write_text(yaml.safe_dump(data, sort_keys=False))
    return load_environment(file)


def synthesize(environment: Environment, assembly: Path) -> Path:
    """Writes the environment's stacks to the folder, as the CDK CLI does; the folder."""
    app = cdk.App(outdir=str(assembly), context=cli_context(), analytics_reporting=False)
    EnvironmentStacks(app, environment)
    app.synth()
    return assembly
