"""The tokens that pods have for their service accounts: JSON Web Tokens, signed with the account's own secret."""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from urllib.parse import parse_qs

_OPERATION = "AssumeRoleWithWebIdentity"


def token(claims: Mapping[str, object], secret: str) -> str:
    """Returns a token with these claims (iss, sub, aud), signed with the secret of the account's own key pair."""
    parts = ({"alg": "HS256", "typ": "JWT"}, claims)
    text = ".".join(_encoded(json.dumps(part).encode()) for part in parts)
    return f"{text}.{_signature(text, secret)}"


def is_request_with_token(body: bytes, secret: str) -> bool:
    """Returns whether the body of a request to STS is AssumeRoleWithWebIdentity with such a token."""
    asked = parse_qs(body.decode(errors="replace"))
    tokens = asked.get("WebIdentityToken", [])
    if asked.get("Action") != [_OPERATION] or len(tokens) != 1:
        return False
    text, _, signature = tokens[0].rpartition(".")
    return hmac.compare_digest(_signature(text, secret).encode(), signature.encode())


def _signature(text: str, secret: str) -> str:
    return _encoded(hmac.digest(secret.encode(), text.encode(), hashlib.sha256))


def _encoded(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")
