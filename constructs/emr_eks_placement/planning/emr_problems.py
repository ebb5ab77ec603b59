"""Problems of EMR on EKS's own processing of a request."""

from collections.abc import Iterator

from emr_eks_placement.emr.classifications import AUTOSCALING
from emr_eks_placement.emr.request import Request
from emr_eks_placement.emr.unknown import unknown_configuration
from emr_eks_placement.facts import emr
from emr_eks_placement.planning.problems import Problem
from emr_eks_placement.scheduling.pod import PodShape

_SPARK_ENV = ("SPARK_CONF_DIR", "SPARK_HOME")
_SIZING = next(iter(AUTOSCALING))


def problems_of_emr(request: Request, driver: PodShape) -> Iterator[Problem]:
    """Yields problems of its classifications, of Spark properties that EMR overrides, and of how EMR runs the job.

    driver: the driver's pod.
    """
    for unknown in unknown_configuration(request.body):
        yield Problem("EMR_CONFIGURATION", unknown.role, unknown.what, fix=unknown.fix)
    for name in sorted({emr.PULL_POLICY, *emr.INTERNAL_SPARK_CONF} & request.spark.properties.keys()):
        yield Problem("EMR_SPARK_CONF", "driver", f"{name} is set")
    environment = {**request.classification("spark-env"), **request.classification("export")}
    for name in _SPARK_ENV:
        if name in environment:
            yield Problem("EMR_SPARK_ENV", "driver", f"{name} is {environment[name]}")
    yield from _problems_of_autoscaling(driver)
    yield from _problems_of_retries(request)


def _problems_of_autoscaling(driver: PodShape) -> Iterator[Problem]:
    """Yields problems if the mode resizes: Off, the default, only observes. In the guide the switch is a label and an
    annotation."""
    found = {**driver.annotations, **driver.labels}
    mode = found.get(f"{_SIZING}.mode", "Off")
    if found.get(_SIZING) == "true" and mode != "Off":
        yield Problem("EMR_VERTICAL_AUTOSCALING", "executors", f"dynamic.sizing.mode is {mode}")


def _problems_of_retries(request: Request) -> Iterator[Problem]:
    attempts = (request.body.get("retryPolicyConfiguration") or {}).get("maxAttempts", 1)
    if attempts > 1:
        release = request.spark.release
        what = f"up to {attempts} drivers start, one after the other"
        if release.emr < emr.RETRY_POLICY_FROM:
            what = f"{release.label} has no retry policies: EMR 6.9.0 is the first"
        yield Problem("EMR_RETRIES", "driver", what)
