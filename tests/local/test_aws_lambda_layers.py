import io
import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from local.aws import lambda_layers
from local.aws.lambda_layers import LayerCache, LayersUnavailableError, command_with_layers
from tests.local.aws_fixtures import AwsUnderTest


def archive(**files: str) -> bytes:
    """A layer; a file whose text begins with #! is executable."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as opened:
        for name, text in files.items():
            entry = zipfile.ZipInfo(name.replace("__", "/"))
            entry.external_attr = (0o755 if text.startswith("#!") else 0o644) << 16
            opened.writestr(entry, text)
    return made.getvalue()


def test_later_layers_win_and_are_unpacked_once(tmp_path: Path) -> None:
    cache = LayerCache(tmp_path / "layers")
    archives = [archive(bin__tool="#!/bin/sh\necho one\n", only="1"), archive(bin__tool="#!/bin/sh\necho two\n")]
    merged = cache.merged(archives)
    assert (merged / "only").read_text() == "1"
    assert subprocess.run([merged / "bin/tool"], capture_output=True, check=True, text=True).stdout == "two\n"  # noqa: S603
    assert cache.merged(archives) == merged
    assert cache.merged(archives[::-1]) != merged
    assert not os.access(merged / "only", os.X_OK)
    assert {path.parent for path in (merged, cache.merged(archives[::-1]))} == {tmp_path / "layers"}
    assert len(list((tmp_path / "layers").iterdir())) == 2


def test_processes_that_unpack_the_same_layers_at_once_share_them(tmp_path: Path) -> None:
    layers = [archive(**{f"file{number}": "x" * 1000 for number in range(200)})]
    with ThreadPoolExecutor(4) as pool:  # each with a cache of its own, as each process has one
        made = list(pool.map(lambda _: LayerCache(tmp_path).merged(layers), range(4)))
    assert {len(list(folder.iterdir())) for folder in made} == {200}
    assert list(tmp_path.iterdir()) == made[:1]


def test_lambdas_interpreter_becomes_this_one(tmp_path: Path) -> None:
    merged = LayerCache(tmp_path).merged([archive(aws="#!/var/lang/bin/python\nimport sys\nprint(sys.executable)\n")])
    assert (merged / "aws").read_text().splitlines()[0] == f"#!{sys.executable}"
    assert subprocess.run([merged / "aws"], capture_output=True, check=True, text=True).stdout.strip() == sys.executable  # noqa: S603


def test_machines_own_opt_stays_visible_and_untouched(tmp_path: Path) -> None:
    own = sorted(path.name for path in Path("/opt").iterdir() if path.is_dir())
    merged = LayerCache(tmp_path).merged([archive(layer__file="x")])
    command = command_with_layers(["ls", "/opt"], merged)
    seen = subprocess.run(command, capture_output=True, check=True, text=True).stdout.split()  # noqa: S603
    assert sorted([*own, "layer"]) == sorted(seen)
    assert not Path("/opt/layer").exists()


@pytest.fixture
def without_namespaces(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    refusing = tmp_path / "unshare"
    refusing.write_text("#!/bin/sh\necho 'unshare failed: Operation not permitted' >&2\nexit 1\n")
    refusing.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    lambda_layers._unshare.cache_clear()
    yield
    lambda_layers._unshare.cache_clear()


@pytest.mark.usefixtures("without_namespaces")
def test_a_machine_without_namespaces_gets_an_error_with_its_needs(tmp_path: Path) -> None:
    with pytest.raises(LayersUnavailableError, match="user namespaces") as refused:
        command_with_layers(["true"], tmp_path)
    assert "Operation not permitted" in str(refused.value)


@pytest.mark.skipif(os.geteuid() != 0, reason="the machine's own user has no root to give up")
def test_layers_need_no_root() -> None:
    with TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        _read_layer_as_nobody(Path(folder))


def _read_layer_as_nobody(folder: Path) -> None:
    merged = LayerCache(folder).merged([archive(layer__file="x")])
    options = ("--user", "--map-root-user", "--mount")
    script = lambda_layers._BIND_AND_RUN
    command = ["unshare", *options, "sh", "-c", script, str(merged), "cat", "/opt/layer/file"]
    for path in (merged, *merged.rglob("*")):
        if path.is_dir():
            path.chmod(0o777)  # as its owner, who starts the function
    done = subprocess.run(command, capture_output=True, text=True, user="nobody", check=False)  # noqa: S603
    assert done.stdout == "x", done.stderr


def test_function_sees_its_own_environment_only(aws: AwsUnderTest, monkeypatch: pytest.MonkeyPatch) -> None:
    functions = aws.client("lambda")
    monkeypatch.setenv("AWS_PROFILE", "production")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "real-secret")
    code = "import os\ndef handler(event, context):\n    return dict(os.environ)\n"
    functions.create_function(
        FunctionName="environment",
        Runtime="python3.12",
        Handler="index.handler",
        Role="arn:aws:iam::000000000000:role/any",
        Code={"ZipFile": archive(**{"index.py": code})},
        Environment={"Variables": {"STAGE": "test"}},
    )
    seen = json.loads(functions.invoke(FunctionName="environment")["Payload"].read())
    functions.delete_function(FunctionName="environment")
    assert seen["STAGE"] == "test"
    assert seen["AWS_ENDPOINT_URL"] == aws.server.url
    assert "AWS_PROFILE" not in seen
    assert "real-secret" not in seen.values()
    assert seen["TMPDIR"] == seen["HOME"] != os.environ.get("HOME")
