"""The prices that costs of an environment are worked out with."""

from typing import Annotated

from pydantic import Strict

from emr_eks_placement.common.model import Model, between

MOST_DISCOUNT = 0.99


class PriceSettings(Model):
    """List prices ship with the package for some regions; `emr-placement prices refresh` reads those of any region from AWS."""

    folder: str = "prices"
    """The folder of price lists from AWS, with REGION.json: a path from the environment file's folder."""
    spot_discount: (
        Annotated[float, Strict(), between(0, MOST_DISCOUNT, "of the On-Demand price", "product limit")] | None
    ) = None
    """The assumed discount of Spot from On-Demand if the price list has no Spot price, such as 0.6 for 60 %. By default there
    is none, and the cost of Spot nodes is not known."""
