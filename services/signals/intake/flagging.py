"""An address turns out to be protected: what was told before is looked through at once (I8).

Narratives that hold it are withheld, mentions that carry it give no address any more, and the
signals walk through linking and index once more, without it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, select

from services.signals.intake import queue
from services.signals.intake.preparing import Prepared
from services.signals.intake.reading import chunks, load_signals
from services.signals.intake.tables import mention_flags, narrative_states
from services.signals.protection.addresses import (
    IN_NARRATIVE,
    AddressTokens,
    Trace,
    leave_traces,
    protect,
    protected_among,
    take_traces,
)
from shared import clock


@dataclass(frozen=True)
class Flagged:
    """What a flag touched."""

    signal_ids: frozenset[str]  # their narrative is withheld from now on
    mention_ids: frozenset[str]  # they give no address from now on


def flag_address(connection: Connection, addresses: Sequence[AddressTokens]) -> Flagged:
    """Puts addresses in the register and withholds what already holds them, in one transaction."""
    if not addresses:
        return Flagged(frozenset(), frozenset())
    protect(connection, addresses)
    traces = take_traces(connection, {token for each in addresses for token in each.all})
    told = load_signals(connection, {t.signal_id for t in traces if t.mention_id == IN_NARRATIVE})
    withheld = {
        trace.signal_id
        for trace in traces
        if trace.mention_id == IN_NARRATIVE
        and trace.signal_id in told
        and told[trace.signal_id].version == trace.version
        and not told[trace.signal_id].withheld
    }
    for signal_id in sorted(withheld):
        set_narrative_state(connection, signal_id, "withheld", "address-flagged")
    mentions = {trace.mention_id for trace in traces} - {IN_NARRATIVE}
    flag_mentions(connection, mentions)
    # Linking makes match keys anew without the address; what follows it drops the index's tokens.
    queue.ask_again(
        connection, withheld | {t.signal_id for t in traces if t.mention_id in mentions}
    )
    return Flagged(frozenset(withheld), frozenset(mentions))


def flag_mentions(connection: Connection, mention_ids: set[str]) -> None:
    """These mentions give no address from now on; those flagged before stay as they were."""
    already: set[str] = set()
    for chunk in chunks(mention_ids):
        already.update(
            connection.execute(
                select(mention_flags.c.mention_id).where(mention_flags.c.mention_id.in_(chunk))
            ).scalars()
        )
    new = sorted(mention_ids - already)
    if new:
        now = clock.timestamp(clock.now())
        connection.execute(
            mention_flags.insert(), [{"mention_id": each, "flagged_at": now} for each in new]
        )


def set_narrative_state(
    connection: Connection, signal_id: str, state: str, reason: str, decided_by: str = ""
) -> None:
    """`state`: clear | withheld | redacted. `decided_by`: who at the desk, "" for Bundel itself."""
    connection.execute(
        narrative_states.insert().values(
            signal_id=signal_id,
            state=state,
            reason=reason,
            decided_by=decided_by,
            decided_at=clock.timestamp(clock.now()),
        )
    )


def mind_addresses(connection: Connection, batch: Sequence[Prepared]) -> None:
    """Registers protected addresses, withholds what holds them, remembers where the others are."""
    flag_address(connection, [tokens for each in batch for tokens in each.protected])
    known = protected_among(connection, frozenset().union(*(each.tokens for each in batch)))
    corrected = load_signals(connection, [each.signal_id for each in batch if each.version > 1])
    traces: list[tuple[Trace, frozenset[str]]] = []
    for each in batch:
        withheld = bool(known & each.narrative_tokens)
        told = corrected.get(each.signal_id)
        before = told.narrative_state if told is not None else "clear"
        state = "withheld" if withheld else "clear"
        if state != before:  # what the desk redacted was the version before
            set_narrative_state(
                connection,
                each.signal_id,
                state,
                "address-found" if withheld else "corrected",
            )
        for mention_id, tokens in (
            (IN_NARRATIVE, each.narrative_tokens),
            *((mention.id, mention.tokens) for mention in each.mentions),
        ):
            traces.append((Trace(each.signal_id, each.version, mention_id), tokens - known))
    flag_mentions(connection, {m.id for each in batch for m in each.mentions if m.tokens & known})
    leave_traces(connection, traces)
