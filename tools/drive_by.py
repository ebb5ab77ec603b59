"""Opens a page in headless Chromium that tries to create and invoke a function of a running local AWS; exit 0 if it can't.

`python -m tools.drive_by --chromium chromium`; not part of the tests, which send the headers that this page's requests have
(tests/local/test_guard.py), for installing Chromium takes longer than they do.
"""

import argparse
import html
import io
import json
import re
import subprocess
import sys
import tempfile
import threading
import zipfile
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from local.cluster import LocalCluster

_PAGE = Path(__file__).with_suffix(".html")
_ROLE = "arn:aws:iam::000000000000:role/any"
_TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"},
    ],
}
_SECONDS = 60
_REFUSED = ("TypeError", "opaque 0 ", "error", "closed", "loaded")
"""What a page sees of an answer that it may not read (Fetch standard); a refused form loads an error page."""


def main() -> int:
    """Prints the result of each try, then every try that got through. Returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tools.drive_by", description=__doc__)
    parser.add_argument("--chromium", default="chromium", help="the program (default: %(default)s)")
    chromium: str = parser.parse_args().chromium
    with tempfile.TemporaryDirectory() as folder, LocalCluster(Path(folder, "local"), region="us-east-1") as local:
        ran = Path(folder, "ran")
        functions = local.session.client("lambda")
        local.session.client("iam").create_role(RoleName="any", AssumeRolePolicyDocument=json.dumps(_TRUST))
        functions.create_function(
            FunctionName="present", Runtime="python3.12", Handler="index.handler", Role=_ROLE,
            Code={"ZipFile": _archive(ran)},
        )  # fmt: skip
        seen = _open(chromium, Path(folder), {"{url}": local.aws.url, "{kubernetes}": local.kubernetes.url})
        names = [one["FunctionName"] for one in functions.list_functions()["Functions"]]
        problems = [
            f"the page got through: {line}" for line in seen if not line.partition(": ")[2].startswith(_REFUSED)
        ]
        problems += [] if names == ["present"] else [f"the functions are now {names}"]
        problems += ["the function ran"] if ran.exists() else []
        problems += [] if len(seen) == 10 else ["the page did not try everything"]
        if not problems:
            functions.invoke(FunctionName="present")
            problems += [] if ran.exists() else ["the function does not run for a program either"]
    sys.stdout.write("".join(f"{line}\n" for line in [*seen, *problems]))
    return 1 if problems else 0


def _archive(ran: Path) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as opened:
        opened.writestr("index.py", f"def handler(event, context):\n    open({str(ran)!r}, 'w').close()\n")
    return made.getvalue()


def _open(chromium: str, folder: Path, values: Mapping[str, str]) -> list[str]:
    """What the page wrote down of each try."""
    page = _PAGE.read_text("utf-8")
    body = {"FunctionName": "planted", "Runtime": "python3.12", "Handler": "index.handler", "Role": _ROLE, "Code": {}}
    for name, value in {**values, "{body}": json.dumps(body)}.items():
        page = page.replace(name, value)
    with _serving(page.encode()) as url:
        command = [
            chromium, "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={folder / 'profile'}",
            f"--timeout={_SECONDS * 1000}", "--virtual-time-budget=30000", "--dump-dom", url,
        ]  # fmt: skip
        ended = subprocess.run(command, capture_output=True, text=True, timeout=2 * _SECONDS, check=True)  # noqa: S603
    found = re.search(r'<pre id="tries">(.*?)</pre>', ended.stdout, re.DOTALL)
    return html.unescape(found[1]).splitlines() if found else []


class _serving:  # noqa: N801 - a context manager
    """Serves one page on the loopback interface, of another origin than the local AWS."""

    def __init__(self, page: bytes) -> None:
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.send_header("Content-Length", str(len(page)))
                self.end_headers()
                self.wfile.write(page)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
                """Nothing on standard error."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever)

    def __enter__(self) -> str:
        self._thread.start()
        return f"http://localhost:{self._server.server_port}/"

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


if __name__ == "__main__":
    sys.exit(main())
