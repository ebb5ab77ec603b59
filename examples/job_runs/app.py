"""Job-run definitions for an existing virtual cluster and bucket."""

from pathlib import Path

import aws_cdk as cdk
from aws_cdk import aws_s3 as s3

from emr_eks_placement.definition import DeployedVirtualCluster
from emr_eks_placement.environment_file import load_environment
from emr_eks_placement.infra import JobRuns

app = cdk.App()
stack = cdk.Stack(app, "JobRuns", env=cdk.Environment(region="us-east-1"))
bucket = s3.Bucket.from_bucket_name(stack, "Bucket", "example-trips")
spark = DeployedVirtualCluster(
    virtual_cluster_id="0123456789abcdefghijklmno",
    execution_role_arn="arn:aws:iam::111122223333:role/spark-jobs",
    bucket=bucket.bucket_name,
    log_group_name="/spark/jobs",
)

environment = load_environment(Path(__file__).with_name("analytics.yaml"))
job_runs = JobRuns(stack, "JobRuns", environment=environment, deployed={"spark": spark}, bucket=bucket)

for (job, placement), command in job_runs.commands.items():
    cdk.CfnOutput(stack, f"Start-{job}-{placement}".title().replace("-", ""), value=command.start)
app.synth()
