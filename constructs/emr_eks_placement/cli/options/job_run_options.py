"""The job runs that a command's options name: by environment file, by virtual cluster or by ARN."""

import argparse
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from emr_eks_placement.cli.options.environment_session import environment_of, session_of
from emr_eks_placement.common.errors import InputError, RuleError, finding
from emr_eks_placement.emr.job_run import JobRun

if TYPE_CHECKING:
    import boto3

    from emr_eks_placement.aws.job_runs import JobRunsApi

# ResourceIdString and JobArn of botocore's service model of emr-containers.
_ID = re.compile(r"[0-9a-z]{1,64}")
_ARN = re.compile(
    r"arn:aws[a-zA-Z0-9-]*:emr-containers:([a-z0-9-]+):\d{12}:/virtualclusters/([0-9a-z]{1,64})/jobruns/([0-9a-z]{1,64})"
)


@dataclass(frozen=True)
class VirtualClusters:
    """Virtual clusters of one account and region; where: what the user named them by."""

    session: "boto3.Session"
    api: "JobRunsApi"
    ids: tuple[str, ...]
    where: str


def open_virtual_clusters(options: argparse.Namespace) -> VirtualClusters:
    """Those of --environment or --virtual-cluster. Raises InputError for what can't be read, and for an environment that
    is not deployed or belongs to another account.
    """
    from emr_eks_placement.aws.job_runs import JobRunsApi  # boto3 is slow to import
    from emr_eks_placement.aws.session import aws_session
    from emr_eks_placement.aws.virtual_clusters import virtual_clusters_of

    if options.virtual_cluster is not None:
        _check_id("--virtual-cluster", options.virtual_cluster)
        session = aws_session(options.profile, options.region)
        where = f"virtual cluster {options.virtual_cluster}"
        return VirtualClusters(session, JobRunsApi(session), (options.virtual_cluster,), where)
    environment = environment_of(options)
    session = session_of(environment, options.environment, options.profile)
    ids = virtual_clusters_of(session, environment.name)
    if not ids:
        rule = f"{environment.region} has no virtual cluster that this environment has made (cloudformation:ListStackResources)"
        raise InputError([finding(str(options.environment), RuleError(None, rule, "Deploy it, or name its account"))])
    return VirtualClusters(session, JobRunsApi(session), ids, str(options.environment))


def find_job_run(options: argparse.Namespace) -> tuple[VirtualClusters, JobRun]:
    """The run that JOB-RUN names by its ARN, or by its id with --environment or --virtual-cluster.

    Raises InputError where there is none, and as `open_virtual_clusters` does.
    """
    named = _ARN.fullmatch(options.job_run)
    if named:
        region, options.virtual_cluster, id_ = named.groups()
        options.region = options.region or region
        options.environment = None
    else:
        id_ = options.job_run
        _check_id("JOB-RUN", id_)
        if options.environment is None and options.virtual_cluster is None:
            rule = "an id alone does not tell whose job run it is"
            mend = "Add --environment or --virtual-cluster, or give the job run's ARN"
            raise InputError([finding("JOB-RUN", RuleError(id_, rule, mend))])
    clusters = open_virtual_clusters(options)
    for virtual_cluster in clusters.ids:
        found = clusters.api.find(virtual_cluster, id_)
        if found is not None:
            return clusters, found
    rule = f"no virtual cluster of it in {clusters.api.region} has job run {id_} (emr-containers:DescribeJobRun)"
    raise InputError([finding(clusters.where, RuleError(None, rule, "Check the id, the region and the account"))])


def _check_id(place: str, value: str) -> None:
    if not _ID.fullmatch(value):
        rule = "1 to 64 of 0-9 and a-z (emr-containers ResourceIdString)"
        raise InputError([finding(place, RuleError(value, rule, "Copy it from what submit or list printed"))])
