"""StartJobRun requests that leave to a job template what decides placement."""

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import boto3

from emr_eks_placement.aws.errors import aws_errors
from emr_eks_placement.aws.session import client
from emr_eks_placement.errors import RuleError

if TYPE_CHECKING:
    from types_boto3_emr_containers import EMRContainersClient

# What of JobTemplateData StartJobRun has too (botocore's service model of emr-containers).
_FIELDS = ("executionRoleArn", "releaseLabel", "jobDriver", "configurationOverrides")
_OWN_FIELDS = ("jobTemplateId", "jobTemplateParameters")
# ${Name}: EMR on EKS guide, Defining job template parameters; the letters are TemplateParameterName's.
_PARAMETER = re.compile(r"\$\{([.\-_#A-Za-z0-9]+)\}")


def resolve_job_template(session: boto3.Session, request: Mapping[str, Any]) -> Mapping[str, Any]:
    """The StartJobRun request with what its job template holds instead of jobTemplateId and jobTemplateParameters.

    Fields of the request win over the template's; a parameter's value is the request's, else its default. A request
    without a job template is returned as it is.

    Raises RuleError, with the field as path, where there is no such template and for a parameter without a value;
    InputError where AWS can't be asked (emr-containers:DescribeJobTemplate).
    """
    if "jobTemplateId" not in request:
        return request
    data = _template_data(session, request["jobTemplateId"])
    wanted = {field: data[field] for field in _FIELDS if field in data and field not in request}
    values = _parameter_values(data, request)
    _refuse_without_value(wanted, values, request["jobTemplateId"])
    own = {field: value for field, value in request.items() if field not in _OWN_FIELDS}
    return {**_filled_in(wanted, values), **own}


def _template_data(session: boto3.Session, identifier: str) -> Mapping[str, Any]:
    with aws_errors(f"job template {identifier}"):
        emr: EMRContainersClient = client(session, "emr-containers")
        try:
            return emr.describe_job_template(id=identifier)["jobTemplate"]["jobTemplateData"]
        except emr.exceptions.ResourceNotFoundException:
            rule = f"{emr.meta.region_name} has no job template of this id (emr-containers:DescribeJobTemplate)"
            mend = "Check the id, the region and the account"
            raise RuleError(identifier, rule, mend, path=("jobTemplateId",)) from None


def _parameter_values(data: Mapping[str, Any], request: Mapping[str, Any]) -> dict[str, str]:
    declared: Mapping[str, Mapping[str, str]] = data.get("parameterConfiguration") or {}
    defaults = {name: one["defaultValue"] for name, one in declared.items() if one.get("defaultValue") is not None}
    return {**defaults, **(request.get("jobTemplateParameters") or {})}


def _refuse_without_value(wanted: Any, values: Mapping[str, str], identifier: str) -> None:
    for text in _texts(wanted):
        for name in _PARAMETER.findall(text):
            if name not in values:
                rule = f"job template {identifier} has {text!r} and no default value for {name} (EMR on EKS guide)"
                raise RuleError(None, rule, "Give the parameter a value", path=("jobTemplateParameters", name))


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    for part in value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else ():
        yield from _texts(part)


def _filled_in(value: Any, values: Mapping[str, str]) -> Any:
    if isinstance(value, str):
        return _PARAMETER.sub(lambda found: values[found[1]], value)
    if isinstance(value, Mapping):
        return {name: _filled_in(part, values) for name, part in value.items()}
    return [_filled_in(part, values) for part in value] if isinstance(value, list) else value
