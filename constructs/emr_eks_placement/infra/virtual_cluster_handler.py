"""Virtual clusters that a function creates, not CloudFormation."""

import re
from collections.abc import Iterable

from aws_cdk import Aws, CustomResource, Stack
from aws_cdk import aws_iam as iam
from constructs import Construct

from emr_eks_placement.facts.deployment import CALLER_OF_EMR, Grant
from emr_eks_placement.facts.emr import CUSTOM_VIRTUAL_CLUSTER
from emr_eks_placement.infra.cluster import AnyCluster
from emr_eks_placement.infra.emr_functions import LONGEST, emr_function


class VirtualClusterHandler(Construct):
    """A function that creates virtual clusters on one cluster, with the rights that EMR's guide requires of the caller.

    EMR uses these rights to create its access entry on the cluster. CloudFormation can't pass a deployment's rights on
    to EMR.

    cluster: with the authentication mode API_AND_CONFIG_MAP.
    """

    def __init__(self, scope: Construct, id_: str, *, cluster: AnyCluster) -> None:
        super().__init__(scope, id_)
        self._cluster_name = cluster.cluster_name
        self._function = emr_function(
            self,
            "Function",
            module="virtual_clusters",
            description="Makes and deletes EMR virtual clusters, so that EMR gets its access entry",
            statements=[_statement(one, self._cluster_name) for one in CALLER_OF_EMR],
        )

    def virtual_cluster(self, scope: Construct, id_: str, *, name: str, namespace: str) -> CustomResource:
        """Creates a virtual cluster with the tags that the stack has by now. Its reference is the id, its attribute Arn
        the ARN."""
        return CustomResource(
            scope,
            id_,
            resource_type=CUSTOM_VIRTUAL_CLUSTER,
            service_token=self._function.function_arn,
            service_timeout=LONGEST,
            properties={
                "Name": name,
                "ContainerProvider": {
                    "Id": self._cluster_name,
                    "Type": "EKS",
                    "Info": {"EksInfo": {"Namespace": namespace}},
                },
                "Tags": Stack.of(scope).tags.tag_values(),
            },
        )


def _statement(granted: Grant, cluster: str) -> iam.PolicyStatement:
    holes = {
        "partition": Aws.PARTITION,
        "region": Aws.REGION,
        "account": Aws.ACCOUNT_ID,
        "stack": Aws.STACK_NAME,
        "ContainerProvider.Id": cluster,
    }

    def filled(texts: Iterable[str]) -> list[str]:
        return [re.sub(r"{(.+?)}", lambda hole: holes[hole[1]], text) for text in texts]

    condition = granted.condition
    return iam.PolicyStatement(
        actions=list(granted.actions),
        resources=filled(granted.resources) or ["*"],
        conditions={condition.operator: {condition.key: filled(condition.values)}} if condition else None,
    )
