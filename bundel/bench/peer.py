"""The bare peer: what the least program does that takes a signal and tells it again.

Flask, marshmallow and one SQLite table under the same server with the same number of threads; no
token, no encryption, no linking, no decision, no log. A process of its own, as a service is.
"""

from __future__ import annotations

import json
import socket
import sqlite3
import sys
import threading
import uuid
from pathlib import Path
from typing import Any

import waitress
from flask import Flask, Response, jsonify, request
from marshmallow import EXCLUDE, Schema, fields, validate

from bundel.serve.process import THREADS

HOUSEHOLD = 200  # signals in the household that is read


class _Loose(Schema):
    class Meta:
        unknown = EXCLUDE


class _NameBody(_Loose):
    given = fields.String()
    initials = fields.String()
    particle = fields.String()
    surname = fields.String()


class _AddressBody(_Loose):
    street = fields.String(required=True)
    houseNumber = fields.Integer(required=True)  # noqa: N815 - the interface's names
    postcode = fields.String(validate=validate.Regexp(r"^\d{4} ?[A-Z]{2}$"))
    city = fields.String()


class _PersonBody(_Loose):
    ref = fields.String(required=True)
    roles = fields.List(fields.String(), required=True)
    bsn = fields.String(validate=validate.Regexp(r"^\d{9}$"))
    name = fields.Nested(_NameBody)
    birthDate = fields.String()  # noqa: N815
    sex = fields.String(validate=validate.OneOf(["male", "female", "other", "unknown"]))
    addresses = fields.List(fields.Nested(_AddressBody))
    phones = fields.List(fields.String())


class _StatementBody(_Loose):
    kind = fields.String(required=True)
    text = fields.String(required=True)
    by = fields.String()


class _SignalBody(_Loose):
    sourceReference = fields.String(required=True, validate=validate.Length(max=200))  # noqa: N815
    kind = fields.String(required=True, validate=validate.OneOf(["report", "advice"]))
    addressedTo = fields.String(validate=validate.OneOf(["VT", "ZVH", "NAZ"]))  # noqa: N815
    reportedAt = fields.AwareDateTime(required=True)  # noqa: N815
    category = fields.String(required=True)
    severity = fields.String(required=True)
    violenceForms = fields.List(fields.String())  # noqa: N815
    statements = fields.List(fields.Nested(_StatementBody), required=True)
    persons = fields.List(fields.Nested(_PersonBody), required=True)


def create_peer(database: Path) -> Flask:
    """The peer's app on a SQLite file with the same durability as Bundel's."""
    app = Flask(__name__)
    schema = _SignalBody()
    local = threading.local()

    def opened() -> sqlite3.Connection:
        if not hasattr(local, "connection"):
            connection = sqlite3.connect(database, timeout=10, isolation_level=None)
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=FULL")
            local.connection = connection
        kept: sqlite3.Connection = local.connection
        return kept

    first = opened()
    first.execute("CREATE TABLE IF NOT EXISTS signals (id TEXT PRIMARY KEY, reference, body TEXT)")
    first.execute("CREATE VIRTUAL TABLE IF NOT EXISTS words USING fts5(body, content='')")

    @app.get("/ready")
    def ready() -> Response:
        return jsonify(status="ok")

    @app.post("/signals")
    def take() -> tuple[Response, int]:
        body: dict[str, Any] = schema.load(json.loads(request.get_data()))
        number, reference = str(uuid.uuid4()), body["sourceReference"]
        connection = opened()
        connection.execute("BEGIN IMMEDIATE")
        connection.execute(
            "INSERT INTO signals VALUES (?, ?, ?)",
            (number, reference, json.dumps(body, default=str)),
        )
        connection.execute("COMMIT")
        return jsonify(signalId=number), 201

    @app.post("/household")
    def tell() -> Response:
        rows = opened().execute("SELECT body FROM signals LIMIT ?", (HOUSEHOLD,))
        return jsonify(signals=[json.loads(body) for (body,) in rows])

    @app.post("/echo")
    def echo() -> Response:
        return jsonify(json.loads(request.get_data()))

    @app.post("/search")
    def search() -> Response:
        text = json.loads(request.get_data())["text"]
        question = " AND ".join(f'"{word}"' for word in text.split())
        rows = opened().execute("SELECT rowid FROM words WHERE words MATCH ?", (question,))
        return jsonify(found=[row for (row,) in rows])

    return app


def serve_peer(listener: socket.socket, database: Path) -> None:
    """Serves until it is ended."""
    waitress.create_server(
        create_peer(database), sockets=[listener], threads=THREADS, ident=None
    ).run()


if __name__ == "__main__":
    serve_peer(socket.socket(fileno=int(sys.argv[1])), Path(sys.argv[2]))
