"""What the account options of a command name: the account, its virtual clusters, a job run of theirs."""

import argparse
import re
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from emr_eks_placement.common.errors import refused
from emr_eks_placement.emr.job_run import JobRun
from emr_eks_placement.facts.emr import RESOURCE_ID
from emr_eks_placement.runs.account import Account

if TYPE_CHECKING:
    from emr_eks_placement.environment import Environment

_ARN = re.compile(  # JobArn of botocore's service model of emr-containers
    rf"arn:aws[a-zA-Z0-9-]*:emr-containers:([a-z0-9-]+):\d{{12}}:/virtualclusters/({RESOURCE_ID})/jobruns/({RESOURCE_ID})"
)


def account_of(options: argparse.Namespace, **tries: Any) -> Account:
    """That of --profile and --region, and of the file of --environment where it is named; nothing of it is read yet.

    tries: of `Account`. Raises InputError as `environment_of` does.
    """
    if options.environment is None:
        return Account(options.profile, options.region, tries=tries)
    return environment_of(options, tries=tries)[0]


def environment_of(options: argparse.Namespace, **more: Any) -> "tuple[Account, Environment]":
    """As `account_of`, of a command that needs --environment; and what its file says. more: of `Account`.

    Raises InputError for what `load_environment` refuses, and for a --region that is not the file's.
    """
    from emr_eks_placement.environment_file import load_environment  # slow to import

    environment = load_environment(options.environment)
    account = Account(options.profile, options.region, **more)
    return in_environment(account, environment, str(options.environment)), environment


def in_environment(account: Account, environment: "Environment", file: str) -> Account:
    """The account, for an environment and its file. Raises InputError for another region than the file's."""
    fix = "Leave it out, or name the file of an environment there"
    region = _region(account.region, environment.region, file, fix)
    return replace(account, region=region, environment=environment, file=file)


def open_virtual_clusters(
    options: argparse.Namespace, *, tell_none: Callable[[str], object] | None = None
) -> tuple[Account, tuple[str, ...]]:
    """The ids of those of --environment or --virtual-cluster, and their account. Raises InputError for what can't be read,
    for an environment of another account, and for one that is not deployed; but tell_none takes that in words, where there
    may be none.
    """
    if options.virtual_cluster is not None:
        _check_id("--virtual-cluster", options.virtual_cluster)
        return Account(options.profile, options.region), (options.virtual_cluster,)
    account, environment = environment_of(options)
    from emr_eks_placement.aws.virtual_clusters import virtual_clusters_of  # boto3 is slow to import

    ids = virtual_clusters_of(account.session, environment.name)
    if not ids:
        rule = f"{environment.region} has no virtual cluster that this environment has made (cloudformation:ListStackResources)"
        if tell_none is None:
            raise refused(account.file, None, rule, "Deploy it, or name its account")
        tell_none(f"{account.file}: {rule}")
    return account, ids


def find_job_run(options: argparse.Namespace) -> tuple[Account, JobRun]:
    """The run that JOB-RUN names by its ARN, or by its id with --environment or --virtual-cluster; and its account.

    Raises InputError where there is none, for a --region that is not the ARN's, and as `open_virtual_clusters` does.
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
            rule = "an id alone does not tell whose job run it is"
            fix = "Add --environment or --virtual-cluster, or give the job run's ARN"
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
        raise refused(place, value, rule, "Copy it from what submit or list printed")
