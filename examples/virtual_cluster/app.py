"""An EMR virtual cluster with its namespace, role, log group and bucket, on a cluster of your own."""

from typing import cast

import aws_cdk as cdk
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_eks_v2 as eks
from aws_cdk.lambda_layer_kubectl_v35 import KubectlV35Layer

from emr_eks_placement.environment import VirtualCluster
from emr_eks_placement.infra import EmrVirtualCluster, JobBucket

app = cdk.App()
stack = cdk.Stack(app, "Spark", env=cdk.Environment(region="us-east-1"))
vpc = ec2.Vpc(stack, "Vpc", availability_zones=["us-east-1a", "us-east-1b"])
cluster = eks.Cluster(
    stack,
    "Cluster",
    version=eks.KubernetesVersion.V1_35,
    vpc=vpc,
    default_capacity_type=eks.DefaultCapacityType.NODEGROUP,
    kubectl_provider_options=eks.KubectlProviderOptions(kubectl_layer=KubectlV35Layer(stack, "Kubectl")),
)
resource = cast(eks.CfnCluster, cluster.node.default_child)
resource.add_property_override("AccessConfig.AuthenticationMode", "API_AND_CONFIG_MAP")  # EMR asks for it

bucket = JobBucket(stack, "Bucket").bucket
settings = VirtualCluster(namespace="spark-jobs")
spark = EmrVirtualCluster(
    stack, "VirtualCluster", name="spark", owner=("analytics",), settings=settings, cluster=cluster, bucket=bucket
)

cdk.CfnOutput(stack, "VirtualClusterId", value=spark.deployed.virtual_cluster_id)
cdk.CfnOutput(stack, "ExecutionRoleArn", value=spark.deployed.execution_role_arn)
app.synth()
