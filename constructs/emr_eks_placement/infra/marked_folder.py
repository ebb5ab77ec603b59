"""Files that name deployed resources, as a source of a BucketDeployment."""

from collections.abc import Mapping
from typing import Any

import jsii
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3_deployment as s3_deployment
from constructs import Construct

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
