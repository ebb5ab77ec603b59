"""The role that Spark jobs run with, for an existing cluster and bucket."""

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3

from emr_eks_placement.infra import JobExecutionRole

ISSUER = "oidc.eks.us-east-1.amazonaws.com/id/0123456789ABCDEF0123456789ABCDEF"

app = cdk.App()
stack = cdk.Stack(app, "Role", env=cdk.Environment(region="us-east-1"))
bucket = s3.Bucket.from_bucket_name(stack, "Bucket", "example-trips")
provider = iam.OpenIdConnectProvider.from_open_id_connect_provider_arn(
    stack, "Provider", f"arn:aws:iam::111122223333:oidc-provider/{ISSUER}"
)

role = JobExecutionRole(
    stack,
    "Role",
    role_name="spark-jobs",
    namespace="spark-jobs",
    oidc_provider=provider,
    bucket=bucket,
    folder="spark",
).role

cdk.CfnOutput(stack, "RoleArn", value=role.role_arn)
app.synth()
