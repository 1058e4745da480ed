"""Cutting many items into bodies that a neighbour takes: by number and by size."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import AnyStr


def parcels(items: Iterable[AnyStr], most: int, largest: int) -> Iterator[list[AnyStr]]:
    """Items in order, at most `most` of them and about `largest` bytes together.

    An item that is larger by itself goes alone: the neighbour says what it thinks of it.
    """
    parcel: list[AnyStr] = []
    size = 0
    for item in items:
        if parcel and (len(parcel) == most or size + len(item) > largest):
            yield parcel
            parcel, size = [], 0
        parcel.append(item)
        size += len(item) + 1
    if parcel:
        yield parcel
