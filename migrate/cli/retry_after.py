"""The header Retry-After: how long a server wants to be left alone (RFC 9110, section 10.2.3)."""

from email.utils import parsedate_to_datetime


def seconds(text: str, now: float) -> float:
    """How many seconds the header wants us to wait; 0 if it does not say. `now` are the seconds since 1970."""
    if text.isascii() and text.isdigit():
        return float(text[:9])
    try:
        return max(0.0, parsedate_to_datetime(text).timestamp() - now)
    except (TypeError, ValueError):
        return 0.0


__all__ = ["seconds"]
