"""Values of EMR's own properties in a StartJobRun request."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from emr_eks_placement.common.errors import RuleError
from emr_eks_placement.emr.placeholders import placeholders_in
from emr_eks_placement.facts import emr
from emr_eks_placement.spark.configuration import classification

START_TIMEOUT = "job-start-timeout"


@dataclass(frozen=True)
class Monitoring:
    """Where a request keeps the logs of its containers; None for what it does not name.

    log_group, stream_prefix: in CloudWatch; log_uri: in S3; keeps_logs: whether it names either; app_ui: persistentAppUI.
    """

    log_group: str | None = None
    stream_prefix: str | None = None
    log_uri: str | None = None
    keeps_logs: bool = False
    app_ui: str | None = None


def monitoring_of(request: Mapping[str, Any]) -> Monitoring:
    """What a request's monitoringConfiguration names."""
    written: Mapping[str, Any] = (request.get("configurationOverrides") or {}).get("monitoringConfiguration") or {}
    cloudwatch: Mapping[str, str] = written.get("cloudWatchMonitoringConfiguration") or {}
    s3: Mapping[str, str] = written.get("s3MonitoringConfiguration") or {}
    return Monitoring(
        log_group=cloudwatch.get("logGroupName"),
        stream_prefix=cloudwatch.get("logStreamNamePrefix"),
        log_uri=s3.get("logUri"),
        keeps_logs="cloudWatchMonitoringConfiguration" in written or "s3MonitoringConfiguration" in written,
        app_ui=written.get("persistentAppUI"),
    )


def start_timeout_seconds(request: Mapping[str, Any]) -> int:
    """For how many seconds the run may be SUBMITTED: a submitter or driver that has not started by then ends it.

    By default, and for a placeholder, EMR's own 900.

    Raises RuleError, with the property as path, for what is no whole number above 0.
    """
    text = classification(request, "emr-containers-defaults").get(START_TIMEOUT, str(emr.START_TIMEOUT_SECONDS))
    digits = str(emr.START_TIMEOUT_SECONDS) if placeholders_in(text) else text.strip()
    if not digits.isascii() or not digits.isdigit() or not int(digits):
        rule = "is a whole number of seconds above 0 (EMR on EKS guide, emr-containers-defaults)"
        raise RuleError(text, rule, "Write for example 1800", path=(START_TIMEOUT,))
    return int(digits)


def logging_requests(properties: Mapping[str, str], prefix: str) -> dict[str, str]:
    """What the properties below the prefix, `cores` and `memory`, make a logging container request, where they are set.

    A placeholder counts as not set: no quantity is known.
    """
    named = {"cpu": properties.get(f"{prefix}cores"), "memory": properties.get(f"{prefix}memory")}
    return {name: amount for name, amount in named.items() if amount is not None and not placeholders_in(amount)}
