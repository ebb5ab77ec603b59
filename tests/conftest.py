"""What all tests share."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import botocore.session
import pytest

TESTS = Path(__file__).parent


def pytest_itemcollected(item: pytest.Item) -> None:
    """Tests that share something slow (a synthesized app, a local AWS, a JVM) run in one process, folder by folder."""
    first, second = item.path.relative_to(TESTS).parts[:2]
    if first != "unit":
        item.add_marker(pytest.mark.xdist_group(second if first == "deployed" else first))
    elif second == "test_generated_environments.py":
        item.add_marker(pytest.mark.xdist_group(second))


@pytest.fixture(scope="session", autouse=True)
def service_models_read_once() -> Iterator[None]:
    """Each session of boto3 reads the models of AWS's services anew, EC2's in a tenth of a second; here all share them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(botocore.session, "create_loader", cache(botocore.session.create_loader))
        yield
