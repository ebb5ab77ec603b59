"""EMR on EKS: virtual clusters and job templates."""

import secrets
from functools import partial

from local.aws.cloudformation.properties import api_request, run, tag_map
from local.aws.emr_containers.service import EmrContainers
from local.aws.ministack.resource_types import Attributes, Created, Properties, ResourceType, generated_name

_TERMINATION_SECONDS = 60.0
"""How long a stack waits for the job runs of a virtual cluster it deletes."""


def _virtual_cluster(service: EmrContainers) -> ResourceType:
    def create(_logical_id: str, properties: Properties, _stack_name: str) -> Created:
        token = secrets.token_hex(16)
        request = api_request("emr-containers", "CreateVirtualCluster", properties, clientToken=token)
        made = run(partial(service.create_virtual_cluster, by_cloudformation=True), request)
        return made["id"], {"Id": made["id"], "Arn": made["arn"]}

    def update(identifier: str, properties: Properties) -> Attributes:
        cluster = service.virtual_clusters.get(identifier)
        cluster.tags.clear()
        cluster.tags.update(tag_map(properties))
        return {"Id": cluster.id, "Arn": cluster.arn}

    def delete(identifier: str, _properties: Properties) -> None:
        run(partial(service.delete_virtual_cluster, by_cloudformation=True), {"id": identifier})
        if not service.wait_for_runs(identifier, _TERMINATION_SECONDS):
            raise ValueError(f"Virtual cluster {identifier} still has active job runs: cancel them first")

    return ResourceType(
        "AWS::EMRContainers::VirtualCluster",
        create,
        delete,
        update=update,
        may_wait=True,
    )


def _job_template(service: EmrContainers) -> ResourceType:
    def create(logical_id: str, properties: Properties, stack_name: str) -> Created:
        name = properties.get("Name") or generated_name(stack_name, logical_id, 64)
        token = secrets.token_hex(16)
        request = api_request("emr-containers", "CreateJobTemplate", properties, name=name, clientToken=token)
        made = run(service.create_job_template, request)
        return made["id"], {"Id": made["id"], "Arn": made["arn"], "CreatedAt": made["createdAt"]}

    def delete(identifier: str, _properties: Properties) -> None:
        run(service.delete_job_template, {"id": identifier})

    return ResourceType(
        "AWS::EMRContainers::JobTemplate",
        create,
        delete,
        tags=None,
    )


def resource_types(service: EmrContainers) -> list[ResourceType]:
    """Returns the EMR on EKS types; MiniStack has none."""
    return [_virtual_cluster(service), _job_template(service)]
