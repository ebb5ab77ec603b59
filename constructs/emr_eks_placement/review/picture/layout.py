"""Where everything of a map goes: zones as columns, every place as a band across those that it is in."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from emr_eks_placement.review.picture.in_words import runs_in_words
from emr_eks_placement.review.picture.places import Label, Picture, Place, Section
from emr_eks_placement.review.picture.pods import Pods
from emr_eks_placement.review.picture.signs import NAMES, REMOVED, SAME, Sign
from emr_eks_placement.review.picture.svg import Box, Element, Text

# Of a character of system-ui at these sizes, on average; capitals and digits are wider than most letters.
_SHARE = 0.58
_SIZES = {"t": 13, "s": 11, "h": 15}
_PAD = 12
_GAP = 4
_MOST_NAMESPACES = 60
_MOST_IN_FULL = 12  # namespaces with all their words; of more the names, side by side
_RUNS_AT = 178  # where a wide map names the runs of pods


@dataclass(frozen=True)
class Form:
    """The form of a map, in pixels. Narrow: its zones are below the words, not beside them."""

    name: str
    width: int
    is_narrow: bool


WIDE = Form("wide", 920, is_narrow=False)
NARROW = Form("narrow", 350, is_narrow=True)


@dataclass(frozen=True)
class _Columns:
    """Zones from left to right; those of `words` left of them."""

    zones: tuple[str, ...]
    left: float
    width: float

    def x(self, zone: str) -> float:
        return self.left + self.zones.index(zone) * self.width

    def runs(self, zones: Sequence[str]) -> Iterator[tuple[float, float]]:
        """x and width of each block of neighbours among the zones."""
        start: int | None = None
        for index in range(len(self.zones) + 1):
            there = index < len(self.zones) and self.zones[index] in zones
            if there and start is None:
                start = index
            elif not there and start is not None:
                yield self.left + start * self.width, (index - start) * self.width
                start = None


def laid_out(picture: Picture, form: Form) -> tuple[list[Element], float]:
    """The elements, from the back to the front, and the height of all."""
    columns = _columns(picture, form)
    front: list[Element] = []
    y = _head(front, picture, form)
    top = y
    y = _zones(front, picture, columns, y)
    y = _namespaces(front, picture, form, y)
    inside = [one for one in picture.sections if one.kind != "no place"]
    for section in inside:
        y = _section(front, section, columns, form, y)
    bottom = y + _PAD / 2
    y = bottom + _PAD
    for section in picture.sections:
        if section not in inside:
            y = _section(front, section, columns, form, y)
    y = _legend(front, picture, form, y)
    bands = [Box(columns.x(zone) + 2, top + 4, columns.width - 4, bottom - top - 8, "band") for zone in columns.zones]
    frame = Box(1, top, form.width - 2, bottom - top, "vpc", picture.network)
    return [Box(0, 0, form.width, y + 4, "paper"), frame, *([] if form.is_narrow else bands), *front], y + 4


def _columns(picture: Picture, form: Form) -> _Columns:
    zones = tuple(one.name for one in picture.zones)
    if form.is_narrow:
        return _Columns(zones, _PAD, (form.width - 2 * _PAD) / len(zones))
    room = min(max(340, 84 * len(zones)), 500)
    return _Columns(zones, form.width - _PAD - room, room / len(zones))


def _head(front: list[Element], picture: Picture, form: Form) -> float:
    room = form.width - 2 * _PAD
    front.append(_line(_PAD, 20, picture.name, "h", room))
    front.append(_line(_PAD, 38, picture.cluster, "s q", room))
    return 48


def _zones(front: list[Element], picture: Picture, columns: _Columns, y: float) -> float:
    room = columns.left - 2 * _PAD if columns.left > _PAD else columns.width * len(columns.zones)
    front.append(_line(_PAD, y + 18, picture.network, "t b", room))
    below = y if columns.left > _PAD else y + 18
    for zone in picture.zones:
        middle = columns.x(zone.name) + columns.width / 2
        name = zone.name if _fits(zone.name, "t", columns.width - 6) else zone.name.rpartition("-")[2]
        words = f"{zone.sign} {name}" if zone.sign else name
        title = f"{zone.name}: {zone.details}{_said(zone.sign)}"
        front.append(Text(middle, below + 18, words, f"t b {NAMES[zone.sign]}", "middle", title))
        if _fits(zone.details, "s", columns.width - 6):
            front.append(Text(middle, below + 33, zone.details, "s q", "middle"))
    return below + 42


def _namespaces(front: list[Element], picture: Picture, form: Form, y: float) -> float:
    if not picture.namespaces:
        return y
    words = "Namespaces"
    front.append(_line(_PAD, y + 16, words, "t b", form.width))
    y += 24
    is_short = len(picture.namespaces) > _MOST_IN_FULL
    across = {False: (2, 1), True: (5, 2)}[is_short][form.is_narrow]
    width = (form.width - 2 * _PAD) / across
    changed_first = sorted(picture.namespaces, key=lambda one: one.sign == SAME)
    shown: Sequence[Label] = changed_first[:_MOST_NAMESPACES]
    for index, one in enumerate(shown):
        x, below = _PAD + index % across * width, y + index // across * 24
        said, look = f"{one.name}: {one.details}{_said(one.sign)}", NAMES[one.sign]
        front.append(Box(x, below, width - _GAP, 20, f"namespace {look}", said))
        words = one.name if is_short else f"{one.name}: {one.details}"
        words = f"{one.sign} {words}" if one.sign else words
        front.append(_line(x + 6, below + 14, words, f"s {look}", width - _GAP - 10, said))
    y += -(-len(shown) // across) * 24
    left = len(picture.namespaces) - len(shown)
    if left:
        front.append(_line(_PAD, y + 12, f"and {left} more", "s q", form.width))
        y += 18
    return y + 4


def _section(front: list[Element], section: Section, columns: _Columns, form: Form, y: float) -> float:
    front.append(_line(_PAD, y + 18, section.title, "t b", form.width - 2 * _PAD))
    y += 26
    for place in section.places:
        y = _place(front, section, place, columns, form, y)
    return y + 4


def _place(front: list[Element], section: Section, place: Place, columns: _Columns, form: Form, y: float) -> float:
    height = _height(place, form)
    said = f"{section.kind} {', '.join(place.names)}: {place.details}{_said(place.sign)}"
    look = f"place {NAMES[place.sign]}" + (" bad" if section.kind == "no place" else "")
    front.append(Box(_PAD - 6, y, form.width - 2 * _PAD + 12, height, look, said))
    for zones, sign in ((place.zones, place.sign), (place.left, REMOVED)) if not form.is_narrow else ():
        for x, width in columns.runs(zones):
            front.append(Box(x + 5, y + 5, width - 10, height - 10, f"there {NAMES[sign]}", said))
    room = form.width - 2 * _PAD if form.is_narrow or not place.zones else columns.left - _PAD - 8
    name = place.names[0] if len(place.names) == 1 else f"{len(place.names)} alike"
    name = f"{place.sign} {name}" if place.sign else name
    front.append(_line(_PAD, y + 17, name, f"t b {NAMES[place.sign]}", room, said))
    front.append(_line(_PAD, y + 33, place.details, "s q", room))
    y += 40
    for pods in place.pods:
        _pods(front, pods, columns, form, y, room)
        y += _row(pods, form)
    return y + (6 if place.pods else 2)


def _height(place: Place, form: Form) -> float:
    return 40 + sum(_row(pods, form) for pods in place.pods) + (2 if place.pods else -2)


def _row(pods: Pods, form: Form) -> float:
    return 34 if form.is_narrow and pods.zones else 20


def _pods(front: list[Element], pods: Pods, columns: _Columns, form: Form, y: float, room: float) -> None:
    maybe = "" if pods.is_sure else " or elsewhere"
    title = f"{pods.what} of {runs_in_words(pods.runs, 400)}{maybe}{_said(pods.sign)}"
    sign = f"{pods.sign} " if pods.sign else ""
    start = f"{sign}{pods.what}{maybe}"
    at = _PAD + 8
    front.append(Text(at, y + 14, start, f"s b {NAMES[pods.sign]}", title=title))
    gap = max(_width(start, "s") * 1.1 + 8, 0 if form.is_narrow else _RUNS_AT)
    left = room - gap - 8
    front.append(_line(at + gap, y + 14, runs_in_words(pods.runs, _characters("s", left)), "s", left, title))
    low = y + 18 if form.is_narrow else y + 3
    for zones, mark, words in ((pods.zones, pods.sign, (pods.what, pods.role)), (pods.left, REMOVED, (pods.role,))):
        for x, width in columns.runs(zones):
            _bar(front, pods, mark, words, Box(x + 9, low, width - 18, 14, "", title))


def _bar(front: list[Element], pods: Pods, sign: Sign, words: Sequence[str], at: Box) -> None:
    """words: the first that fits."""
    look = f"pod {pods.role} {NAMES[sign]}" + ("" if pods.is_sure else " maybe")
    front.append(replace(at, look=look))
    signed = [f"{sign} {one}" if sign else one for one in words]
    said = next((one for one in signed if _fits(one, "s", at.width - 6)), "")
    if said:
        front.append(Text(at.x + at.width / 2, at.y + 11, said, f"s on-{pods.role}", "middle"))


def _legend(front: list[Element], picture: Picture, form: Form, y: float) -> float:
    lines = [
        "Boxes: the zones of a place." if not form.is_narrow else "",
        "Bars: zones that pods may be in; dashed: or elsewhere.",
        "+ added, - removed, ~ changed." if picture.is_change else "",
    ]
    lines = [one for one in lines if one]
    lines = lines if form.is_narrow else [" ".join(lines)]
    for line in lines:
        front.append(_line(_PAD, y + 14, line, "s q", form.width - 2 * _PAD))
        y += 16
    return y + 4


def _line(x: float, y: float, words: str, look: str, room: float, title: str = "") -> Text:
    """A line of text that is cut to its room; then its title is all of it."""
    most = _characters(look.split()[0], room)
    if len(words) <= most:
        return Text(x, y, words, look, title=title)
    return Text(x, y, f"{words[: max(1, most - 1)]}…", look, title=title or words)


def _characters(size: str, room: float) -> int:
    return int(room / (_SIZES[size] * _SHARE))


def _width(words: str, size: str) -> float:
    return len(words) * _SIZES[size] * _SHARE


def _fits(words: str, size: str, room: float) -> bool:
    return _width(words, size) <= room


def _said(sign: Sign) -> str:
    return "" if sign == SAME else f" ({NAMES[sign]})"
