"""Canonical JSON (RFC 8785) and SHA-256 digests, as manifests and packs carry them."""

from __future__ import annotations

import hashlib
from typing import Any

import rfc8785


def canonical_json(value: Any) -> bytes:  # noqa: ANN401 - any JSON value
    """Serialise a JSON value so that equal values have equal bytes. Source: RFC 8785."""
    return rfc8785.dumps(value)


def digest_bytes(data: bytes) -> str:
    """`sha256:` and 64 hexadecimal digits."""
    return "sha256:" + hashlib.sha256(data).hexdigest()


def digest_value(value: Any) -> str:  # noqa: ANN401 - any JSON value
    """The digest of a JSON value's canonical form."""
    return digest_bytes(canonical_json(value))
