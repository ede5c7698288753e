"""Canonical JSON (RFC 8785) and SHA-256 digests, as manifests and packs carry them."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import rfc8785

LARGEST = 2**53 - 1
"""The largest whole number that every reader of JSON keeps."""
_encode = json.JSONEncoder(
    ensure_ascii=False, allow_nan=False, check_circular=False, sort_keys=True, separators=(",", ":")
).encode


def canonical_json(value: Any) -> bytes:  # noqa: ANN401 - any JSON value
    """Serialise a JSON value so that equal values have equal bytes. Source: RFC 8785."""
    if _is_common(value):
        try:
            return _encode(value).encode()
        except UnicodeEncodeError:
            pass  # half a character, about which the other one has an error
    return rfc8785.dumps(value)


def _is_common(value: Any) -> bool:  # noqa: ANN401 - whatever was given
    """Whether the standard library writes a value as RFC 8785 has it, ten times as fast.

    It escapes the same characters. It differs on fractions, on large numbers, and on the order of names, which RFC 8785
    sorts by UTF-16; of names in ASCII both make the same.
    """
    kind = type(value)
    if kind is str or value is None or kind is bool:
        return True
    if kind is int:
        return bool(-LARGEST <= value <= LARGEST)
    if kind is dict:
        return all(type(name) is str and name.isascii() and _is_common(one) for name, one in value.items())
    return kind in (list, tuple) and all(map(_is_common, value))


def digest_bytes(data: bytes) -> str:
    """`sha256:` and 64 hexadecimal digits."""
    return "sha256:" + hashlib.sha256(data).hexdigest()


def digest_value(value: Any) -> str:  # noqa: ANN401 - any JSON value
    """The digest of a JSON value's canonical form."""
    return digest_bytes(canonical_json(value))
