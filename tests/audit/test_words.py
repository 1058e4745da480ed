"""Codes of the log in words."""

from __future__ import annotations

from flask import Flask

from services.audit.web.words import reason_words


def test_how_much_was_seen_is_told_in_words() -> None:
    with Flask("words").test_request_context("/"):
        assert reason_words("viewed=3/masked=1") == "signalen zichtbaar: 3, afgeschermd: 1"
        assert reason_words("withdrawn_by_person") == ""
