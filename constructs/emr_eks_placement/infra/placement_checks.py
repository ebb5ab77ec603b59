"""The plan of an app's job runs as the CDK's policy validation."""

from collections.abc import Iterable, Iterator, Sequence
from importlib.metadata import version
from os import PathLike
from pathlib import Path
from typing import Literal

import aws_cdk as cdk
import jsii

from emr_eks_placement.assembly.cloud_assembly import stacks_of_templates
from emr_eks_placement.checks.definitions import NOT_PLANNED, DefinitionFinding, findings_of_definitions
from emr_eks_placement.common.errors import InputError, RuleError
from emr_eks_placement.environment import Environment, capacity_of
from emr_eks_placement.planning import CODES

_FAILS = {"error": ("error",), "warning": ("error", "warning")}


@jsii.implements(cdk.IPolicyValidationPlugin)
class PlacementChecks:
    """Plans the job templates, state machines and schedules of an app in what it deploys, at every synthesis.

    Add it to an app: `Validations.of(app).add_plugins(PlacementChecks())`. Each problem is a violation by its code, of the
    resource that defines the run. Notes are left out. Errors fail the synthesis, with fail_on="warning" warnings too.
    `Validations.of(scope).acknowledge(Acknowledgment(id="emr-eks-placement::CODE", reason=…))` accepts one.

    requests: files of StartJobRun requests to plan, too; pod_templates: the folder of those that they name, by default beside
    them. environment: what the runs have for their pods, for an app without the cluster. Raises RuleError for another fail_on.
    """

    def __init__(
        self,
        *,
        requests: Sequence[str | PathLike[str]] = (),
        pod_templates: str | PathLike[str] | None = None,
        environment: Environment | None = None,
        fail_on: Literal["error", "warning"] = "error",
    ) -> None:
        if fail_on not in _FAILS:
            raise RuleError(fail_on, "must be error or warning", "Write one of these", path=("fail_on",))
        self._fails = _FAILS[fail_on]
        self._requests = [Path(file) for file in requests]
        self._pod_templates = None if pod_templates is None else Path(pod_templates)
        self._capacities = None if environment is None else {environment.name: capacity_of(environment)}

    @property
    def name(self) -> str:
        """Of the report, and of acknowledgements."""
        return "emr-eks-placement"

    @property
    def version(self) -> str:
        """Of this package."""
        return version("emr-eks-placement")

    @property
    def rule_ids(self) -> list[str]:
        """The codes of problems."""
        return [*CODES, NOT_PLANNED]

    def validate(self, context: cdk.IPolicyValidationContext) -> cdk.PolicyValidationPluginReport:
        """The problems of what was synthesized. The CDK calls it."""
        try:
            stacks = stacks_of_templates([Path(file) for file in context.template_paths])
            findings = findings_of_definitions(
                stacks,
                requests=self._requests if stacks else (),
                pod_templates=self._pod_templates,
                capacities=self._capacities,
            )
        except InputError as error:
            fix = "Synthesize with the CDK CLI: cdk synth"
            findings = [
                DefinitionFinding(NOT_PLANNED, "warning", str(one), fix, "the app", None) for one in error.findings
            ]
        violations = list(self._violations(findings))
        return cdk.PolicyValidationPluginReport(
            success=all(one.severity != "error" for one in violations), violations=violations
        )

    def _violations(self, findings: Iterable[DefinitionFinding]) -> Iterator[cdk.PolicyViolation]:
        """One for the definitions that have the same problem with the same fix."""
        alike: dict[tuple[str, str, str], list[DefinitionFinding]] = {}
        for one in findings:
            if one.severity != "note":
                alike.setdefault((one.code, one.what, one.fix), []).append(one)
        for (code, what, fix), several in alike.items():
            names = list(dict.fromkeys(one.definition for one in several))
            yield cdk.PolicyViolation(
                rule_name=code,
                description=f"{', '.join(names)}: {what}" if code != NOT_PLANNED else what,
                fix=fix,
                # The CDK decides by this word whether the synthesis fails, after what was acknowledged.
                severity="error" if several[0].severity in self._fails else several[0].severity,
                rule_metadata={"severity": several[0].severity},
                violating_resources=[_resource(one) for one in several],
            )


def _resource(one: DefinitionFinding) -> cdk.PolicyViolatingResource:
    """Of the template; of a request in a file without one the app as a whole."""
    if one.resource is None:
        return cdk.PolicyViolatingResource(locations=[], construct_path="")
    return cdk.PolicyViolatingResource(
        locations=[], resource_logical_id=one.resource.logical_id, template_path=str(one.resource.stack.file)
    )
