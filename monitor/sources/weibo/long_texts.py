"""Texts that the site cut off, read whole where something depends on it."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from monitor.errors import SourceError
from monitor.sources.weibo.api import Api
from monitor.sources.weibo.statuses import worth_reading_whole
from monitor.sources.weibo.values import is_id


class LongTexts:
    """Reads at most so many texts whole; the others stay as they are."""

    def __init__(self, api: Api, most: int, now: datetime) -> None:
        self._api = api
        self._left = most
        self._now = now
        self._known: dict[str, Any] = {}

    def whole(self, rows: Iterable[Any]) -> list[Any]:
        """``rows``, and what they pass on, with whole texts where words or the way of a repost were cut off."""
        return [self._row(row) for row in rows]

    def _row(self, row: Any) -> Any:
        if not isinstance(row, dict):
            return row
        row = self._lengthened(row)
        origin = row.get("retweeted_status")
        return {**row, "retweeted_status": self._lengthened(origin)} if isinstance(origin, dict) else row

    def _lengthened(self, value: dict[str, Any]) -> dict[str, Any]:
        id_ = value.get("idstr")
        if not worth_reading_whole(value) or not isinstance(id_, str) or not is_id(id_):
            return value
        if id_ not in self._known:
            self._known[id_] = self._text(id_)
        text = self._known[id_]
        return value if text is None else {**value, "longText": text}

    def _text(self, id_: str) -> Any:
        if self._left <= 0:
            return None
        self._left -= 1
        try:
            return self._api.show(id_, self._now).get("longText")
        except SourceError:
            return None  # what is there of the text is kept
