"""Which changes of a deployed environment are refused, where, and with which way round."""

from collections.abc import Callable
from typing import Any

import pytest

from emr_eks_placement.changes import Deployed, JobRunsRecord, PlatformRecord, VirtualClustersRecord, refusals
from emr_eks_placement.common.errors import RuleError, dotted
from emr_eks_placement.environment import Environment
from tests.unit.environments import data

VPC = {
    "vpc_id": "vpc-0123456789abcdef0",
    "subnets": {"us-east-1a": "subnet-0123456789abcdef0", "us-east-1b": "subnet-0123456789abcdef1"},
}
KEY = "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
Edit = Callable[[dict[str, Any]], object]


def _environment(*edits: Edit) -> Environment:
    changed = {"name": "dev", **data()}
    for edit in edits:
        edit(changed)
    return Environment.model_validate(changed)


def _deployed(environment: Environment) -> Deployed:
    """What the stacks' templates say of it, as it comes back from JSON."""
    return Deployed(
        platform=PlatformRecord.model_validate(PlatformRecord.of(environment).as_metadata()),
        virtual_clusters=VirtualClustersRecord.model_validate(VirtualClustersRecord.of(environment).as_metadata()),
    )


def _refused(before: Edit, after: Edit) -> list[RuleError]:
    return refusals(_deployed(_environment(before)), _environment(before, after))


def _nothing(_environment: dict[str, Any]) -> None:
    pass


def _set(*path: str, to: Any) -> Edit:
    def edit(environment: dict[str, Any]) -> None:
        part = environment
        for key in path[:-1]:
            part = part.setdefault(key, {})
        part[path[-1]] = to

    return edit


def _zones(letters: str) -> Edit:
    return _set("zones", to=[f"us-east-1{letter}" for letter in letters])


def _virtual_clusters(**namespaces: str) -> Edit:
    """Virtual clusters by name; the job, and Fargate's single zone, go with the first."""

    def edit(environment: dict[str, Any]) -> None:
        environment["virtual_clusters"] = {name: {"namespace": namespace} for name, namespace in namespaces.items()}
        environment["jobs"]["count"]["virtual_cluster"] = next(iter(namespaces))

    return edit


def _single_zones(*letters: str) -> Edit:
    def edit(environment: dict[str, Any]) -> None:
        zones = [[f"us-east-1{letter}" for letter in each] for each in letters]
        environment["virtual_clusters"] = {
            f"team-{number}": {"namespace": f"team-{number}", "fargate": {"any_zone": True, "single_zones": each}}
            for number, each in enumerate(zones)
        }
        environment["jobs"]["count"]["virtual_cluster"] = "team-0"

    return edit


ALLOWED: dict[str, tuple[Edit, Edit]] = {
    "eleven profiles with a raised quota": (
        _single_zones("ab", "ab", "ab"),
        lambda environment: (
            _single_zones("ba", "a", "a", "", "")(environment),
            environment.update(fargate_profile_quota=20),
        ),
    ),
    "nothing": (_nothing, _nothing),
    "zone added": (_zones("ab"), _zones("abc")),
    "zones added": (_zones("ab"), _zones("abfd")),
    "last zone removed": (_zones("abc"), _zones("ab")),
    "a mapping more": (
        _set("cluster", "emr_access", to="cloudformation"),
        _set("cluster", "emr_access", to="aws-auth"),
    ),
    "by the handler as before": (_set("cluster", "emr_access", to="handler"), _zones("abc")),
    "one minor version up": (_nothing, _set("cluster", "version", to="1.36")),
    "another upgrade policy": (
        _set("cluster", "upgrade_policy", to="standard"),
        _set("cluster", "upgrade_policy", to="extended"),
    ),
    "EKS's own upgrade policy no longer said": (
        _set("cluster", "upgrade_policy", to="extended"),
        _set("cluster", "upgrade_policy", to=None),
    ),
    "CoreDNS to Fargate": (_nothing, _set("cluster", "core_dns", to="fargate")),
    "CoreDNS on Fargate as before": (_set("cluster", "core_dns", to="fargate"), _zones("abc")),
    "no NAT gateway": (_nothing, _set("network", to={"nat_gateways": 0, "interface_endpoints": True})),
    "virtual cluster added": (_nothing, _virtual_clusters(spark="spark-jobs", more="more-jobs")),
    "virtual cluster removed": (
        _virtual_clusters(spark="spark-jobs", more="more-jobs"),
        _virtual_clusters(spark="spark-jobs"),
    ),
    "another namespace": (_virtual_clusters(spark="spark-jobs"), _virtual_clusters(spark="other-jobs")),
    "another name and namespace": (_virtual_clusters(spark="spark-jobs"), _virtual_clusters(other="other-jobs")),
    "ten profiles, one more removed": (_single_zones("ab", "ab", "ab"), _single_zones("ab", "ab", "a")),
    "ten profiles, filled up": (_single_zones("ab", "ab", "ab"), _single_zones("ab", "ab", "ab", "")),
    "subnets of a VPC that was there": (
        _set("network", to=VPC),
        _set("network", "subnets", "us-east-1a", to="subnet-0123456789abcdef9"),
    ),
}

REFUSED: dict[str, tuple[Edit, Edit, str, str, str]] = {
    "network": (
        _nothing,
        _set("network", "cidr", to="10.1.0.0/16"),
        "network.cidr",
        "deployed VPC is 10.0.0.0/16",
        "Write 10.0.0.0/16",
    ),
    "virtual clusters to the handler": (
        _nothing,
        _set("cluster", "emr_access", to="handler"),
        "cluster.emr_access",
        "created without the handler: others would be created beside them",
        "Write emr_access as it was again",
    ),
    "virtual clusters from the handler": (
        _set("cluster", "emr_access", to="handler"),
        _set("cluster", "emr_access", to="aws-auth"),
        "cluster.emr_access",
        "created by the handler: others would be created beside them",
        "Write emr_access: handler again",
    ),
    "CoreDNS back from Fargate": (
        _set("cluster", "core_dns", to="fargate"),
        _set("cluster", "core_dns", to="ec2"),
        "cluster.core_dns",
        "would have no profile",
        "Write core_dns: fargate again",
    ),
    "zone in front": (_zones("ab"), _zones("cab"), "zones", "first two", "Begin with us-east-1a, us-east-1b"),
    "zones the other way round": (_zones("ab"), _zones("ba"), "zones", "first two", "at the end only"),
    "a zone from the middle": (
        _zones("abcd"),
        _zones("abd"),
        "zones",
        "subnet that moves",
        "Begin with us-east-1a, us-east-1b, us-east-1c",
    ),
    "one of the first two zones": (
        _zones("abc"),
        _zones("ac"),
        "zones",
        "first two",
        "Begin with us-east-1a, us-east-1b",
    ),
    "two minor versions up": (
        _set("cluster", "version", to="1.34"),
        _set("cluster", "version", to="1.36"),
        "cluster.version",
        "one minor version at a time",
        "Deploy 1.35 first",
    ),
    "a version down": (
        _nothing,
        _set("cluster", "version", to="1.34"),
        "cluster.version",
        "EKS never goes back with node groups",
        "Write 1.35 again",
    ),
    "a policy that is no longer said": (
        _set("cluster", "upgrade_policy", to="standard"),
        _set("cluster", "upgrade_policy", to=None),
        "cluster.upgrade_policy",
        "is standard",
        "Write upgrade_policy: extended",
    ),
    "renamed, its namespace kept": (
        _nothing,
        _virtual_clusters(other="spark-jobs"),
        "virtual_clusters.other.namespace",
        "deployed virtual cluster spark",
        "keep the name spark",
    ),
    "namespaces exchanged": (
        _virtual_clusters(a="x", b="y"),
        _virtual_clusters(a="y", b="z"),
        "virtual_clusters.a.namespace",
        "virtual cluster b",
        "deploy without b",
    ),
    "eleven profiles at once": (
        _single_zones("ab", "ab", "ab"),
        _single_zones("ba", "a", "a", "", ""),
        "fargate_profile_quota",
        "at most 10",
        "in several deployments",
    ),
    "zone added with six profiles": (
        _single_zones("", "", "", "", "", ""),
        _zones("abc"),
        "fargate_profile_quota",
        "12 Fargate profiles",
        "several",
    ),
    "a namespace handed over": (
        _nothing,
        _set("virtual_clusters", "spark", "existing_namespace", to=True),
        "virtual_clusters.spark.existing_namespace",
        "is deleted, with all in it",
        "Restore it",
    ),
    "a namespace taken over": (
        _set("virtual_clusters", "spark", "existing_namespace", to=True),
        _set("virtual_clusters", "spark", "existing_namespace", to=False),
        "virtual_clusters.spark.existing_namespace",
        "can't be created",
        "Restore it",
    ),
    "a VPC that was there": (_nothing, _set("network", to=VPC), "network.vpc_id", "created for it", "another name"),
    "no longer that VPC": (
        _set("network", to=VPC),
        _set("network", to={}),
        "network.vpc_id",
        "in the VPC vpc-0123456789abcdef0",
        "Write vpc-0123456789abcdef0 again",
    ),
    "secrets with a key": (
        _nothing,
        _set("encryption", to={"customer_managed_key": True}),
        "encryption.customer_managed_key",
        "EKS's own key",
        "as it was",
    ),
    "secrets with another key": (
        _set("encryption", to={"customer_managed_key": True}),
        _set("encryption", "kms_key_arn", to=KEY),
        "encryption.kms_key_arn",
        "created for it",
        "as it was",
    ),
    "secrets without the key": (
        _set("encryption", to={"customer_managed_key": True, "kms_key_arn": KEY}),
        _set("encryption", to={}),
        "encryption.customer_managed_key",
        KEY,
        "as it was",
    ),
}


@pytest.mark.parametrize("change", ALLOWED)
def test_what_just_works(change: str) -> None:
    before, after = ALLOWED[change]
    assert not _refused(before, after)


@pytest.mark.parametrize("change", REFUSED)
def test_what_is_refused(change: str) -> None:
    before, after, path, rule, fix = REFUSED[change]
    found = {dotted(one.path): one for one in _refused(before, after)}
    assert path in found
    assert rule in found[path].rule or rule in str(found[path].value)
    assert fix in found[path].fix


def _split(number: int | None, **virtual_clusters: str) -> Environment:
    def edit(environment: dict[str, Any]) -> None:
        _virtual_clusters(spark="spark-jobs", **virtual_clusters)(environment)
        environment["virtual_clusters"]["spark"]["definition_stacks"] = number

    return _environment(edit)


def _with_stacks(environment: Environment, *there: int) -> Deployed:
    record = JobRunsRecord.model_validate(JobRunsRecord.of(environment).as_metadata())
    return Deployed(job_runs=record, definition_stacks=tuple(f"job-runs-spark-{number}" for number in there))


def test_fewer_definition_stacks_are_refused_while_they_are_there() -> None:
    (refused,) = refusals(_with_stacks(_split(3), 1, 2, 3), _split(1))
    assert dotted(refused.path) == "virtual_clusters.spark.definition_stacks"
    assert "dev-job-runs-spark-2, dev-job-runs-spark-3 are deployed" in refused.rule
    assert "delete-stack --region us-east-1 --stack-name dev-job-runs-spark-3" in refused.fix
    assert "--stack-name dev-job-runs-spark-1" not in refused.fix


def test_a_virtual_cluster_does_not_leave_its_definition_stacks_behind() -> None:
    deployed = _with_stacks(_split(2), 1, 2)
    (refused,) = refusals(deployed, _environment(_virtual_clusters(other="other-jobs")))
    assert dotted(refused.path) == "virtual_clusters"
    assert "dev-job-runs-spark-1, dev-job-runs-spark-2 are deployed" in refused.rule


@pytest.mark.parametrize(("there", "number"), [((1, 2), 2), ((1, 2), 5), ((1,), 1), ((), None)])
def test_definition_stacks_that_are_kept_added_or_deleted_before(there: tuple[int, ...], number: int | None) -> None:
    assert not refusals(_with_stacks(_split(2), *there), _split(number))


def test_what_is_not_deployed_is_not_compared() -> None:
    assert not refusals(Deployed(), _environment())


def test_a_stack_that_is_still_changing_is_waited_for() -> None:
    (refused,) = refusals(Deployed(in_progress={"dev-platform": "UPDATE_IN_PROGRESS"}), _environment())
    assert "dev-platform is UPDATE_IN_PROGRESS" in refused.rule
    assert refused.path == ()


def test_unknown_parts_of_a_record_are_of_a_later_version() -> None:
    metadata = {**PlatformRecord.of(_environment()).as_metadata(), "later": {"a": 1}}
    assert PlatformRecord.model_validate(metadata) == PlatformRecord.of(_environment())


def test_records_are_small() -> None:
    """Against CloudFormation's limit of a template, 1 MB, of which two records of the largest environment take little."""
    environment = _environment(_single_zones("ab", "ab", "ab"))
    records = (PlatformRecord.of(environment).as_metadata(), VirtualClustersRecord.of(environment).as_metadata())
    assert sum(len(str(record)) for record in records) < 1_000
