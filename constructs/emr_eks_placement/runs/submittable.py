"""Requests with all that planning and starting them takes: from a deployed environment, or any StartJobRun request."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from emr_eks_placement.aws.cluster import read_cluster
from emr_eks_placement.aws.definitions import read_definition, read_deployed_virtual_clusters, upload_missing
from emr_eks_placement.aws.job_templates import resolve_job_template
from emr_eks_placement.aws.s3 import read_s3_text
from emr_eks_placement.aws.virtual_clusters import describe_virtual_cluster
from emr_eks_placement.common.errors import InputError, RuleError, finding
from emr_eks_placement.common.yaml_document import YamlDocument
from emr_eks_placement.definition import define
from emr_eks_placement.emr.pods import SPARK_ROLE
from emr_eks_placement.emr.request import check_complete
from emr_eks_placement.environment import Environment, capacity_of
from emr_eks_placement.pod_template.text import parse_template
from emr_eks_placement.scheduling.capacity import Capacity
from emr_eks_placement.spark.configuration import spark_configuration
from emr_eks_placement.submission.choose import ChosenPlacement

if TYPE_CHECKING:
    import boto3


@dataclass(frozen=True, kw_only=True)
class Submittable:
    """A request without run name and client token.

    job, placement: what its runs' client tokens are derived from; files: what the bucket has to hold under these keys
    before it is started, pod templates for one.
    """

    job: str
    placement: str
    request: Mapping[str, Any]
    bucket: str = ""
    files: Mapping[str, bytes] = field(default_factory=dict)

    def with_request(self, request: Mapping[str, Any]) -> "Submittable":
        """The same with another request."""
        return replace(self, request=request)

    def upload(self, session: "boto3.Session") -> dict[str, str | None]:
        """Uploads what the bucket lacks of the files; their keys with their versions. Raises InputError where that fails."""
        return upload_missing(session, self.bucket, self.files) if self.files else {}


def of_environment(
    session: "boto3.Session", environment: Environment, job: str, chosen: ChosenPlacement
) -> Submittable:
    """The deployed definition of a placement, or one that is defined for what is deployed.

    Raises InputError where it is not deployed or can't be read, RuleError, with a path as `define` gives, for a placement
    that the environment has no room for.
    """
    if chosen.is_deployed:
        request = read_definition(session, environment.name, job, chosen.name)
        return Submittable(job=job, placement=chosen.name, request=request)
    settings = environment.jobs[job]
    deployed = read_deployed_virtual_clusters(session, environment)[settings.virtual_cluster]
    definition = define(
        settings,
        chosen.choice.placement,
        environment,
        virtual_cluster=settings.virtual_cluster,
        execution_role=settings.execution_role,
        deployed=deployed,
        node_selection=chosen.choice.node_selection,
    )
    files = {template.key: template.text.encode() for template in definition.pod_templates}
    files |= {file.key: file.path.read_bytes() for file in settings.local_files}
    return Submittable(job=job, placement=chosen.name, request=definition.request, bucket=deployed.bucket, files=files)


def capacity_of_environment(
    session: "boto3.Session", environment: Environment, request: Mapping[str, Any]
) -> tuple[Capacity, str]:
    """What the environment has for the pods of a request, and the namespace of its virtual cluster.

    Raises InputError for a virtual cluster that is not of the environment.
    """
    asked = request.get("virtualClusterId")
    deployed = read_deployed_virtual_clusters(session, environment)
    for name, one in deployed.items():
        if one.virtual_cluster_id == asked:
            return capacity_of(environment), environment.virtual_clusters[name].namespace
    told = ", ".join(f"{one.virtual_cluster_id} ({name})" for name, one in deployed.items())
    rule = f"the virtual clusters deployed of environment {environment.name} are {told}"
    raise InputError([finding("virtualClusterId", RuleError(asked, rule, "Name the environment that it belongs to"))])


def capacity_of_virtual_cluster(session: "boto3.Session", virtual_cluster: str) -> tuple[Capacity, str]:
    """What the live EKS cluster of a virtual cluster has, and its namespace.

    Calls emr-containers:DescribeVirtualCluster and what `read_cluster` does. Raises InputError where that fails, and for a
    virtual cluster that is not there.
    """
    described = describe_virtual_cluster(session, virtual_cluster)
    if described.state != "RUNNING":
        rule = f"it takes no job runs: its state is {described.state} (emr-containers:DescribeVirtualCluster)"
        broken = RuleError(None, rule, "Name another virtual cluster")
        raise InputError([finding(f"virtual cluster {virtual_cluster}", broken)])
    return read_cluster(session, described.cluster), described.namespace


def complete(session: "boto3.Session", request: Mapping[str, Any]) -> Mapping[str, Any]:
    """The request with what its job template holds. Raises RuleError and InputError as `resolve_job_template` does."""
    return check_complete(resolve_job_template(session, request))


def pod_templates(
    session: "boto3.Session",
    request: Mapping[str, Any],
    files: Mapping[str, bytes],
    known: dict[str, YamlDocument] | None = None,
) -> dict[str, YamlDocument]:
    """The pod templates that a complete request names, by URI: from the files by key, else from S3, as its run reads them.

    known: what has been read before, by URI; what is read is added.
    Raises InputError for one that is not there or that Spark can't read, and for one elsewhere than in S3, such as in the
    container image.
    """
    properties = spark_configuration(request).properties
    known = {} if known is None else known
    templates: dict[str, YamlDocument] = {}
    for name in SPARK_ROLE.values():
        uri = properties.get(f"spark.kubernetes.{name}.podTemplateFile", "")
        if not uri:
            continue
        if not uri.startswith("s3://"):
            rule = "a pod template outside S3 can't be read to be planned"
            raise InputError(
                [finding(uri, RuleError(None, rule, "Plan with its copy: emr-placement plan, then --force"))]
            )
        key = uri.removeprefix("s3://").partition("/")[2]
        if uri not in known:
            known[uri] = parse_template(files[key].decode() if key in files else read_s3_text(session, uri), uri)
        templates[uri] = known[uri]
    return templates
