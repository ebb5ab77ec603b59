"""The error of a submission or a driver."""


class SparkSubmitError(Exception):
    """spark-submit or the driver refused or failed; the message is Spark's own, in one line."""
