"""emr-placement prices refresh: every page is read, what is not there is said, and cost reads what was written."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from emr_eks_placement.cli.main import main
from tests.local.price_list_server import PriceListAnswers, price_list_server, product
from tests.unit.environments import REPOSITORY

REGION = "eu-west-1"
EC2 = {"operatingSystem": "Linux", "tenancy": "Shared", "preInstalledSw": "NA", "capacitystatus": "Used"}


def of_region(usage_type: str, *prices: str, region: str = REGION, **more: str) -> str:
    return product(*prices, usagetype=usage_type, regionCode=region, **more)


def instance(name: str, usd: str, usage: str = "BoxUsage", **more: str) -> str:
    return of_region(f"EU-{usage}:{name}", usd, **{"region": REGION, "instanceType": name, **EC2, **more})


def emr(usd: str, compute: str, unit: str) -> str:
    family = {"productFamily": "EMR Containers", "operation": "StartJobRun"}
    return of_region(f"EU-EMR-Containers-{unit}", usd, computeprovider=compute, meterunit=unit, **family)


def answers() -> PriceListAnswers:
    types = (
        "m6i.large",
        "r6i.xlarge",
        "m6i.4xlarge",
        "m5.4xlarge",
        "m5a.4xlarge",
        "m6a.4xlarge",
        "m7g.4xlarge",
        "r6i.4xlarge",
    )
    return PriceListAnswers(
        products={
            "AmazonEC2": [
                *(instance(name, f"0.{index}07") for index, name in enumerate(types, 1)),
                instance("m6i.large", "99", region="us-east-1"),
                instance("m6i.large", "98", operatingSystem="Windows"),
                instance("m6i.large", "97", tenancy="Dedicated"),
                instance("m6i.large", "0.05", "UnusedBox", capacitystatus="UnusedCapacityReservation"),
                instance("m6i.large", "0.0000000000", "Reservation"),
                of_region("EU-NatGateway-Hours", "0.048", productFamily="NAT Gateway"),
                of_region("EU-RegionalNatGateway-Hours", "9.9", productFamily="NAT Gateway"),
                of_region("EU-NatGateway-Bytes", "0.049", productFamily="NAT Gateway"),
                of_region("EU-EBS:VolumeUsage.gp3", "0.088", volumeApiName="gp3", productFamily="Storage"),
            ],
            "AmazonEKS": [
                of_region("EU-Fargate-vCPU-Hours:perCPU", "0.0405"),
                of_region("EU-Fargate-GB-Hours", "0.0044"),
                of_region("EU-AmazonEKS-Hours:perCluster", "0.1"),
                of_region("EU-AmazonEKS-Hours:extendedSupport", "0.5"),
                of_region("EU-EKS-Auto:m6i.large-management-hours", "0.012"),
                of_region("EU-Fargate-ARM-vCPU-Hours:perCPU", "0.0324"),
            ],
            "AmazonVPC": [
                of_region("EU-VpcEndpoint-Hours", "0.011"),
                of_region("EU-VpcEndpoint-Bytes", "0.01", "0.006"),
                of_region("EU-PublicIPv4:InUseAddress", "0.005"),
                of_region("EU-PublicIPv4:IdleAddress", "0.006"),
            ],
            "AWSDataTransfer": [
                product(
                    "0.01",
                    usagetype="EU-DataTransfer-Regional-Bytes",
                    fromRegionCode=REGION,
                    transferType="IntraRegion",
                )
            ],
            "AmazonS3": [of_region("EU-TimedStorage-ByteHrs", "0.023", "0.022", "0.021", productFamily="Storage")],
            "AmazonCloudWatch": [
                of_region("EU-DataProcessing-Bytes", "0.57"),
                of_region("EU-DataProcessing-Bytes", "0.57"),
            ],
            "awskms": [of_region("eu-west-1-KMS-Keys", "1"), of_region("eu-west-1-KMS-Requests")],
            "ElasticMapReduce": [
                emr("0.01012", "EC2", "CPUHours"),
                emr("0.00111125", "EC2", "GBHours"),
                emr("0.0102", "FARGATE", "CPUHours"),
                emr("0.0012", "FARGATE", "GBHours"),
            ],
        },
        spot=[
            ("m6i.4xlarge", "eu-west-1a", "0.30", "2026-11-28T10:00:00.000Z"),
            ("m6i.4xlarge", "eu-west-1a", "0.31", "2026-11-28T11:00:00.000Z"),
            ("m6i.4xlarge", "eu-west-1a", "0.29", "2026-11-28T09:00:00.000Z"),
            ("m6i.4xlarge", "eu-west-1b", "0.33", "2026-11-28T09:00:00.000Z"),
        ],
    )


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> Iterator[PriceListAnswers]:
    given = answers()
    with price_list_server(given) as url:
        for service in ("PRICING", "EC2"):
            monkeypatch.setenv(f"AWS_ENDPOINT_URL_{service}", url)
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "local")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "local")
        yield given


def refresh(folder: Path) -> int:
    return main(["prices", "refresh", "--region", REGION, "-o", str(folder)])


def test_every_price_is_read(served: PriceListAnswers, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert refresh(tmp_path) == 0
    assert any("NextToken" in asked for asked in served.asked), "there are several pages"
    written = json.loads((tmp_path / "eu-west-1.json").read_text())
    assert written["rates"] == {
        "fargate_vcpu_hour": 0.0405,
        "fargate_gb_hour": 0.0044,
        "emr_ec2_vcpu_hour": 0.01012,
        "emr_ec2_gb_hour": 0.00111125,
        "emr_fargate_vcpu_hour": 0.0102,
        "emr_fargate_gb_hour": 0.0012,
        "eks_hour": 0.1,
        "eks_extended_hour": 0.6,
        "nat_hour": 0.048,
        "nat_gb": 0.049,
        "public_ipv4_hour": 0.005,
        "endpoint_hour": 0.011,
        "endpoint_gb": 0.01,
        "inter_zone_gb": 0.01,
        "gp3_gb_month": 0.088,
        "s3_gb_month": 0.023,
        "logs_gb": 0.57,
        "kms_key_month": 1,
    }
    assert written["ec2"]["m6i.large"] == 0.107
    assert len(written["ec2"]) == 8
    assert written["auto_mode"] == {"m6i.large": 0.012}
    assert written["spot"] == {"eu-west-1a": {"m6i.4xlarge": 0.31}, "eu-west-1b": {"m6i.4xlarge": 0.33}}
    printed = capsys.readouterr().err
    assert "has no single price in eu-west-1 of: fargate_storage_gb_hour\n" in printed
    assert "eu-west-1: 8 instance types, Spot prices of 2 zones\n" in printed


def test_two_prices_of_one_thing_are_none(served: PriceListAnswers, tmp_path: Path) -> None:
    served.products["AmazonCloudWatch"].append(of_region("EU-DataProcessing-Bytes", "0.25"))
    assert refresh(tmp_path) == 0
    assert "logs_gb" not in json.loads((tmp_path / "eu-west-1.json").read_text())["rates"]


@pytest.mark.usefixtures("served")
def test_cost_reads_what_was_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Beside the environment file, without a setting."""
    for folder in ("environments", "assets"):
        shutil.copytree(REPOSITORY / folder, tmp_path / folder)
    prod = str(tmp_path / "environments/prod.yaml")
    assert refresh(tmp_path / "environments/prices") == 0
    capsys.readouterr()
    assert main(["cost", "-e", prod, "--output", "json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["prices"]["ec2"]["source"] == "AWS price list"
    parts = {part["name"]: part["amount"] for part in found["at_rest"]["parts"]}
    assert parts["nodes of system"] == {"low": pytest.approx(3 * 0.107), "high": pytest.approx(3 * 0.107)}
    assert parts["nodes of spark-executors-spot"] is None, "three of its types have no Spot price"


@pytest.mark.parametrize("text", ["", "[]", "null", "{", '{"product": 3}', '{"product": {"attributes": []}}'])
def test_an_answer_that_is_no_price_list_is_one_line(
    served: PriceListAnswers,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    text: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(served, "of_products", lambda _: {"FormatVersion": "aws_v1", "PriceList": [text]})
    assert refresh(tmp_path) == 2
    printed = capsys.readouterr().err
    assert printed.startswith("error: prices of AmazonEKS (pricing:GetProducts): ")
    assert printed.count("\n") == 1
    assert list(tmp_path.iterdir()) == []
