"""The comments of a review on a pull request, each changed in place: GitHub's and GitLab's REST API.

Sources: GitHub REST API, issue comments; GitLab API, notes of merge requests.
GitHub: GITHUB_API_URL, GITHUB_REPOSITORY, REVIEW_NUMBER, GITHUB_TOKEN; REVIEW_AUTHOR, whose comments are changed, by default
github-actions[bot]. GitLab: CI_API_V4_URL, CI_PROJECT_ID, CI_MERGE_REQUEST_IID, GITLAB_TOKEN, of whom the comments are.
"""

import json
import re
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

TOKENS = ("GITHUB_TOKEN", "GITLAB_TOKEN")
"""The settings that only this module reads."""
_MARKER = "<!-- emr-placement review "
_PAST = "This pull request no longer changes this environment.\n"
_MOST_PAGES = 100
_SECONDS = 30.0


class CommentsError(Exception):
    """The token may not read or write comments, there is none, or the API can't be reached."""


@dataclass(frozen=True)
class Comments:
    """The comments of one pull request. comments: where they are listed and created; one: where one is changed, with {id}.

    change: the method for that; token: name and value of the header; author: the field and name of who writes them.
    """

    comments: str
    one: str
    change: str
    token: tuple[str, str]
    author: tuple[str, str]

    def show(self, texts: Sequence[str]) -> Iterator[str]:
        """Creates or changes the comment of each text, by the marker in its first line; yields what was done.

        A comment of an environment that has no text is changed to say that nothing of it is left. Raises CommentsError.
        """
        wanted = {_first_line(text): text for text in texts}
        found = {_first_line(one["body"]): one for one in self._own()}
        for marker, text in wanted.items():
            if marker not in found:
                self._call("POST", self.comments, {"body": text})
            elif found[marker]["body"] != text:
                self._call(self.change, self.one.format(id=int(found[marker]["id"])), {"body": text})
            else:
                continue
            yield f"comment {'changed' if marker in found else 'created'}: {marker}"
        for marker in found.keys() - wanted.keys():
            past = f"{marker}\n{_PAST}"
            if found[marker]["body"] != past:
                self._call(self.change, self.one.format(id=int(found[marker]["id"])), {"body": past})
                yield f"comment changed, nothing of it is left: {marker}"

    def _own(self) -> Iterator[Mapping[str, Any]]:
        """Those with a marker that the same author wrote: anybody can write the marker."""
        field, name = self.author
        url: str | None = f"{self.comments}?per_page=100"
        for _ in range(_MOST_PAGES):
            if url is None:
                return
            page, url = self._call("GET", url)
            for one in page:
                if (one.get(field) or {}).get(_NAMES[field]) == name and one["body"].startswith(_MARKER):
                    yield one

    def _call(self, method: str, url: str, data: Mapping[str, str] | None = None) -> tuple[Any, str | None]:
        """The answer, and the address of the next page."""
        return _call(method, url, self.token, data)


_NAMES = {"user": "login", "author": "username"}


def comments_of(platform: str, settings: Mapping[str, str]) -> Comments:
    """Of the pull request that the pipeline is for. Raises CommentsError without a token."""
    if platform == "github":
        key = _token(settings, "GITHUB_TOKEN")
        root = f"{settings['GITHUB_API_URL']}/repos/{settings['GITHUB_REPOSITORY']}/issues"
        author = settings.get("REVIEW_AUTHOR") or "github-actions[bot]"
        listed = f"{root}/{int(settings['REVIEW_NUMBER'])}/comments"
        return Comments(
            listed, f"{root}/comments/{{id}}", "PATCH", ("Authorization", f"Bearer {key}"), ("user", author)
        )
    header = ("PRIVATE-TOKEN", _token(settings, "GITLAB_TOKEN"))
    api = settings["CI_API_V4_URL"]
    me, _ = _call("GET", f"{api}/user", header)
    project, number = int(settings["CI_PROJECT_ID"]), int(settings["CI_MERGE_REQUEST_IID"])
    listed = f"{api}/projects/{project}/merge_requests/{number}/notes"
    return Comments(listed, f"{listed}/{{id}}", "PUT", header, ("author", me["username"]))


def _token(settings: Mapping[str, str], name: str) -> str:
    token = settings.get(name)
    if not token:
        raise CommentsError(f"{name} is not set")
    return token


def _first_line(text: str) -> str:
    return text.partition("\n")[0].rstrip("\r")


def _call(
    method: str, url: str, token: tuple[str, str], data: Mapping[str, str] | None = None
) -> tuple[Any, str | None]:
    headers = {"Content-Type": "application/json", "User-Agent": "emr-placement", token[0]: token[1]}
    body = None if data is None else json.dumps(data).encode()
    request = urllib.request.Request(url, body, headers, method=method)  # noqa: S310 - the address is the pipeline's own
    try:
        with urllib.request.urlopen(request, timeout=_SECONDS) as answer:  # noqa: S310 - the same request
            return json.loads(answer.read()), _next_page(url, answer.headers.get("Link", ""))
    except (OSError, ValueError) as error:  # urllib's are OSErrors
        raise CommentsError(f"{method} {url}: {error}") from None


def _next_page(url: str, links: str) -> str | None:
    """The address of the next page; None at the last, and for one of another host, which does not get the token."""
    found = re.search(r'<([^<>]+)>;\s*rel="next"', links)
    if found is None:
        return None
    there = cast(str, found[1])
    return there if _host(there) == _host(url) else None


def _host(url: str) -> str:
    return "/".join(url.split("/")[:3])
