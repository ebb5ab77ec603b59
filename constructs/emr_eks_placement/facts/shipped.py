"""The data files of the package. tools/update_facts.py and tools/update_spark_entries.py write those that AWS, Kubernetes or
Spark publish in a form to read; the others are kept by hand, with their sources in the modules that read them."""

import json
from functools import cache
from importlib.resources import files
from typing import Any


def shipped_text(name: str) -> str:
    """Returns the text of a file in data/."""
    return files(__package__).joinpath("data", name).read_text(encoding="utf-8")


@cache
def shipped(name: str) -> Any:
    """Returns the content of a JSON file in data/; it is read once, so do not change it."""
    return json.loads(shipped_text(f"{name}.json"))
