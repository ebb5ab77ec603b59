"""What is to be submitted, with all that planning and starting it takes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from emr_eks_placement.common.errors import Finding, InputError, RuleError, finding
from emr_eks_placement.common.yaml_document import YamlDocument
from emr_eks_placement.emr.placeholders import because_of_placeholder
from emr_eks_placement.environment import Environment
from emr_eks_placement.job.placement import Role
from emr_eks_placement.planning import Plan, manifests_of
from emr_eks_placement.runs.planned import plan_request
from emr_eks_placement.scheduling.capacity import Capacity
from emr_eks_placement.submission.choose import choose_placement
from emr_eks_placement.submission.request import with_arguments, with_conf

if TYPE_CHECKING:
    import boto3

    from emr_eks_placement.runs.submittable import Submittable


@dataclass(frozen=True)
class Account:
    """The account and region that is submitted to; environment: with its file, where one is named.

    What was read of it for one plan is there for the next.
    """

    session: "boto3.Session"
    environment: Environment | None
    file: Path | None
    _capacities: dict[str, tuple[Capacity, str]] = field(default_factory=dict, compare=False)
    _templates: dict[str, YamlDocument] = field(default_factory=dict, compare=False)

    def capacity_for(self, request: Mapping[str, Any]) -> tuple[Capacity, str]:
        """What there is for its pods by the environment file, else by the live cluster; and the namespace.

        Raises InputError where it can't be read.
        """
        from emr_eks_placement.runs import submittable as aws  # boto3 is slow to import

        asked = str(request.get("virtualClusterId"))
        if asked not in self._capacities:
            self._capacities[asked] = (
                aws.capacity_of_virtual_cluster(self.session, asked)
                if self.environment is None
                else aws.capacity_of_environment(self.session, self.environment, request)
            )
        return self._capacities[asked]

    def pod_templates(self, request: Mapping[str, Any], files: Mapping[str, bytes]) -> dict[str, YamlDocument]:
        """Those that a complete request names, by URI. Raises InputError for one that can't be read."""
        from emr_eks_placement.runs import submittable as aws

        return aws.pod_templates(self.session, request, files, self._templates)


@dataclass(frozen=True)
class Prepared:
    """A request without run name and client token; shown_as: what messages call it."""

    account: Account
    submittable: "Submittable"
    shown_as: str

    def with_more(self, arguments: Sequence[str], properties: Sequence[str]) -> "Prepared":
        """With these arguments and key=value properties. Raises InputError, at the option, for what can't be added."""
        try:
            request = with_conf(with_arguments(self.submittable.request, arguments), properties)
        except RuleError as broken:
            raise InputError([at_option(broken, self.shown_as)]) from None
        return replace(self, submittable=self.submittable.with_request(request))

    def plan(self) -> Plan:
        """For what the environment file says, else for the live cluster. Raises InputError where it can't be planned."""
        return plan_request(self.shown_as, *self._whole())

    def manifests(self) -> dict[Role, Mapping[str, Any]]:
        """The pods of what `plan` has planned."""
        request, templates, capacity, namespace = self._whole()
        return manifests_of(request, {uri: one.data for uri, one in templates.items()}, capacity, namespace=namespace)

    def _whole(self) -> tuple[Mapping[str, Any], Mapping[str, YamlDocument], Capacity, str]:
        """The complete request, its pod templates by URI, what there is for its pods, and their namespace."""
        from emr_eks_placement.runs.submittable import complete as completed

        if self.account.environment is None:
            virtual_cluster_of(self)
        try:
            complete = completed(self.account.session, self.submittable.request)
        except RuleError as broken:
            raise InputError([finding(self.shown_as, broken)]) from None
        try:
            templates = self.account.pod_templates(complete, self.submittable.files)
        except RuleError as broken:
            raise InputError([finding(self.shown_as, because_of_placeholder(broken, complete))]) from None
        return complete, templates, *self.account.capacity_for(complete)


def prepare_job(
    account: Account, job: str, *, placement: str | None = None, mode: str | None = None, zone: str | None = None
) -> Prepared:
    """A job of the account's environment. Raises InputError where it is not there, not deployed, or can't be placed so."""
    from emr_eks_placement.runs.submittable import of_environment

    if account.environment is None:
        rule = "a job is one of an environment"
        mend = "Add --environment, or name the file of a request: job-run.json"
        raise InputError([finding("JOB", RuleError(job, rule, mend))])
    try:
        chosen = choose_placement(account.environment, job, placement=placement, mode=mode, zone=zone)
    except RuleError as broken:
        raise InputError([at_option(broken, str(account.file))]) from None
    try:
        submittable = of_environment(account.session, account.environment, job, chosen)
    except RuleError as broken:  # only a zone that no placement of the file has
        raise InputError([finding("--zone", broken, path=())]) from None
    return Prepared(account, submittable, f"{job} in placement {chosen.name}")


def prepare_request(account: Account, request: Mapping[str, Any], shown_as: str) -> Prepared:
    """Any StartJobRun request."""
    from emr_eks_placement.runs.submittable import Submittable

    job = str(request.get("name") or "job-run")
    return Prepared(account, Submittable(job=job, placement="", request=request), shown_as)


def virtual_cluster_of(prepared: Prepared) -> str:
    """Raises InputError for a request that names none."""
    found = prepared.submittable.request.get("virtualClusterId")
    if not isinstance(found, str) or found.startswith("<"):
        rule = "the id of a deployed virtual cluster (emr-containers ResourceIdString)"
        broken = RuleError(found, rule, "Write its id", path=("virtualClusterId",))
        raise InputError([finding(prepared.shown_as, broken)])
    return found


def at_option(broken: RuleError, otherwise: str) -> Finding:
    """The finding of a rule that an option breaks, named by its path, or something in `otherwise`."""
    start = str(broken.path[0]) if broken.path else ""
    if start == "JOB" or start.startswith("--"):
        return finding(start, broken, path=())
    return finding(otherwise, broken)
