"""emr-placement prices: the prices of a region, as AWS publishes them."""

import argparse
import json

from emr_eks_placement.cli.output.files import tell_written, write_files
from emr_eks_placement.cli.output.terminal import number_of, say
from emr_eks_placement.common.errors import placed_at, refused
from emr_eks_placement.facts.regions import check_region


def run(options: argparse.Namespace) -> int:
    """Writes DIR/REGION.json; 0. Reports on standard error what AWS's price list does not have.

    Raises InputError, with nothing written, for what can't be read.
    """
    from emr_eks_placement.aws.prices import read_prices  # boto3 is slow to import
    from emr_eks_placement.aws.session import aws_session

    session = aws_session(options.profile, options.region, read_seconds=60)
    if session.region_name is None:
        raise refused("--region", None, "no region is set", "Name it, or set AWS_REGION")
    with placed_at("--region"):
        region = check_region(session.region_name)
    prices, missing = read_prices(session, region)
    if missing:
        say(f"AWS's price list has no single price in {region} of: {', '.join(missing)}", "note")
    text = json.dumps(prices.model_dump(mode="json", exclude_none=True), indent=1) + "\n"
    write_files(options.output_directory, {f"{region}.json": text})
    zones = number_of(len(prices.spot), "zone")
    say(f"{region}: {number_of(len(prices.ec2), 'instance type')}, Spot prices of {zones}")
    tell_written(options.output_directory, [region])
    return 0
