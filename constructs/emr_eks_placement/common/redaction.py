"""Removes identities and secrets from data, so that it can be shown to others."""

import re
from collections.abc import Mapping
from typing import Any

# ARNs: IAM guide, resource names. Ids of accounts: 12 digits. Keys: IAM guide, unique identifiers; security tokens have no
# fixed form and are found by the names before them. Addresses: also in host names such as ip-10-0-1-2.
_PATTERNS = (
    (re.compile(r"arn:aws[a-z0-9-]*:[^\s\"',;)\]}]+"), "<arn>"),
    (re.compile(r"(?<![0-9])[0-9]{12}(?![0-9])"), "<account>"),
    (re.compile(r"(?<![A-Z0-9])(?:AKIA|ASIA|AROA|AIDA|AGPA|ANPA|ANVA|APKA|ABIA|ACCA|ASCA)[A-Z0-9]{12,}"), "<key>"),
    (
        re.compile(r"(?i)((?:token|secret|password|signature|credential)[\w-]*[\"']?\s*[=:]\s*[\"']?)[^\s\"',;&]+"),
        r"\1<secret>",
    ),
    (re.compile(r"k8s-aws-v1\.[\w-]+"), "<secret>"),
    (re.compile(r"(?<![0-9])(?:[0-9]{1,3}\.){3}[0-9]{1,3}(?![0-9])|ip(?:-[0-9]{1,3}){4}"), "<address>"),
)


# spark.redaction.regex of Spark 3.5.8 (spark-core, org.apache.spark.internal.config), which Spark's own pages and logs redact by.
_SPARK_SECRET = re.compile(r"(?i)secret|password|token|access[.]?key")
_IN_TEXT = re.compile(r"(?i)((?:secret|password|token|access[.]?key)[\w.-]*[\"']?\s*[=:]\s*)(?!\*)[^\s,;]+")
_HIDDEN = "*********(redacted)"  # as Spark writes it


def may_be_secret(*texts: str) -> bool:
    """Whether Spark would redact a property with one of these as its name or value."""
    return any(_SPARK_SECRET.search(text) for text in texts)


def without_secret(name: str, value: str) -> str:
    """The value of a property, as Spark would show it."""
    return _HIDDEN if may_be_secret(name, value) else value


def without_secrets(text: str) -> str:
    """Returns the text without the values of names that look like secrets: password=…."""
    return _IN_TEXT.sub(rf"\1{_HIDDEN}", text)


def redacted(data: Any, names: Mapping[str, str]) -> Any:
    """Returns the data without ARNs, account ids, keys, secrets and addresses, also in keys of mappings.

    names: further texts to replace, such as the names of buckets, with their replacements.
    """
    if isinstance(data, str):
        return _redacted(data, names)
    if isinstance(data, Mapping):
        return {_redacted(str(key), names): redacted(value, names) for key, value in data.items()}
    if isinstance(data, list | tuple):
        return [redacted(one, names) for one in data]
    return data


def _redacted(text: str, names: Mapping[str, str]) -> str:
    for name in sorted(filter(None, names), key=len, reverse=True):
        text = text.replace(name, names[name])
    for pattern, instead in _PATTERNS:
        text = pattern.sub(instead, text)
    return text
