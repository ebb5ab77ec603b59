"""MiniStack's own address, which it otherwise reads from the environment while it is imported."""

import contextlib
import shutil
from collections.abc import Iterator
from pathlib import Path

from local.aws.ministack import names, s3_rights
from local.aws.ministack.gateway import LOOPBACK


@contextlib.contextmanager
def running_at(port: int, region: str, directory: Path) -> Iterator[None]:
    """Sets MiniStack's address, its region and a folder for its files, until the end of the block.

    Some of its modules read the environment at run time (the port for Lambda functions, which listeners to open),
    others keep what they read at import; both are set.
    """
    variables: dict[str, str | None] = {
        "BIND_HOST": LOOPBACK,
        "EDGE_PORT": None,
        "GATEWAY_PORT": str(port),
        "IOT_MTLS_ENABLED": "0",
        "MINISTACK_HOST": LOOPBACK,
        "MINISTACK_REGION": region,
        "S3_DATA_DIR": str(directory / "s3"),
        "SFTP_ENABLED": "0",
        "STATE_DIR": str(directory),
    }
    with contextlib.ExitStack() as undo:
        undo.callback(shutil.rmtree, directory, ignore_errors=True)
        undo.enter_context(names.environment_variables(variables))
        for owner, name, value in (
            (names.app, "_MINISTACK_PORT", str(port)),
            (names.custom_resource, "_PORT", str(port)),
            (names.lambda_svc, "_GATEWAY_PORT", str(port)),
            (names.eks, "REGION", region),
        ):
            undo.enter_context(names.replaced_attribute(owner, name, value))
        yield


@contextlib.contextmanager
def enforcing_iam() -> Iterator[None]:
    """Check signatures and IAM policies until the end of the block; otherwise every caller may do everything.

    The keys of an account's root, which are its 12 digits or this process's AWS_ACCESS_KEY_ID, are exempt. The loopback
    interface counts as TLS, which bucket policies require.
    """
    pin_origin = names.app.pin_request_origin
    with (
        names.replaced_attribute(names.app, "AUTH", True),
        names.replaced_attribute(names.app, "pin_request_origin", lambda address, _secure: pin_origin(address, True)),
        s3_rights.asked_for(),
    ):
        yield
