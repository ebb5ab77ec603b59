"""The content of a StartJobRun request: Spark's configuration, the pod templates, EMR's own settings and log locations."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from emr_eks_placement.common.errors import RuleError
from emr_eks_placement.emr.placeholders import placeholders_in
from emr_eks_placement.facts import emr
from emr_eks_placement.pod_template.rules import SPARK_ROLE, TemplateRole
from emr_eks_placement.spark.configuration import SparkConfiguration, classifications, spark_configuration
from emr_eks_placement.spark.pods import TEMPLATE_PROPERTY

START_TIMEOUT = "job-start-timeout"


@dataclass(frozen=True)
class Monitoring:
    """Where a request keeps the logs of its containers; None for what it does not set.

    log_group, stream_prefix: in CloudWatch; log_uri: in S3; keeps_logs: whether it sets either; app_ui:
    persistentAppUI.
    """

    log_group: str | None = None
    stream_prefix: str | None = None
    log_uri: str | None = None
    keeps_logs: bool = False
    app_ui: str | None = None


@dataclass(frozen=True)
class Request:
    """The content of a request. body: the request, as `check_request` returns it.

    Each value is computed on first use.
    """

    body: Mapping[str, Any]

    @cached_property
    def spark(self) -> SparkConfiguration:
        """Spark's configuration. Raises RuleError as `spark_configuration` does."""
        return spark_configuration(self.body)

    @cached_property
    def templates(self) -> Mapping[TemplateRole, str]:
        """The URIs of its pod templates, by role; a release may ignore them. Raises RuleError as `spark` does."""
        named = {role: self.spark.properties.get(template_property(role)) for role in SPARK_ROLE}
        return {role: uri for role, uri in named.items() if uri}

    @cached_property
    def monitoring(self) -> Monitoring:
        """The content of its monitoringConfiguration."""
        overrides: Mapping[str, Any] = self.body.get("configurationOverrides") or {}
        written: Mapping[str, Any] = overrides.get("monitoringConfiguration") or {}
        cloudwatch: Mapping[str, str] = written.get("cloudWatchMonitoringConfiguration") or {}
        s3: Mapping[str, str] = written.get("s3MonitoringConfiguration") or {}
        return Monitoring(
            log_group=cloudwatch.get("logGroupName"),
            stream_prefix=cloudwatch.get("logStreamNamePrefix"),
            log_uri=s3.get("logUri"),
            keeps_logs="cloudWatchMonitoringConfiguration" in written or "s3MonitoringConfiguration" in written,
            app_ui=written.get("persistentAppUI"),
        )

    @property
    def defaults(self) -> Mapping[str, str]:
        """EMR's settings of all containers: the classification emr-containers-defaults."""
        return self.classification("emr-containers-defaults")

    @property
    def submitter(self) -> Mapping[str, str]:
        """EMR's settings of the job submitter: the classification emr-job-submitter."""
        return self.classification("emr-job-submitter")

    def classification(self, name: str) -> Mapping[str, str]:
        """Returns the properties of a classification, including nested configurations."""
        return self._classifications.get(name, {})

    @cached_property
    def _classifications(self) -> Mapping[str, Mapping[str, str]]:
        found: dict[str, dict[str, str]] = {}
        for name, properties in classifications(self.body):
            found.setdefault(name, {}).update(properties)
        return found

    @property
    def start_timeout_seconds(self) -> int:
        """How long the run may be SUBMITTED, in seconds: it ends if its submitter or driver has not started by then.

        The default, also for a placeholder, is EMR's 900.

        Raises RuleError, with the property as path, for a value that is no whole number above 0.
        """
        text = self.defaults.get(START_TIMEOUT, str(emr.START_TIMEOUT_SECONDS))
        digits = str(emr.START_TIMEOUT_SECONDS) if placeholders_in(text) else text.strip()
        if not digits.isascii() or not digits.isdigit() or not int(digits):
            rule = "is a whole number of seconds above 0 (EMR on EKS guide, emr-containers-defaults)"
            raise RuleError(text, rule, "Write for example 1800", path=(START_TIMEOUT,))
        return int(digits)


def template_property(role: TemplateRole) -> str:
    """Returns the Spark property that names the pod template of a role."""
    return TEMPLATE_PROPERTY[SPARK_ROLE[role]]


def logging_requests(properties: Mapping[str, str], prefix: str) -> dict[str, str]:
    """Returns the requests of a logging container, from the properties `cores` and `memory` below the prefix if they
    are set.

    A placeholder counts as not set, because its value is unknown.
    """
    named = {"cpu": properties.get(f"{prefix}cores"), "memory": properties.get(f"{prefix}memory")}
    return {name: amount for name, amount in named.items() if amount is not None and not placeholders_in(amount)}
