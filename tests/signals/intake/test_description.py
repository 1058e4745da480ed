"""The page that describes the API, as somebody reads it who wants to connect a source."""

from __future__ import annotations

import json
import re
from itertools import pairwise

import pytest
from flask import Flask

from services.signals.intake.answers import STATES


@pytest.fixture
def page(app: Flask) -> str:
    answer = app.test_client().get("/v1/docs", headers={"Accept": "text/html"})
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def operation(page: str, anchor: str) -> str:
    section = page.partition(f'<section class="card" id="{anchor}"')[2]
    return section.partition("</section>")[0]


def test_nested_members_stand_with_their_kind_limits_and_codes(page: str) -> None:
    told = operation(page, "post-signals")
    for name in (
        "persons[].ref",
        "persons[].name.surname",
        "persons[].aliases[].given",
        "persons[].addresses[].houseNumber",
        "ties[].from",
        "statements[].text",
        "police.firstProcessed",
        "reporter.visibility",
    ):
        assert f"<code>{name}</code>" in told, name
    assert "array of one of victim, perpetrator" in told
    assert "1 to 20000 characters" in told
    assert "string; 1 to 100 characters" in told


def test_the_states_of_a_signal_are_explained(page: str) -> None:
    told = operation(page, "post-signals")
    assert [state for state in STATES if f"{state}: " not in told] == []


def test_a_bulk_body_is_told_with_type_and_limits(page: str) -> None:
    told = operation(page, "post-signals-_bulk")
    assert "application/x-ndjson" in told
    assert "500 lines" in told
    assert "1,000,000 bytes a line" in told
    assert "line (from 1" in told


def test_how_to_get_a_token_comes_first_and_intake_before_the_rest(page: str) -> None:
    headings = re.findall(r"<h2[^>]*>(.*?)</h2>", page)
    assert headings[0] == "How to get a token"
    assert headings[2].startswith("<code>POST /signals</code>")
    assert "private_key_jwt" in page
    assert "five minutes" in page
    assert "/identity/token" in page


def test_headings_are_in_order_and_ids_are_unique(page: str) -> None:
    levels = [int(level) for level in re.findall(r"<h([1-6])[ >]", page)]
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    marks = re.findall(r'\sid="([^"]+)"', page)
    assert len(marks) == len(set(marks))
    labels = re.findall(r'role="region" aria-label="([^"]+)"', page)
    assert len(labels) == len(set(labels))


def test_every_answer_has_a_meaning(page: str) -> None:
    assert "<dd></dd>" not in page
    assert "Default error response" not in page


def test_the_example_of_a_bulk_delivery_is_lines_of_json(app: Flask) -> None:
    spec = app.test_client().get("/v1/openapi.json").json
    bulk = spec["paths"]["/signals/_bulk"]["post"]
    for content in (bulk["requestBody"]["content"], bulk["responses"]["200"]["content"]):
        for line in content["application/x-ndjson"]["example"].splitlines():
            assert isinstance(json.loads(line), dict)
