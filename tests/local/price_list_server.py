"""A substitute for AWS's price list and Spot price history: filters, pages and answers in their published forms.

Its products are written after the published price list; none was recorded from AWS.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs

_PAGE = 2
_SPOT_PAGE = """<DescribeSpotPriceHistoryResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><spotPriceHistorySet>
{items}</spotPriceHistorySet><nextToken>{token}</nextToken></DescribeSpotPriceHistoryResponse>"""
_SPOT_ITEM = """<item><instanceType>{0}</instanceType><productDescription>Linux/UNIX</productDescription>
<spotPrice>{2}</spotPrice><timestamp>{3}</timestamp><availabilityZone>{1}</availabilityZone></item>"""


def product(*prices: str, **attributes: str) -> str:
    """As GetProducts answers it: JSON in text, with a term of On-Demand prices, of several tiers where there are several."""
    dimensions = {
        f"SKU.JRTCKXETXF.{index}": {
            "unit": "Hrs",
            "beginRange": str(index * 1024),
            "endRange": "Inf",
            "pricePerUnit": {"USD": price},
        }
        for index, price in reversed(list(enumerate(prices)))
    }
    terms = {"OnDemand": {"SKU.JRTCKXETXF": {"offerTermCode": "JRTCKXETXF", "priceDimensions": dimensions}}}
    document = {"product": {"sku": "SKU", "attributes": attributes}, "terms": terms if prices else {}}
    return json.dumps(document)


@dataclass
class PriceListAnswers:
    """products: by service; spot: instance type, zone, price and time, in the order of the answer; asked: what came in."""

    products: dict[str, list[str]]
    spot: list[tuple[str, str, str, str]]
    asked: list[dict[str, Any]] = field(default_factory=list)

    def of_products(self, request: dict[str, Any]) -> dict[str, Any]:
        self.asked.append(request)
        found = [
            text
            for text in self.products.get(request["ServiceCode"], [])
            if all(
                json.loads(text)["product"]["attributes"].get(one["Field"]) == one["Value"]
                for one in request.get("Filters", [])
            )
        ]
        start = int(request.get("NextToken", "0"))
        page: dict[str, Any] = {"FormatVersion": "aws_v1", "PriceList": found[start : start + _PAGE]}
        return page | ({"NextToken": str(start + _PAGE)} if len(found) > start + _PAGE else {})

    def of_spot(self, form: dict[str, list[str]]) -> str:
        self.asked.append(form)
        start = int(form.get("NextToken", ["0"])[0])
        items = "".join(_SPOT_ITEM.format(*one) for one in self.spot[start : start + _PAGE])
        more = len(self.spot) > start + _PAGE
        return _SPOT_PAGE.format(items=items, token=start + _PAGE if more else "")


@contextmanager
def price_list_server(answers: PriceListAnswers) -> Iterator[str]:
    """Its URL, while it runs on loopback."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            target = self.headers.get("X-Amz-Target", "")
            if target.endswith(".GetProducts"):
                kind, text = "application/x-amz-json-1.1", json.dumps(answers.of_products(json.loads(body)))
            else:
                kind, text = "text/xml", answers.of_spot(parse_qs(body))
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(text.encode())))
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
