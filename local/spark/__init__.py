"""Real Spark against a recording Kubernetes API: spark-submit and drivers, without a cluster or executors that run."""

from local.spark.errors import SparkSubmitError
from local.spark.launcher import SparkLauncher
from local.spark.submission import DriverSubmission

__all__ = ["DriverSubmission", "SparkLauncher", "SparkSubmitError"]
