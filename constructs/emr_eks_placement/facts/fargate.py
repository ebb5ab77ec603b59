"""What EKS Fargate offers. Sources: EKS guide, "Fargate Pod configuration" and "Considerations for using AWS Fargate"."""

# Added by Fargate to every pod's memory request for the Kubernetes components on its node.
RESERVED_MEMORY_MIB = 256

# vCPU -> memory in GB.
SIZES: dict[float, tuple[float, ...]] = {
    0.25: (0.5, 1, 2),
    0.5: tuple(range(1, 5)),
    1: tuple(range(2, 9)),
    2: tuple(range(4, 17)),
    4: tuple(range(8, 31)),
    8: tuple(range(16, 61, 4)),
    16: tuple(range(32, 121, 8)),
}
LARGEST = f"{max(SIZES):g} vCPU and {SIZES[max(SIZES)][-1]:g} GB"
"""The largest size, as messages say it."""

CORE_DNS_SIZE = (0.25, 0.5)
"""What Fargate grants a pod of CoreDNS, which requests 100m and 70Mi (facts/system_pods.py), in vCPU and GB."""

SCHEDULER = "fargate-scheduler"  # the schedulerName that EKS gives to pods that a profile takes

DEFAULT_STORAGE_GIB = 20
MOST_STORAGE_GIB = 175  # that a pod may request

# AWS's defaults of quotas that can be raised (facts/quotas.py).
DEFAULT_VCPU_QUOTA = 6  # ECS counts against it too
DEFAULT_PROFILE_QUOTA = 10
# Of the quotas that can't be raised.
MOST_SELECTORS = 5  # per profile
MOST_LABELS = 5  # per selector
LONGEST_LABEL_KEY = 127  # CloudFormation schema of AWS::EKS::FargateProfile, Label
LONGEST_LABEL_VALUE = 255

# Where Fargate has fewer zones than the region, the ids of its zones (ECS guide, Regions that Fargate supports; the zones of
# EKS on Fargate are not listed apart).
ZONE_IDS: dict[str, tuple[str, ...]] = {
    "ap-northeast-1": ("apne1-az1", "apne1-az2", "apne1-az4"),
    "cn-north-1": ("cnn1-az1", "cnn1-az2"),
    "us-west-1": ("usw1-az1", "usw1-az3"),
}
