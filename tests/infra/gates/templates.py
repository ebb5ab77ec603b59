"""The gates of others that look at templates: cfn-lint, and checkov, which has an installation of its own."""

import json
import subprocess
from collections.abc import Iterator, Sequence

from cfnlint.api import lint_by_config  # type: ignore[import-untyped]
from cfnlint.config import ManualArgs  # type: ignore[import-untyped]

from tests.infra.gates.finding import Finding
from tests.infra.synthesized import ROOT, Synthesized

_CHECKOV = ROOT / ".venv-checkov/bin/checkov"


def cfn_lint(examined: Sequence[Synthesized]) -> Iterator[Finding]:
    """One run for the templates of each region: a run reads hundreds of rules."""
    for region in sorted({synthesized.environment.region for synthesized in examined}):
        owners = {str(file): one for one in examined if one.environment.region == region for file in one.files}
        for found in lint_by_config(ManualArgs(templates=list(owners), regions=[region])):
            part, *below = [str(step) for step in found.path] or ["Template"]
            at = owners[found.filename].path_of(below[0]) if part == "Resources" else part
            yield Finding("cfn-lint", found.rule.id, at, text=found.message)


def checkov(examined: Sequence[Synthesized]) -> Iterator[Finding]:
    """checkov's rules for CloudFormation, in one run over all templates."""
    assert _CHECKOV.exists(), "make setup installs checkov into .venv-checkov"
    owners = {str(file): synthesized for synthesized in examined for file in synthesized.files}
    options = ["--framework", "cloudformation", "--skip-download", "--quiet", "--compact", "--soft-fail"]
    files = [option for file in owners for option in ("--file", file)]
    command = [str(_CHECKOV), *options, "--output", "json", *files]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env={})  # noqa: S603 - the pinned one
    answer = json.loads(done.stdout)
    assert answer["summary"]["resource_count"] >= len(owners), done.stderr
    assert answer["summary"]["parsing_errors"] == 0, done.stderr
    for found in answer["results"]["failed_checks"]:
        logical_id = found["resource"].split(".")[-1]
        at = owners[found["file_abs_path"]].path_of(logical_id)
        yield Finding("checkov", found["check_id"], at, text=found["check_name"])
