"""Fargate profiles, one of any zone and one of a single zone, on a cluster of your own."""

import aws_cdk as cdk
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_eks_v2 as eks
from aws_cdk.lambda_layer_kubectl_v35 import KubectlV35Layer

from emr_eks_placement.environment import FargateProfile, FargateSelector
from emr_eks_placement.infra import FargateProfiles

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

anywhere = FargateSelector(namespace="spark-jobs", labels={"spark-node-placement": "fargate"})
zone_a = FargateSelector(namespace="spark-jobs", labels={"spark-node-placement": "fargate-us-east-1a"})
profiles = {
    "spark": FargateProfile(selectors=(anywhere,)),
    "spark-us-east-1a": FargateProfile(selectors=(zone_a,), zones=("us-east-1a",)),
}
FargateProfiles(stack, "Fargate", cluster=cluster, profiles=profiles)

app.synth()
