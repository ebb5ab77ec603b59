"""Labeled and tainted node groups on a cluster of your own."""

import aws_cdk as cdk
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_eks_v2 as eks
from aws_cdk.lambda_layer_kubectl_v35 import KubectlV35Layer

from emr_eks_placement.environment import NodeGroup
from emr_eks_placement.infra import NodeGroups
from emr_eks_placement.job.placement import Taint

app = cdk.App()
stack = cdk.Stack(app, "Nodes", env=cdk.Environment(region="us-east-1"))
vpc = ec2.Vpc(stack, "Vpc", availability_zones=["us-east-1a", "us-east-1b"])
cluster = eks.Cluster(
    stack,
    "Cluster",
    version=eks.KubernetesVersion.V1_35,
    vpc=vpc,
    default_capacity_type=eks.DefaultCapacityType.NODEGROUP,
    kubectl_provider_options=eks.KubectlProviderOptions(kubectl_layer=KubectlV35Layer(stack, "Kubectl")),
)

drivers = NodeGroup(instance_types=("m6i.xlarge",), labels={"workload": "spark-driver"}, zones=("us-east-1a",))
taint = Taint(key="workload", value="spark-executor", effect="NoSchedule")
executors = NodeGroup(instance_types=("m6i.4xlarge", "m5.4xlarge"), capacity_type="spot", taints=(taint,), max_size=10)
NodeGroups(stack, "NodeGroups", cluster=cluster, groups={"spark-drivers": drivers, "spark-executors": executors})

app.synth()
