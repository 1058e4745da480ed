"""Settings and databases: what every service stands on."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import text

from shared.database import open_engine
from shared.settings import SettingsError, load_settings


def test_development_keys_refuse_to_start_outside_development() -> None:
    with pytest.raises(SettingsError, match="BUNDEL_KEK is not set"):
        load_settings({"BUNDEL_MODE": "production", "BUNDEL_BASE_URL": "https://bundel.test"})


def test_every_service_has_a_database_on_both_engines(database_url: Callable[[str], str]) -> None:
    for service in ("signals", "consent", "audit"):
        engine = open_engine(database_url(service))
        with engine.connect() as connection:
            assert connection.execute(text("SELECT count(*) FROM alembic_version")).scalar() == 1
        engine.dispose()
