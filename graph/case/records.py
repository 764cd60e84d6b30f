"""Archive records v1, as plain dictionaries that JSON can hold."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

Record = dict[str, Any]


def stamp(at: datetime) -> str:
    """A moment as records write it, to the second."""
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def moment(record: Record) -> str:
    """When the record became known: the reading of its counters where it has them, else its creation."""
    return str(record["metrics"]["at"] if "metrics" in record else record["created_at"])


def post(
    site: str,
    id: str,
    author: Record,
    at: datetime,
    text: str,
    *,
    language: str | None = None,
    links: Sequence[str] = (),
    press: bool = False,
) -> Record:
    """A post of its own."""
    record: Record = {
        "source": site,
        "id": id,
        "kind": "post",
        "author": author,
        "created_at": stamp(at),
        "text": text,
        "url": address(site, author, id),
    }
    if language is not None:
        record["lang"] = language
    if links:
        record["links"] = list(links)
    if press:
        record["press"] = True
    return record


def passed_on(
    root: Record, id: str, kind: str, author: Record, at: datetime, *, parent: str | None = None, evidence: str = ""
) -> Record:
    """A repost, quote or reply of ``root``; its text, if any, is added by ``said``."""
    record: Record = {
        "source": root["source"],
        "id": id,
        "kind": kind,
        "author": author,
        "created_at": stamp(at),
        "root": root["id"],
    }
    if parent is not None:
        record |= {"parent": parent, "evidence": evidence}
    return record


def said(record: Record, text: str, language: str | None = None, links: Sequence[str] = ()) -> Record:
    """The same record with words of its own."""
    record |= {"text": text, "url": address(record["source"], record["author"], record["id"])}
    if language is not None:
        record["lang"] = language
    if links:
        record["links"] = list(links)
    return record


def address(site: str, author: Record, id: str) -> str:
    """An address under the reserved domain .example, which leads nowhere."""
    if site == "feed":
        return f"https://news.example/{author['handle']}/{id}"
    if site == "videosite":
        return f"https://videosite.example/watch/{id}"
    return f"https://{site}.example/{author['handle']}/{id}"
