"""List prices of AWS in one region, in US dollars, each with its date and its source.

Without discounts, taxes and free tiers. A price that is not here is not known: nothing is taken from another region.
"""

import json
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Annotated, Literal

from pydantic import Field

from emr_eks_placement.common.model import Model

HOURS_A_MONTH = 730
"""The hours of a month on AWS's pricing pages."""
LEAST_SECONDS = 60
"""The minimum that is billed for a pod on Fargate, and for EMR's uplift of any pod (AWS Fargate pricing, Amazon EMR
pricing)."""
FREE_FARGATE_STORAGE_GB = 20
"""Of each pod (AWS Fargate pricing)."""
DIRECTIONS = 2
"""Traffic between zones is billed at both ends (Amazon EC2 pricing, data transfer within a region)."""

Price = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Section = Literal["rates", "ec2", "spot", "auto_mode"]


class Origin(Model):
    """The source of prices, and their day."""

    date: date
    """The day."""
    source: str
    """The publication."""


class Rates(Model):
    """Prices by size or by number; None if unknown."""

    fargate_vcpu_hour: Price | None = None
    """Fargate, Linux on x86: a vCPU."""
    fargate_gb_hour: Price | None = None
    """Fargate: a GB of memory."""
    fargate_storage_gb_hour: Price | None = None
    """Fargate: a GB of ephemeral storage beyond the first 20."""
    emr_ec2_vcpu_hour: Price | None = None
    """EMR on EKS: a vCPU that a driver or an executor on EC2 requests."""
    emr_ec2_gb_hour: Price | None = None
    """EMR on EKS: a GB of memory that a driver or an executor on EC2 requests."""
    emr_fargate_vcpu_hour: Price | None = None
    """EMR on EKS: a vCPU that a driver or an executor on Fargate requests."""
    emr_fargate_gb_hour: Price | None = None
    """EMR on EKS: a GB of memory that a driver or an executor on Fargate requests."""
    eks_hour: Price | None = None
    """An EKS cluster in standard support."""
    eks_extended_hour: Price | None = None
    """An EKS cluster in extended support, in total."""
    auto_mode_share: Price | None = None
    """EKS Auto Mode: its approximate uplift as a share of a node's On-Demand price, if its price is not listed."""
    nat_hour: Price | None = None
    """A NAT gateway."""
    nat_gb: Price | None = None
    """A GB through a NAT gateway."""
    public_ipv4_hour: Price | None = None
    """A public IPv4 address in use."""
    endpoint_hour: Price | None = None
    """An interface endpoint in one zone."""
    endpoint_gb: Price | None = None
    """A GB through an interface endpoint."""
    inter_zone_gb: Price | None = None
    """A GB between zones, at each of its ends."""
    gp3_gb_month: Price | None = None
    """A GB of a gp3 volume."""
    s3_gb_month: Price | None = None
    """A GB in S3 Standard."""
    logs_gb: Price | None = None
    """A GB that CloudWatch Logs takes in."""
    kms_key_month: Price | None = None
    """A customer managed KMS key."""


class PriceList(Model):
    """The prices of a region. Shipped files, and those that `emr-placement prices refresh` writes, have this form."""

    region: str
    """The AWS region."""
    sources: dict[Section, Origin] = {}
    """The origin of each section."""
    rates: Rates = Rates()
    """Prices by size or by number."""
    ec2: dict[str, Price] = {}
    """An hour of each instance type: On-Demand, Linux, shared tenancy."""
    spot: dict[str, dict[str, Price]] = {}
    """An hour of each instance type as Spot, by zone: Linux."""
    auto_mode: dict[str, Price] = {}
    """The uplift of EKS Auto Mode for an hour of each instance type."""

    def emr_hour(self, compute: Literal["fargate", "ec2"], vcpus: float, gb: float) -> float | None:
        """Returns the uplift of EMR on EKS for an hour of a driver or executor with such requests; None if unknown."""
        of_vcpu = self.rates.emr_fargate_vcpu_hour if compute == "fargate" else self.rates.emr_ec2_vcpu_hour
        of_gb = self.rates.emr_fargate_gb_hour if compute == "fargate" else self.rates.emr_ec2_gb_hour
        return None if of_vcpu is None or of_gb is None else vcpus * of_vcpu + gb * of_gb

    def fargate_hour(self, vcpus: float, gb: float, storage_gb: float = FREE_FARGATE_STORAGE_GB) -> float | None:
        """Returns the price of an hour of a Fargate pod of a granted size; None if unknown."""
        rates, more_gb = self.rates, max(0.0, storage_gb - FREE_FARGATE_STORAGE_GB)
        if rates.fargate_vcpu_hour is None or rates.fargate_gb_hour is None:
            return None
        if more_gb and rates.fargate_storage_gb_hour is None:
            return None
        storage = more_gb * (rates.fargate_storage_gb_hour or 0.0)
        return vcpus * rates.fargate_vcpu_hour + gb * rates.fargate_gb_hour + storage

    def auto_mode_hour(self, instance_type: str) -> float | None:
        """Returns the uplift of EKS Auto Mode for an hour of a node, for On-Demand and Spot alike; None if unknown."""
        if instance_type in self.auto_mode:
            return self.auto_mode[instance_type]
        on_demand, share = self.ec2.get(instance_type), self.rates.auto_mode_share
        return None if on_demand is None or share is None else on_demand * share


@cache
def shipped_prices(region: str) -> PriceList:
    """Returns the prices of a region that ship with the package; none for other regions."""
    file = files("emr_eks_placement.facts").joinpath("data", "prices", f"{region}.json")
    return PriceList.model_validate(json.loads(file.read_text("utf-8"))) if file.is_file() else PriceList(region=region)


def priced_regions() -> tuple[str, ...]:
    """Returns the regions whose prices ship with the package."""
    folder = files("emr_eks_placement.facts").joinpath("data", "prices")
    return tuple(sorted(one.name.removesuffix(".json") for one in folder.iterdir()))
