"""Every classification and property of EMR on EKS, and how a plan uses it.

Source: EMR on EKS guide: releases (supported configuration classifications), job submitter classification, container
defaults classification, configuring vertical autoscaling; botocore's service model of emr-containers (2020-10-01).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal


@dataclass(frozen=True)
class Setting:
    """How a plan uses a property.

    taken: planned: the property decides pods, and a plan uses it; elsewhere: it can't change where or whether pods
    land; warned: a code reports what a plan does not know about it. why: where it is planned, why it can't change that,
    or the code. options: the values that count; empty: any.
    """

    taken: Literal["planned", "elsewhere", "warned"]
    why: str
    options: tuple[str, ...] = ()


def _planned(why: str, *options: str) -> Setting:
    return Setting("planned", why, options)


def _elsewhere(why: str, *options: str) -> Setting:
    return Setting("elsewhere", why, options)


ANY = "*"  # any property, or at the end of a name any ending that is not empty

_INSIDE = _elsewhere("read by Spark and Hadoop inside the containers, which by then are placed")
_IMAGE = _elsewhere("which image is pulled: that it is there and can be pulled is not planned")
_ENDPOINT = Setting("warned", "EMR_CONFIGURATION")
_SPARK_HOME = Setting("warned", "EMR_SPARK_ENV")
_ENVIRONMENT: Mapping[str, Setting] = {
    "SPARK_CONF_DIR": _SPARK_HOME,
    "SPARK_HOME": _SPARK_HOME,
    ANY: _elsewhere(
        "environment of the processes: EMR writes all sizes into spark-defaults.conf, which beats SPARK_EXECUTOR_MEMORY "
        "and its like (Spark's SparkSubmitArguments); JAVA_HOME and the like change what runs, not where"
    ),
}

CLASSIFICATIONS: Mapping[str, Mapping[str, Setting]] = MappingProxyType(
    {
        "spark-defaults": {"spark.*": _planned("Spark's own table")},
        "emr-job-submitter": {
            "jobsubmitter.node.selector.*": _planned("node selector of the submitter"),
            "jobsubmitter.node.toleration.*": _planned("tolerations of the submitter"),
            "jobsubmitter.label.*": _planned("labels of the submitter"),
            "jobsubmitter.annotation.*": _planned("annotations of the submitter"),
            "jobsubmitter.scheduler.name": _planned("scheduler of the submitter"),
            "jobsubmitter.logging": _planned("whether the submitter has a logging container", "DISABLED", "ENABLED"),
            "jobsubmitter.logging.request.cores": _planned("request of its logging container"),
            "jobsubmitter.logging.request.memory": _planned("request of its logging container"),
            "jobsubmitter.logging.image": _IMAGE,
            "jobsubmitter.container.image": _IMAGE,
            "jobsubmitter.container.image.pullPolicy": _IMAGE,
            "jobsubmitter.gracefulTermination": _elsewhere(
                "how long the submitter stays: it has to start all the same", "true", "false"
            ),
        },
        "emr-containers-defaults": {
            "job-start-timeout": _planned("how long submitter and driver may take to start"),
            "executor.logging": _planned("whether executors have a logging sidecar", "DISABLED", "ENABLED"),
            "logging.request.cores": _planned("request of the logging sidecar"),
            "logging.request.memory": _planned("request of the logging sidecar"),
            "logging.nativeSidecar": _planned("how the logging sidecar runs", "ENABLED", "DISABLED"),
            "logging.image": _IMAGE,
            "logging.eventLog.dir": _elsewhere("where event logs are copied to"),
        },
        "spark-env": _ENVIRONMENT,
        "export": _ENVIRONMENT,  # nested in spark-env, as in EMR on EC2
        "core-site": {ANY: _INSIDE},
        "emrfs-site": {ANY: _INSIDE},
        "spark-metrics": {ANY: _INSIDE},
        "spark-hive-site": {ANY: _INSIDE},
        "spark-log4j": {ANY: _INSIDE},
        "spark-log4j2": {ANY: _INSIDE},
        "jeg-config": {ANY: _ENDPOINT},
        "jupyter-kernel-overrides": {ANY: _ENDPOINT},
    }
)
ENDPOINT_ONLY = frozenset({"jeg-config", "jupyter-kernel-overrides"})

MONITORING: Mapping[str, Setting] = MappingProxyType(
    {
        "s3MonitoringConfiguration": _planned("executors have a logging sidecar"),
        "cloudWatchMonitoringConfiguration": _planned("executors have a logging sidecar"),
        "persistentAppUI": _planned("switched off, and without logs, the driver may have no logging sidecar"),
        "managedLogs": _elsewhere("which logs AWS may keep: those of fine-grained access control's own namespace"),
        "containerLogRotationConfiguration": _elsewhere("how the containers' log files are cut"),
    }
)

_SIZING = "emr-containers.amazonaws.com/dynamic.sizing"
AUTOSCALING: Mapping[str, Setting] = MappingProxyType(
    {
        _SIZING: Setting("warned", "EMR_VERTICAL_AUTOSCALING", ("true", "false")),
        f"{_SIZING}.mode": Setting("warned", "EMR_VERTICAL_AUTOSCALING", ("Off", "Initial", "Auto")),
        f"{_SIZING}.signature": _elsewhere("which runs are taken for the same job"),
        **{
            f"{_SIZING}.scale.{resource}{bound}": _elsewhere("what is scaled, where the mode scales at all")
            for resource in ("memory", "cpu")
            for bound in ("", ".min", ".max")
        },
    }
)
"""Labels and annotations of the driver with which EMR's operator resizes the executors."""


def setting_of(classification: str, name: str) -> Setting | None:
    """Returns the entry of a property of a known classification; None if the guide has no such property."""
    known = CLASSIFICATIONS[classification]
    if name in known:
        return known[name]
    prefixes = (key for key in known if key.endswith(ANY))
    return next((known[key] for key in prefixes if name.startswith(key[:-1]) and name != key[:-1]), None)
