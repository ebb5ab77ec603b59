"""The gates that look at constructs while an app is synthesized: the CDK reports what they find in the assembly."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import aws_cdk as cdk
from cdk_nag import AwsSolutionsChecks
from cdk_preflight import Preflight

from tests.infra.gates.finding import Finding
from tests.infra.synthesized import Synthesized

# As the report names them: aws-cdk-lib's own validation, warnings and errors of constructs, cdk-preflight, and cdk-nag's
# rules of the AWS Solutions library.
REPORTED = ("CloudFormation Validate", "Construct Annotations", "cdk-preflight", "AwsSolutions")


def synthesize_examined(app: cdk.App) -> None:
    """Synthesizes an app as ever; what these gates find is no error here, but is in the assembly's report."""
    cdk.Validations.of(app).add_plugins(AwsSolutionsChecks(app))
    Preflight.apply(app)
    try:
        app.synth()
    except RuntimeError as error:
        if "ValidationFailed" not in str(error):
            raise


def reported(gate: str, examined: Sequence[Synthesized]) -> Iterator[Finding]:
    """What the gate of this name found."""
    for synthesized in examined:
        for report in _reports(synthesized.folder):
            if report["pluginName"] == gate:
                yield from _findings(report, gate, synthesized)


def gates_of(folder: Path) -> set[str]:
    """The gates that found anything in an assembly, be it acknowledged: the CDK leaves the others out."""
    return {report["pluginName"] for report in _reports(folder)}


def acknowledged(folder: Path) -> set[tuple[str, str]]:
    """What constructs acknowledge themselves and has been found: the id of the finding and the construct, without its stack."""
    return {
        (one["acknowledgedId"], one["acknowledgedAt"].split("/", 1)[1])
        for report in _reports(folder)
        for one in report.get("suppressedViolations", [])
    }


def _reports(folder: Path) -> list[dict[str, Any]]:
    reports: list[dict[str, Any]] = json.loads((folder / "validation-report.json").read_text())["pluginReports"]
    return reports


def _findings(report: dict[str, Any], gate: str, synthesized: Synthesized) -> Iterator[Finding]:
    for violation in report["violations"]:
        rule, _, of = violation["ruleName"].partition("[")  # cdk-nag: RULE[of]
        for construct in violation["violatingConstructs"]:
            at = construct["constructPath"].removeprefix(f"{synthesized.environment.name}-")
            yield Finding(gate, rule, at, of.removesuffix("]"), violation["description"])
