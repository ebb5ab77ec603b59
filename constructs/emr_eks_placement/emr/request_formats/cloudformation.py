"""CloudFormation resources that start job runs or contain their values.

Source: the CloudFormation schemas of AWS::EMRContainers::JobTemplate, AWS::StepFunctions::StateMachine and
AWS::Scheduler::Schedule; CloudFormation guide, intrinsic functions.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from emr_eks_placement.common.errors import RuleError, below
from emr_eks_placement.emr.request_formats.form import Form, FoundRequest, in_text
from emr_eks_placement.emr.request_formats.job_templates import template_data
from emr_eks_placement.emr.request_formats.workflows import is_schedule, schedule, state_machine_of
from emr_eks_placement.emr.spelling import PASCAL


def _is_resource(data: Any) -> bool:
    kind = data.get("Type") if isinstance(data, Mapping) else None
    return isinstance(kind, str) and kind in _READ


def _resource(data: Any) -> Iterator[FoundRequest]:
    properties = _without_intrinsics(data.get("Properties"))
    if not isinstance(properties, Mapping):
        raise RuleError(properties, f"{data['Type']} has properties, a mapping", "Write them", path=("Properties",))
    yield from in_text(properties, _READ[data["Type"]], "Properties")


def _job_template(properties: Any) -> Iterator[FoundRequest]:
    def read(data: Any) -> Iterator[FoundRequest]:
        yield template_data(data, "a job template of CloudFormation", PASCAL)

    yield from in_text(properties.get("JobTemplateData"), read, "JobTemplateData")


def _schedule(properties: Any) -> Iterator[FoundRequest]:
    if is_schedule(properties):
        yield from schedule(properties)


def _state_machine(properties: Any) -> Iterator[FoundRequest]:
    key = next((one for one in ("DefinitionString", "Definition") if properties.get(one)), "Definition")
    yield from in_text(properties.get(key), state_machine_of, key)


_READ: Mapping[str, Callable[[Any], Iterator[FoundRequest]]] = {
    "AWS::EMRContainers::JobTemplate": _job_template,
    "AWS::Scheduler::Schedule": _schedule,
    "AWS::StepFunctions::StateMachine": _state_machine,
    "AWS::Serverless::StateMachine": _state_machine,
}


def _resources(data: Any) -> Iterator[FoundRequest]:
    resources, path = (data["Resources"], ("Resources",)) if "Resources" in data else (data, ())
    for name, resource in resources.items() if isinstance(resources, Mapping) else ():
        if not _is_resource(resource):
            continue
        with below(*path, str(name)):
            for found in _resource(resource):
                own = f"{name}.{found.name}" if found.name else str(name)
                yield replace(found.below(*path, str(name)), name=own)


def _has_resources(data: Any) -> bool:
    if not isinstance(data, Mapping):
        return False
    return isinstance(data.get("Resources"), Mapping) or any(map(_is_resource, data.values()))


def _without_intrinsics(value: Any) -> Any:
    """Returns data with text for intrinsic functions: the text of Fn::Sub and Fn::Join, otherwise a placeholder
    ${NAME}."""
    if isinstance(value, list):
        return [_without_intrinsics(one) for one in value]
    if not isinstance(value, Mapping):
        return value
    if len(value) == 1:
        ((name, given),) = value.items()
        if name == "Ref" or str(name).startswith("Fn::"):
            return _text_of(str(name), given)
    return {key: _without_intrinsics(one) for key, one in value.items()}


def _text_of(name: str, given: Any) -> str:
    if name == "Fn::Sub":
        text = given[0] if isinstance(given, list) and given else given
        return str(text).replace("${!", "${")
    if name == "Fn::Join" and isinstance(given, list) and len(given) == 2 and isinstance(given[1], list):
        return str(given[0]).join(str(_without_intrinsics(one)) for one in given[1])
    if name in ("Ref", "Fn::GetAtt"):
        return "${" + (".".join(map(str, given)) if isinstance(given, list) else str(given)) + "}"
    return "${" + name + "}"


CLOUDFORMATION = (
    Form("a CloudFormation resource", _is_resource, _resource),
    Form("a CloudFormation template", _has_resources, _resources),
)
