"""Codes for pods that no Fargate profile takes: EC2 nodes, node groups and node pools."""

from emr_eks_placement.planning.codes.code import Code

CODES = {
    "EC2_NO_NODE_GROUP": Code(
        "error",
        "No Fargate profile takes the pod, and no node group or node pool can: it stays Pending. A "
        "Pending submitter or driver ends the run, by default after 15 minutes (job-start-timeout); "
        "executors stay Pending as long as the run.",
        "Correct node selector, tolerations or size, or add such a node group or node pool",
        "Certain where the plan knows all nodes: it reports only what fits none of them.",
    ),
    "EC2_OTHER_NODES": Code(
        "warning",
        "No node group or node pool can take the pod; the cluster also creates nodes in other ways, which a plan does not know.",
        "Check the node selector and tolerations against those nodes",
        "A guess: the plan does not know those nodes.",
    ),
    "EC2_LABEL_NOT_KNOWN": Code(
        "warning",
        "The pod asks for a label whose value is not known to the plan: a name that exists only after deployment, such as a "
        "node's or a node group's, or something that was not read. The nodes may have it or not.",
        "Use a label of your own on the node group, or compare with the nodes when they exist",
        "Certain that the nodes have such a label, and that its value is not known here.",
    ),
    "EC2_MAY_NOT_FIT": Code(
        "warning",
        "The pod may be too large for every node that can take it: EC2 does not publish how much of an instance type's memory "
        "the kernel and the hypervisor keep. If it does not fit, it stays Pending.",
        "Lower memory or overhead by the difference, or use a larger instance type",
        "A guess within the margin: between what nodes of the type are seen to have, or 7.5 % less than the type's memory "
        "where none was seen, and all of it, each less what EKS reserves.",
    ),
    "EC2_TOO_FEW_NODES": Code(
        "warning",
        "The node groups and node pools that can take these pods hold fewer of them at their largest than the job asks "
        "for, however tightly they are packed: the rest stay Pending.",
        "Raise max_size or max_vcpus, or ask for fewer or smaller executors",
        "Certain if nothing else runs on the nodes and EC2 spreads a group evenly over its zones; with other pods on them it "
        "is worse.",
    ),
    "EC2_MAY_NOT_HOLD": Code(
        "warning",
        "Whether the nodes hold all the pods depends on what a plan can't know: kube-scheduler spreads pods over nodes "
        "rather than packing them, and EKS picks among a group's instance types. Pods that find no room stay Pending.",
        "Raise max_size, or ask for fewer or smaller executors",
        "A guess: the number is what may wait in the worst case. Packed as tightly as can be, all of them fit; under a rule "
        "by zone, perhaps only where EC2 does not spread a group evenly over its zones.",
    ),
    "EC2_SCALE_UP": Code(
        "warning",
        "The job needs more nodes than the node groups have now: pods wait until something scales the groups, which EKS "
        "does not do by itself; node pools grow by themselves.",
        "Raise desired_size or min_size, install a cluster autoscaler, or use a node pool",
        "Certain for the number of nodes. A guess whether something scales the groups.",
    ),
    "EC2_MAY_SCALE_UP": Code(
        "note",
        "The nodes that run now hold all the pods only if kube-scheduler, which spreads them, happens to leave room; else "
        "some wait until something scales the groups.",
        "Raise desired_size or min_size if the pods must start at once",
        "A guess: the number is what may wait in the worst case.",
    ),
    "EC2_POD_AFFINITY": Code(
        "error",
        "The pod's required affinity or anti-affinity to pods of the same run can't be met on the nodes that take it: it stays "
        "Pending. Anti-affinity holds both ways: a running pod that has it keeps out those that its selector matches.",
        "Correct the label selector or topologyKey, or write the rule as preferred",
        "Certain for the run's own pods; only pods of another run with the same labels could change it.",
    ),
    "EC2_SPREAD": Code(
        "error",
        "A topology spread constraint with DoNotSchedule lets fewer of the pods run than there are: the rest stay Pending. "
        "Domains whose nodes can't take the pod count as empty ones, unless node affinity or taints policy excludes them.",
        "Write ScheduleAnyway, raise maxSkew, lower minDomains, or select the nodes that are meant with a node selector",
        "Certain for the run's own pods, for nodes that the groups have for sure, and whichever zones these are in.",
    ),
    "EC2_RULE_NOT_COUNTED": Code(
        "warning",
        "The pod has a required rule about pods of its own job by a label such as the zone. The numbers of nodes that a plan "
        "gives leave it out: pods may wait until a node in the right place runs.",
        "Make sure that nodes run, or can be started, where the rule allows the pods; or use a node selector for one zone",
        "Certain that the plan leaves it out; a guess whether nodes are missing.",
    ),
    "EC2_OTHER_PODS": Code(
        "warning",
        "A required rule of the pod is about pods of other jobs, which a plan does not know.",
        "Check that such pods run where the pod can, or, for anti-affinity and spread, do not",
        "A guess: the plan does not know the cluster's other pods.",
    ),
    "EC2_PREFERRED": Code(
        "note",
        "A preferred rule does not decide where the pod lands: the scheduler weighs it against other scores.",
        "Write the rule as required if the pod must not land elsewhere",
        "Certain that the rule decides nothing.",
    ),
    "EC2_INSTANCE_TYPES": Code(
        "warning",
        "The pod does not run on every instance type of the node group. An On-Demand group starts with the first one as long "
        "as EC2 has any, a Spot group with what there is: a new node may be one that does not take the pod.",
        "Remove the smaller instance types from the group, or list one that the pod fits first",
        "Certain that the types differ, and with which an On-Demand group starts. Which of them EC2 has is not known before.",
    ),
    "EC2_ZONE_OF_GROUP": Code(
        "warning",
        "The pod asks for a zone, and the node group has subnets in others too: new nodes come up in any of them.",
        "Use a node group of that zone alone",
        "Certain that the group has other zones. In which zone a node starts is not known before.",
    ),
    "EC2_SPOT": Code(
        "warning",
        "The job submitter or driver can land on Spot nodes, and with it the whole job is lost when EC2 takes the node "
        "back.",
        "Ask for On-Demand nodes: eks.amazonaws.com/capacityType=ON_DEMAND, of node pools "
        "karpenter.sh/capacity-type=on-demand; or taint the Spot nodes",
        "Certain that Spot nodes can take the pod; a guess whether they do.",
    ),
    "EC2_SCHEDULER": Code(
        "warning",
        "The pod names a scheduler of its own, which has to be installed and whose rules a plan does not know.",
        "Remove schedulerName to use Kubernetes' own scheduler",
        "A guess: the plan does not know that scheduler's rules.",
    ),
    "EC2_NODE_NAME": Code(
        "warning",
        "The pod template names one node: the pod is bound to it whatever the rules, or fails if the node does not exist.",
        "Use a node selector instead of nodeName",
        "Certain that the scheduler is bypassed. A guess whether the node exists.",
    ),
    "EC2_DEVICE": Code(
        "warning",
        "The pod requests a device, such as a GPU. Nodes of a node group offer it only while its device plugin runs on them, "
        "which a plan does not see; EKS Auto Mode brings those of NVIDIA and Neuron along.",
        "Install the device plugin, on an accelerated machine image of EKS (AL2023 NVIDIA or Neuron, Bottlerocket NVIDIA)",
        "Certain how many GPUs, Inferentia and Trainium devices an instance type has; GPUs that their plugin shares count "
        "once. A guess for other devices, and whether the plugin runs.",
    ),
}
