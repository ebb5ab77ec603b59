"""The valid content of a StartJobRun request: the shapes of EMR's service model, with their names.

Source: botocore's service model of emr-containers (2020-10-01), StartJobRunRequest and every shape below it.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType

from emr_eks_placement.facts import emr

REQUEST = "StartJobRunRequest"


@dataclass(frozen=True)
class Pattern:
    """The pattern of a text: in the service model, in words, and how to fix a text that does not match.

    A pattern must match the whole text, with ASCII letters, digits and blanks only, as in Java, whose syntax it uses.
    """

    pattern: str
    words: str
    fix: str

    def matches(self, text: str) -> bool:
        """Returns whether the whole text matches the pattern."""
        return self._compiled.fullmatch(text) is not None

    @cached_property
    def _compiled(self) -> re.Pattern[str]:
        return re.compile(self.pattern, re.ASCII)


@dataclass(frozen=True)
class Text:
    """A string of least to most characters (None: no limit) that matches a pattern or is one of several options."""

    least: int = 0
    most: int | None = None
    pattern: Pattern | None = None
    options: tuple[str, ...] = ()


@dataclass(frozen=True)
class Whole:
    """A whole number from least to most; None: no limit."""

    least: int | None = None
    most: int | None = None


@dataclass(frozen=True)
class Many:
    """A list with at most so many members of a shape; None: no limit."""

    member: str
    most: int | None = None


@dataclass(frozen=True)
class Pairs:
    """A mapping with at most so many keys of one shape and values of another."""

    key: str
    value: str
    most: int


@dataclass(frozen=True)
class Record:
    """A mapping with known keys, each with its shape.

    required: keys that must exist; one_of: exactly one of these keys must exist.
    """

    members: Mapping[str, str]
    required: tuple[str, ...] = ()
    one_of: tuple[str, ...] = ()


Shape = Text | Whole | Many | Pairs | Record

# The service model's .*\S.*, in a form that takes linear time.
_NOT_BLANK = Pattern(r"[^\S\n]*\S.*", "must be one line that is not blank", "Write it on one line, or leave it out")
# As above, across lines: how EMR splits parameters is not documented, and parameters of several lines are common.
_NOT_BLANK_LINES = Pattern(r"(?s:\s*\S.*)", "must not be blank", "Leave it out")
_NAME = Pattern(r"[\.\-_/#A-Za-z0-9]+", "must have only letters, digits and . - _ / #", "Rename it")
_SWITCH = Text(options=("ENABLED", "DISABLED"))


def _not_blank(most: int, least: int = 1) -> Text:
    return Text(least, most, _NOT_BLANK)


_TEXTS: dict[str, Text] = {
    "ResourceNameString": Text(1, emr.LONGEST_JOB_RUN_NAME, _NAME),
    "ResourceIdString": Text(
        1, 64, Pattern(r"[0-9a-z]+", "must have only digits and lower-case letters", "Write the id that AWS gave it")
    ),
    "ClientToken": _not_blank(64),
    "IAMRoleArn": Text(
        20,
        2048,
        Pattern(
            r"^arn:(aws[a-zA-Z0-9-]*):iam::(\d{12})?:(role((\u002F)|(\u002F[\u0021-\u007F]+\u002F))[\w+=,.@-]+)$",
            "must be the ARN of an IAM role",
            "Write for example arn:aws:iam::111122223333:role/job-execution",
        ),
    ),
    "ReleaseLabel": Text(
        1,
        64,
        Pattern(
            r"[\.\-_/A-Za-z0-9]+", "must have only letters, digits and . - _ /", "Write for example emr-7.12.0-latest"
        ),
    ),
    "EntryPointPath": _not_blank(emr.LONGEST_ENTRY_POINT),
    "EntryPointArgument": _not_blank(emr.LONGEST_ARGUMENT),
    "SparkSubmitParameters": Text(1, 102400, _NOT_BLANK_LINES),
    "SparkSqlParameters": Text(1, 102400, _NOT_BLANK_LINES),
    "String1024": _not_blank(emr.LONGEST_PROPERTY),
    "String256": _not_blank(256),
    "String128": _not_blank(128),
    "StringEmpty256": _not_blank(256, least=0),
    "AllowAWSToRetainLogs": _SWITCH,
    "PersistentAppUI": _SWITCH,
    "KmsKeyArn": Text(
        3,
        2048,
        Pattern(
            r"^(arn:(aws[a-zA-Z0-9-]*):kms:.+:(\d{12})?:key\/[(0-9a-zA-Z)-?]+|\$\{[a-zA-Z]\w*\})$",
            "must be the ARN of a KMS key, or one parameter such as ${Key}",
            "Write for example arn:aws:kms:us-east-1:111122223333:key/KEY-ID",
        ),
    ),
    "LogGroupName": Text(1, 512, _NAME),
    "UriString": Text(
        1,
        10280,
        Pattern(
            r"[\u0020-\uD7FF\uE000-\uFFFD\uD800\uDBFF-\uDC00\uDFFF\r\n\t]*",
            "must have no control characters, and none above U+FFFD such as emoji",
            "Write for example s3://bucket/logs/",
        ),
    ),
    "RotationSize": Text(
        3,
        12,
        Pattern(
            r"^\d+(\.\d+)?[KMG][Bb]?$", "must be a number and K, M or G, with or without B", "Write for example 100MB"
        ),
    ),
    "TemplateParameterName": Text(
        1, 512, Pattern(r"[\.\-_\#A-Za-z0-9]+", "must have only letters, digits and . - _ #", "Rename it")
    ),
}

_COLLECTIONS: dict[str, Many | Pairs] = {
    "EntryPointArguments": Many("EntryPointArgument"),
    "ConfigurationList": Many("Configuration", 100),
    "SensitivePropertiesMap": Pairs("String1024", "String1024", emr.MOST_PROPERTIES),
    "TagMap": Pairs("String128", "StringEmpty256", 50),
    "TemplateParameterInputMap": Pairs("TemplateParameterName", "String1024", 100),
}

_RECORDS: dict[str, Record] = {
    # virtualClusterId is required by the service, but unknown before deployment; SDKs fill in clientToken.
    REQUEST: Record(
        {
            "name": "ResourceNameString",
            "virtualClusterId": "ResourceIdString",
            "clientToken": "ClientToken",
            "executionRoleArn": "IAMRoleArn",
            "releaseLabel": "ReleaseLabel",
            "jobDriver": "JobDriver",
            "configurationOverrides": "ConfigurationOverrides",
            "tags": "TagMap",
            "jobTemplateId": "ResourceIdString",
            "jobTemplateParameters": "TemplateParameterInputMap",
            "retryPolicyConfiguration": "RetryPolicyConfiguration",
        }
    ),
    # Exactly one, by the API reference of JobDriver; the service model does not require it.
    "JobDriver": Record(
        {"sparkSubmitJobDriver": "SparkSubmitJobDriver", "sparkSqlJobDriver": "SparkSqlJobDriver"},
        one_of=("sparkSubmitJobDriver", "sparkSqlJobDriver"),
    ),
    "SparkSubmitJobDriver": Record(
        {
            "entryPoint": "EntryPointPath",
            "entryPointArguments": "EntryPointArguments",
            "sparkSubmitParameters": "SparkSubmitParameters",
        },
        required=("entryPoint",),
    ),
    "SparkSqlJobDriver": Record({"entryPoint": "EntryPointPath", "sparkSqlParameters": "SparkSqlParameters"}),
    "ConfigurationOverrides": Record(
        {"applicationConfiguration": "ConfigurationList", "monitoringConfiguration": "MonitoringConfiguration"}
    ),
    "Configuration": Record(
        {
            "classification": "String1024",
            "properties": "SensitivePropertiesMap",
            "configurations": "ConfigurationList",
        },
        required=("classification",),
    ),
    "MonitoringConfiguration": Record(
        {
            "managedLogs": "ManagedLogs",
            "persistentAppUI": "PersistentAppUI",
            "cloudWatchMonitoringConfiguration": "CloudWatchMonitoringConfiguration",
            "s3MonitoringConfiguration": "S3MonitoringConfiguration",
            "containerLogRotationConfiguration": "ContainerLogRotationConfiguration",
        }
    ),
    "ManagedLogs": Record({"allowAWSToRetainLogs": "AllowAWSToRetainLogs", "encryptionKeyArn": "KmsKeyArn"}),
    "CloudWatchMonitoringConfiguration": Record(
        {"logGroupName": "LogGroupName", "logStreamNamePrefix": "String256"}, required=("logGroupName",)
    ),
    "S3MonitoringConfiguration": Record({"logUri": "UriString", "encryptionKeyArn": "KmsKeyArn"}, required=("logUri",)),
    "ContainerLogRotationConfiguration": Record(
        {"rotationSize": "RotationSize", "maxFilesToKeep": "MaxFilesToKeep"},
        required=("rotationSize", "maxFilesToKeep"),
    ),
    "RetryPolicyConfiguration": Record({"maxAttempts": "JavaInteger"}, required=("maxAttempts",)),
}

SHAPES: Mapping[str, Shape] = MappingProxyType(
    {**_TEXTS, "MaxFilesToKeep": Whole(1, 50), "JavaInteger": Whole(), **_COLLECTIONS, **_RECORDS}
)
