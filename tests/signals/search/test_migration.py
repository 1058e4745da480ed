"""Coming from the release before: what was indexed is indexed again, by the service itself."""

from __future__ import annotations

from alembic import command
from sqlalchemy import text

from shared.database import migrate, migration_config
from tests.signals.world import World, police_signal


def test_documents_of_the_former_index_are_found_after_the_upgrade(both_worlds: World) -> None:
    world = both_worlds
    (found,) = world.push("police-utrecht", police_signal("P-1"))
    world.assigned()
    url = world.settings.databases["signals"]
    command.downgrade(migration_config("signals", url), "0007_transfers")
    with world.signals.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO search_documents (signal_id, household_id, version, analyser, agency,"
                " category, access, indexed_at) SELECT DISTINCT signal_id, household_id, 1, 1,"
                " 'police', 'incident', '00', '2026-01-01T00:00:00.000Z' FROM bundlings"
                " WHERE ended_at IS NULL"
            )
        )
    migrate("signals", url)
    assert world.search("deur").json["count"] == 0
    world.work()
    assert [hit["signalId"] for hit in world.search("deur").json["hits"]] == [found]
