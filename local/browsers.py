"""Distinguishes web pages' requests to a server on the loopback interface from programs'.

A browser adds Origin to what a page's script sends to another origin, and Sec-Fetch-* to every request to a loopback
address (Fetch Metadata Request Headers, W3C, 2; Fetch standard, "Origin header"); a page can leave out neither. A page whose
own host name resolves to 127.0.0.1 (DNS rebinding) is of the same origin, and its requests name that host in Host.
boto3, the AWS CLI, the CDK CLI and kubectl send none of these; Spark's client names the server itself as the Origin of a watch.
"""

import re
from collections.abc import Iterable

_LOOPBACK_HOST = re.compile(r"(([a-z0-9_-]+\.)*localhost|127\.0\.0\.1|\[::1\])(:\d{1,5})?", re.ASCII)
"""Names below localhost are loopback addresses too (RFC 6761, 6.3): SDKs ask for a bucket of http://localhost by these. Any
port: what forwards a port keeps the host name that its client used."""


def refusal(headers: Iterable[tuple[str, str]], *, own_scheme: str | None = None) -> str | None:
    """Returns why a request with these headers is refused; None for a program's request.

    own_scheme: of a server that serves no pages, whose own address is then no web page's Origin.
    """
    sent = [(name.lower(), value.strip().lower()) for name, value in headers]
    hosts = [value for name, value in sent if name == "host"]
    if not hosts or not all(_LOOPBACK_HOST.fullmatch(host) for host in hosts):
        return "the local AWS answers requests to localhost, 127.0.0.1 and [::1] only"
    own = f"{own_scheme}://{hosts[0]}" if own_scheme else None
    for name, value in sent:
        if name.startswith("sec-fetch-") or (name == "origin" and value != own):
            return f"the local AWS answers no web page, and the request has the header {name}"
    return None
