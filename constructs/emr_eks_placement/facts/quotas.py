"""AWS quotas, by their codes in Service Quotas.

Sources: Amazon VPC quotas; EC2, EKS and Fargate service quotas (AWS General Reference).
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Quota:
    """A quota of an account in a region. service: its code in Service Quotas; what: in words."""

    service: str
    code: str
    what: str


VPCS = Quota("vpc", "L-F678F1CE", "VPCs")
ELASTIC_IPS = Quota("ec2", "L-0263D0A3", "Elastic IP addresses")
ON_DEMAND_VCPUS = Quota("ec2", "L-1216C47A", "vCPU of On-Demand Standard instances")
SPOT_VCPUS = Quota("ec2", "L-34B43A08", "vCPU of Standard Spot instances")
CLUSTERS = Quota("eks", "L-1194D53C", "EKS clusters")
NODE_GROUPS = Quota("eks", "L-6D54EA21", "node groups per cluster")
NODES = Quota("eks", "L-BD136A63", "nodes per managed node group")
FARGATE_PROFILES = Quota("eks", "L-33415657", "Fargate profiles per cluster")
FARGATE_SELECTORS = Quota("eks", "L-D78D8AF8", "selectors per Fargate profile")
FARGATE_LABELS = Quota("eks", "L-23414FF3", "label pairs per Fargate profile selector")
FARGATE_VCPUS = Quota("fargate", "L-3032A538", "Fargate On-Demand vCPU")
