"""Text from files in Markdown."""

from emr_eks_placement.common.errors import printable


def escaped(text: str) -> str:
    """Nothing in the text is Markdown or HTML."""
    return "".join(f"\\{mark}" if mark in "\\`*_[]<>|#" else mark for mark in printable(text))
