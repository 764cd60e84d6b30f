"""A small memory for what is dear to read and stays the same until the next tick."""

from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")
Key = tuple[str, ...]


class Memory(Generic[T]):
    """Keeps the last ``most`` values that were made; safe to share between threads."""

    def __init__(self, most: int = 64) -> None:
        self._most = most
        self._values: dict[Key, T] = {}

    def of(self, key: Key | None, make: Callable[[], T]) -> T:
        """The value kept under ``key``, made where there is none; without a key always made anew."""
        if key is None:
            return make()
        value = self._values.get(key)
        if value is None:
            value = self._values[key] = make()
            for old in list(self._values)[: -self._most]:
                self._values.pop(old, None)
        return value
