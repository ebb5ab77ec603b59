"""Job-run definitions: every job of an environment in each of its placements, ready to start."""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from aws_cdk import Annotations, RemovalPolicy, Stack, Token
from aws_cdk import aws_emrcontainers as emrcontainers
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_s3_deployment as s3_deployment
from aws_cdk import aws_ssm as ssm
from constructs import Construct

from emr_eks_placement.common.errors import RuleError
from emr_eks_placement.common.names import definition_parameter, definitions_folder, physical_name
from emr_eks_placement.definition import CheckedEnvironment, DeployedVirtualCluster, JobPlacement, JobRunDefinition
from emr_eks_placement.definition.ready_command import ready_command
from emr_eks_placement.environment import Environment, PlacementChoice
from emr_eks_placement.facts import regions
from emr_eks_placement.infra.job_files import Markers, deploy_job_files
from emr_eks_placement.infra.job_template import job_template
from emr_eks_placement.infra.schedules import Schedules
from emr_eks_placement.infra.state_machines import StateMachines

_LARGEST_PARAMETER = 8192  # bytes; SSM PutParameter, advanced tier
INDEX_KEY = "job-runs/index.json"


def _name(key: str, length: int) -> str:
    """Returns a name of that many lower-case letters and digits that no other key has."""
    return ("n" + hashlib.sha512(key.encode()).hexdigest())[:length]


# The length of the names that CloudFormation generates, by field.
_LONGEST: Mapping[str, Callable[[str], str]] = {
    "virtual_cluster_id": lambda key: _name(key, 25),
    "execution_role_arn": lambda key: f"arn:aws-us-gov:iam::{'1' * 12}:role/{_name(key, 64)}",
    "bucket": lambda key: _name(key, 63),
    "log_group_name": lambda key: _name(key, 128),
    "log_stream_name_prefix": lambda key: _name(key, 64),
    "log_uri": lambda key: f"s3://{_name(key, 63)}/logs/{_name(key, 40)}/",
}


class StandIns:
    """A virtual cluster with substitutes for its tokens, as definitions need it.

    name: its own in the environment. `longest`: with names of the maximum length, so that a definition has its maximum
    size; `marked`: with markers; `markers`: the value behind each of these.
    """

    def __init__(self, name: str, deployed: DeployedVirtualCluster) -> None:
        longest: dict[str, Any] = {}
        marked: dict[str, Any] = {}
        markers: dict[str, Any] = {}

        def stand_ins(value: str, field: str, *place: str) -> tuple[str, str]:
            if not Token.is_unresolved(value):
                return value, value
            marker = f"<<{':'.join((name, field, *place))}>>"
            markers[marker] = value
            return _LONGEST["execution_role_arn" if place else field](marker), marker

        for field, value in asdict(deployed).items():
            if isinstance(value, dict):
                both = {key: stand_ins(one, field, key) for key, one in value.items()}
                longest[field], marked[field] = ({key: one[of] for key, one in both.items()} for of in (0, 1))
            elif value is not None:
                longest[field], marked[field] = stand_ins(value, field)
        self.longest, self.marked = DeployedVirtualCluster(**longest), DeployedVirtualCluster(**marked)
        self.markers: Markers = markers


class JobRuns(Construct):
    """The definitions of every job by placement, keyed by (job, placement), with their files uploaded to the bucket.

    Each definition is a Python object (`definitions`), an object job-runs/JOB/PLACEMENT.json in the bucket, an SSM
    parameter /emr-eks-placement/ENVIRONMENT/job-runs/JOB/PLACEMENT (`parameters`) and, if the region supports them, a
    job template (`job_templates`). `commands`: how to start each, also in the bucket's index. `state_machines` and
    `schedules`, which are None if no placement asks for one, run the definitions.

    environment: a checked one is not planned again; deployed: of each virtual cluster by name. removal_policy,
    encryption_key: of the log group of the state machines, a key that CloudWatch Logs may use. index_key: of the index
    in the bucket; further_indexes: the keys of other indexes, which it names.

    Raises RuleError, with the path in the environment, if a definition can't be created or is too large for a
    parameter.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        environment: Environment | CheckedEnvironment,
        deployed: Mapping[str, DeployedVirtualCluster],
        bucket: s3.IBucket,
        removal_policy: RemovalPolicy = RemovalPolicy.RETAIN,
        encryption_key: kms.IKey | None = None,
        index_key: str = INDEX_KEY,
        further_indexes: Sequence[str] = (),
    ) -> None:
        super().__init__(scope, id_)
        self._checked = CheckedEnvironment.of(environment)
        self._environment = self._checked.environment
        used = dict.fromkeys(job.virtual_cluster for job in self._environment.jobs.values())
        self._stand_ins = {name: StandIns(name, deployed[name]) for name in used}
        self.definitions = self._define_all(deployed)
        self.parameters: dict[JobPlacement, ssm.StringParameter] = {}
        self.job_templates: dict[JobPlacement, emrcontainers.CfnJobTemplate] = {}
        self.commands = {
            run: ready_command(self._environment, *run, stack=Stack.of(self).stack_name) for run in self.definitions
        }
        for run, longest in self._define_all({name: one.longest for name, one in self._stand_ins.items()}).items():
            text = _parameter_text(longest)
            _check_fits_a_parameter(text, run)
            self._add_parameter(run)
            self._add_job_template(run, deployed, takes_parameters="${" in text)
        self.state_machines = self._state_machines(deployed, removal_policy, encryption_key)
        self.schedules = self._schedules(deployed)
        index = {"definitions": [one.as_json() for one in self.commands.values()], "indexes": list(further_indexes)}
        self.deployment = self._deploy(bucket, index_key, index)

    def grant_read(self, grantee: iam.IGrantable) -> iam.Grant:
        """Lets the grantee read every definition from its SSM parameter."""
        folder = definitions_folder(self._environment.name)
        parameters = Stack.of(self).format_arn(service="ssm", resource="parameter", resource_name=f"{folder[1:]}/*")
        return iam.Grant.add_to_principal(grantee=grantee, actions=["ssm:GetParameter"], resource_arns=[parameters])

    def _define_all(self, deployed: Mapping[str, DeployedVirtualCluster]) -> dict[JobPlacement, JobRunDefinition]:
        jobs = self._environment.jobs
        return {run: one.definition(deployed[jobs[run[0]].virtual_cluster]) for run, one in self._checked.runs.items()}

    def _add_parameter(self, run: JobPlacement) -> None:
        name = definition_parameter(self._environment.name, *run)
        self.parameters[run] = ssm.StringParameter(
            self,
            "-in-".join(run),
            parameter_name=name,
            description=f"StartJobRun request: {run[0]} in placement {run[1]}",
            string_value=_parameter_text(self.definitions[run]),
            tier=ssm.ParameterTier.INTELLIGENT_TIERING,
        )

    def _add_job_template(
        self, run: JobPlacement, deployed: Mapping[str, DeployedVirtualCluster], *, takes_parameters: bool
    ) -> None:
        if not regions.has_job_templates(self._environment.region):
            return
        id_ = f"{'-in-'.join(run)}-template"
        if takes_parameters:
            Annotations.of(self).add_warning_v2(
                f"emr-eks-placement:{id_}",
                f"No job template of {run[0]} in placement {run[1]}: EMR would take its ${{…}} for a template parameter.",
            )
            return
        job = self._environment.jobs[run[0]]
        definition = self._checked.runs[run].definition(deployed[job.virtual_cluster], keep_parameters=True)
        self.job_templates[run] = job_template(
            self,
            id_,
            name=physical_name(self._environment.name, *run),
            request=definition.request,
            parameters=job.parameters,
        )

    def _choices(self) -> dict[JobPlacement, PlacementChoice]:
        jobs = self._environment.jobs
        return {(job, placement): jobs[job].placements[placement] for job, placement in self.definitions}

    def _state_machines(
        self,
        deployed: Mapping[str, DeployedVirtualCluster],
        removal_policy: RemovalPolicy,
        encryption_key: kms.IKey | None,
    ) -> StateMachines | None:
        settings = {run: one.state_machine for run, one in self._choices().items() if one.state_machine is not None}
        if not settings:
            return None
        return StateMachines(
            self,
            "StateMachines",
            settings=settings,
            environment=self._environment,
            deployed=deployed,
            definitions=self.definitions,
            removal_policy=removal_policy,
            encryption_key=encryption_key,
        )

    def _schedules(self, deployed: Mapping[str, DeployedVirtualCluster]) -> Schedules | None:
        settings = {run: one.schedule for run, one in self._choices().items() if one.schedule is not None}
        if not settings:
            return None
        return Schedules(
            self,
            "Schedules",
            settings=settings,
            environment=self._environment,
            deployed=deployed,
            definitions=self.definitions,
            state_machines=self.state_machines.state_machines if self.state_machines else {},
        )

    def _deploy(self, bucket: s3.IBucket, index_key: str, index: Any) -> s3_deployment.BucketDeployment:
        return deploy_job_files(
            self,
            "Files",
            bucket=bucket,
            jobs=self._environment.jobs.values(),
            definitions=self._define_all({name: one.marked for name, one in self._stand_ins.items()}),
            index=index,
            index_key=index_key,
            markers={marker: value for one in self._stand_ins.values() for marker, value in one.markers.items()},
        )


def _parameter_text(definition: JobRunDefinition) -> str:
    """Returns the request as JSON. SSM refuses values with {{…}}, which Spark uses ({{EXECUTOR_ID}}), so one { is
    escaped."""
    return json.dumps(definition.request, separators=(",", ":")).replace("{{", "{\\u007b")


def _check_fits_a_parameter(text: str, run: JobPlacement) -> None:
    size = len(text.encode())
    if size > _LARGEST_PARAMETER:
        raise RuleError(
            f"{size} bytes",
            f"the definition in placement {run[1]} is an SSM parameter of at most {_LARGEST_PARAMETER} bytes "
            "(SSM PutParameter)",
            "Move arguments or spark_conf into a file that the application reads",
            path=("jobs", run[0]),
        )
