"""Environment variables for programs that use the local AWS: SDKs, the AWS CLI, the CDK CLI."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path

ACCESS_KEY_ID = "000000000000"
"""MiniStack reads a 12-digit access key as the account id."""
KEPT = Path(__file__).parents[2] / ".local"
"""What serves the next run as well, and `make clean` removes: unpacked Lambda layers, compiled JavaScript."""
CDK_STAYS_SILENT = {"CDK_DISABLE_CLI_TELEMETRY": "true", "CDK_DISABLE_VERSION_CHECK": "true"}
"""With --no-notices: the CDK CLI calls nobody but the AWS account (aws-cdk 2.1148, lib/index.js: canCollectTelemetry,
shouldDisplayVersionMessage)."""
_AWS_PREFIXES = ("AWS_", "CDK_", "BOTO_")


def client_environment(url: str, region: str, state_dir: Path, secret: str) -> dict[str, str]:
    """Returns the variables that direct a program to the local AWS instead of the user's own AWS settings."""
    return {
        **signed_out(state_dir),
        "AWS_ACCESS_KEY_ID": ACCESS_KEY_ID,
        "AWS_SECRET_ACCESS_KEY": secret,
        "AWS_DEFAULT_REGION": region,
        "AWS_REGION": region,
        "AWS_ENDPOINT_URL": url,
        "AWS_ENDPOINT_URL_S3_FOR_CLOUDFORMATION": url,
        "AWS_PAGER": "",
        "NO_PROXY": "127.0.0.1,localhost",
        "no_proxy": "127.0.0.1,localhost",
    }


def signed_out(state_dir: Path) -> dict[str, str]:
    """Returns the variables that remove the user's own AWS settings."""
    nothing = state_dir / "no-aws-settings"
    return {
        "AWS_CONFIG_FILE": str(nothing / "config"),
        "AWS_SHARED_CREDENTIALS_FILE": str(nothing / "credentials"),
        "AWS_EC2_METADATA_DISABLED": "true",
        **CDK_STAYS_SILENT,
        "CDK_HOME": str(state_dir / "cdk-home"),
        "NODE_COMPILE_CACHE": str(KEPT / "node-compile-cache"),
    }


def process_environment(client: Mapping[str, str], inherited: Mapping[str, str] | None = None) -> dict[str, str]:
    """Returns the whole environment for a child process: inherited, with its AWS settings replaced and our node first
    in PATH."""
    kept = {
        name: value
        for name, value in (os.environ if inherited is None else inherited).items()
        if not name.startswith(_AWS_PREFIXES)
    }
    path = os.pathsep.join([str(Path(sys.executable).parent), kept.get("PATH", os.defpath)])
    return {**kept, **client, "PATH": path}
