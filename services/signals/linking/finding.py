"""The persons a mention may be: found by keyed hashes, opened only when they share a key."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping

from sqlalchemy import Connection, delete, func, select

from services.signals.intake.reading import chunks, load_mentions_by_id, open_mentions
from services.signals.intake.records import MentionContent, MentionRecord
from services.signals.linking.describing import describe
from services.signals.linking.keys import MatchKey
from services.signals.linking.matching import Known
from services.signals.linking.scope import JOINING
from services.signals.linking.tables import links, match_keys
from services.signals.protection.vault import CannotOpen, Vault

MOST_PERSONS = 40  # per mention and layer; those that share most keys come first
Found = dict[str, dict[str, list[str]]]  # layer → mention → persons


def persons_by_keys(
    connection: Connection, keys: Mapping[str, Collection[MatchKey]], region: str, signal_id: str
) -> Found:
    """Per layer: mention → persons of the region that share a key with it, most keys first.

    One query. Mentions of the signal itself find nobody, and sealed ones are not found.
    """
    wanted = {key.value for found in keys.values() for key in found}
    persons_of: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for chunk in chunks(wanted):
        rows = connection.execute(
            select(match_keys.c.value, links.c.layer, links.c.person_id)
            .join(links, links.c.mention_id == match_keys.c.mention_id)
            .where(
                match_keys.c.value.in_(chunk),
                links.c.ended_at.is_(None),
                links.c.state.in_(JOINING),
                links.c.region == region,
                links.c.signal_id != signal_id,
            )
        )
        for row in rows:
            persons_of[row.layer][row.value].add(row.person_id)
    return {
        layer: {mention: _nearest(found, of_value) for mention, found in keys.items()}
        for layer, of_value in persons_of.items()
    }


def _nearest(keys: Collection[MatchKey], of_value: Mapping[str, set[str]]) -> list[str]:
    shared = Counter(person for key in keys for person in of_value.get(key.value, ()))
    return sorted(shared, key=lambda person: (-shared[person], person))[:MOST_PERSONS]


def open_persons(
    connection: Connection, vault: Vault, person_ids: Iterable[str], without: Collection[str]
) -> list[Known]:
    """The persons as all their usable mentions describe them; mentions in `without` left out."""
    members: dict[str, list[str]] = defaultdict(list)
    for chunk in chunks(set(person_ids)):
        for row in connection.execute(
            select(links.c.person_id, links.c.mention_id).where(
                links.c.person_id.in_(chunk),
                links.c.ended_at.is_(None),
                links.c.state.in_(JOINING),
            )
        ):
            if row.mention_id not in without:
                members[row.person_id].append(row.mention_id)
    wanted = [mention for mentions in members.values() for mention in mentions]
    records = load_mentions_by_id(connection, wanted)
    contents = open_what_is_left(vault, records)
    return [
        Known(
            person,
            tuple(
                (mention, describe(records[mention], contents[mention]))
                for mention in sorted(mentions)
                if mention in contents
            ),
        )
        for person, mentions in sorted(members.items())
    ]


def open_what_is_left(
    vault: Vault, records: Mapping[str, MentionRecord]
) -> dict[str, MentionContent]:
    """Contents by mention; one that was erased meanwhile tells nothing and stops nobody."""
    try:
        return open_mentions(vault, records.values())
    except CannotOpen:
        gone = vault.destroyed({record.sealed.key_id for record in records.values()})
        return open_mentions(vault, [r for r in records.values() if r.sealed.key_id not in gone])


def replace_keys(
    connection: Connection,
    keys: Mapping[str, Collection[MatchKey]],
    named_before: Collection[str],
) -> None:
    """The match keys of these mentions are exactly `keys` from now on. `named_before`: mentions
    that may have keys already; those without new ones have none any more."""
    for chunk in chunks(named_before):
        connection.execute(delete(match_keys).where(match_keys.c.mention_id.in_(chunk)))
    rows = [
        {
            "mention_id": mention,
            "generation": key.generation,
            "kind": key.kind,
            "value": key.value,
        }
        for mention, found in keys.items()
        for key in sorted(found, key=lambda key: (key.kind, key.value))
    ]
    if rows:
        connection.execute(match_keys.insert(), rows)


def lock_linking(connection: Connection) -> None:
    """One linking transaction at a time per database, whatever processes run beside this one.

    SQLite has the write lock already (BEGIN IMMEDIATE); PostgreSQL takes an advisory lock.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(_LOCK)))


_LOCK = 0x62756E64  # "bund"
