"""Properties of EKS Fargate. Sources: EKS guide, "Fargate Pod configuration" and "Considerations for using AWS
Fargate"."""

# Fargate adds this to every pod's memory request for the Kubernetes components on its node.
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
"""The largest size, for messages."""

CORE_DNS_SIZE = (0.25, 0.5)
"""The size that Fargate grants a pod of CoreDNS, which requests 100m and 70Mi (facts/system_pods.py), in vCPU and GB.
"""

SCHEDULER = "fargate-scheduler"  # the schedulerName that EKS sets for pods of a profile

MOST_STORAGE_GIB = 175  # the maximum request of a pod

# AWS's defaults of adjustable quotas (facts/quotas.py).
DEFAULT_VCPU_QUOTA = 6  # pods of ECS count too
DEFAULT_PROFILE_QUOTA = 10
# Fixed quotas.
MOST_SELECTORS = 5  # per profile
MOST_LABELS = 5  # per selector
LONGEST_LABEL_KEY = 127  # CloudFormation schema of AWS::EKS::FargateProfile, Label
LONGEST_LABEL_VALUE = 255

# The ids of the zones in regions where Fargate has only some zones (ECS guide, Regions that Fargate supports; the zones of
# EKS on Fargate are not listed separately).
ZONE_IDS: dict[str, tuple[str, ...]] = {
    "ap-northeast-1": ("apne1-az1", "apne1-az2", "apne1-az4"),
    "cn-north-1": ("cnn1-az1", "cnn1-az2"),
    "us-west-1": ("usw1-az1", "usw1-az3"),
}
