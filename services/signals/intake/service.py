"""Use cases of intake: deliver (one or many), correct, withdraw. One transaction each.

The entry for the log is written in the same transaction, to be sent afterwards: an answer to a
source holds nothing but what it sent itself, so it need not wait for the receipt, but the entry can
never be lost (I1, I7). Neither the log nor the consent service has to be up to accept a signal.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import IntegrityError, OperationalError

from services.signals.intake import answers, heads
from services.signals.intake.answers import Answered, receipt
from services.signals.intake.batch import NO_TRACE, Aside, Batch, NewHead, Trace
from services.signals.intake.meeting import ReferenceTaken, replay_of
from services.signals.intake.preparing import Prepared, Preparer, Wanted
from services.signals.intake.reception import (
    Delivery,
    Received,
    Unclear,
    Understood,
    open_delivery,
    receive,
)
from services.signals.intake.records import Notice
from services.signals.intake.sealing import quarantine_aad
from services.signals.intake.signal import Source
from services.signals.intake.vocabulary import Kind
from services.signals.protection.addresses import protected_among
from shared import clock, ids
from shared.authentication.actor import Actor
from shared.database import writing
from shared.problems import Fault, InvalidInput, OutOfRoom, Problem, Unavailable
from shared.room import Room, is_full

_ATTEMPTS = 3  # a race for one reference is decided at the second attempt

Outcome = Answered | Problem


@dataclass(frozen=True)
class _Ready:
    """One delivery, ready to write."""

    delivery: Delivery
    reference: str
    signal_id: str
    received: Received
    prepared: Prepared | None = None
    aside: Aside | None = None


def source_of(actor: Actor) -> Source:
    """The source system that an actor with the role `source` is."""
    return Source(actor.subject, actor.organisation, str(actor.agency), actor.region)


@contextmanager
def storage() -> Iterator[None]:
    """A database that is full (507), locked or gone (503) means: not accepted, try again."""
    try:
        yield
    except OperationalError as error:
        if is_full(error):
            raise OutOfRoom from error
        raise Unavailable("The signal was not kept. Send it again in a few seconds.") from error


class Intake:
    """Accepts signals. Safe to share between threads."""

    def __init__(self, engine: Engine, preparer: Preparer, room: Room | None = None) -> None:
        self.engine = engine
        self.preparer = preparer
        self._room = room or Room(engine, 0, "")

    def demand_room(self) -> None:
        """Before anything is written for a signal. Raises OutOfRoom."""
        self._room.demand()

    def deliver(self, actor: Actor, raw: bytes) -> Answered:
        """A first delivery, or the replay of one. Raises InvalidInput, Conflict, Unavailable."""
        outcome = self.deliver_many(actor, [raw])[0]
        if isinstance(outcome, Problem):
            raise outcome
        return outcome

    def deliver_many(
        self, actor: Actor, bodies: Sequence[bytes], traces: Sequence[Trace] = ()
    ) -> list[Outcome]:
        """One outcome for each body, in order; those accepted are committed together. `traces`: of
        the requests they came in, when there are several."""
        outcomes: dict[int, Outcome] = {}
        trace_of = dict(enumerate(traces))
        waiting: list[tuple[int, Delivery]] = []
        for number, raw in enumerate(bodies):
            try:
                waiting.append((number, open_delivery(raw)))
            except Problem as problem:
                outcomes[number] = problem
        while waiting:
            # A reference that occurs twice: the second meets the first as stored, in a next round.
            this_round: dict[str, tuple[int, Delivery]] = {}
            later: list[tuple[int, Delivery]] = []
            for number, delivery in waiting:
                key = delivery.reference or f"\n{number}"
                if key in this_round:
                    later.append((number, delivery))
                else:
                    this_round[key] = (number, delivery)
            outcomes.update(self._deliver_distinct(actor, list(this_round.values()), trace_of))
            waiting = later
        return [outcomes[number] for number in range(len(bodies))]

    def _deliver_distinct(
        self,
        actor: Actor,
        deliveries: Sequence[tuple[int, Delivery]],
        traces: Mapping[int, Trace],
    ) -> dict[int, Outcome]:
        try:
            with storage():
                return self._try_together(actor, deliveries, traces)
        except (IntegrityError, Problem) as error:
            if len(deliveries) == 1 and isinstance(error, Problem):
                return {deliveries[0][0]: error}
        outcomes: dict[int, Outcome] = {}
        for number, delivery in deliveries:
            trace = traces.get(number, NO_TRACE)
            outcomes[number] = self._deliver_alone(actor, delivery, trace)
        return outcomes

    def _deliver_alone(self, actor: Actor, delivery: Delivery, trace: Trace) -> Outcome:
        for _ in range(_ATTEMPTS):
            try:
                with storage():
                    return self._try_together(actor, [(0, delivery)], {0: trace})[0]
            except IntegrityError:
                continue  # someone else was faster with this reference: now it can be read
            except Problem as problem:
                return problem
        return Unavailable("The signal was not kept. Send it again in a few seconds.")

    def _try_together(
        self,
        actor: Actor,
        deliveries: Sequence[tuple[int, Delivery]],
        traces: Mapping[int, Trace],
    ) -> dict[int, Outcome]:
        source = source_of(actor)
        outcomes: dict[int, Outcome] = {}
        references = {d.reference for _, d in deliveries if d.reference is not None}
        with self.engine.connect() as connection:
            known = heads.find_by_reference(connection, source.system, references)
            for number, delivery in deliveries:
                head = known.get(delivery.reference or "")
                if head is not None:
                    outcomes[number] = self._meet(connection, head, delivery)
        judged: list[tuple[int, Delivery, Received]] = []
        for number, delivery in deliveries:
            if number in outcomes:
                continue
            try:
                judged.append((number, delivery, receive(delivery, source)))
            except InvalidInput as problem:
                outcomes[number] = problem
        if judged:
            self.demand_room()
        ready = self._make_ready([(delivery, received) for _, delivery, received in judged])
        if ready:
            batch = Batch(clock.timestamp(clock.now()))
            for (number, _, _), each in zip(judged, ready, strict=True):
                outcomes[number] = self._add(batch, actor, each, traces.get(number, NO_TRACE))
            with writing(self.engine).begin() as connection:
                batch.write(connection)
        return outcomes

    def _meet(self, connection: Connection, head: heads.Head, delivery: Delivery) -> Outcome:
        """The reference is known: the same bytes are a replay, other bytes a conflict."""
        if head.first_body_hmac != self.preparer.body_hmac(delivery.raw):
            return ReferenceTaken(head)
        return replay_of(connection, head)

    def _make_ready(self, judged: Sequence[tuple[Delivery, Received]]) -> list[_Ready]:
        chosen = [ids.new_id() for _ in judged]
        prepared = iter(
            self.prepare(
                [
                    Wanted(signal_id, 1, delivery.raw, received)
                    for signal_id, (delivery, received) in zip(chosen, judged, strict=True)
                    if isinstance(received, Understood)
                ]
            )
        )
        return [
            _Ready(
                delivery,
                delivery.reference or "",
                signal_id,
                received,
                prepared=next(prepared) if isinstance(received, Understood) else None,
                aside=(
                    self.set_aside(delivery, received, signal_id)
                    if isinstance(received, Unclear)
                    else None
                ),
            )
            for signal_id, (delivery, received) in zip(chosen, judged, strict=True)
        ]

    def prepare(self, wanted: Sequence[Wanted]) -> list[Prepared]:
        """Asks the register which addresses are protected, then seals."""
        tokens = [self.preparer.address_tokens(each.understood) for each in wanted]
        with self.engine.connect() as connection:
            known = protected_among(connection, frozenset().union(*tokens))
        return self.preparer.prepare(
            [
                Wanted(w.signal_id, w.version, w.raw, w.understood, w.kept, known & own)
                for w, own in zip(wanted, tokens, strict=True)
            ]
        )

    def set_aside(
        self, delivery: Delivery, unclear: Unclear, signal_id: str, expected_version: int = 0
    ) -> Aside:
        """A delivery for quarantine: the bytes as they came, sealed."""
        number = ids.new_id()
        return Aside(
            id=number,
            signal_id=signal_id,
            expected_version=expected_version,
            unclear=unclear,
            body_hmac=self.preparer.body_hmac(delivery.raw),
            sealed=self.preparer.vault.seal(delivery.raw, quarantine_aad(number)),
        )

    def _add(self, batch: Batch, actor: Actor, ready: _Ready, trace: Trace) -> Answered:
        received = ready.received
        kind, status, version = Kind.REPORT, 201, 1
        state, event = answers.RECEIVED, "signal.accepted"
        notices: tuple[Notice, ...] = ()
        if isinstance(received, Understood):
            notices = received.warnings
        elif isinstance(received, Unclear):
            status, version, state, event = 202, 0, answers.QUARANTINED, "signal.quarantined"
            notices = notices_of(received.faults)
        else:
            kind, version, state, event = Kind.ADVICE, 0, answers.COUNTED, "advice.counted"
        body = receipt(
            signal_id=ready.signal_id,
            reference=ready.reference,
            version=version,
            state=state,
            region=received.region,
            received_at=batch.now,
            warnings=notices,
            persons=ready.prepared.refs() if ready.prepared else None,
        )
        body_hmac = self.preparer.body_hmac(ready.delivery.raw)
        batch.add_head(
            source_of(actor),
            NewHead(
                ready.signal_id,
                ready.reference,
                received.region,
                kind,
                version,
                body_hmac,
                status,
                body,
            ),
        )
        if ready.prepared is not None:
            batch.add_version(ready.prepared)
        if ready.aside is not None:
            batch.add_aside(ready.aside)
        batch.tell(actor, event, ready.signal_id, received.region, trace)
        return Answered(status, body, version)


def notices_of(faults: Sequence[Fault]) -> tuple[Notice, ...]:
    return tuple(Notice(fault.pointer, fault.code, fault.detail) for fault in faults)
