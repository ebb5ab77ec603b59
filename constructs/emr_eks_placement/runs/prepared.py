"""A submission with everything that planning and starting it needs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from emr_eks_placement.common.errors import Finding, InputError, RuleError, finding, placed_at, refused
from emr_eks_placement.common.yaml_document import YamlDocument
from emr_eks_placement.definition import CheckedRun, DeployedVirtualCluster
from emr_eks_placement.definition.define import check_run
from emr_eks_placement.environment import Environment
from emr_eks_placement.planning import Plan
from emr_eks_placement.pod_template.text import parse_template
from emr_eks_placement.runs.source import Resolved, Source, virtual_cluster_of
from emr_eks_placement.scheduling.capacity import Capacity
from emr_eks_placement.submission.choose import ChosenPlacement, choose_placement
from emr_eks_placement.submission.request import named_run, with_arguments, with_conf


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """A request without run name and client token. shown_as: its name in messages.

    job, placement: used for its runs' client tokens; files: what the bucket must contain with these keys before the
    start, such as pod templates.
    """

    source: Source
    job: str
    placement: str = ""
    request: Mapping[str, Any]
    shown_as: str
    bucket: str = ""
    files: Mapping[str, bytes] = field(default_factory=dict)

    @property
    def base_name(self) -> str:
        """The start of the names of its runs."""
        return "-".join(part for part in (self.job, self.placement) if part)

    @property
    def virtual_cluster(self) -> str:
        """The virtual cluster. Raises InputError for a request without one."""
        with placed_at(self.shown_as):
            return virtual_cluster_of(self.request)

    def with_more(self, arguments: Sequence[str], properties: Sequence[str]) -> "Prepared":
        """Returns it with these arguments and key=value properties. Raises InputError, at the option, for what can't be
        added."""
        try:
            return replace(self, request=with_conf(with_arguments(self.request, arguments), properties))
        except RuleError as broken:
            raise InputError([at_option(broken, self.shown_as)]) from None

    def named(self, run_name: str) -> dict[str, Any]:
        """Returns the request with run name and client token. Raises RuleError for a name that EMR refuses."""
        return named_run(self.request, job=self.job, placement=self.placement, run_name=run_name)

    def resolve(self) -> Resolved:
        """Returns the request with the data of its source. Raises InputError if it can't be read."""
        return self.source.resolve(self.shown_as, self.request, self._own_template)

    def plan(self) -> Plan:
        """Returns the plan. Raises InputError if it can't be planned."""
        return self.resolve().plan()

    def upload(self) -> dict[str, str | None]:
        """Uploads the files that the bucket lacks. Returns their keys with their versions. Raises InputError on
        failure."""
        from emr_eks_placement.aws.definitions import upload_missing  # boto3 is slow to import

        return upload_missing(self.source.account.session, self.bucket, self.files) if self.files else {}

    def _own_template(self, uri: str) -> YamlDocument | None:
        key = uri.removeprefix("s3://").partition("/")[2]
        return parse_template(self.files[key].decode(), uri) if key in self.files else None


def prepare_job(
    source: Source, job: str, *, placement: str | None = None, mode: str | None = None, zone: str | None = None
) -> Prepared:
    """Prepares a job of the account's environment. Raises InputError if it does not exist, is not deployed, or can't be
    placed."""
    account = source.account
    if account.environment is None:
        rule = "a job is one of an environment"
        fix = "Add --environment, or name the file of a request: job-run.json"
        raise refused("JOB", job, rule, fix)
    try:
        chosen = choose_placement(account.environment, job, placement=placement, mode=mode, zone=zone)
    except RuleError as broken:
        raise InputError([at_option(broken, account.file)]) from None
    try:
        return prepare_chosen(source, account.environment, job, chosen)
    except RuleError as broken:  # only a zone that no placement of the file has
        raise InputError([finding("--zone", broken, path=())]) from None


def prepare_chosen(source: Source, environment: Environment, job: str, chosen: ChosenPlacement) -> Prepared:
    """Returns the deployed definition of a placement, or one that is defined for the deployed resources.

    Raises InputError if it is not deployed or can't be read; RuleError, with a path as of `define`, for a placement
    that the environment can't place.
    """
    shown_as = f"{job} in placement {chosen.name}"
    if chosen.is_deployed:
        from emr_eks_placement.aws.definitions import read_definition  # boto3 is slow to import

        request = read_definition(source.account.session, environment.name, job, chosen.name)
        return Prepared(source=source, job=job, placement=chosen.name, request=request, shown_as=shown_as)
    settings = environment.jobs[job]
    deployed = source.account.virtual_clusters[settings.virtual_cluster]
    definition = check_chosen(environment, job, chosen, deployed).definition(deployed)
    files = {template.key: template.text.encode() for template in definition.pod_templates}
    files |= {file.key: file.content() for file in settings.local_files}
    return Prepared(
        source=source,
        job=job,
        placement=chosen.name,
        request=definition.request,
        shown_as=shown_as,
        bucket=deployed.bucket,
        files=files,
    )


def prepare_request(source: Source, request: Mapping[str, Any], shown_as: str) -> Prepared:
    """Prepares any StartJobRun request."""
    return Prepared(source=source, job=str(request.get("name") or "job-run"), request=request, shown_as=shown_as)


def check_chosen(
    environment: Environment,
    job: str,
    chosen: ChosenPlacement,
    deployed: DeployedVirtualCluster | None = None,
    *,
    capacity: Capacity | None = None,
) -> CheckedRun:
    """Checks a placement, which need not be in the environment file. Raises RuleError as `define` does."""
    settings = environment.jobs[job]
    return check_run(
        settings,
        chosen.choice.placement,
        environment,
        virtual_cluster=settings.virtual_cluster,
        execution_role=settings.execution_role,
        deployed=deployed,
        node_selection=chosen.choice.node_selection,
        capacity=capacity,
    )


def at_option(broken: RuleError, otherwise: str) -> Finding:
    """Returns the finding of a rule that an option breaks, named by its path, or something in `otherwise`."""
    start = str(broken.path[0]) if broken.path else ""
    if start == "JOB" or start.startswith("--"):
        return finding(start, broken, path=())
    return finding(otherwise, broken)
