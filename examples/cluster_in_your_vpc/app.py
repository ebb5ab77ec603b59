"""An EKS cluster that EMR may use, in an existing VPC."""

import aws_cdk as cdk
from aws_cdk import aws_ec2 as ec2

from emr_eks_placement.environment import Cluster
from emr_eks_placement.infra import EksCluster

app = cdk.App()
stack = cdk.Stack(app, "Platform", env=cdk.Environment(region="us-east-1"))
vpc = ec2.Vpc.from_vpc_attributes(
    stack,
    "Vpc",
    vpc_id="vpc-0123456789abcdef0",
    availability_zones=["us-east-1a", "us-east-1b"],
    private_subnet_ids=["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"],
)

settings = Cluster(version="1.35", admins=("arn:aws:iam::111122223333:role/admin",))
cluster = EksCluster(stack, "Eks", settings=settings, vpc=vpc)

cdk.CfnOutput(stack, "ClusterName", value=cluster.cluster.cluster_name)
app.synth()
