"""The deployed names that a job-run definition needs."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from emr_eks_placement.common.errors import RuleError
from emr_eks_placement.emr.placeholders import virtual_cluster_placeholder
from emr_eks_placement.job.job import LocalFile


@dataclass(frozen=True, kw_only=True)
class DeployedVirtualCluster:
    """The names of a deployed virtual cluster and of what its jobs use. CDK tokens are accepted too.

    bucket: name of the bucket of pod templates and uploaded files; log_group_name, log_uri: where containers log, None
    for nowhere; log_stream_name_prefix: by default the job's name; execution_role_arns: of the further execution roles
    by name, empty if all jobs use execution_role_arn.
    """

    virtual_cluster_id: str
    execution_role_arn: str
    bucket: str
    log_group_name: str | None = None
    log_stream_name_prefix: str | None = None
    log_uri: str | None = None
    execution_role_arns: Mapping[str, str] = field(default_factory=dict)

    def role_arn(self, name: str | None) -> str:
        """Returns the ARN of the execution role with that name; None: the virtual cluster's own."""
        if name is None or not self.execution_role_arns:
            return self.execution_role_arn
        return self.execution_role_arns[name]

    def uri(self, key: str) -> str:
        """Returns the S3 URI of an object in the bucket."""
        return f"s3://{self.bucket}/{key}"

    def location(self, file: str | LocalFile) -> str:
        """Returns a URI unchanged, and the object's URI for an uploaded file."""
        return self.uri(file.key) if isinstance(file, LocalFile) else file


def placeholders_of(virtual_cluster: str) -> DeployedVirtualCluster:
    """Returns placeholders for definitions without a deployment. virtual_cluster: its name, which `plan` reads from the
    placeholder."""
    return DeployedVirtualCluster(
        virtual_cluster_id=virtual_cluster_placeholder(virtual_cluster),
        execution_role_arn="<execution-role-arn>",
        bucket="<bucket>",
        log_group_name="<log-group-name>",
        log_uri="s3://<bucket>/logs/",
    )


def deployed_of_outputs(
    virtual_cluster: str, execution_roles: Iterable[str], outputs: Mapping[str, str]
) -> DeployedVirtualCluster:
    """Returns the deployed names of a virtual cluster with these further execution roles from the outputs of an
    environment's stacks.

    Raises RuleError if an output is missing.
    """
    ids = output_ids(virtual_cluster)
    roles = role_output_ids(virtual_cluster, execution_roles)
    needed = (ids["bucket"], ids["virtual_cluster_id"], ids["execution_role_arn"], *roles.values())
    for id_ in needed:
        if id_ not in outputs:
            rule = f"the outputs of the deployed environment name {id_}"
            raise RuleError(virtual_cluster, rule, "Deploy this environment and use its outputs")
    values = {field: outputs[id_] for field, id_ in ids.items() if id_ in outputs}
    return DeployedVirtualCluster(**values, execution_role_arns={role: outputs[id_] for role, id_ in roles.items()})


def output_ids(virtual_cluster: str) -> dict[str, str]:
    """Returns the stack output of each field of a virtual cluster's DeployedVirtualCluster that has a value."""
    own = ("virtual_cluster_id", "execution_role_arn", "log_group_name", "log_uri")
    return {"bucket": "BucketName", **{name: output_id(virtual_cluster, name.replace("_", "-")) for name in own}}


def role_output_ids(virtual_cluster: str, execution_roles: Iterable[str]) -> dict[str, str]:
    """Returns the stack output with the ARN of each of these further execution roles."""
    return {role: output_id(virtual_cluster, role, "execution-role") for role in execution_roles}


def output_id(*parts: str) -> str:
    """Returns a readable id of a stack output: ("trip-count", "ec2") -> TripCountEc2."""
    return "".join(word[:1].upper() + word[1:] for part in parts for word in part.split("-"))
