"""Flow logs: a record of the VPC's traffic in CloudWatch."""

from aws_cdk import Aws, RemovalPolicy
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_logs as logs
from constructs import Construct


class FlowLogs(Construct):
    """The flow log of a VPC for accepted and rejected traffic, its `log_group` and the `role` that writes it.

    retention_days: of the log group, one of CloudWatch's (PutRetentionPolicy). removal_policy: of the log group.
    encryption_key: of the log group, one that CloudWatch Logs may use; by default its own keys.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        vpc: ec2.IVpc,
        retention_days: int,
        removal_policy: RemovalPolicy,
        encryption_key: kms.IKey | None = None,
    ) -> None:
        super().__init__(scope, id_)
        self.log_group = logs.CfnLogGroup(
            self,
            "LogGroup",
            retention_in_days=retention_days,
            kms_key_id=encryption_key.key_arn if encryption_key else None,
        )
        self.log_group.apply_removal_policy(removal_policy)
        self.role = self._role()
        self.flow_log = ec2.CfnFlowLog(
            self,
            "FlowLog",
            resource_id=vpc.vpc_id,
            resource_type="VPC",
            traffic_type="ALL",
            log_destination_type="cloud-watch-logs",
            log_group_name=self.log_group.ref,
            deliver_logs_permission_arn=self.role.role_arn,
        )

    def _role(self) -> iam.Role:
        """Creates the role that writes flow logs, for this account only (VPC guide, IAM role for flow logs)."""
        flow_logs = f"arn:{Aws.PARTITION}:ec2:{Aws.REGION}:{Aws.ACCOUNT_ID}:vpc-flow-log/*"
        write = iam.PolicyStatement(
            actions=["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"],
            resources=[self.log_group.attr_arn],
        )
        return iam.Role(
            self,
            "Role",
            assumed_by=iam.ServicePrincipal(
                "vpc-flow-logs.amazonaws.com",
                conditions={
                    "StringEquals": {"aws:SourceAccount": Aws.ACCOUNT_ID},
                    "ArnLike": {"aws:SourceArn": flow_logs},
                },
            ),
            inline_policies={"write": iam.PolicyDocument(statements=[write])},
        )
