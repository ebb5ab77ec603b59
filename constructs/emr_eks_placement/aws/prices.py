"""Reads the prices of a region from AWS's price list and from the history of Spot prices.

Sources of the names of billed items: AWS price list (offers AmazonEC2, AmazonEKS, AmazonVPC, ElasticMapReduce,
AmazonS3, AmazonCloudWatch, AWSDataTransfer, awskms), EC2 DescribeSpotPriceHistory.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from emr_eks_placement.aws.errors import aws_errors
from emr_eks_placement.aws.session import client
from emr_eks_placement.common.errors import RuleError, placed_at
from emr_eks_placement.facts.prices import Origin, PriceList, Rates

if TYPE_CHECKING:
    import boto3

_HOME = (
    "us-east-1"  # the price list is available in few regions, for all of a partition (botocore, endpoints of pricing)
)
_LINUX = {"operatingSystem": "Linux", "tenancy": "Shared", "preInstalledSw": "NA", "capacitystatus": "Used"}
# The start of usage types in all regions except the oldest: EUC1-NatGateway-Hours, and for KMS eu-central-1-KMS-Keys.
_PREFIX = r"(?:[A-Z]{2,4}[0-9]?-|[a-z]{2}(?:-[a-z]+)+-[0-9]-)?"


@dataclass(frozen=True)
class _Offer:
    """Products of a service: filters in addition to the region, and the rate of each usage type."""

    service: str
    filters: Mapping[str, str]
    rates: Mapping[str, str]
    region_field: str = "regionCode"


_OFFERS = (
    _Offer(
        "AmazonEKS",
        {},
        {
            "Fargate-vCPU-Hours:perCPU": "fargate_vcpu_hour",
            "Fargate-GB-Hours": "fargate_gb_hour",
            "Fargate-EphemeralStorage-GB-Hours": "fargate_storage_gb_hour",
            "AmazonEKS-Hours:perCluster": "eks_hour",
            "AmazonEKS-Hours:extendedSupport": "eks_extended_hour",
        },
    ),
    _Offer(
        "AmazonEC2", {"productFamily": "NAT Gateway"}, {"NatGateway-Hours": "nat_hour", "NatGateway-Bytes": "nat_gb"}
    ),
    _Offer("AmazonEC2", {"volumeApiName": "gp3"}, {"EBS:VolumeUsage.gp3": "gp3_gb_month"}),
    _Offer(
        "AmazonVPC",
        {},
        {
            "VpcEndpoint-Hours": "endpoint_hour",
            "VpcEndpoint-Bytes": "endpoint_gb",
            "PublicIPv4:InUseAddress": "public_ipv4_hour",
        },
    ),
    _Offer(
        "AWSDataTransfer",
        {"transferType": "IntraRegion"},
        {"DataTransfer-Regional-Bytes": "inter_zone_gb"},
        "fromRegionCode",
    ),
    _Offer("AmazonS3", {"productFamily": "Storage"}, {"TimedStorage-ByteHrs": "s3_gb_month"}),
    _Offer("AmazonCloudWatch", {}, {"DataProcessing-Bytes": "logs_gb"}),
    _Offer("awskms", {}, {"KMS-Keys": "kms_key_month"}),
)
_EMR = {"CPUHours": "vcpu_hour", "GBHours": "gb_hour"}
_AUTO_MODE = re.compile(rf"{_PREFIX}EKS-Auto:([a-z0-9.-]+)-management-hours")


@dataclass(frozen=True)
class _Product:
    """A product of the price list. attributes: its properties; usd: its On-Demand price, of the first tier if there are
    several."""

    attributes: Mapping[str, str]
    usd: float

    @property
    def usage_type(self) -> str:
        """The usage type without the prefix of the region."""
        return re.sub(rf"^{_PREFIX}", "", self.attributes.get("usagetype", ""))


def read_prices(session: "boto3.Session", region: str) -> tuple[PriceList, tuple[str, ...]]:
    """Returns today's prices of a region, and the names of the rates for which AWS's price list has no price, or
    several.

    Raises InputError for what can't be read (pricing:GetProducts, ec2:DescribeSpotPriceHistory).
    """
    found: dict[str, set[float]] = {}
    auto_mode: dict[str, float] = {}
    for offer in _OFFERS:
        for product in _products(session, offer.service, {offer.region_field: region, **offer.filters}):
            if product.usage_type in offer.rates:
                found.setdefault(offer.rates[product.usage_type], set()).add(product.usd)
            elif named := _AUTO_MODE.fullmatch(product.attributes.get("usagetype", "")):
                auto_mode[named[1]] = product.usd
    for product in _products(session, "ElasticMapReduce", {"regionCode": region, "productFamily": "EMR Containers"}):
        compute, unit = (product.attributes.get(name, "") for name in ("computeprovider", "meterunit"))
        if unit in _EMR:
            found.setdefault(f"emr_{compute.lower()}_{_EMR[unit]}", set()).add(product.usd)
    rates = {name: min(prices) for name, prices in found.items() if len(prices) == 1 and name in Rates.model_fields}
    if "eks_extended_hour" in rates:  # the price list has the surcharge of extended support
        rates["eks_extended_hour"] += rates.get("eks_hour", 0.0)
    today = datetime.now(UTC).date()
    listed, history = (
        Origin(date=today, source=source) for source in ("AWS price list", "EC2 DescribeSpotPriceHistory")
    )
    prices = PriceList(
        region=region,
        sources={"rates": listed, "ec2": listed, "auto_mode": listed, "spot": history},
        rates=Rates(**rates),
        ec2=dict(sorted(_on_demand(session, region))),
        spot=_spot(session, region),
        auto_mode=dict(sorted(auto_mode.items())),
    )
    return prices, tuple(name for name in Rates.model_fields if name not in rates and name != "auto_mode_share")


def _on_demand(session: "boto3.Session", region: str) -> Iterator[tuple[str, float]]:
    for product in _products(session, "AmazonEC2", {"regionCode": region, **_LINUX}):
        kind = product.usage_type.partition(":")[0]
        if kind == "BoxUsage" and product.usd and (name := product.attributes.get("instanceType")):
            yield name, product.usd


def _products(session: "boto3.Session", service: str, filters: Mapping[str, str]) -> Iterator[_Product]:
    asked = [{"Type": "TERM_MATCH", "Field": field, "Value": value} for field, value in filters.items()]
    with aws_errors(f"prices of {service}", "pricing:GetProducts"):
        pages = client(session, "pricing", _HOME).get_paginator("get_products")
        texts = [text for page in pages.paginate(ServiceCode=service, Filters=asked) for text in page["PriceList"]]
    for text in texts:
        with placed_at(f"prices of {service} (pricing:GetProducts)"):
            yield from _product(text)


def _product(text: str) -> Iterator[_Product]:
    """Yields the product; None without an On-Demand price in dollars. Raises RuleError for invalid data."""
    try:
        data = json.loads(text)
        attributes = {key: value for key, value in data["product"]["attributes"].items() if isinstance(value, str)}
        terms = data.get("terms", {}).get("OnDemand", {}).values()
        tiers = [tier for term in terms for tier in term["priceDimensions"].values()]
        first = next((tier for tier in tiers if tier.get("beginRange", "0") == "0"), None)
        usd = None if first is None else first["pricePerUnit"].get("USD")
        price = None if usd is None else float(usd)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        rule = f"a product of AWS's price list has attributes and terms: {type(error).__name__}"
        raise RuleError(text[:80], rule, "Try again later") from None
    if price is not None:
        yield _Product(attributes, price)


def _spot(session: "boto3.Session", region: str) -> dict[str, dict[str, float]]:
    """Returns the newest price of each instance type in each zone."""
    newest: dict[tuple[str, str], tuple[datetime, float]] = {}
    with aws_errors("Spot prices", "ec2:DescribeSpotPriceHistory"):
        pages = client(session, "ec2", region).get_paginator("describe_spot_price_history")
        now = datetime.now(UTC)
        for page in pages.paginate(ProductDescriptions=["Linux/UNIX"], StartTime=now, EndTime=now):
            for one in page["SpotPriceHistory"]:
                key = (one["AvailabilityZone"], one["InstanceType"])
                newest[key] = max(newest.get(key, (one["Timestamp"], 0.0)), (one["Timestamp"], float(one["SpotPrice"])))
    by_zone: dict[str, dict[str, float]] = {}
    for (zone, name), (_, price) in sorted(newest.items()):
        by_zone.setdefault(zone, {})[name] = price
    return by_zone
