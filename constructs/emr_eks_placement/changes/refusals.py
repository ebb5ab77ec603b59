"""The rules of changing a deployed environment: changes that would fail or destroy running resources, each with the way
around.

CloudFormation creates the replacement of a resource before it deletes the resource (CloudFormation guide, update
behaviors). A replacement is refused here if both can't exist at once, or if it would replace the cluster with
everything in it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from emr_eks_placement.changes.record import CREATED_KEY, JobRunsRecord, PlatformRecord, VirtualClustersRecord
from emr_eks_placement.common.errors import RuleError
from emr_eks_placement.environment import Environment
from emr_eks_placement.environment.definition_stacks import own_parts, stack_parts
from emr_eks_placement.facts.quotas import FARGATE_PROFILES

_FIXED_ZONES = 2
_ANOTHER = "Put it in an environment file of another name, deploy that, move the jobs there and destroy this one"


@dataclass(frozen=True, kw_only=True)
class Deployed:
    """What is deployed of an environment; None: not deployed, or not recorded.

    in_progress: the status of stacks that are changing; definition_stacks: the existing definition stacks of single
    virtual clusters; outdated: the parts whose definitions name deleted virtual clusters, because the stack of the
    virtual clusters was created again.
    """

    platform: PlatformRecord | None = None
    virtual_clusters: VirtualClustersRecord | None = None
    job_runs: JobRunsRecord | None = None
    definition_stacks: tuple[str, ...] = ()
    outdated: tuple[str, ...] = ()
    in_progress: Mapping[str, str] = field(default_factory=dict)


def refusals(deployed: Deployed, environment: Environment) -> list[RuleError]:
    """Returns why an environment can't be deployed over the existing one, each reason with its path in the environment.

    The path is empty for a stack that is still changing, because the environment file is not at fault.
    """
    broken = [_in_progress(stack, status) for stack, status in deployed.in_progress.items()]
    if deployed.platform:
        after = PlatformRecord.of(environment)
        for rule in (_given, _cidr, _zones, _kubernetes_version, _upgrade_policy, _secrets_key, _core_dns):
            broken += rule(deployed.platform, after)
    if deployed.virtual_clusters:
        broken += _emr_access(deployed.virtual_clusters, environment)
        broken += _namespaces(deployed.virtual_clusters, environment)
        broken += _existing_namespaces(deployed.virtual_clusters, environment)
        broken += _fargate_profiles(deployed.virtual_clusters, environment)
    if deployed.job_runs:
        broken += _definition_stacks(deployed.job_runs, deployed.definition_stacks, environment)
    return broken


def _in_progress(stack: str, status: str) -> RuleError:
    return RuleError(
        None,
        f"the stack {stack} is {status}: CloudFormation continues an earlier deployment, and the CDK CLI "
        "treats a stack with the same template as deployed (aws-cdk, deployStack) and continues with the "
        "stacks that need it",
        "Wait until it ends, then run this again",
    )


def _given(before: PlatformRecord, after: PlatformRecord) -> Iterator[RuleError]:
    for path, what, old, new in (
        (("network", "vpc_id"), "VPC", before.vpc_id, after.vpc_id),
        (("cluster", "name"), "cluster", before.cluster, after.cluster),
    ):
        if old != new:
            yield RuleError(
                new,
                f"what is deployed is in {f'the {what} {old}' if old else f'a {what} that was created for it'}, and every "
                "node group, Fargate profile and virtual cluster would be replaced (CloudFormation, properties that are set "
                "when a resource is created)",
                f"{f'Write {old}' if old else 'Leave it out'} again. {_ANOTHER}",
                path=path,
            )


def _cidr(before: PlatformRecord, after: PlatformRecord) -> Iterator[RuleError]:
    if None not in (before.cidr, after.cidr) and before.cidr != after.cidr:
        yield RuleError(
            after.cidr,
            f"the deployed VPC is {before.cidr}, and another network replaces the VPC, with the cluster and all that runs in "
            "it (CloudFormation, AWS::EC2::VPC)",
            f"Write {before.cidr} again. {_ANOTHER}",
            path=("network", "cidr"),
        )


def _zones(before: PlatformRecord, after: PlatformRecord) -> Iterator[RuleError]:
    if after.cluster:
        return
    kept = before.zones[: max(len(after.zones), _FIXED_ZONES) if after.cidr else _FIXED_ZONES]
    if kept != after.zones[: len(kept)]:
        yield RuleError(
            list(after.zones),
            f"the deployed zones are {', '.join(before.zones)}: the Kubernetes API is in the first two, "
            "and EKS never moves it to other zones (aws/containers-roadmap issue 2258), and a subnet that "
            "moves would overlap the "
            "one it replaces",
            f"Begin with {', '.join(kept)}; add and remove zones at the end only",
            path=("zones",),
        )


def _kubernetes_version(before: PlatformRecord, after: PlatformRecord) -> Iterator[RuleError]:
    if before.version is None or after.version is None:
        return
    old, new = _minor(before.version), _minor(after.version)
    if new < old:
        yield RuleError(
            after.version,
            f"the deployed cluster runs Kubernetes {before.version}, and EKS never goes back with node groups, with a cluster "
            "for 7 days only (EKS guide, roll back a cluster)",
            f"Write {before.version} again. {_ANOTHER}",
            path=("cluster", "version"),
        )
    elif new > old + 1:
        yield RuleError(
            after.version,
            f"the deployed cluster runs Kubernetes {before.version}, and EKS upgrades one minor version at a time (EKS "
            "guide, update a cluster)",
            f"Deploy 1.{old + 1} first",
            path=("cluster", "version"),
        )


def _upgrade_policy(before: PlatformRecord, after: PlatformRecord) -> Iterator[RuleError]:
    if before.upgrade_policy == "standard" and after.upgrade_policy is None and not after.cluster:
        yield RuleError(
            after.upgrade_policy,
            "the upgrade policy of the deployed cluster is standard, and whether it stays so without the property is not "
            "documented (CloudFormation, AWS::EKS::Cluster)",
            "Write upgrade_policy: extended, or standard again",
            path=("cluster", "upgrade_policy"),
        )


def _secrets_key(before: PlatformRecord, after: PlatformRecord) -> Iterator[RuleError]:
    if after.cluster or before.cluster or before.secrets_key == after.secrets_key:
        return
    keys = {None: "EKS's own key", CREATED_KEY: "a key that was created for it"}
    is_given = after.secrets_key not in keys
    yield RuleError(
        after.secrets_key if is_given else after.secrets_key is not None,
        f"the deployed cluster encrypts secrets with {keys.get(before.secrets_key, before.secrets_key)}, and CloudFormation "
        "replaces a cluster, with all that runs on it, for another (AWS::EKS::Cluster, EncryptionConfig)",
        f"Write encryption as it was. {_ANOTHER}",
        path=("encryption", "kms_key_arn" if is_given else "customer_managed_key"),
    )


def _core_dns(before: PlatformRecord, after: PlatformRecord) -> Iterator[RuleError]:
    if before.core_dns == "fargate" != after.core_dns and not after.cluster:
        yield RuleError(
            after.core_dns,
            "the deployed CoreDNS runs on Fargate, keeps asking for it when its add-on is no longer managed, and would have no "
            "profile (EKS guide, add-on configuration and removing an add-on)",
            "Write core_dns: fargate again; node groups can be added beside it",
            path=("cluster", "core_dns"),
        )


def _minor(version: str) -> int:
    return int(version.partition(".")[2])


def _emr_access(before: VirtualClustersRecord, environment: Environment) -> Iterator[RuleError]:
    if before.by_handler != (environment.cluster.emr_enters_by == "handler"):
        yield RuleError(
            environment.cluster.emr_access,
            f"the deployed virtual clusters were created {'by' if before.by_handler else 'without'} the handler: others would be "
            "created beside them, and a namespace holds one at a time (emr-containers CreateVirtualCluster)",
            f"Write {'emr_access: handler' if before.by_handler else 'emr_access as it was'} again. {_ANOTHER}",
            path=("cluster", "emr_access"),
        )


def _namespaces(before: VirtualClustersRecord, environment: Environment) -> Iterator[RuleError]:
    owners = {namespace: name for name, namespace in before.namespaces.items()}
    for name, settings in environment.virtual_clusters.items():
        owner = owners.get(settings.namespace, name)
        if owner != name:
            yield RuleError(
                settings.namespace,
                f"it is the namespace of the deployed virtual cluster {owner}: a namespace holds one at a time "
                "(emr-containers CreateVirtualCluster), and is deleted with its virtual cluster",
                f"Choose another namespace, keep the name {owner}, or deploy without {owner} and its jobs first",
                path=("virtual_clusters", name, "namespace"),
            )


def _existing_namespaces(before: VirtualClustersRecord, environment: Environment) -> Iterator[RuleError]:
    for name, settings in environment.virtual_clusters.items():
        is_same = before.namespaces.get(name) == settings.namespace
        if is_same and settings.existing_namespace != (name in before.existing):
            does = "is deleted, with all in it," if settings.existing_namespace else "can't be created"
            yield RuleError(
                settings.existing_namespace,
                f"the namespace {settings.namespace} of the deployed virtual cluster {does} when it changes who owns it (CDK, "
                "KubernetesManifest)",
                "Restore it, or choose another namespace",
                path=("virtual_clusters", name, "existing_namespace"),
            )


def _definition_stacks(before: JobRunsRecord, there: tuple[str, ...], environment: Environment) -> Iterator[RuleError]:
    wanted = stack_parts(environment)
    for name, number in before.definition_stacks.items():
        left = [part for part in own_parts(name, number) if part in there and part not in wanted]
        if not left:
            continue
        stacks = [f"{environment.name}-{part}" for part in left]
        settings = environment.virtual_clusters.get(name)
        yield RuleError(
            settings.definition_stacks if settings else None,
            f"the stacks {', '.join(stacks)} are deployed and would remain, with SSM parameters whose "
            "names another stack would create (CloudFormation creates no parameter whose name exists)",
            f"Write {number} again, or delete the stacks first; their definitions do not exist until you deploy: "
            + "; ".join(
                f"aws cloudformation delete-stack --region {environment.region} --stack-name {one}" for one in stacks
            ),
            path=("virtual_clusters", name, "definition_stacks") if settings else ("virtual_clusters",),
        )


def _fargate_profiles(before: VirtualClustersRecord, environment: Environment) -> Iterator[RuleError]:
    wanted = VirtualClustersRecord.of(environment).fargate_profiles
    deployed = before.fargate_profiles
    created = [name for name, digest in wanted.items() if deployed.get(name) != digest]
    most = environment.fargate_profile_quota - len(environment.core_dns_profile())
    count = len(deployed) + len(created)
    if created and deployed and count > most:
        yield RuleError(
            f"{count} Fargate profiles",
            f"{len(deployed)} are deployed, and {len(created)} are created ({', '.join(created)}) before "
            f"the replaced ones are deleted; a cluster has at most {most} (EKS quota "
            f"{FARGATE_PROFILES.code})",
            "Change, add and remove profiles in several deployments, or request a higher quota from AWS",
            path=("fargate_profile_quota",),
        )
