import pytest

from local.kubernetes.selectors import parse_selector
from local.kubernetes.status import ApiError

POD = {
    "metadata": {"name": "driver", "namespace": "jobs", "labels": {"role": "driver", "zone": "a"}},
    "spec": {"nodeName": "node-1"},
    "status": {"phase": "Running"},
}


@pytest.mark.parametrize(
    ("text", "selected"),
    [
        ("", True),
        ("role=driver", True),
        ("role==driver", True),
        ("role=executor", False),
        ("role!=executor", True),
        ("role!=driver", False),
        ("absent!=anything", True),
        ("role=driver,zone=a", True),
        ("role=driver,zone=b", False),
        ("role in (driver, executor)", True),
        ("role in (executor)", False),
        ("role notin (executor)", True),
        ("absent notin (executor)", True),
        ("role notin (driver,executor),zone=a", False),
        ("role", True),
        ("absent", False),
        ("!absent", True),
        ("!role", False),
        ("kubernetes.io/absent=", False),
    ],
)
def test_label_selector(text: str, selected: bool) -> None:
    assert parse_selector(text, "").matches(POD) is selected


@pytest.mark.parametrize(
    ("text", "selected"),
    [
        ("metadata.name=driver", True),
        ("metadata.name=other", False),
        ("metadata.name!=other", True),
        ("metadata.namespace=jobs,metadata.name=driver", True),
        ("spec.nodeName=node-1", True),
        ("spec.nodeName=", False),
        ("status.phase!=Running", False),
    ],
)
def test_field_selector(text: str, selected: bool) -> None:
    assert parse_selector("", text).matches(POD) is selected


@pytest.mark.parametrize(
    ("labels", "fields", "message"),
    [
        ("a=b=c", "", "unable to parse requirement 'a=b=c' of the label selector"),
        ("a in b", "", "unable to parse requirement 'a in b' of the label selector"),
        ("", "metadata.name", "unable to parse requirement 'metadata.name' of the field selector"),
        ("", "spec.color=red", "field label not supported: spec.color"),
    ],
)
def test_a_selector_the_api_server_cannot_use_is_a_bad_request(labels: str, fields: str, message: str) -> None:
    with pytest.raises(ApiError, match=message) as raised:
        parse_selector(labels, fields)
    assert raised.value.code == 400
