"""A server with the parts of GitHub's and GitLab's REST API that list, create and change comments.

Written after their documentation: pages of few comments with a Link header, tokens that may read, write or neither.
"""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

WRITER, READER = "writes", "reads"  # tokens
BOT = "github-actions[bot]"
_PAGE = 2
_LISTED = re.compile(r"/repos/o/r/issues/7/comments|/projects/42/merge_requests/7/notes")
_ONE = re.compile(r"/repos/o/r/issues/comments/(\d+)|/projects/42/merge_requests/7/notes/(\d+)")


@dataclass
class Discussion:
    """What was said: comments in order; calls: method and path of each call; url: of the API."""

    url: str
    comments: list[dict[str, Any]] = field(default_factory=list)
    calls: list[tuple[str, str]] = field(default_factory=list)

    def add(self, body: str, author: str = BOT) -> None:
        one = {"id": 100 + len(self.comments), "body": body, "user": {"login": author}, "author": {"username": author}}
        self.comments.append(one)

    @property
    def bodies(self) -> list[str]:
        return [one["body"] for one in self.comments]

    @property
    def writes(self) -> list[str]:
        return [method for method, _ in self.calls if method != "GET"]

    def answer(self, method: str, path: str, token: str, body: Any) -> tuple[int, Any, str]:
        """Status, answer, path of the next page."""
        self.calls.append((method, path))
        where = urlsplit(path)
        if token not in (WRITER, READER):
            return 401, {"message": "Bad credentials"}, ""
        if where.path == "/user":
            return 200, {"username": BOT}, ""
        if method == "GET" and _LISTED.fullmatch(where.path):
            return self._page(where.path, int(parse_qs(where.query).get("page", ["1"])[0]))
        if token == READER:
            return 403, {"message": "Resource not accessible by integration"}, ""
        if method == "POST" and _LISTED.fullmatch(where.path):
            self.add(body["body"])
            return 201, self.comments[-1], ""
        found = _ONE.fullmatch(where.path)
        known = {one["id"]: one for one in self.comments}
        changes = "PATCH" if "/repos/" in path else "PUT"
        if method == changes and found and int(found[1] or found[2]) in known:
            one = known[int(found[1] or found[2])]
            one["body"] = body["body"]
            return 200, one, ""
        return 404, {"message": "Not Found"}, ""

    def _page(self, path: str, number: int) -> tuple[int, Any, str]:
        start = (number - 1) * _PAGE
        more = f"{path}?per_page=100&page={number + 1}" if len(self.comments) > start + _PAGE else ""
        return 200, self.comments[start : start + _PAGE], more


@contextmanager
def comments_server() -> Iterator[Discussion]:
    """On loopback, until the end."""

    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers.get("Content-Length") or 0)) or "null")
            token = self.headers.get("PRIVATE-TOKEN") or self.headers.get("Authorization", "").removeprefix("Bearer ")
            status, data, following = thread.answer(self.command, self.path, token, body)
            text = json.dumps(data).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(text)))
            if following:
                self.send_header("Link", f'<{thread.url}/first>; rel="first", <{thread.url}{following}>; rel="next"')
            self.end_headers()
            self.wfile.write(text)

        def __getattr__(self, name: str) -> object:
            if name in ("do_GET", "do_POST", "do_PATCH", "do_PUT"):
                return self._answer
            raise AttributeError(name)

        def log_message(self, *_: object) -> None:
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Discussion(f"http://127.0.0.1:{server.server_port}")
    running = Thread(target=server.serve_forever, daemon=True)
    running.start()
    try:
        yield thread
    finally:
        server.shutdown()
        server.server_close()
        running.join()
