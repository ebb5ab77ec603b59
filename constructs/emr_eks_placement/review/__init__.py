"""What a change does to resources, to every pod and to the bill."""

from emr_eks_placement.review.access import AccessChange
from emr_eks_placement.review.costs import CostChange, PartChange
from emr_eks_placement.review.moves import PodMove, RunMove
from emr_eks_placement.review.resources import ResourceChange
from emr_eks_placement.review.review import Review, Side, review

__all__ = [
    "AccessChange",
    "CostChange",
    "PartChange",
    "PodMove",
    "ResourceChange",
    "Review",
    "RunMove",
    "Side",
    "review",
]
