"""Writes a pod template that every YAML reader, 1.1 or 1.2, reads as the same text."""

import re
import sys
from collections.abc import Mapping
from typing import Any

import yaml

# Everything else is quoted: no number, date, `<<`, `=` or `~` begins like this in any version of YAML.
_PLAIN = re.compile(r"(?!(?:y|n|yes|no|on|off|true|false|null)\Z)[a-z/][a-z0-9_./-]*", re.ASCII | re.IGNORECASE)
_ONE_LINE = re.compile(r"[ -~]*")


class _Dumper(yaml.SafeDumper):
    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002
        """Writes repeated data again, without aliases."""
        return True


def _text(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
    style = None if _PLAIN.fullmatch(value) else "'" if _ONE_LINE.fullmatch(value) else '"'
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)


_Dumper.add_representer(str, _text)


def template_text(template: Mapping[str, Any]) -> str:
    """Returns the YAML of a template of JSON data. Text is quoted unless every YAML version reads it as text."""
    return yaml.dump(dict(template), Dumper=_Dumper, sort_keys=False, width=sys.maxsize)
