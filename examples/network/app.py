"""A VPC over chosen zones with interface endpoints and flow logs, for a cluster of your own."""

import aws_cdk as cdk
from aws_cdk import aws_eks_v2 as eks
from aws_cdk.lambda_layer_kubectl_v35 import KubectlV35Layer

from emr_eks_placement.infra import FlowLogs, InterfaceEndpoints, Network

app = cdk.App()
stack = cdk.Stack(app, "Network", env=cdk.Environment(region="us-east-1"))

network = Network(stack, "Network", cidr="10.0.0.0/16", zones=["us-east-1a", "us-east-1b"], nat_gateways=1)
InterfaceEndpoints(stack, "InterfaceEndpoints", network=network)
FlowLogs(stack, "FlowLogs", vpc=network.vpc, retention_days=30, removal_policy=cdk.RemovalPolicy.RETAIN)

eks.Cluster(
    stack,
    "Cluster",
    version=eks.KubernetesVersion.V1_35,
    vpc=network.vpc,
    kubectl_provider_options=eks.KubectlProviderOptions(kubectl_layer=KubectlV35Layer(stack, "Kubectl")),
)

app.synth()
