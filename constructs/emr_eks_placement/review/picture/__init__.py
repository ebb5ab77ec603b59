"""The picture of an environment or of a change: a map, and one page with all that a review finds."""

from emr_eks_placement.review.picture.map import map_of
from emr_eks_placement.review.picture.page import report

__all__ = ["map_of", "report"]
