"""emr-placement empty-bucket: empties the bucket of an environment that deletes its data with its stacks."""

import argparse
import sys

from emr_eks_placement.cli.options.account import environment_of
from emr_eks_placement.cli.options.confirm import confirmed
from emr_eks_placement.cli.output.terminal import number_of, terminal_width, wrapped
from emr_eks_placement.environment import Environment


def run(options: argparse.Namespace) -> int:
    """Returns 0 if the bucket is empty or is kept, 1 if the user said no. Raises InputError, whose text has what was
    deleted."""
    account, environment = environment_of(options)
    if reason := _stays(environment):
        return _done(f"the bucket is not emptied: {reason}")
    from emr_eks_placement.aws.bucket import bucket_of, empty_bucket  # boto3 is slow to import

    bucket = bucket_of(account.session, environment.name)
    if bucket is None:
        return _done(f"no stack of {environment.name} has a bucket")
    if not options.yes:
        question = f"Delete every object of s3://{bucket}, with all versions?"
        if not confirmed(question, f"every object of s3://{bucket} is to be deleted"):
            return 1
    count = number_of(empty_bucket(account.session, bucket), "version")
    return _done(f"deleted {count} of objects in s3://{bucket}")


def _stays(environment: Environment) -> str | None:
    if environment.bucket is not None:
        return "it is not the environment's own bucket (bucket)"
    return "retain_data is true" if environment.retain_data else None


def _done(line: str) -> int:
    sys.stdout.write(f"{wrapped(line, terminal_width())}\n")
    return 0
