"""An EMR virtual cluster on an existing EKS cluster, encrypted with a KMS key."""

import aws_cdk as cdk
from aws_cdk import aws_ec2 as ec2

from emr_eks_placement.environment import Cluster, VirtualCluster
from emr_eks_placement.infra import (
    EmrIdentityMapping,
    EmrVirtualCluster,
    EncryptionKey,
    ExistingEksCluster,
    JobBucket,
)

app = cdk.App()
stack = cdk.Stack(app, "Spark", env=cdk.Environment(region="us-east-1"))
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
    security_group_id="sg-0123456789abcdef0",
    emr_access="aws-auth",
)
existing = ExistingEksCluster(stack, "Eks", settings=settings, vpc=vpc)
mapping = EmrIdentityMapping(stack, "EmrIdentityMapping", cluster=existing)
key = EncryptionKey(stack, "EncryptionKey").key
spark = EmrVirtualCluster(
    stack,
    "VirtualCluster",
    name="spark",
    owner=("analytics",),
    settings=VirtualCluster(namespace="spark-jobs"),
    cluster=existing.cluster,
    bucket=JobBucket(stack, "Bucket", encryption_key=key).bucket,
    after=[existing.kubectl_access, mapping],
    encryption_key=key,
)

cdk.CfnOutput(stack, "VirtualClusterId", value=spark.deployed.virtual_cluster_id)
app.synth()
