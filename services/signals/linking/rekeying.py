"""A new generation of match keys beside the one in use, made from the encrypted mentions.

Every batch is one transaction and begins where a former run ended: what has keys of the new
generation is done. Linking goes on with the generation in use; what it writes meanwhile is found by
the next run.
"""

from __future__ import annotations

from sqlalchemy import Connection, Engine, delete, exists, insert, select

from services.signals.intake.reading import load_mentions_by_id, load_signals, open_mentions
from services.signals.linking.describing import describe
from services.signals.linking.keys import Keyer
from services.signals.linking.keys import match_keys as keys_of
from services.signals.linking.tables import match_keys
from services.signals.protection.vault import Vault
from shared.database import writing
from shared.settings import SettingsError

BATCH = 200


class KeysMissing(Exception):
    """Mentions lack keys of a generation that was to be the only one."""


class Rekeyer:
    """Makes keys of `keyer`'s generation for every mention that has keys of another."""

    def __init__(self, engine: Engine, vault: Vault, keyer: Keyer) -> None:
        self._engine = engine
        self._vault = vault
        self._keyer = keyer

    def run(self) -> int:
        """All mentions, in batches; how many got keys. May be stopped and run again."""
        done, after = 0, ""
        while True:
            with writing(self._engine).begin() as connection:
                waiting = lacking(connection, self._keyer.generation, after, BATCH)
                if not waiting:
                    return done
                done += self._batch(connection, waiting)
            after = waiting[-1]

    def _batch(self, connection: Connection, mention_ids: list[str]) -> int:
        records = load_mentions_by_id(connection, mention_ids)
        regions = load_signals(connection, {record.signal_id for record in records.values()})
        # What was erased meanwhile has no description to make keys from: it is left behind.
        gone = self._vault.destroyed({record.sealed.key_id for record in records.values()})
        living = [r for r in records.values() if r.sealed.key_id not in gone]
        contents = open_mentions(self._vault, living)
        rows = [
            {
                "mention_id": record.id,
                "generation": key.generation,
                "kind": key.kind,
                "value": key.value,
            }
            for record in living
            for key in keys_of(
                describe(record, contents[record.id]),
                regions[record.signal_id].region,
                self._keyer,
            )
        ]
        if rows:
            connection.execute(insert(match_keys), rows)
        return len({row["mention_id"] for row in rows})


def lacking(connection: Connection, generation: int, after: str = "", limit: int = 1) -> list[str]:
    """Mentions with keys, but none of `generation`; in order, after the id `after`."""
    has = match_keys.alias()
    return list(
        connection.execute(
            select(match_keys.c.mention_id)
            .where(
                match_keys.c.mention_id > after,
                ~exists().where(
                    has.c.mention_id == match_keys.c.mention_id, has.c.generation == generation
                ),
            )
            .distinct()
            .order_by(match_keys.c.mention_id)
            .limit(limit)
        ).scalars()
    )


def demand_used(connection: Connection, generation: int) -> None:
    """Raises SettingsError when there are match keys but none of the generation in use: nobody
    would be recognised, and everybody be made a second time."""
    any_key = connection.execute(select(match_keys.c.generation).limit(1)).scalar()
    if any_key is None or any_key == generation:
        return
    used = select(match_keys.c.generation).where(match_keys.c.generation == generation).limit(1)
    if connection.execute(used).scalar() is None:
        raise SettingsError(
            f"Match keys are of generation {any_key}, BUNDEL_MATCH_KEY begins with {generation}. "
            "Run first: bundel keys rotate match"
        )


def forget_others(connection: Connection, generation: int) -> int:
    """Deletes the keys of every other generation; how many. Raises KeysMissing when a mention would
    be left without: nothing is deleted."""
    if lacking(connection, generation):
        raise KeysMissing(f"Not every mention has keys of generation {generation}.")
    return connection.execute(
        delete(match_keys).where(match_keys.c.generation != generation)
    ).rowcount
