"""Parameters of a job: names whose values a job template accepts; other definitions use their defaults."""

import re
from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import AfterValidator, model_validator

from emr_eks_placement.common.errors import RuleError
from emr_eks_placement.common.model import Model, Rule, count
from emr_eks_placement.facts.spark_entries import current_name
from emr_eks_placement.spark.effects import effect_of

_MOST_PARAMETERS = 100
_LONGEST_NAME = 512  # TemplateParameterName
_LONGEST_VALUE = 1024  # String1024
_REFERENCE = re.compile(r"\$\{([A-Za-z][A-Za-z0-9_]*)\}")
# Properties that decide the size, the number and the place of pods.
_DECIDES_PODS = re.compile(r"spark\.(kubernetes|driver|executor|memory|dynamicAllocation)\..*", re.DOTALL)
_NAME_RULE = (
    f"a parameter's name has 1 to {_LONGEST_NAME} of A-Z, a-z, 0-9 and _, the first a letter "
    "(emr-containers TemplateParameterName, ParametricReleaseLabel)"
)


def _check_default(value: str) -> str:
    if not value.strip() or len(value) > _LONGEST_VALUE:
        rule = f"a parameter's value has 1 to {_LONGEST_VALUE} characters, not all blank (emr-containers String1024)"
        raise RuleError(value, rule, "Shorten it, or write one")
    if "${" in value:
        raise RuleError(
            value,
            "a value is used as it is: it can't contain a parameter (EMR on EKS guide, job templates)",
            "Write it out",
        )
    return value


def _check_names(parameters: dict[str, "JobParameter"]) -> dict[str, "JobParameter"]:
    for name in parameters:
        if not _REFERENCE.fullmatch(f"${{{name}}}") or len(name) > _LONGEST_NAME:
            raise RuleError(name, _NAME_RULE, "Rename it", path=(name,))
    return parameters


class JobParameter(Model):
    """A parameter `${NAME}` in a job's arguments and spark_conf. A job template accepts other values for it."""

    type: Literal["STRING", "NUMBER"] = "STRING"
    """The type of its values."""
    default: Annotated[str, AfterValidator(_check_default)]
    """Its default, which definitions other than job templates use."""

    @model_validator(mode="after")
    def _check_number(self) -> "JobParameter":
        if self.type == "NUMBER" and not re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", self.default):
            raise RuleError(
                self.default,
                "the default of a NUMBER is a number (emr-containers TemplateParameterDataType)",
                'Write for example "100", or type: STRING',
                path=("default",),
            )
        return self


JobParameters = Annotated[
    dict[str, JobParameter],
    count(0, _MOST_PARAMETERS, "parameters", "emr-containers TemplateParameterConfigurationMap"),
    Rule(_check_names, _NAME_RULE),
]


def references(text: str) -> list[str]:
    """Returns the names that the text contains as ${NAME}."""
    return _REFERENCE.findall(text)


def without_references(text: str) -> str:
    """Returns the text without its ${NAME}."""
    return _REFERENCE.sub("", text)


def filled_in(text: str, parameters: Mapping[str, JobParameter]) -> str:
    """Returns the text with the defaults of its parameters; other text in ${ } is kept."""
    return _REFERENCE.sub(lambda one: parameters[one[1]].default if one[1] in parameters else one[0], text)


def decides_pods(key: str) -> bool:
    """Returns whether a Spark property decides the size, the number or the place of a job's pods."""
    name = current_name(key)
    effect = effect_of(name)
    return bool(_DECIDES_PODS.fullmatch(name)) or (effect is not None and effect.how != "none")
