"""Codes for a run as a whole: its pods together, and the number of executors."""

from emr_eks_placement.planning.codes.code import Code

CODES = {
    "SUBMITTER_ON_EC2": Code(
        "note",
        "Driver and executors run on Fargate, the job submitter on EC2: without a node there the job never starts. The "
        "labels of driver and executors do not reach the submitter.",
        "Set jobsubmitter.label.spark-node-placement in the classification emr-job-submitter, or keep an EC2 node",
        "Certain.",
    ),
    "EXECUTORS_ACROSS_ZONES": Code(
        "note",
        "The executors can run in several zones: shuffle between zones is paid for, and slower.",
        "Choose a zone: a Fargate profile of one zone, or topology.kubernetes.io/zone for pods on EC2",
        "Certain that several zones are possible; a guess how the executors are spread.",
    ),
    "DRIVER_IN_ANOTHER_ZONE": Code(
        "warning",
        "Driver and executors share no zone: what they exchange crosses zones, which is paid for.",
        "Choose the same zone for both",
        "Certain.",
    ),
    "EXECUTORS_UNBOUNDED": Code(
        "warning",
        "Dynamic allocation without spark.dynamicAllocation.maxExecutors asks for as many executors as the job has tasks.",
        "Set spark.dynamicAllocation.maxExecutors",
        "Certain that there is no bound; a guess how many executors the job asks for.",
    ),
    "EXECUTORS_LEAVE_ROOM": Code(
        "note",
        "The executors leave much of their nodes' CPU and memory empty: one more does not fit, and the rest is paid for "
        "unused.",
        "Choose cores and memory of the executors so that a whole number of them fills a node",
        "Certain for nodes that this job has to itself. Other jobs may use the rest.",
    ),
}
