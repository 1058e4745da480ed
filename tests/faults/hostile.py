"""Bodies that are made to break a reader. Each must be answered with a clear 4xx."""

from __future__ import annotations

import gzip
from dataclasses import dataclass, field

DEEP = 10_000
BOMB = gzip.compress(bytes(200_000_000), compresslevel=9)  # about 200 kB on the wire


@dataclass(frozen=True)
class Hostile:
    """`headers` beside the content type; `statuses` that may answer it."""

    name: str
    body: bytes = field(repr=False)
    content_type: str
    headers: dict[str, str] = field(default_factory=dict)
    statuses: frozenset[int] = frozenset({400, 413, 415})


_JSON = "application/json"
_FORM = "application/x-www-form-urlencoded"
_TYPE = frozenset({415})

DOCUMENTS = (
    Hostile("nested arrays", b"[" * DEEP + b"]" * DEEP, _JSON),
    Hostile("nested objects", b'{"a":' * DEEP + b"1" + b"}" * DEEP, _JSON),
    Hostile("nested in a member", b'{"purpose":' + b"[" * DEEP + b"]" * DEEP + b"}", _JSON),
    Hostile("a key twice", b'{"purpose":"triage","purpose":"oversight"}', _JSON),
    Hostile("half a character", rb'{"purpose":"\ud800","name":"\udfff"}', _JSON),
    Hostile("half a character as a key", rb'{"\ud800":1}', _JSON),
    Hostile("NUL as an escape", rb'{"purpose":"a\u0000b","text":"\u0000","name":"\u0000"}', _JSON),
    Hostile("NUL as a byte", b'{"purpose":"a\0b"}', _JSON),
    Hostile("a number that is no double", b'{"page":1e400}', _JSON),
    Hostile("a number of a million digits", b'{"page":' + b"9" * 900_000 + b"}", _JSON),
    Hostile("not a number", b'{"page":NaN}', _JSON),
    Hostile("infinity", b'{"page":-Infinity}', _JSON),
    Hostile("half a document", b'{"purpose":"', _JSON),
    Hostile("two documents", b"{}{}", _JSON),
    Hostile("bytes that are no UTF-8", b'{"purpose":"\xff\xfe"}', _JSON),
    Hostile("a surrogate in UTF-8", b'{"purpose":"\xed\xa0\x80"}', _JSON),
    Hostile("UTF-16", '{"purpose":"triage"}'.encode("utf-16"), _JSON),
    Hostile("an array", b"[]", _JSON),
    Hostile("a word", b"null", _JSON),
    Hostile("another character set", b"{}", f"{_JSON}; charset=iso-8859-1", statuses=_TYPE),
    Hostile("another type", b"<a/>", "application/xml"),
    Hostile("no type", b"{}", ""),
    Hostile("a gzip bomb", BOMB, _JSON, {"Content-Encoding": "gzip"}, _TYPE),
    Hostile("an unknown encoding", b"{}", _JSON, {"Content-Encoding": "br, gzip"}, _TYPE),
    Hostile("more than is taken", b'{"a":"' + b"x" * 8_100_000 + b'"}', _JSON),
)

FORMS = (
    Hostile("NUL in a field", b"purpose=a%00b&text=%00&user=%00", _FORM),
    Hostile("NUL in a name", b"a%00=b", _FORM),
    Hostile("another character set", b"text=%E9", f"{_FORM}; charset=iso-8859-1", statuses=_TYPE),
    Hostile("a gzip bomb", BOMB, _FORM, {"Content-Encoding": "gzip"}, _TYPE),
    Hostile("a field that is too large", b"text=" + b"x" * 600_000, _FORM),
    Hostile("too many fields", b"a=&" * 300_000, _FORM),
    Hostile("more than is taken", b"text=" + b"x" * 8_100_000, _FORM),
    Hostile(
        "too many parts",
        b"".join(
            b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\nb\r\n' for _ in range(2000)
        )
        + b"--x--\r\n",
        "multipart/form-data; boundary=x",
    ),
)
# Read as text with replacement characters, as browsers do: no fault, but never an error either.
ODD_FORMS = (
    Hostile("bytes that are no UTF-8", b"text=%ff%fe&purpose=%ED%A0%80&user=%C3", _FORM),
    Hostile("half an escape", b"text=%&purpose=%u1234&=&&&", _FORM),
    Hostile("a form without a boundary", b"--x\r\n", "multipart/form-data"),
    Hostile("half a form", b"--x\r\nContent-Dis", "multipart/form-data; boundary=x"),
)
