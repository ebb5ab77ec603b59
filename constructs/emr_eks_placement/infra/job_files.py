"""The files of job runs in the bucket: pod templates, uploaded files, definitions."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import jsii
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_s3_deployment as s3_deployment
from constructs import Construct

from emr_eks_placement.definition import JobPlacement, JobRunDefinition
from emr_eks_placement.definition.ready_command import definition_key
from emr_eks_placement.infra.service_roles import trust_functions_of_own_account
from emr_eks_placement.job.job import Job

Markers = Mapping[str, Any]


@jsii.implements(s3_deployment.ISource)
class MarkedFolder:
    """A folder whose files contain markers, which the deployment replaces by the real values.

    The CDK's Source.data has a separate source and markers for every file; this class has one set for all files.
    """

    def __init__(self, folder: str, markers: Markers) -> None:
        self._folder = folder
        self._markers = markers

    def bind(self, scope: Construct, *, handler_role: iam.IRole) -> s3_deployment.SourceConfig:
        """Uploads the folder as an asset that the deployment's role may read."""
        source = s3_deployment.Source.asset(self._folder).bind(scope, handler_role=handler_role)
        return s3_deployment.SourceConfig(
            bucket=source.bucket, zip_object_key=source.zip_object_key, markers=self._markers
        )


def deploy_job_files(
    scope: Construct,
    id_: str,
    *,
    bucket: s3.IBucket,
    jobs: Iterable[Job],
    definitions: Mapping[JobPlacement, JobRunDefinition],
    index: Mapping[str, Any],
    index_key: str,
    markers: Markers,
) -> s3_deployment.BucketDeployment:
    """Deploys every file in one deployment. Nothing is pruned: earlier job runs still use their templates.

    definitions: by job and placement, with markers for values that are known only at deployment; index: where the
    definitions are and how to start them, as JSON at index_key.
    """
    with TemporaryDirectory() as folder:  # the CDK copies uploaded files at once
        fixed, marked = Path(folder, "fixed"), Path(folder, "marked")
        _write_named_files(fixed, jobs, definitions.values())
        _write_json(marked / index_key, index)
        for run, definition in definitions.items():
            _write_json(marked / definition_key(*run), definition.request)
        deployment = s3_deployment.BucketDeployment(
            scope,
            id_,
            destination_bucket=bucket,
            sources=[
                *([s3_deployment.Source.asset(str(fixed))] if fixed.exists() else []),
                MarkedFolder(str(marked), markers),
            ],
            prune=False,
        )
        trust_functions_of_own_account(deployment.handler_role)
        return deployment


def _write_named_files(folder: Path, jobs: Iterable[Job], definitions: Iterable[JobRunDefinition]) -> None:
    """Writes pod templates and uploaded files under their keys, which contain a hash of the content."""
    for definition in definitions:
        for template in definition.pod_templates:
            _write(folder / template.key, template.text.encode())
    for job in jobs:
        for file in job.local_files:
            _write(folder / file.key, file.content())


def _write_json(path: Path, content: Mapping[str, Any]) -> None:
    _write(path, (json.dumps(content, indent=2) + "\n").encode())


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
