"""An EMR virtual cluster that a function makes with EMR's rights, on an existing EKS cluster."""

import aws_cdk as cdk
from aws_cdk import aws_ec2 as ec2

from emr_eks_placement.environment import Cluster, VirtualCluster
from emr_eks_placement.infra import EmrVirtualCluster, ExistingEksCluster, JobBucket, VirtualClusterHandler

app = cdk.App()
stack = cdk.Stack(app, "Spark", env=cdk.Environment(region="us-east-1"), tags={"team": "data"})
vpc = ec2.Vpc.from_vpc_attributes(
    stack,
    "Vpc",
    vpc_id="vpc-0123456789abcdef0",
    availability_zones=["us-east-1a", "us-east-1b"],
    private_subnet_ids=["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"],
)

settings = Cluster(
    name="analytics",
    version="1.35",
    oidc_provider_arn="arn:aws:iam::111122223333:oidc-provider/oidc.eks.us-east-1.amazonaws.com/id/0123456789ABCDEF",
    endpoint_access="public",
    emr_access="handler",
)
existing = ExistingEksCluster(stack, "Eks", settings=settings, vpc=vpc)
spark = EmrVirtualCluster(
    stack,
    "VirtualCluster",
    name="spark",
    owner=("analytics",),
    settings=VirtualCluster(namespace="spark-jobs"),
    cluster=existing.cluster,
    bucket=JobBucket(stack, "Bucket").bucket,
    after=[existing.kubectl_access],
    handler=VirtualClusterHandler(stack, "VirtualClusterHandler", cluster=existing.cluster),
)

cdk.CfnOutput(stack, "VirtualClusterId", value=spark.deployed.virtual_cluster_id)
app.synth()
