"""Read the values of conditions, in policies and in requests.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
"""

from __future__ import annotations

import base64
import binascii
import ipaddress
import re
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from functools import lru_cache

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


@lru_cache(maxsize=4096)
def read_number(text: str) -> Decimal | None:
    """Return a finite number; None for anything else."""
    try:
        number = Decimal(text.strip())
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


_EPOCH = re.compile(r"^-?\d{5,}(\.\d+)?$")
_W3C = re.compile(
    r"^(?P<date>\d{4}(-\d{2}(-\d{2})?)?)"
    r"(T(?P<time>\d{2}:\d{2}(:\d{2}(\.\d+)?)?)(?P<zone>Z|[+-]\d{2}:?\d{2})?)?$"
)


@lru_cache(maxsize=4096)
def read_instant(text: str) -> Decimal | None:
    """Return seconds since the epoch, for a W3C date (ISO 8601) or for epoch seconds."""
    text = text.strip()
    if _EPOCH.match(text):
        return read_number(text)
    match = _W3C.match(text)
    if match is None:
        return read_number(text)
    date = match["date"] + "-01-01"[len(match["date"]) - 4 :]
    clock = match["time"] or "00:00"
    clock, _, fraction = clock.partition(".")
    zone = match["zone"] or "Z"
    try:
        moment = datetime.fromisoformat(f"{date}T{clock}{'+00:00' if zone == 'Z' else zone}")
    except ValueError:
        return None
    seconds = Decimal(int((moment - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds()))
    return seconds + Decimal(f"0.{fraction or '0'}")


def read_binary(text: str) -> bytes | None:
    """Return the bytes of a text in base64; None for anything else."""
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None


@lru_cache(maxsize=4096)
def read_address(text: str) -> Address | None:
    """Return an IP address; None for anything else."""
    try:
        return ipaddress.ip_address(text.strip())
    except ValueError:
        return None


def read_network(text: str) -> Network | None:
    """Return a range of IP addresses, or a single one; None for anything else."""
    try:
        return ipaddress.ip_network(text.strip(), strict=False)
    except ValueError:
        return None
