"""Writes a pod template so that every reader of YAML, 1.1 or 1.2, has the same text again."""

import re
import sys
from collections.abc import Mapping
from typing import Any

import yaml

# Nothing else stays without quotes: a number, a date, `<<`, `=` or `~` does not begin so, in any version of YAML.
_PLAIN = re.compile(r"(?!(?:y|n|yes|no|on|off|true|false|null)\Z)[a-z/][a-z0-9_./-]*", re.ASCII | re.IGNORECASE)
_ONE_LINE = re.compile(r"[ -~]*")


class _Dumper(yaml.SafeDumper):
    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002
        """Whatever stands twice is written twice."""
        return True


def _text(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
    style = None if _PLAIN.fullmatch(value) else "'" if _ONE_LINE.fullmatch(value) else '"'
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)


_Dumper.add_representer(str, _text)


def template_text(template: Mapping[str, Any]) -> str:
    """The YAML of a template of JSON data: text in quotes, unless no YAML takes it for something else."""
    return yaml.dump(dict(template), Dumper=_Dumper, sort_keys=False, width=sys.maxsize)
