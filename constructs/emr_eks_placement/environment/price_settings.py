"""The prices that costs of an environment are worked out with."""

from typing import Annotated

from pydantic import Strict

from emr_eks_placement.common.model import Model, between

MOST_DISCOUNT = 0.99


class PriceSettings(Model):
    """List prices ship with the package for some regions; `emr-placement prices refresh` reads those of any region from AWS."""

    folder: str = "prices"
    """Where price lists are that were read from AWS, REGION.json: a path from the environment file's folder."""
    spot_discount: (
        Annotated[float, Strict(), between(0, MOST_DISCOUNT, "of the On-Demand price", "product limit")] | None
    ) = None
    """How much less than On-Demand Spot is taken to cost where the price list has no Spot price, such as 0.6 for 60 %; by
    default nothing is assumed, and the cost of Spot nodes is not known."""
