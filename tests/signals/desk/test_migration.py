"""The desk's tables come and go with data in them; nothing that was hidden shows."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from alembic import command
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from services.signals.intake.tables import narrative_states, quarantine, redactions, signals
from shared import ids
from shared.database import migrate, migration_config, open_engine, writing

AT = "2026-11-23T10:00:00.000Z"


def test_up_and_down_with_data(database_url: Callable[[str], str]) -> None:
    url = database_url("signals")
    config = migration_config("signals", url)
    command.downgrade(config, "0005_delivery")
    engine = open_engine(url)
    signal_id, held_id = ids.new_id(), ids.new_id()
    with writing(engine).begin() as connection:
        connection.execute(
            signals.insert().values(
                id=signal_id, source_system="police-utrecht", source_organisation="p",
                source_agency="police", source_reference="P-1", region="utrecht", kind="report",
                current_version=0, created_at=AT, withdrawn_at=None, first_body_hmac="",
                first_status=202, first_answer="{}",
            )
        )  # fmt: skip
        connection.execute(
            text(
                "INSERT INTO quarantine (id, signal_id, region, severity, received_at,"
                " expected_version, faults, body_hmac, key_id, blob) VALUES (:id, :signal,"
                " 'utrecht', 'acute', :at, 0, '[]', '', '', :blob)"
            ),
            {"id": held_id, "signal": signal_id, "at": AT, "blob": b"sealed"},
        )
    migrate("signals", url)
    row = {
        "id": ids.new_id(), "signal_id": signal_id, "version": 1, "key_id": "", "blob": b"sealed",
        "made_by": "desk", "made_at": AT,
    }  # fmt: skip
    with writing(engine).begin() as connection:
        held = connection.execute(select(quarantine)).one()
        assert (held.id, held.addressed_to, held.returned_at) == (held_id, "", None)
        connection.execute(redactions.insert().values(**row))
    with pytest.raises(DBAPIError, match="append-only"), writing(engine).begin() as connection:
        connection.execute(redactions.delete())
    command.downgrade(config, "0005_delivery")
    with engine.connect() as connection:
        (state,) = connection.execute(select(narrative_states)).all()
        assert (state.signal_id, state.state) == (signal_id, "withheld")
        assert connection.scalar(text("SELECT count(*) FROM quarantine")) == 1
    migrate("signals", url)
    engine.dispose()
