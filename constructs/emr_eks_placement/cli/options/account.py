"""Reads the account options of a command: the account, its virtual clusters, and a job run in it."""

import argparse
import re
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from emr_eks_placement.common.errors import refused
from emr_eks_placement.emr.job_run import JobRun
from emr_eks_placement.facts.emr import RESOURCE_ID
from emr_eks_placement.facts.regions import arn_pattern
from emr_eks_placement.runs.account import Account

if TYPE_CHECKING:
    from emr_eks_placement.definition import CheckedEnvironment
    from emr_eks_placement.environment import Environment

_ARN = re.compile(  # JobArn of botocore's service model of emr-containers
    arn_pattern("emr-containers", f"/virtualclusters/({RESOURCE_ID})/jobruns/({RESOURCE_ID})", region="([-a-z0-9]+)")
)


def account_of(options: argparse.Namespace, **tries: Any) -> Account:
    """Returns the account of --profile and --region, and of the file of --environment if it is set; reads nothing of
    the account.

    tries: as in `Account`. Raises InputError as `environment_of` does.
    """
    if options.environment is None:
        return Account(options.profile, options.region, tries=tries)
    return environment_of(options, tries=tries)[0]


def environment_of(options: argparse.Namespace, **more: Any) -> "tuple[Account, Environment]":
    """Returns the account and the content of the environment file, for a command that needs --environment. more: as in
    `Account`.

    Raises InputError for what `load_environment` refuses, and for a --region other than the file's.
    """
    account, checked = checked_environment_of(options, **more)
    return account, checked.environment


def checked_environment_of(options: argparse.Namespace, **more: Any) -> "tuple[Account, CheckedEnvironment]":
    """As `environment_of`, with the plans of its jobs."""
    from emr_eks_placement.environment_file import load_checked  # slow to import

    checked = load_checked(options.environment)
    account = Account(options.profile, options.region, **more)
    return in_environment(account, checked.environment, str(options.environment)), checked


def in_environment(account: Account, environment: "Environment", file: str) -> Account:
    """Returns the account for an environment and its file. Raises InputError for a region other than the file's."""
    fix = "Leave it out, or name the file of an environment there"
    region = _region(account.region, environment.region, file, fix)
    return replace(account, region=region, environment=environment, file=file)


def open_virtual_clusters(
    options: argparse.Namespace, *, tell_none: Callable[[str], object] | None = None
) -> tuple[Account, tuple[str, ...]]:
    """Returns the ids of the virtual clusters of --environment or --virtual-cluster, and their account.

    Raises InputError for what can't be read, and for an environment of another account or one that is not deployed.
    With tell_none, an environment without virtual clusters is reported and is no error.
    """
    if options.virtual_cluster is not None:
        _check_id("--virtual-cluster", options.virtual_cluster)
        return Account(options.profile, options.region), (options.virtual_cluster,)
    account, environment = environment_of(options)
    from emr_eks_placement.aws.virtual_clusters import virtual_clusters_of  # boto3 is slow to import

    ids = virtual_clusters_of(account.session, environment.name)
    if not ids:
        rule = f"{environment.region} has no virtual cluster of this environment (cloudformation:ListStackResources)"
        if tell_none is None:
            raise refused(account.file, None, rule, "Deploy it, or name its account")
        tell_none(f"{account.file}: {rule}")
    return account, ids


def find_job_run(options: argparse.Namespace) -> tuple[Account, JobRun]:
    """Returns the run that JOB-RUN names, by ARN or by id with --environment or --virtual-cluster, and its account.

    Raises InputError if there is none, for a --region other than the ARN's, and as `open_virtual_clusters` does.
    """
    named = _ARN.fullmatch(options.job_run)
    if named:
        region, virtual_cluster, id_ = named.groups()
        fix = "Leave it out, or name a job run there"
        account = Account(options.profile, _region(options.region, region, "JOB-RUN", fix))
        ids: tuple[str, ...] = (virtual_cluster,)
    else:
        id_ = options.job_run
        _check_id("JOB-RUN", id_)
        if options.environment is None and options.virtual_cluster is None:
            rule = "an id alone does not identify a job run"
            fix = "Add --environment or --virtual-cluster, or use the job run's ARN"
            raise refused("JOB-RUN", id_, rule, fix)
        account, ids = open_virtual_clusters(options)
    api = account.job_runs
    for virtual_cluster in ids:
        found = api.find(virtual_cluster, id_)
        if found is not None:
            return account, found
    where = account.file or f"virtual cluster {ids[0]}"
    rule = f"no virtual cluster of it in {api.region} has job run {id_} (emr-containers:DescribeJobRun)"
    raise refused(where, None, rule, "Check the id, the region and the account")


def _region(asked: str | None, own: str, whose: str, fix: str) -> str:
    if asked not in (None, own):
        raise refused("--region", asked, f"the region of {whose} is {own}", fix)
    return own


def _check_id(place: str, value: str) -> None:
    if not re.fullmatch(RESOURCE_ID, value):
        rule = "1 to 64 of 0-9 and a-z (emr-containers ResourceIdString)"
        raise refused(place, value, rule, "Copy it from the output of submit or list")
