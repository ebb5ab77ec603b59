"""Files that name deployed resources, as a source of a BucketDeployment."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import jsii
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3_deployment as s3_deployment
from constructs import Construct

from emr_eks_placement.definition import DeployedVirtualCluster

Markers = Mapping[str, Any]


@jsii.implements(s3_deployment.ISource)
class MarkedFolder:
    """A folder whose files hold markers, each replaced at deployment by what stands for it.

    The CDK's Source.data has a source and markers of its own for every file: this has one set for all of them.
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


def mark(name: str, deployed: DeployedVirtualCluster) -> tuple[DeployedVirtualCluster, Markers]:
    """The virtual cluster with markers for its tokens, and what stands for each; name: its own in the environment."""
    markers: dict[str, Any] = {}

    def marker(value: str, *place: str) -> str:
        text = f"<<{':'.join((name, *place))}>>"
        markers[text] = value
        return text

    fields: dict[str, Any] = {
        field: {key: marker(one, field, key) for key, one in value.items()}
        if isinstance(value, dict)
        else marker(value, field)
        for field, value in asdict(deployed).items()
        if value is not None
    }
    return DeployedVirtualCluster(**fields), markers
