"""The text of mapRoles in the ConfigMap aws-auth: a YAML list in one string, of which only the end of its entries is
parsed.

Lambda's runtime has no YAML parser, and a parser would not keep comments and quotes. Entries are therefore added as
text.
"""

import json
import re

_ITEM = re.compile(r"( *)-(\s|$)")
_OUTSIDE_ARNS = r"[^\w+=,.@/-]"


class UnreadableError(ValueError):
    """An entry can't be added safely to mapRoles in this form."""


def with_mapping(text: str, role_arn: str, username: str) -> str:
    """Returns mapRoles with the role's mapping at its end; unchanged if it already names the role.

    Raises UnreadableError for a list in braces that is no JSON, and for a text that is no list.
    """
    if _names(text, role_arn):
        return text
    if text.strip() in ("", "[]"):
        return _entry("", role_arn, username)
    if text.lstrip().startswith("["):
        return _with_json_entry(text, {"rolearn": role_arn, "username": username})
    lines = text.rstrip().splitlines()
    return "\n".join([*lines, ""]) + _entry(_indent_of_items(lines), role_arn, username)


def _entry(indent: str, role_arn: str, username: str) -> str:
    return f"{indent}- rolearn: {role_arn}\n{indent}  username: {username}\n"


def _names(text: str, role_arn: str) -> bool:
    named = re.compile(f"(^|{_OUTSIDE_ARNS}){re.escape(role_arn)}({_OUTSIDE_ARNS}|,|$)")
    return any(named.search(line.split(" #")[0]) for line in text.splitlines() if not line.lstrip().startswith("#"))


def _with_json_entry(text: str, entry: dict[str, str]) -> str:
    try:
        has_entries = bool(json.loads(text))
    except ValueError:
        raise UnreadableError("mapRoles is a YAML list in braces, to which nothing can be added safely") from None
    return f"{text.rstrip()[:-1]}{', ' * has_entries}{json.dumps(entry)}]"


def _indent_of_items(lines: list[str]) -> str:
    """Returns the indentation of the list's items. Comments or the document's mark may precede the first item."""
    content = [line for line in lines if line.strip() and not line.lstrip().startswith("#")]
    if content and content[0].rstrip() == "---":
        content.pop(0)
    if not content:
        return ""
    first = _ITEM.match(content[0])
    if not first or any(_indent(line) < len(first[1]) or line.startswith(("...", "---")) for line in content):
        raise UnreadableError("mapRoles is no list, one item after the other")
    return first[1]


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))
