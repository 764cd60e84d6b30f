"""Addresses as they are compared: two that lead to the same page are one."""

from urllib.parse import parse_qsl, urlencode, urlsplit

_TRACKING = ("utm_", "fbclid", "gclid", "igshid", "si", "ref", "ref_src", "feature", "spm", "share_token")
_SHORT_VIDEO = "youtu.be"


def canonical(link: str) -> str | None:
    """``link`` without scheme, "www.", fragment and tracking; None for no address and for a bare home page.

    A home page is shared by posts about anything, so it says nothing about what they have in common.

    >>> canonical("https://www.video.example/watch?v=Abc&utm_source=x#t=10"), canonical("http://video.example/")
    ('video.example/watch?v=Abc', None)
    """
    try:
        parts = urlsplit(link.strip()[:2000])
        host = (parts.hostname or "").removeprefix("www.").removeprefix("m.")
        query = [(key, value) for key, value in parse_qsl(parts.query, max_num_fields=50) if not _is_tracking(key)]
    except ValueError:  # brackets that are no address, too many fields
        return None
    path = parts.path.rstrip("/")
    if host == _SHORT_VIDEO:
        host, path, query = "youtube.com", "/watch", [("v", path.lstrip("/"))]
    if not host or not (path or query):
        return None
    return f"{host}{path}?{urlencode(sorted(query))}" if query else f"{host}{path}"


def _is_tracking(key: str) -> bool:
    return key.lower() in _TRACKING or key.lower().startswith("utm_")
