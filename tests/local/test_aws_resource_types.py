"""The CloudFormation types of an EMR-on-EKS deployment, besides EKS's and EMR's own."""

import json
from typing import Any

import pytest

from tests.local.aws_fixtures import AwsUnderTest, Stacks, trust


def attribute(resource: str, name: str) -> dict[str, Any]:
    return {"Fn::GetAtt": [resource, name]}


NETWORK: dict[str, Any] = {
    "Vpc": {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": "10.1.0.0/16"}},
    "Subnet": {
        "Type": "AWS::EC2::Subnet",
        "Properties": {"VpcId": {"Ref": "Vpc"}, "CidrBlock": "10.1.1.0/24", "AvailabilityZone": "us-east-1a"},
    },
    "Address": {"Type": "AWS::EC2::EIP", "Properties": {"Domain": "vpc"}},
    "Nat": {
        "Type": "AWS::EC2::NatGateway",
        "Properties": {"SubnetId": {"Ref": "Subnet"}, "AllocationId": attribute("Address", "AllocationId")},
    },
    "Routes": {"Type": "AWS::EC2::RouteTable", "Properties": {"VpcId": {"Ref": "Vpc"}}},
    "ToNat": {
        "Type": "AWS::EC2::Route",
        "Properties": {
            "RouteTableId": {"Ref": "Routes"},
            "DestinationCidrBlock": "0.0.0.0/0",
            "NatGatewayId": {"Ref": "Nat"},
        },
    },
    "Endpoint": {
        "Type": "AWS::EC2::VPCEndpoint",
        "Properties": {
            "VpcId": {"Ref": "Vpc"},
            "ServiceName": "com.amazonaws.us-east-1.s3",
            "VpcEndpointType": "Gateway",
            "RouteTableIds": [{"Ref": "Routes"}],
        },
    },
    "Sts": {
        "Type": "AWS::EC2::VPCEndpoint",
        "Properties": {
            "VpcId": {"Ref": "Vpc"},
            "ServiceName": "com.amazonaws.us-east-1.sts",
            "VpcEndpointType": "Interface",
            "PrivateDnsEnabled": True,
            "SubnetIds": [{"Ref": "Subnet"}],
            "SecurityGroupIds": [attribute("Nodes", "GroupId")],
        },
    },
    "FlowLogRole": trust("vpc-flow-logs.amazonaws.com"),
    "FlowLog": {
        "Type": "AWS::EC2::FlowLog",
        "Properties": {
            "ResourceId": {"Ref": "Vpc"},
            "ResourceType": "VPC",
            "TrafficType": "ALL",
            "LogGroupName": "flow",
            "DeliverLogsPermissionArn": attribute("FlowLogRole", "Arn"),
        },
    },
    "Nodes": {
        "Type": "AWS::EC2::SecurityGroup",
        "Properties": {"GroupDescription": "nodes", "VpcId": {"Ref": "Vpc"}},
    },
    "FromNodes": {
        "Type": "AWS::EC2::SecurityGroupIngress",
        "Properties": {
            "GroupId": attribute("Nodes", "GroupId"),
            "IpProtocol": "tcp",
            "FromPort": 443,
            "ToPort": 443,
            "SourceSecurityGroupId": attribute("Nodes", "GroupId"),
        },
    },
    "ToAnywhere": {
        "Type": "AWS::EC2::SecurityGroupEgress",
        "Properties": {"GroupId": attribute("Nodes", "GroupId"), "IpProtocol": "-1", "CidrIp": "10.0.0.0/8"},
    },
}


def test_network(aws: AwsUnderTest, stacks: Stacks) -> None:
    ec2 = aws.client("ec2")
    outputs = {
        "Address": {"Ref": "Address"},
        "Allocation": attribute("Address", "AllocationId"),
        "Nat": attribute("Nat", "NatGatewayId"),
        "FlowLog": attribute("FlowLog", "Id"),
        "Group": attribute("Nodes", "GroupId"),
        "Rule": attribute("FromNodes", "Id"),
        "Endpoint": attribute("Endpoint", "Id"),
        "Sts": {"Ref": "Sts"},
        "DefaultGroup": attribute("Vpc", "DefaultSecurityGroup"),
    }
    made = stacks.create("network", NETWORK, outputs)
    [address] = ec2.describe_addresses(AllocationIds=[made["Allocation"]])["Addresses"]
    assert address["PublicIp"] == made["Address"]
    [nat] = ec2.describe_nat_gateways(NatGatewayIds=[made["Nat"]])["NatGateways"]
    assert nat["State"] == "available"
    assert ec2.describe_flow_logs(FlowLogIds=[made["FlowLog"]])["FlowLogs"]
    [group] = ec2.describe_security_groups(GroupIds=[made["Group"]])["SecurityGroups"]
    [rule] = group["IpPermissions"]
    assert (rule["FromPort"], rule["UserIdGroupPairs"][0]["GroupId"]) == (443, made["Group"])
    assert {"CidrIp": "10.0.0.0/8"} in [cidr for rule in group["IpPermissionsEgress"] for cidr in rule["IpRanges"]]

    [sts] = ec2.describe_vpc_endpoints(VpcEndpointIds=[made["Sts"]])["VpcEndpoints"]
    assert (sts["VpcEndpointType"], sts["ServiceName"]) == ("Interface", "com.amazonaws.us-east-1.sts")

    wider = json.loads(json.dumps(NETWORK))
    wider["FromNodes"]["Properties"]["ToPort"] = 444
    assert stacks.update("network", wider, outputs) == "UPDATE_COMPLETE"
    [group] = ec2.describe_security_groups(GroupIds=[made["Group"]])["SecurityGroups"]
    assert [rule["ToPort"] for rule in group["IpPermissions"]] == [444]

    wider["Address"]["Properties"]["Tags"] = [{"Key": "stage", "Value": "dev"}]
    assert stacks.update("network", wider, outputs) == "UPDATE_COMPLETE", stacks.failures("network")
    [address] = ec2.describe_addresses(AllocationIds=[made["Allocation"]])["Addresses"]
    assert {"Key": "stage", "Value": "dev"} in address["Tags"]

    assert stacks.delete("network") == "DELETE_COMPLETE"
    assert made["Address"] not in [address["PublicIp"] for address in ec2.describe_addresses()["Addresses"]]
    assert made["Sts"] not in [endpoint["VpcEndpointId"] for endpoint in ec2.describe_vpc_endpoints()["VpcEndpoints"]]


@pytest.mark.parametrize(
    ("resource", "change", "reason"),
    [
        ("Nat", {"AllocationId": "eipalloc-0"}, "Elastic IP address [eipalloc-0] not found"),
        ("Nat", {"SubnetId": "subnet-0"}, "subnet-0' does not exist"),
        ("FromNodes", {"GroupId": "sg-0"}, "'sg-0' does not exist"),
        ("Sts", {"SubnetIds": ["subnet-0"]}, "'subnet-0' does not exist in vpc-"),
        ("Sts", {"SubnetIds": [{"Ref": "Subnet"}, {"Ref": "Subnet"}]}, "Two subnets are in us-east-1a"),
        ("Sts", {"SecurityGroupIds": ["sg-0"]}, "'sg-0' does not exist in vpc-"),
        ("FlowLog", {"DeliverLogsPermissionArn": "arn:aws:iam::000000000000:role/none"}, "role/none does not exist"),
    ],
)
def test_network_refused(stacks: Stacks, resource: str, change: dict[str, Any], reason: str) -> None:
    resources = json.loads(json.dumps(NETWORK))
    resources[resource]["Properties"].update(change)
    assert reason in stacks.refusal("refused", resources)


def test_oidc_provider(aws: AwsUnderTest, stacks: Stacks) -> None:
    def resource(*clients: str) -> dict[str, Any]:
        properties = {"Url": "https://oidc.example.com/id/1", "ClientIdList": list(clients)}
        return {"Oidc": {"Type": "AWS::IAM::OIDCProvider", "Properties": properties}}

    arn = stacks.create("oidc-own", resource("a"), {"Arn": attribute("Oidc", "Arn")})["Arn"]
    assert arn == "arn:aws:iam::000000000000:oidc-provider/oidc.example.com/id/1"
    assert stacks.update("oidc-own", resource("a", "sts.amazonaws.com")) == "UPDATE_COMPLETE"
    provider = aws.client("iam").get_open_id_connect_provider(OpenIDConnectProviderArn=arn)
    assert provider["ClientIDList"] == ["a", "sts.amazonaws.com"]


def test_service_linked_role_has_its_own_name_once(aws: AwsUnderTest, stacks: Stacks) -> None:
    role = {"Type": "AWS::IAM::ServiceLinkedRole", "Properties": {"AWSServiceName": "eks-fargate.amazonaws.com"}}
    made = stacks.create("linked", {"Role": role}, {"Name": attribute("Role", "RoleName")})
    assert made["Name"] == "AWSServiceRoleForAmazonEKSForFargate"
    assert aws.client("iam").get_role(RoleName=made["Name"])["Role"]["Path"].startswith("/aws-service-role/")
    assert "has been taken" in stacks.refusal("linked-again", {"Role": role})


def test_what_cloudformation_names_keeps_its_name_when_it_is_updated(aws: AwsUnderTest, stacks: Stacks) -> None:
    """A log group with what is in it. Giving it a name, or taking that back, replaces it (its schema, createOnlyProperties)."""

    def resources(team: str = "data", value: str = "a", **settings: Any) -> dict[str, Any]:
        tags = {"Tags": [{"Key": "team", "Value": team}]}
        return {
            "Logs": {"Type": "AWS::Logs::LogGroup", "Properties": {**tags, **settings}},
            "Parameter": {"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String", "Value": value}},
        }

    def ids() -> dict[str, str]:
        found = stacks.client.list_stack_resources(StackName="named")["StackResourceSummaries"]
        return {one["LogicalResourceId"]: one["PhysicalResourceId"] for one in found}

    stacks.create("named", resources())
    logs, first = aws.session.client("logs", endpoint_url=aws.server.url), ids()
    logs.create_log_stream(logGroupName=first["Logs"], logStreamName="driver")
    assert stacks.update("named", resources(team="science", value="b", RetentionInDays=7)) == "UPDATE_COMPLETE"
    assert ids() == first
    (group,) = logs.describe_log_groups(logGroupNamePrefix=first["Logs"])["logGroups"]
    assert group["retentionInDays"] == 7
    assert logs.list_tags_for_resource(resourceArn=group["arn"].removesuffix(":*"))["tags"]["team"] == "science"
    assert logs.describe_log_streams(logGroupName=first["Logs"])["logStreams"]
    assert stacks.update("named", resources(LogGroupName="of-its-own")) == "UPDATE_COMPLETE"
    assert ids() == {**first, "Logs": "of-its-own"}
    assert stacks.update("named", resources()) == "UPDATE_COMPLETE"
    assert ids()["Logs"].startswith("named-Logs-")


def test_stock_types_and_their_attributes(aws: AwsUnderTest, stacks: Stacks) -> None:
    key_policy = {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Principal": {"AWS": {"Fn::Sub": "arn:aws:iam::${AWS::AccountId}:root"}}, "Action": "kms:*",
             "Resource": "*"}
        ],
    }  # fmt: skip
    read = {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": {"Fn::Sub": "${Bucket.Arn}/*"}}],
    }
    resources: dict[str, Any] = {
        "Key": {"Type": "AWS::KMS::Key", "Properties": {"KeyPolicy": key_policy, "EnableKeyRotation": True}},
        "Alias": {"Type": "AWS::KMS::Alias", "Properties": {"AliasName": "alias/t", "TargetKeyId": {"Ref": "Key"}}},
        "Logs": {"Type": "AWS::Logs::LogGroup", "Properties": {"RetentionInDays": 7}},
        "Bucket": {"Type": "AWS::S3::Bucket"},
        "BucketPolicy": {
            "Type": "AWS::S3::BucketPolicy",
            "Properties": {
                "Bucket": {"Ref": "Bucket"},
                "PolicyDocument": {
                    "Version": "2012-10-17",
                    "Statement": [
                        {
                            "Effect": "Deny",
                            "Principal": "*",
                            "Action": "s3:*",
                            "Resource": {"Fn::Sub": "${Bucket.Arn}/*"},
                            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
                        }
                    ],
                },
            },
        },
        "Parameter": {
            "Type": "AWS::SSM::Parameter",
            "Properties": {
                "Type": "String",
                "Tier": "Intelligent-Tiering",
                "Value": "v" * 5000,
                "Name": "/spark/definition",
            },
        },
        "Role": trust("lambda.amazonaws.com"),
        "Managed": {
            "Type": "AWS::IAM::ManagedPolicy",
            "Properties": {"PolicyDocument": read, "Roles": [{"Ref": "Role"}]},
        },
        "Inline": {
            "Type": "AWS::IAM::Policy",
            "Properties": {"PolicyName": "inline", "PolicyDocument": read, "Roles": [{"Ref": "Role"}]},
        },
        "Template": {
            "Type": "AWS::EC2::LaunchTemplate",
            "Properties": {"LaunchTemplateData": {"InstanceType": "m6i.xlarge"}},
        },
        "Handler": {
            "Type": "AWS::Lambda::Function",
            "Properties": {
                "Runtime": "python3.12",
                "Handler": "index.handler",
                "Role": attribute("Role", "Arn"),
                "Code": {"ZipFile": "def handler(event, context):\n    return 1\n"},
            },
        },
        "Permission": {
            "Type": "AWS::Lambda::Permission",
            "Properties": {
                "FunctionName": attribute("Handler", "Arn"),
                "Action": "lambda:InvokeFunction",
                "Principal": "s3.amazonaws.com",
            },
        },
    }
    outputs = {
        "KeyArn": attribute("Key", "Arn"),
        "LogsArn": attribute("Logs", "Arn"),
        "BucketArn": attribute("Bucket", "Arn"),
        "BucketDomain": attribute("Bucket", "RegionalDomainName"),
        "ParameterType": attribute("Parameter", "Type"),
        "ManagedArn": attribute("Managed", "PolicyArn"),
        "ManagedRef": {"Ref": "Managed"},
        "TemplateVersion": attribute("Template", "LatestVersionNumber"),
        "RoleId": attribute("Role", "RoleId"),
        "FunctionArn": attribute("Handler", "Arn"),
    }
    made = stacks.create("stock", resources, outputs)
    assert made["KeyArn"].startswith("arn:aws:kms:us-east-1:000000000000:key/")
    assert made["LogsArn"].endswith(":*")
    assert made["TemplateVersion"] == "1"
    assert made["ManagedArn"] == made["ManagedRef"]
    parameter = aws.client("ssm").describe_parameters(
        ParameterFilters=[{"Key": "Name", "Values": ["/spark/definition"]}]
    )["Parameters"]
    assert parameter[0]["Tier"] == "Advanced"


def test_parameter_over_its_tiers_size_is_refused(stacks: Stacks) -> None:
    parameter = {"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String", "Value": "v" * 4097}}
    assert "Standard tier parameters support" in stacks.refusal("standard", {"Parameter": parameter})


def test_nested_stack(aws: AwsUnderTest, stacks: Stacks) -> None:
    s3 = aws.client("s3")
    s3.create_bucket(Bucket="templates")
    inner = {
        "Resources": {"Address": {"Type": "AWS::EC2::EIP"}},
        "Outputs": {"Address": {"Value": attribute("Address", "AllocationId")}},
    }
    s3.put_object(Bucket="templates", Key="inner.json", Body=json.dumps(inner).encode())
    url = f"{aws.server.url}/templates/inner.json"
    nested = {"Inner": {"Type": "AWS::CloudFormation::Stack", "Properties": {"TemplateURL": url}}}
    made = stacks.create("outer", nested, {"Address": attribute("Inner", "Outputs.Address")})
    assert made["Address"].startswith("eipalloc-")
