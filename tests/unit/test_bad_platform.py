"""A wrong zone, region, network or cluster of an environment gives one line: field, value, rule, fix."""

from pathlib import Path

import pytest

from tests.unit.bad_input import Bad, check

REGION = "region: us-east-1\n"
CIDR = "network: {cidr: 10.0.0.0/16, nat_gateways: 1}\n"
VERSION = '  version: "1.35"\n'

TOP = {
    "unknown key": Bad(
        old=REGION, new=REGION + "nodegroups: {} # <-\n",
        field="nodegroups", value={}, rule="unknown key; known here are", fix="Did you mean node_groups",
    ),
    "unknown key like no other": Bad(
        old=REGION, new=REGION + "qqq: 1 # <-\n",
        field="qqq", value=1, rule="unknown key", fix="Remove it",
    ),
    "region without EMR on EKS": Bad(
        old=REGION, new="region: us-easst-1 # <-\n",
        field="region", value="us-easst-1", rule="AWS::EMRContainers::VirtualCluster", fix="us-east-1",
    ),
    "region missing": Bad(
        old=REGION, new="account: null # <-\n",
        field="region", value=None, rule="required", fix="Add it",
    ),
    "region empty": Bad(
        old=REGION, new="region: # <-\n",
        field="region", value=None, rule="text; it has no value", fix="Give a value",
    ),
    "name given": Bad(
        old=REGION, new=REGION + "name: prod # <-\n",
        field="name", value="prod", rule="named by its file", fix="rename the file",
    ),
    "account as number": Bad(
        old=REGION, new=REGION + "account: 111122223333 # <-\n",
        field="account", value=111122223333, rule="text", fix="Put it in quotes",
    ),
    "account too short": Bad(
        old=REGION, new=REGION + 'account: "1111" # <-\n',
        field="account", value="1111", rule="12 digits (AWS)", fix="quotes",
    ),
    "tags as list": Bad(
        old=REGION, new=REGION + "tags: [a, b] # <-\n",
        field="tags", value=["a", "b"], rule="a mapping", fix="key: value",
    ),
    "tag value as number": Bad(
        old=REGION, new=REGION + "tags: {cost-center: 12} # <-\n",
        field="tags.cost-center", value=12, rule="text", fix="Put it in quotes",
    ),
    "tag of AWS's own": Bad(
        old=REGION, new=REGION + 'tags: {"aws:owner": me} # <-\n',
        field="tags.aws:owner", value="me", rule="begin with aws: (AWS tags)", fix="Rename",
    ),
    "boolean in quotes": Bad(
        old="retain_data: false", new='retain_data: "false" # <-',
        field="retain_data", value="false", rule="true or false", fix="without quotes",
    ),
    "zone of another region": Bad(
        old="zones: [us-east-1a, us-east-1b]", new="zones: [us-east-1a, us-west-2b, us-east-1b] # <-",
        field="zones[1]", value="us-west-2b", rule="us-east-1 is the region's name and one letter", fix="us-east-1a",
    ),
    "zone without letter": Bad(
        old="zones: [us-east-1a, us-east-1b]", new="zones: [us-east-1a, us-east-1] # <-",
        field="zones[1]", value="us-east-1", rule="one letter", fix="us-east-1a",
    ),
    "zone with shell quotes": Bad(
        old="zones: [us-east-1a, us-east-1b]", new="zones: [us-east-1a, us-east-1b, \"'us-east-1c'\"] # <-",
        field="zones[2]", value="'us-east-1c'", rule="availability zone", fix="Leave the inner quotes out",
    ),
    "Local Zone": Bad(
        old="zones: [us-east-1a, us-east-1b]", new="zones: [us-east-1a, us-east-1b, us-east-1-bos-1a] # <-",
        field="zones[2]", value="us-east-1-bos-1a", rule="Fargate runs in no Local Zone (EKS guide)", fix="us-east-1a",
    ),
    "zones as text": Bad(
        old="zones: [us-east-1a, us-east-1b]", new="zones: us-east-1a # <-",
        field="zones", value="us-east-1a", rule="a list", fix="[a, b]",
    ),
    "no zones": Bad(
        old="zones: [us-east-1a, us-east-1b]", new="zones: [] # <-",
        field="zones", value=[], rule="at least two zones (EKS guide", fix="second zone",
    ),
    "one zone": Bad(
        old="zones: [us-east-1a, us-east-1b]", new="zones: [us-east-1a] # <-",
        field="zones", value=["us-east-1a"], rule="at least two zones (EKS guide", fix="second zone",
    ),
    "zone twice": Bad(
        old="zones: [us-east-1a, us-east-1b]", new="zones: [us-east-1a, us-east-1b, us-east-1a] # <-",
        field="zones[2]", value="us-east-1a", rule="each zone is named once", fix="Remove the second",
    ),
}  # fmt: skip

NETWORK_AND_CLUSTER = {
    "CIDR with host bits": Bad(
        old=CIDR, new="network: {cidr: 10.0.0.1/16} # <-\n",
        field="network.cidr", value="10.0.0.1/16", rule="has host bits set", fix="10.0.0.0/16",
    ),
    "CIDR too large": Bad(
        old=CIDR, new="network: {cidr: 10.0.0.0/8} # <-\n",
        field="network.cidr", value="10.0.0.0/8", rule="from /16", fix="10.0.0.0/16",
    ),
    "CIDR too small": Bad(
        old=CIDR, new="network: {cidr: 10.0.0.0/25} # <-\n",
        field="network.cidr", value="10.0.0.0/25", rule="to /24", fix="10.0.0.0/16",
    ),
    "CIDR public": Bad(
        old=CIDR, new="network: {cidr: 8.8.0.0/16} # <-\n",
        field="network.cidr", value="8.8.0.0/16", rule="private network", fix="10.0.0.0/16",
    ),
    "CIDR loopback": Bad(
        old=CIDR, new="network: {cidr: 127.0.0.0/16} # <-\n",
        field="network.cidr", value="127.0.0.0/16", rule="within 10.0.0.0/8, 172.16.0.0/12", fix="10.0.0.0/16",
    ),
    "more NAT gateways than zones": Bad(
        old=CIDR, new="network: {nat_gateways: 3} # <-\n",
        field="network.nat_gateways", value=3, rule="at most one NAT gateway a zone, so 2", fix="Lower the number",
    ),
    "fewer NAT gateways than none": Bad(
        old=CIDR, new="network: {nat_gateways: -1} # <-\n",
        field="network.nat_gateways", value=-1, rule="from 0 to 26", fix="within these bounds",
    ),
    "neither NAT gateway nor interface endpoints": Bad(
        old=CIDR, new="network: {nat_gateways: 0} # <-\n",
        field="network.nat_gateways", value=0, rule="interface endpoints only (EKS guide, private clusters)",
        fix="interface_endpoints: true, or nat_gateways to 1",
    ),
    "no NAT gateway and a public endpoint only": Bad(
        old=CIDR + "cluster:\n" + VERSION,
        new="network: {nat_gateways: 0, interface_endpoints: true}\ncluster:\n" + VERSION
        + "  endpoint_access: public # <-\n",
        field="cluster.endpoint_access", value="public", rule="private endpoint only (EKS guide, private clusters)",
        fix="private or public-and-private",
    ),
    "interface endpoints by name": Bad(
        old=CIDR, new="network: {interface_endpoints: [sts]} # <-\n",
        field="network.interface_endpoints", value=["sts"], rule="true or false", fix="without quotes",
    ),
    "further endpoints without the first ones": Bad(
        old=CIDR, new="network: {more_endpoints: [glue]} # <-\n",
        field="network.more_endpoints", value=["glue"], rule="beside the endpoints of interface_endpoints",
        fix="interface_endpoints: true",
    ),
    "an endpoint of a service that is not offered": Bad(
        old=CIDR, new="network: {interface_endpoints: true, more_endpoints: [s3]} # <-\n",
        field="network.more_endpoints[0]", value="s3", rule="glue", fix="",
    ),
    "flow logs in quotes": Bad(
        old=CIDR, new='network: {flow_logs: "true"} # <-\n',
        field="network.flow_logs", value="true", rule="true or false", fix="without quotes",
    ),
    "retention of flow logs that CloudWatch lacks": Bad(
        old=CIDR, new="network: {flow_logs: true, flow_log_retention_days: 10} # <-\n",
        field="network.flow_log_retention_days", value=10, rule="1, 3, 5, 7, 14", fix="Write one of these",
    ),
    "retention without flow logs": Bad(
        old=CIDR, new="network: {flow_log_retention_days: 7} # <-\n",
        field="network.flow_log_retention_days", value=7, rule="does not write", fix="flow_logs: true or remove it",
    ),
    "Kubernetes version as number": Bad(
        old=VERSION, new="  version: 1.35 # <-\n",
        field="cluster.version", value=1.35, rule="Kubernetes 1.31", fix='in quotes: "1.35"',
    ),
    "Kubernetes version unknown": Bad(
        old=VERSION, new='  version: "1.99" # <-\n',
        field="cluster.version", value="1.99", rule="Kubernetes 1.31", fix="Write one of these",
    ),
    "endpoint access unknown": Bad(
        old=VERSION, new="  endpoint_access: vpn # <-\n",
        field="cluster.endpoint_access", value="vpn", rule="'public', 'private' or", fix="Write one of these",
    ),
    "networks for a private endpoint": Bad(
        old=VERSION, new="  endpoint_access: private\n  public_access_cidrs: [203.0.113.0/24] # <-\n",
        field="cluster.public_access_cidrs", value=["203.0.113.0/24"], rule="private endpoint", fix="Remove",
    ),
    "networks for a public endpoint only": Bad(
        old=VERSION, new="  endpoint_access: public # <-\n  public_access_cidrs: [203.0.113.0/24]\n",
        field="cluster.endpoint_access", value="public", rule="private endpoint too (EKS", fix="public-and-private",
    ),
    "network that is none": Bad(
        old=VERSION, new="  public_access_cidrs: [203.0.113.0/24, everywhere] # <-\n",
        field="cluster.public_access_cidrs[1]", value="everywhere", rule="CIDR notation", fix="203.0.113.0/24",
    ),
    "upgrade policy unknown": Bad(
        old=VERSION, new="  upgrade_policy: automatic # <-\n",
        field="cluster.upgrade_policy", value="automatic", rule="'standard' or 'extended'", fix="Write one of these",
    ),
    "add-on unknown": Bad(
        old=VERSION, new="  add_on_versions: {vpc_cni: v1.21.1-eksbuild.1} # <-\n",
        field="cluster.add_on_versions.vpc_cni", value="vpc_cni", rule="'vpc-cni', 'kube-proxy' or 'coredns'", fix="",
    ),
    "add-on of no version": Bad(
        old=VERSION, new="  add_on_versions: {coredns: latest} # <-\n",
        field="cluster.add_on_versions.coredns", value="latest", rule="DescribeAddonVersions", fix="v1.35.0-eksbuild.2",
    ),
    "kube-proxy newer than the cluster": Bad(
        old=VERSION, new="  add_on_versions: {kube-proxy: v1.36.0-eksbuild.2} # <-\n",
        field="cluster.add_on_versions.kube-proxy", value="v1.36.0-eksbuild.2",
        rule="not newer than the Kubernetes API, here 1.35", fix="Write one of v1.35",
    ),
    "kube-proxy too old for the cluster": Bad(
        old=VERSION, new="  add_on_versions: {kube-proxy: v1.31.9-eksbuild.2} # <-\n",
        field="cluster.add_on_versions.kube-proxy", value="v1.31.9-eksbuild.2", rule="at most 3 minor versions older",
        fix="aws eks describe-addon-versions --addon-name kube-proxy --kubernetes-version 1.35",
    ),
    "admin that is no ARN": Bad(
        old=VERSION, new="  admins: [alice] # <-\n",
        field="cluster.admins[0]", value="alice", rule="the ARN of an IAM role or user (IAM)", fix="role/admin",
    ),
}  # fmt: skip

CASES = TOP | NETWORK_AND_CLUSTER


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_a_wrong_value_gives_one_line_with_field_value_rule_and_fix(case: Bad, tmp_path: Path) -> None:
    check(case, tmp_path)
