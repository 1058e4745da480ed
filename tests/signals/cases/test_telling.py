"""An answer written at once has the very shape that its description promises."""

from __future__ import annotations

import json
from dataclasses import replace

from flask import Flask

from services.signals.cases.shape import schema_of
from services.signals.cases.telling import told
from services.signals.picture.model import Picture, Worklist
from shared import clock
from tests.web import brandsma


def same(value: Picture | Worklist) -> bool:
    with Flask("t").app_context():
        written = json.loads(told(value).get_data())
    return bool(written == json.loads(json.dumps(schema_of(type(value))().dump(value))))


def test_a_picture_is_told_as_its_schema_says() -> None:
    picture = brandsma.PICTURE
    assert any(item.mask for item in picture.timeline)
    assert same(picture)
    assert same(replace(picture, last_look=None, timeline=(), attention=()))
    assert same(replace(picture, opened_at=clock.now().astimezone(clock.DUTCH_TIME)))


def test_a_work_list_is_told_as_its_schema_says() -> None:
    assert same(brandsma.worklist())
    assert same(replace(brandsma.worklist(), rows=()))
