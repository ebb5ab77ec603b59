"""Job templates: what a StartJobRun request gets from one, and their parameters.

Sources: botocore's service model of emr-containers, JobTemplateData; EMR on EKS guide, job template parameters.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from emr_eks_placement.common.errors import RuleError

FIELDS = ("executionRoleArn", "releaseLabel", "jobDriver", "configurationOverrides")
_OWN_FIELDS = ("jobTemplateId", "jobTemplateParameters")
# ${Name}; the letters are TemplateParameterName's.
_PARAMETER = re.compile(r"\$\{([.\-_#A-Za-z0-9]+)\}")


def request_of_template(data: Mapping[str, Any]) -> dict[str, Any]:
    """Returns the request of a job template with the defaults of its parameters; a parameter without a default stays as
    ${NAME}."""
    values = _defaults(data)
    request = {field: _filled_in(data[field], values) for field in FIELDS if data.get(field) is not None}
    return request | ({"tags": data["jobTags"]} if data.get("jobTags") else {})


def with_job_template(request: Mapping[str, Any], data: Mapping[str, Any]) -> dict[str, Any]:
    """Returns the request with the content of its job template in place of jobTemplateId and jobTemplateParameters.

    data: JobTemplateData. Fields of the request override those of the template; a parameter has the request's value, or
    its default. Raises RuleError, with the field as path, for a parameter without a value.
    """
    wanted = {field: data[field] for field in FIELDS if field in data and field not in request}
    values = {**_defaults(data), **(request.get("jobTemplateParameters") or {})}
    _refuse_without_value(wanted, values, request["jobTemplateId"])
    own = {field: value for field, value in request.items() if field not in _OWN_FIELDS}
    return {**_filled_in(wanted, values), **own}


def _defaults(data: Mapping[str, Any]) -> dict[str, str]:
    declared: Any = data.get("parameterConfiguration") or {}
    if not isinstance(declared, Mapping):
        return {}
    found = {name: one.get("defaultValue") for name, one in declared.items() if isinstance(one, Mapping)}
    return {name: str(value) for name, value in found.items() if value is not None}


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
        return _PARAMETER.sub(lambda found: values.get(found[1], found[0]), value)
    if isinstance(value, Mapping):
        return {name: _filled_in(part, values) for name, part in value.items()}
    return [_filled_in(part, values) for part in value] if isinstance(value, list) else value
