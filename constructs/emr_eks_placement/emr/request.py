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
    applicationConfiguration: tuple[_Configuration, ...] | None = None  # noqa: N815 - the API's name
    monitoringConfiguration: dict[str, Any] | None = None  # noqa: N815


class _SparkSubmitJobDriver(Model):
    entryPoint: Annotated[str, Field(min_length=1, max_length=emr.LONGEST_ENTRY_POINT)]  # noqa: N815
    entryPointArguments: tuple[str, ...] | None = None  # noqa: N815
    sparkSubmitParameters: Annotated[str, Field(min_length=1, max_length=102400)] | None = None  # noqa: N815


class _SparkSqlJobDriver(Model):
    entryPoint: Annotated[str, Field(min_length=1, max_length=emr.LONGEST_ENTRY_POINT)] | None = None  # noqa: N815
    sparkSqlParameters: Annotated[str, Field(min_length=1, max_length=102400)] | None = None  # noqa: N815


class _JobDriver(Model):
    sparkSubmitJobDriver: _SparkSubmitJobDriver | None = None  # noqa: N815
    sparkSqlJobDriver: _SparkSqlJobDriver | None = None  # noqa: N815

    @model_validator(mode="after")
    def _check_one(self) -> "_JobDriver":
        if (self.sparkSubmitJobDriver is None) == (self.sparkSqlJobDriver is None):
            rule = "must have one of sparkSubmitJobDriver and sparkSqlJobDriver (emr-containers JobDriver)"
            raise RuleError(None, rule, "Give one of them")
        return self


class _StartJobRun(Model):
    model_config = ConfigDict(frozen=True, extra="forbid")

    releaseLabel: Annotated[str, Field(min_length=1)]  # noqa: N815
    jobDriver: _JobDriver  # noqa: N815
    configurationOverrides: _ConfigurationOverrides | None = None  # noqa: N815
    virtualClusterId: str | None = None  # noqa: N815
    executionRoleArn: str | None = None  # noqa: N815
    name: str | None = None
    clientToken: str | None = None  # noqa: N815
    tags: dict[str, str] | None = None
    retryPolicyConfiguration: dict[str, Any] | None = None  # noqa: N815


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
