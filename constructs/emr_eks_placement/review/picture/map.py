"""The map of an environment, or of a change of it, as SVG."""

from collections.abc import Iterator
from functools import cache
from importlib.resources import files

from emr_eks_placement.review.picture.in_words import runs_in_words
from emr_eks_placement.review.picture.layout import NARROW, WIDE, Form, laid_out
from emr_eks_placement.review.picture.places import Picture, Section, picture_of
from emr_eks_placement.review.picture.signs import NAMES
from emr_eks_placement.review.picture.svg import drawn
from emr_eks_placement.review.review import Side

_LONGEST_RUNS = 60  # characters in a description


def map_of(side: Side) -> str:
    """The map of one environment with the pods of its plans: a file of SVG. Raises ValueError for a side without environment."""
    picture = picture_of(None, side)
    if picture is None:
        raise ValueError(f"{side.label} has no environment")
    return map_svg(picture, WIDE, style=shipped("colors.css") + shipped("map.css"))


def maps_of(picture: Picture) -> tuple[str, ...]:
    """The maps of a page, which has the style: wide, and for phones narrow."""
    return tuple(map_svg(picture, form) for form in (WIDE, NARROW))


def map_svg(picture: Picture, form: Form, style: str = "") -> str:
    """A picture in one form."""
    elements, height = laid_out(picture, form)
    what = "Map of a change of" if picture.is_change else "Map of"
    return drawn(
        elements,
        width=form.width,
        height=height,
        name=form.name,
        title=f"{what} {picture.name}",
        description=" ".join(_sentences(picture)),
        style=style,
    )


@cache
def shipped(name: str) -> str:
    """The text of a file of this package."""
    return files(__package__).joinpath(name).read_text("utf-8")


def _sentences(picture: Picture) -> Iterator[str]:
    yield f"{picture.network}; {picture.cluster}."
    yield f"Zones: {', '.join(zone.name for zone in picture.zones)}."
    yield f"Namespaces: {', '.join(one.name for one in picture.namespaces) or 'none'}."
    for section in picture.sections:
        yield from _of_section(section)


def _of_section(section: Section) -> Iterator[str]:
    for place in section.places:
        said = f" ({NAMES[place.sign]})" if place.sign else ""
        name = place.names[0] if len(place.names) == 1 else f"{len(place.names)} alike"
        where = f" in {', '.join(place.zones)}" if place.zones else ""
        pods = "; ".join(
            f"{pods.what} of {runs_in_words(pods.runs, _LONGEST_RUNS)}{f' ({NAMES[pods.sign]})' if pods.sign else ''}"
            for pods in place.pods
        )
        yield f"{section.kind.capitalize()} {name}{said}{where}: {pods or 'no pods'}."
