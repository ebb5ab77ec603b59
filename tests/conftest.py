"""What all tests share."""

from pathlib import Path

import pytest

TESTS = Path(__file__).parent


def pytest_itemcollected(item: pytest.Item) -> None:
    """Tests that share something slow (a synthesized app, a local AWS, a JVM) run in one process, folder by folder."""
    first, second = item.path.relative_to(TESTS).parts[:2]
    if first != "unit":
        item.add_marker(pytest.mark.xdist_group(second if first == "deployed" else first))
    elif second == "test_generated_environments.py":
        item.add_marker(pytest.mark.xdist_group(second))
