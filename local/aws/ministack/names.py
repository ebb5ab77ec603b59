"""MiniStack's modules, imported once, under the settings this package relies on.

MiniStack reads many of its settings while it is imported (executor, persistence, log level, its own address). They are put
in place for the time of the import only, so a developer's own variables neither reach MiniStack nor get lost.
"""

import contextlib
import logging
import os
import tempfile
from collections.abc import Iterator, Mapping, MutableMapping
from importlib import import_module, metadata
from typing import Any

PINNED_VERSION = "1.5.33"

_IMPORT_SETTINGS: dict[str, str | None] = {
    "AUTH": "false",
    "BIND_HOST": "127.0.0.1",
    "IOT_MTLS_ENABLED": "0",
    "LAMBDA_EXECUTOR": "local",
    "LOCALSTACK_PERSISTENCE": "0",
    "LOG_LEVEL": "INFO",
    "MINISTACK_ACCOUNT_ID": None,
    "MINISTACK_HOST": "127.0.0.1",
    "MINISTACK_REGION": None,
    "PERSIST_STATE": "0",
    "S3_PERSIST": "0",
    "SERVICES": None,
    "SFTP_ENABLED": "0",
}


def _set(variable: str, value: str | None) -> None:
    if value is None:
        os.environ.pop(variable, None)
    else:
        os.environ[variable] = value


@contextlib.contextmanager
def environment_variables(values: Mapping[str, str | None]) -> Iterator[None]:
    """Set variables of this process (None: remove) and put the old values back at the end."""
    before = {variable: os.environ.get(variable) for variable in values}
    for variable, value in values.items():
        _set(variable, value)
    try:
        yield
    finally:
        for variable, value in before.items():
            _set(variable, value)


@contextlib.contextmanager
def _root_logger_left_alone() -> Iterator[None]:
    """MiniStack calls `logging.basicConfig` on import, which does nothing when the root logger has a handler."""
    handler = logging.NullHandler()
    logging.getLogger().addHandler(handler)
    try:
        yield
    finally:
        logging.getLogger().removeHandler(handler)


@contextlib.contextmanager
def replaced_attribute(owner: Any, name: str, value: object) -> Iterator[None]:
    """Give a MiniStack module or class another value for one of its (existing) names."""
    original = getattr(owner, name)
    setattr(owner, name, value)
    try:
        yield
    finally:
        setattr(owner, name, original)


@contextlib.contextmanager
def added_item(table: MutableMapping[str, Any], key: str, value: object) -> Iterator[None]:
    """Put an entry into one of MiniStack's tables, and restore the table at the end."""
    missing = object()
    original = table.get(key, missing)
    table[key] = value
    try:
        yield
    finally:
        if original is missing:
            del table[key]
        else:
            table[key] = original


def installed_version() -> str:
    """Returns the version of the installed MiniStack distribution."""
    return metadata.version("ministack")


with (
    tempfile.TemporaryDirectory() as _files_written_on_import,
    environment_variables({**_IMPORT_SETTINGS, "STATE_DIR": _files_written_on_import}),
    _root_logger_left_alone(),
):
    app = import_module("ministack.app")
    iam_actions = import_module("ministack.core.iam_actions")
    iam_evaluator = import_module("ministack.core.iam_evaluator")
    lambda_runtime = import_module("ministack.core.lambda_runtime")
    responses = import_module("ministack.core.responses")
    router = import_module("ministack.core.router")
    sigv4 = import_module("ministack.core.sigv4")
    custom_resource = import_module("ministack.services.cloudformation.custom_resource")
    provisioners = import_module("ministack.services.cloudformation.provisioners")
    stacks = import_module("ministack.services.cloudformation.stacks")
    cloudwatch_logs = import_module("ministack.services.cloudwatch_logs")
    ec2 = import_module("ministack.services.ec2")
    eks = import_module("ministack.services.eks")
    eventbridge = import_module("ministack.services.eventbridge")
    iam = import_module("ministack.services.iam")
    lambda_svc = import_module("ministack.services.lambda_svc")
    s3 = import_module("ministack.services.s3")
    scheduler = import_module("ministack.services.scheduler")
    ssm = import_module("ministack.services.ssm")
    stepfunctions = import_module("ministack.services.stepfunctions")
    tagging = import_module("ministack.services.tagging")
