"""Job templates: StartJobRun values with `${Name}` parameters in them."""

import copy
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from local.aws.emr_containers.identifiers import arn, new_id
from local.aws.emr_containers.job_runs import iso_time
from local.aws.errors import ApiError, validation_error

_PLACEHOLDER = re.compile(r"\$\{(\w+)\}")
_TEMPLATE_MEMBERS = ("executionRoleArn", "releaseLabel", "jobDriver", "configurationOverrides")


@dataclass(frozen=True)
class JobTemplate:
    """A stored job template; `data` is the JobTemplateData structure."""

    id: str
    name: str
    arn: str
    data: Mapping[str, Any]
    client_token: str
    tags: dict[str, str]
    created_at: datetime = field(default_factory=lambda: datetime.now(UTC))

    def description(self) -> dict[str, Any]:
        """Returns the JobTemplate structure of DescribeJobTemplate."""
        return {
            "id": self.id,
            "name": self.name,
            "arn": self.arn,
            "createdAt": iso_time(self.created_at),
            "createdBy": f"arn:aws:iam::{self.arn.split(':')[4]}:root",
            "jobTemplateData": self.data,
            "tags": dict(self.tags),
        }

    def filled_in(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Returns a StartJobRun request with the template's values for this request's parameters."""
        given = [member for member in _TEMPLATE_MEMBERS if member in request]
        if given:
            raise validation_error(f"{', '.join(given)} can't be given together with jobTemplateId")
        values = self._parameter_values(request.get("jobTemplateParameters", {}))
        filled = _substituted(
            {member: self.data[member] for member in _TEMPLATE_MEMBERS if member in self.data}, values
        )
        tags = {**self.data.get("jobTags", {}), **request.get("tags", {})}
        rest = {
            name: value for name, value in request.items() if name not in {"jobTemplateId", "jobTemplateParameters"}
        }
        return {**rest, **filled, "tags": tags}

    def _parameter_values(self, given: Mapping[str, str]) -> dict[str, str]:
        declared = self.data.get("parameterConfiguration", {})
        unknown = sorted(set(given) - set(declared) - placeholders(self.data))
        if unknown:
            raise validation_error(f"Job template {self.id} has no parameter {', '.join(unknown)}")
        values = {name: settings["defaultValue"] for name, settings in declared.items() if "defaultValue" in settings}
        values.update(given)
        for name, settings in declared.items():
            if settings.get("type") == "NUMBER" and name in values and not _is_number(values[name]):
                raise validation_error(f"Job template parameter {name} is a NUMBER, not {values[name]!r}")
        return values


def _is_number(text: str) -> bool:
    return re.fullmatch(r"[+-]?\d+(\.\d+)?", text) is not None


def placeholders(value: Any) -> set[str]:
    """Returns the names of every `${Name}` in a structure."""
    if isinstance(value, str):
        return set(_PLACEHOLDER.findall(value))
    members = value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else []
    return {name for member in members for name in placeholders(member)}


def _substituted(value: Any, values: Mapping[str, str]) -> Any:
    if isinstance(value, Mapping):
        return {name: _substituted(member, values) for name, member in value.items()}
    if isinstance(value, list):
        return [_substituted(member, values) for member in value]
    if not isinstance(value, str):
        return value
    missing = sorted(placeholders(value) - set(values))
    if missing:
        raise validation_error(f"No value for the job template parameter {', '.join(missing)}")
    return _PLACEHOLDER.sub(lambda found: values[found.group(1)], value)


class JobTemplates:
    """All job templates of the account."""

    def __init__(self) -> None:
        self._templates: dict[str, JobTemplate] = {}

    def __iter__(self) -> Iterator[JobTemplate]:
        return iter(list(self._templates.values()))

    def create(self, request: Mapping[str, Any]) -> JobTemplate:
        """Store a template; the same clientToken gives the same template."""
        for existing in self:
            if existing.client_token == request["clientToken"]:
                return existing
        identifier = new_id()
        template = JobTemplate(
            id=identifier,
            name=request["name"],
            arn=arn(f"jobtemplates/{identifier}"),
            data=copy.deepcopy(request["jobTemplateData"]),
            client_token=request["clientToken"],
            tags=dict(request.get("tags", {})),
        )
        self._templates[identifier] = template
        return template

    def get(self, identifier: str) -> JobTemplate:
        """Returns the template; ResourceNotFoundException if there is none."""
        found = self._templates.get(identifier)
        if not found:
            raise ApiError("ResourceNotFoundException", f"Job template {identifier} doesn't exist.", 404)
        return found

    def delete(self, identifier: str) -> None:
        """Forget a template."""
        self.get(identifier)
        del self._templates[identifier]
