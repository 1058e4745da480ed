"""Protected addresses (shelter, secret): known by keyed hashes only, looked for in what is told.

The register can be asked "is this one of them?", never "which are they?" (I8). An address leaves up
to three tokens: its postcode, postcode with number, and street with number. A text is searched for
postcodes and for street with number; what is spelt otherwise ("op nummer twaalf") is not found.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from anyascii import anyascii
from sqlalchemy import Connection, delete, select

from services.signals.protection.matchkeys import keyed_text
from services.signals.protection.tables import address_traces, protected_addresses
from shared import clock

IN_NARRATIVE = ""  # the mention id of a trace in a text
_CHUNK = 400
_POSTCODE = re.compile(r"(?<![0-9A-Za-z])([1-9][0-9]{3})\s{0,2}([A-Za-z]{2})(?![A-Za-z0-9])")
_WORD = re.compile(r"[^\W_]+(?:[.'’-][^\W_]+)*\.?")
# With an addition or without: 12, 12a, 12bis, 12-2, 12A-3.
_NUMBER = re.compile(r"([0-9]{1,5})[A-Za-z]{0,4}(?:[.'’-][0-9A-Za-z]{1,4})?\Z")
_BEFORE_NUMBER = frozenset({"nr", "no", "nummer", "huisnr", "huisnummer"})
_LONGEST_STREET = 6  # words


@dataclass(frozen=True)
class AddressParts:
    """What of an address the register uses. Empty text or None: not known."""

    street: str = field(default="", repr=False)
    number: int | None = field(default=None, repr=False)
    postcode: str = field(default="", repr=False)


@dataclass(frozen=True)
class AddressTokens:
    """The keyed hashes of one address; empty where a part is missing."""

    postcode: str
    number: str  # postcode and house number
    street: str  # street and house number

    @property
    def all(self) -> frozenset[str]:
        return frozenset({self.postcode, self.number, self.street} - {""})

    @property
    def places(self) -> frozenset[str]:
        """Those that name one address rather than a street's worth of them."""
        return frozenset({self.number, self.street} - {""})


@dataclass(frozen=True)
class AddressKeyer:
    """Makes tokens with a key of its own, derived from the match key."""

    key: bytes = field(repr=False)

    def tokens(self, address: AddressParts) -> AddressTokens:
        postcode = plain_postcode(address.postcode)
        street = plain_street(address.street)
        number = str(address.number) if address.number is not None else ""
        return AddressTokens(
            postcode=self._token("postcode", postcode) if postcode else "",
            number=self._token("number", postcode, number) if postcode and number else "",
            street=self._token("street", street, number) if street and number else "",
        )

    def tokens_in(self, text: str) -> frozenset[str]:
        """Tokens of every postcode and every street with number that the text may hold."""
        found = {
            self._token("postcode", digits + letters.upper())
            for digits, letters in _POSTCODE.findall(text)
        }
        words: list[str] = []
        for match in _WORD.finditer(text):
            word = match.group()
            number = _NUMBER.fullmatch(word.rstrip("."))
            if number is None:
                if word.rstrip(".").casefold() not in _BEFORE_NUMBER:
                    words.append(word)
                continue
            for count in range(1, min(_LONGEST_STREET, len(words)) + 1):
                street = plain_street(" ".join(words[-count:]))
                if street:
                    found.add(self._token("street", street, str(int(number.group(1)))))
            words.append(word)
        return frozenset(found)

    def _token(self, kind: str, *fields: str) -> str:
        return keyed_text(self.key, f"address {kind}", fields)


def plain_postcode(text: str) -> str:
    """1234AB, or "" for what is no Dutch postcode."""
    match = _POSTCODE.fullmatch(text.strip())
    return (match.group(1) + match.group(2).upper()) if match else ""


def plain_street(text: str) -> str:
    """Letters and digits only, without accents; an abbreviated "str." written in full."""
    words = anyascii(text).casefold().split()
    full = [
        word.rstrip(".") + "aat" if word.rstrip(".").endswith("str") else word for word in words
    ]
    return re.sub(r"[^a-z0-9]", "", "".join(full))


def protect(connection: Connection, addresses: Iterable[AddressTokens]) -> frozenset[str]:
    """Adds addresses to the register; the tokens that are new in it."""
    kinds = {
        token: kind
        for tokens in addresses
        for kind, token in (
            ("postcode", tokens.postcode),
            ("number", tokens.number),
            ("street", tokens.street),
        )
        if token
    }
    new = frozenset(kinds) - protected_among(connection, kinds)
    now = clock.timestamp(clock.now())
    if new:
        connection.execute(
            protected_addresses.insert(),
            [{"token": t, "kind": kinds[t], "flagged_at": now} for t in sorted(new)],
        )
    return new


def protected_among(connection: Connection, tokens: Collection[str]) -> frozenset[str]:
    """Which of these tokens are in the register."""
    found: set[str] = set()
    for chunk in _chunks(tokens):
        found.update(
            connection.execute(
                select(protected_addresses.c.token).where(protected_addresses.c.token.in_(chunk))
            ).scalars()
        )
    return frozenset(found)


@dataclass(frozen=True)
class Trace:
    """Where a token was seen; `mention_id` is IN_NARRATIVE for a text."""

    signal_id: str
    version: int
    mention_id: str


def leave_traces(connection: Connection, seen: Iterable[tuple[Trace, Collection[str]]]) -> None:
    """Remembers where addresses (their tokens) were seen, in case one is protected later."""
    rows = [
        {
            "token": token,
            "signal_id": trace.signal_id,
            "version": trace.version,
            "mention_id": trace.mention_id,
        }
        for trace, tokens in seen
        for token in sorted(tokens)
    ]
    if rows:
        connection.execute(address_traces.insert(), rows)


def take_traces(connection: Connection, tokens: Collection[str]) -> list[Trace]:
    """Where these tokens were seen; the traces are deleted, for a protected address is a key for
    nothing from now on."""
    found: set[tuple[str, int, str]] = set()
    for chunk in _chunks(tokens):
        rows = connection.execute(select(address_traces).where(address_traces.c.token.in_(chunk)))
        found.update((row.signal_id, row.version, row.mention_id) for row in rows)
        connection.execute(delete(address_traces).where(address_traces.c.token.in_(chunk)))
    return [Trace(*each) for each in sorted(found)]


def _chunks(values: Collection[str]) -> list[list[str]]:
    ordered = sorted(values)
    return [ordered[start : start + _CHUNK] for start in range(0, len(ordered), _CHUNK)]
