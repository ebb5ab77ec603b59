"""The price list of a region: a file of the user, or the one in the package."""

import shlex
from pathlib import Path

from pydantic import ValidationError

from emr_eks_placement.common.bounded import parse_json, read_file
from emr_eks_placement.common.errors import InputError, RuleError, finding, refused
from emr_eks_placement.cost import Prices, Usage
from emr_eks_placement.environment import Environment, EnvironmentJob
from emr_eks_placement.environment_file.load import as_rule
from emr_eks_placement.facts.prices import PriceList, shipped_prices
from emr_eks_placement.job.usage import hours_of


def prices_of(environment: Environment, file: Path, *, folder: Path | None, spot_discount: float | None) -> Prices:
    """Returns the prices of an environment. file: of the environment; folder, spot_discount: override those of its
    file.

    Raises InputError for a price list that can't be read, and for a folder without a list of the region.
    """
    settings = environment.prices
    discount = settings.spot_discount if spot_discount is None else spot_discount
    path = (folder or file.parent / settings.folder) / f"{environment.region}.json"
    if not path.is_file():
        if folder is not None or "folder" in settings.model_fields_set:
            command = ["emr-placement", "prices", "refresh", "--region", environment.region, "-o", str(path.parent)]
            fix = f"Run {shlex.join(command)}"
            raise refused(str(path), None, "there is no price list of the region", fix)
        return Prices(shipped_prices(environment.region), discount)
    return Prices(read_price_list(path, environment.region), discount)


def usage_of(job: EnvironmentJob) -> Usage:
    """Returns how a job runs, from the environment file."""
    return Usage(hours_of(job.duration) if job.duration else None, job.runs_per_month, job.shuffle_gb)


def read_price_list(path: Path, region: str) -> PriceList:
    """Returns the price list in a file. Raises InputError if it can't be read or is for another region."""
    try:
        listed = PriceList.model_validate(parse_json(read_file(path).decode()))
    except (OSError, ValueError, RecursionError) as error:
        raise InputError([finding(str(path), broken) for broken in _broken(error)]) from None
    if listed.region != region:
        rule = f"this is the price list of another region, and {region} is asked for"
        raise refused(str(path), listed.region, rule, "Rename the file", path=("region",))
    return listed


def _broken(error: Exception) -> list[RuleError]:
    if isinstance(error, ValidationError):
        return [as_rule(one).below(*one["loc"]) for one in error.errors()]
    if isinstance(error, OSError):
        return [RuleError(None, f"a readable file: {error.strerror}", "Correct its permissions")]
    return [RuleError(None, f"a price list is JSON: {error}", "Write it again by emr-placement prices refresh")]
