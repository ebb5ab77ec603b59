"""Cases of pods that no Fargate profile takes: what EC2 nodes and their groups and pools do with them."""

from emr_eks_placement.facts import kubernetes
from tests.unit.planned import (
    CAPACITY,
    ZONE_A,
    capacity,
    node_group,
    template,
)  # fmt: skip
from tests.unit.problem_cases.case import MANY, SELECTOR, TIGHT, ZONES, Case, required, spread

CASES: dict[str, list[Case]] = {
    "EC2_NO_NODE_GROUP": [
        Case("driver", "no node of it has a=b", {"spark.kubernetes.driver.node.selector.a": "b"}),
        Case("executors", "offers pods at most 15.74 vCPU", {"spark.executor.cores": "16"}),
        Case("submitter", "there are no node groups", where=capacity(node_groups={})),
        Case("driver", "other: no node of it has a=b", {f"{SELECTOR}zone": ZONE_A, f"{SELECTOR}a": "b"},
             capacity(node_groups={**CAPACITY.node_groups, "other": node_group("m6i.large", labels={"zone": ZONE_A})})),
        Case("executors", "nodes: its nodes have no nvidia.com/gpu, the pod requests 1", {
            "spark.executor.resource.gpu.amount": "1", "spark.executor.resource.gpu.vendor": "nvidia.com"}),
        Case("driver", "MiB of disk", driver=template(main={"resources": {"requests": {"ephemeral-storage": "90Gi"}}}),
             where=capacity(node_groups={"nodes": node_group("m6i.large", disk_gib=50)})),
    ],
    "EC2_OTHER_NODES": [
        Case("driver", "EKS Auto Mode", {"spark.kubernetes.driver.node.selector.a": "b"},
             capacity(other_nodes="EKS Auto Mode also creates nodes")),
        Case("driver", "it asks for zone=us-east-1a, which no node that the plan knows has; Karpenter also creates nodes",
             {f"{SELECTOR}zone": ZONE_A}, capacity(other_nodes="Karpenter also creates nodes")),
    ],
    "EC2_LABEL_NOT_KNOWN": [
        Case("driver", "it asks for eks.amazonaws.com/nodegroup=nodes",
             {f"spark.kubernetes.driver.node.selector.{kubernetes.NODE_GROUP}": "nodes"}),
        Case("driver", "it asks for metadata.name, which may be so on nodes of nodes or not", driver=template(affinity={
            "nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": [
                {"matchFields": [{"key": "metadata.name", "operator": "In", "values": ["ip-10-0-0-1"]}]}]}}})),
    ],
    "EC2_MAY_NOT_FIT": [
        Case("driver", "m6i.4xlarge of nodes has 57691 to 62607 MiB for pods, the pod requests 58977 to 59289: 1598 MiB more",
             {"spark.driver.memory": "41g"}),
    ],
    "EC2_TOO_FEW_NODES": [
        Case("executors", "need 14 nodes of nodes, which can have 4: 28 of 40 executors wait", MANY),
        Case("driver", "the driver and 2 of 2 executors wait", where=capacity(
            node_groups={"nodes": node_group("m6i.large", initial_size=1, max_size=1)})),
    ],
    "EC2_MAY_NOT_HOLD": [
        Case("executors", "1 of 5 executors may wait: nodes holds 4 executors for sure, 5 at best at its largest",
             TIGHT, capacity(node_groups={"nodes": node_group("t3.large", initial_size=6, max_size=6)})),
    ],
    "EC2_SCALE_UP": [
        Case("executors", "need 14 nodes of nodes, of which 2 surely run now", MANY, capacity(
            node_groups={"nodes": node_group("m6i.4xlarge", initial_size=2, max_size=20)})),
        Case("submitter", "the run fails unless its driver starts within 15 minutes (job-start-timeout)", where=capacity(
            node_groups={"nodes": node_group("m6i.4xlarge", initial_size=0, max_size=20)})),
    ],
    "EC2_MAY_SCALE_UP": [
        Case("executors", "1 of 5 executors may wait for more nodes: nodes holds 4 executors for sure, 5 at best now",
             TIGHT, capacity(node_groups={"nodes": node_group("t3.large", initial_size=6, max_size=7)})),
        Case("executors", "34 of 40 executors may wait for more nodes", MANY, capacity(other_nodes="Karpenter makes nodes")),
    ],
    "EC2_POD_AFFINITY": [
        Case("driver", "it must run near the executors, which start after it: the driver waits",
             driver=template(affinity=required("podAffinity", kubernetes.ZONE, {"spark-role": "executor"}))),
        Case("executors", "no node that can take it has the label rack of its pod affinity",
             executor=template("executor", affinity=required("podAffinity", "rack", {"spark-role": "driver"}))),
        Case("executors", "no two of them may share topology.kubernetes.io/zone, of which there are 2: at least 1 of 3",
             {"spark.executor.instances": "3"}, ZONES,
             executor=template("executor", affinity=required("podAntiAffinity", kubernetes.ZONE, {"spark-role": "executor"}))),
    ],
    "EC2_SPREAD": [
        Case("executors", "of which there are at most 2, so for no more than 1 of them in each: at least 4 of 6",
             {"spark.executor.instances": "6"}, ZONES, executor=template("executor", topologySpreadConstraints=[
                 spread(kubernetes.ZONE, {"spark-role": "executor"}, minDomains=3)])),
    ],
    "EC2_RULE_NOT_COUNTED": [
        Case("executors", "its rule by topology.kubernetes.io/zone about the driver is not counted", where=ZONES,
             executor=template("executor", affinity=required("podAffinity", kubernetes.ZONE, {"spark-role": "driver"}))),
        Case("executors", "its rule by topology.kubernetes.io/zone about the executors", where=ZONES,
             executor=template("executor", affinity=required("podAntiAffinity", kubernetes.ZONE, {"spark-role": "executor"}))),
    ],
    "EC2_OTHER_PODS": [
        Case("driver", "asks for pods that are not of this job",
             driver=template(affinity=required("podAffinity", kubernetes.ZONE, {"app": "cache"}))),
    ],
    "EC2_PREFERRED": [
        Case("executors", "the preferred rules of topologySpreadConstraints", executor=template(
            "executor", topologySpreadConstraints=[
                spread(kubernetes.ZONE, {"spark-role": "executor"}, whenUnsatisfiable="ScheduleAnyway")])),
    ],
    "EC2_INSTANCE_TYPES": [
        Case("executors", "of nodes it fits m6i.4xlarge, not m6i.large", {"spark.executor.cores": "4"}, capacity(
            node_groups={"nodes": node_group("m6i.large", "m6i.4xlarge", initial_size=2, capacity_type="spot")})),
        Case("executors", "new nodes of nodes are m6i.large while EC2 has any, which it does not fit; it runs on m6i.4xlarge",
             {"spark.executor.cores": "4"}, capacity(
                 node_groups={"nodes": node_group("m6i.large", "m6i.4xlarge", initial_size=2)})),
        Case("executors", "with which nodes starts, not m6i.large, which come when EC2 has no m6i.4xlarge",
             {"spark.executor.cores": "4"}, capacity(
                 node_groups={"nodes": node_group("m6i.4xlarge", "m6i.large", initial_size=2)})),
        Case("executors", "which it does not ask for", {f"{SELECTOR}{kubernetes.INSTANCE_TYPE}": "m6i.4xlarge"}, capacity(
            node_groups={"nodes": node_group("m6i.large", "m6i.4xlarge", initial_size=2)})),
    ],
    "EC2_ZONE_OF_GROUP": [
        Case("executors", "it can run in us-east-1a; nodes has nodes in us-east-1a, us-east-1b",
             {f"{SELECTOR}{kubernetes.ZONE}": ZONE_A}, ZONES),
    ],
    "EC2_SPOT": [
        Case("driver", "cheap can take it", where=capacity(
            node_groups={**CAPACITY.node_groups, "cheap": node_group("m6i.large", capacity_type="spot")})),
    ],
    "EC2_SCHEDULER": [
        Case("executors", "schedulerName is volcano", {"spark.kubernetes.executor.scheduler.name": "volcano"}),
    ],
    "EC2_NODE_NAME": [Case("driver", "nodeName is ip-1", driver=template(nodeName="ip-1"))],
    "EC2_DEVICE": [
        Case("executors", "it requests 1 of nvidia.com/gpu, which nodes of gpus offer once its device plugin runs there", {
            "spark.executor.resource.gpu.amount": "1", "spark.executor.resource.gpu.vendor": "nvidia.com"}, capacity(
                node_groups={**CAPACITY.node_groups, "gpus": node_group("g4dn.2xlarge")})),
        Case("executors", "it requests example.com/fpga, of which", {
            "spark.executor.resource.fpga.amount": "1", "spark.executor.resource.fpga.vendor": "example.com"}),
    ],
}  # fmt: skip
