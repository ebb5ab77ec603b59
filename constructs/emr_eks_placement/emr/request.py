"""The body of StartJobRun, as far as placement reads it: checked before it is planned.

Source: botocore's service model of emr-containers (2020-10-01), StartJobRunRequest.
"""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import ConfigDict, Field, ValidationError, model_validator

from emr_eks_placement.errors import RuleError
from emr_eks_placement.facts import emr
from emr_eks_placement.model import Model

Properties = dict[str, Annotated[str, Field(min_length=1, max_length=emr.LONGEST_PROPERTY)]]


class _Configuration(Model):
    classification: Annotated[str, Field(min_length=1)]
    properties: Annotated[Properties, Field(max_length=emr.MOST_PROPERTIES)] | None = None
    configurations: "tuple[_Configuration, ...] | None" = None


class _ConfigurationOverrides(Model):
    applicationConfiguration: tuple[_Configuration, ...] | None = None
    monitoringConfiguration: dict[str, Any] | None = None


class _SparkSubmitJobDriver(Model):
    entryPoint: Annotated[str, Field(min_length=1, max_length=emr.LONGEST_ENTRY_POINT)]
    entryPointArguments: tuple[str, ...] | None = None
    sparkSubmitParameters: Annotated[str, Field(min_length=1, max_length=102400)] | None = None


class _SparkSqlJobDriver(Model):
    entryPoint: Annotated[str, Field(min_length=1, max_length=emr.LONGEST_ENTRY_POINT)] | None = None
    sparkSqlParameters: Annotated[str, Field(min_length=1, max_length=102400)] | None = None


class _JobDriver(Model):
    sparkSubmitJobDriver: _SparkSubmitJobDriver | None = None
    sparkSqlJobDriver: _SparkSqlJobDriver | None = None

    @model_validator(mode="after")
    def _check_one(self) -> "_JobDriver":
        if (self.sparkSubmitJobDriver is None) == (self.sparkSqlJobDriver is None):
            rule = "must have one of sparkSubmitJobDriver and sparkSqlJobDriver (emr-containers JobDriver)"
            raise RuleError(None, rule, "Give one of them")
        return self


class _StartJobRun(Model):
    model_config = ConfigDict(frozen=True, extra="forbid")

    releaseLabel: Annotated[str, Field(min_length=1)]
    jobDriver: _JobDriver
    configurationOverrides: _ConfigurationOverrides | None = None
    virtualClusterId: str | None = None
    executionRoleArn: str | None = None
    name: str | None = None
    clientToken: str | None = None
    tags: dict[str, str] | None = None
    retryPolicyConfiguration: dict[str, Any] | None = None


def check_request(request: Any) -> Mapping[str, Any]:
    """The request itself, without what is null. Raises RuleError, with the path in it, for the first thing that is wrong."""
    if isinstance(request, dict) and "jobTemplateId" in request:
        raise RuleError(
            request["jobTemplateId"],
            "a job template holds what decides placement, and a plan reads one request",
            "Plan the definition that the template was made from",
            path=("jobTemplateId",),
        )
    try:
        checked = _StartJobRun.model_validate(request)
    except ValidationError as error:
        details = error.errors()[0]
        cause = details.get("ctx", {}).get("error")
        if isinstance(cause, RuleError):
            raise cause.below(*details["loc"]) from None
        message = details["msg"][:1].lower() + details["msg"][1:]
        value = None if details["type"] == "missing" else details["input"]
        rule = f"{message} (emr-containers StartJobRunRequest)"
        raise RuleError(value, rule, "Correct the request", path=details["loc"]) from None
    return checked.model_dump(exclude_none=True, mode="json")
