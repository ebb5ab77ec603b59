"""Node pools of EKS Auto Mode on a cluster of your own: EC2 nodes that come with pods and go with them."""

import aws_cdk as cdk
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_eks_v2 as eks
from aws_cdk.lambda_layer_kubectl_v35 import KubectlV35Layer

from emr_eks_placement.environment import NodeGroup, NodePool
from emr_eks_placement.infra import NetworkAddons, NodeGroups, NodePools
from emr_eks_placement.job.placement import Taint

app = cdk.App()
stack = cdk.Stack(app, "Pools", env=cdk.Environment(region="us-east-1"))
vpc = ec2.Vpc(stack, "Vpc", availability_zones=["us-east-1a", "us-east-1b"])
cluster = eks.Cluster(
    stack,
    "Cluster",
    version=eks.KubernetesVersion.V1_35,
    vpc=vpc,
    default_capacity_type=eks.DefaultCapacityType.AUTOMODE,
    compute=eks.ComputeConfig(node_pools=[]),  # none of EKS's own
    kubectl_provider_options=eks.KubectlProviderOptions(kubectl_layer=KubectlV35Layer(stack, "Kubectl")),
)

system = NodeGroups(stack, "NodeGroups", cluster=cluster, groups={"system": NodeGroup(instance_types=("m6i.large",))})
NetworkAddons(stack, "NetworkAddons", cluster=cluster, nodes=system)

drivers = NodePool(instance_types=("m7g.xlarge", "m6g.xlarge"), labels={"workload": "spark-driver"}, max_vcpus=32)
taint = Taint(key="workload", value="spark-executor", effect="NoSchedule")
executors = NodePool(
    instance_types=("m6i.4xlarge", "m5.4xlarge"),
    capacity_types=("spot", "on-demand"),
    taints=(taint,),
    zones=("us-east-1a",),
    max_vcpus=320,
)
NodePools(stack, "NodePools", cluster=cluster, pools={"spark-drivers": drivers, "spark-executors": executors})

app.synth()
