"""emr-placement empty-bucket: empties the bucket of an environment whose data goes with its stacks."""

import argparse
import sys

from emr_eks_placement.cli.options.account import environment_of
from emr_eks_placement.cli.options.confirm import confirmed
from emr_eks_placement.environment import Environment


def run(options: argparse.Namespace) -> int:
    """0: the bucket is empty or stays, 1: the user said no. Raises InputError, with nothing deleted but what it says."""
    account, environment = environment_of(options)
    if reason := _stays(environment):
        return _done(f"the bucket stays as it is: {reason}")
    from emr_eks_placement.aws.bucket import bucket_of, empty_bucket  # boto3 is slow to import

    bucket = bucket_of(account.session, environment.name)
    if bucket is None:
        return _done(f"no stack of {environment.name} has a bucket")
    if not options.yes:
        question = f"Delete every object of s3://{bucket}, with all versions?"
        if not confirmed(question, f"every object of s3://{bucket} is to be deleted"):
            return 1
    return _done(f"deleted {empty_bucket(account.session, bucket)} versions of objects in s3://{bucket}")


def _stays(environment: Environment) -> str | None:
    if environment.bucket is not None:
        return "it is not of this environment (bucket)"
    return "retain_data is true" if environment.retain_data else None


def _done(line: str) -> int:
    sys.stdout.write(f"{line}\n")
    return 0
