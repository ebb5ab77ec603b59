"""Wrong settings of existing resources give one line: field, value, rule, fix."""

from pathlib import Path

import pytest

from tests.unit.bad_input import Bad, check

CIDR = "network: {cidr: 10.0.0.0/16, nat_gateways: 1}\n"
CLUSTER = 'cluster:\n  version: "1.35"\n'
REGION = "region: us-east-1\n"
SUBNETS = "subnets: {us-east-1a: subnet-0123456789abcdef0, us-east-1b: subnet-0123456789abcdef1}"
OIDC = "oidc_provider_arn: 'arn:aws:iam::111122223333:oidc-provider/oidc.example.com/id/A'"
SECURITY_GROUP = "security_group_id: sg-01234567"

BROKEN = {
    "VPC without subnets": Bad(
        old=CIDR, new="network: {vpc_id: vpc-01234567} # <-\n",
        field="network.vpc_id", value="vpc-01234567", rule="private subnets", fix="Add subnets",
    ),
    "no VPC id": Bad(
        old=CIDR, new="network: {vpc_id: my-vpc} # <-\n",
        field="network.vpc_id", value="my-vpc", rule="vpc- and 8 or 17 hexadecimal digits", fix="vpc-0123456789abcdef0",
    ),
    "subnets without VPC": Bad(
        old=CIDR, new=f"network: {{{SUBNETS}}} # <-\n",
        field="network.subnets", value={"us-east-1a": "subnet-0123456789abcdef0", "us-east-1b": "subnet-0123456789abcdef1"},
        rule="of an existing VPC", fix="Add vpc_id",
    ),
    "a subnet too few": Bad(
        old=CIDR, new="network: {vpc_id: vpc-01234567, subnets: {us-east-1a: subnet-01234567}} # <-\n",
        field="network.subnets", value=["us-east-1a"], rule="one subnet for each", fix="Name a subnet by each zone",
    ),
    "NAT gateways in a VPC that is there": Bad(
        old=CIDR, new=f"network: {{vpc_id: vpc-01234567, {SUBNETS}, nat_gateways: 2}} # <-\n",
        field="network.nat_gateways", value=2, rule="a choice for a VPC that is created", fix="Remove nat_gateways",
    ),
    "cluster in a VPC that is created": Bad(
        old=CLUSTER, new=f"cluster: {{name: analytics, {OIDC}, {SECURITY_GROUP}}} # <-\n",
        field="cluster.name", value="analytics", rule="in an existing VPC", fix="Add network.vpc_id",
    ),
    "cluster without OIDC provider": Bad(
        old=CLUSTER, new=f"cluster: {{name: analytics, {SECURITY_GROUP}}} # <-\n",
        field="cluster.name", value="analytics", rule="IAM OIDC provider", fix="oidc_provider_arn",
    ),
    "no way for EMR": Bad(
        old=CIDR, new=f"network: {{vpc_id: vpc-01234567, {SUBNETS}}}\n",
        also=((CLUSTER, f"cluster: {{name: analytics, {OIDC}, {SECURITY_GROUP}}} # <-\n"),),
        field="cluster.name", value="analytics", rule="EMR needs access to", fix="Add emr_access: aws-auth",
    ),
    "private endpoint without security group": Bad(
        old=CLUSTER, new=f"cluster: {{name: analytics, {OIDC}}} # <-\n",
        field="cluster.name", value="analytics", rule="private endpoint", fix="Add security_group_id",
    ),
    "admins of a cluster that is there": Bad(
        old=CLUSTER, new=f"cluster: {{name: analytics, {OIDC}, {SECURITY_GROUP}, admins: []}} # <-\n",
        field="cluster.admins", value=(), rule="a cluster that is created", fix="Remove admins",
    ),
    "add-ons of a cluster that is there": Bad(
        old=CLUSTER, new=f"cluster: {{name: analytics, {OIDC}, {SECURITY_GROUP}, add_on_versions: {{}}}} # <-\n",
        field="cluster.add_on_versions", value={}, rule="a cluster that is created", fix="Remove add_on_versions",
    ),
    "OIDC provider without cluster": Bad(
        old=CLUSTER, new=f"cluster: {{{OIDC}}} # <-\n",
        field="cluster.oidc_provider_arn", value="arn:aws:iam::111122223333:oidc-provider/oidc.example.com/id/A",
        rule="an existing cluster", fix="Add name",
    ),
    "bucket as URI": Bad(
        old=REGION, new=REGION + "bucket: {name: 's3://jobs'} # <-\n",
        field="bucket.name", value="s3://jobs", rule="3 to 63 lower-case letters", fix="analytics-spark-jobs",
    ),
    "alias of a key": Bad(
        old=REGION, new=REGION + "encryption: {customer_managed_key: true, kms_key_arn: alias/jobs} # <-\n",
        field="encryption.kms_key_arn", value="alias/jobs", rule="not of an alias", fix="arn:aws:kms",
    ),
    "a key that is not used": Bad(
        old=REGION, new=REGION + "encryption: {kms_key_arn: 'arn:aws:kms:us-east-1:111122223333:key/a'} # <-\n",
        field="encryption.kms_key_arn", value="arn:aws:kms:us-east-1:111122223333:key/a", rule="customer_managed_key is false",
        fix="customer_managed_key: true",
    ),
    "role by name": Bad(
        old=REGION, new=REGION + "fargate_pod_execution_role_arn: fargate # <-\n",
        field="fargate_pod_execution_role_arn", value="fargate", rule="ARN of an IAM role", fix="arn:aws:iam",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", BROKEN)
def test_one_line_reports_what_is_wrong(name: str, tmp_path: Path) -> None:
    check(BROKEN[name], tmp_path)
