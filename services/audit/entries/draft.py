"""An entry made ready for the log by whoever hands it in: written out and checked once.

Members of a leaf stand in alphabetical order, so what the log adds (index, nonce, time, tokens)
falls between pieces of text that can be written beforehand, outside the one thread that commits.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from services.audit.entries.leaf import LARGEST_LEAF, LEAF_FORM, canonical, fault_of
from shared.clients.audit import Entry

_NONCE = "A" * 22
_TIME = "2000-01-01T00:00:00.000Z"
LONGEST_EVENT = 100  # characters
_LARGEST_INDEX = 10**18 - 1


@dataclass(slots=True)
class Pieces:
    """Text before the index, the nonce, the time of recording, the subjects, and the version."""

    before_index: str
    before_nonce: str
    before_recorded: str
    before_subjects: str
    before_version: str

    def leaf(self, index: int, nonce: str, recorded_at: str, tokens: Sequence[str]) -> bytes:
        """The leaf: canonical JSON (RFC 8785 for what entries can hold)."""
        subjects = f',"subjects":["{_LISTED.join(tokens)}"]' if tokens else ""
        return (
            f'{self.before_index},"index":{index}{self.before_nonce},"nonce":"{nonce}"'
            f'{self.before_recorded},"recordedAt":"{recorded_at}"{self.before_subjects}{subjects}'
            f'{self.before_version},"v":1}}'
        ).encode()

    def content(self, subjects: Sequence[str]) -> bytes:
        """What the sender said, canonical, with the subjects in clear: only a key is made of it."""
        said = f',"subjects":["{_LISTED.join(subjects)}"]' if subjects else ""
        return (
            f"{self.before_index}{self.before_nonce}{self.before_recorded}{self.before_subjects}"
            f"{said}{self.before_version}}}"
        ).encode()


_LISTED = '","'


@dataclass(slots=True)
class Draft:
    """`content_mac` tells an entry sent again from one that reuses an id."""

    entry: Entry
    entry_id: str
    content_mac: bytes
    lookups: tuple[bytes, ...]  # what the keys of its subjects are found by, without doubles
    subjects: tuple[str, ...]  # in the order of `lookups`
    pieces: Pieces


def make_draft(
    entry: Entry, content_mac: Callable[[bytes], bytes], lookup: Callable[[str], bytes]
) -> Draft:
    """Writes the entry out. Raises ValueError when it does not have the form of a leaf."""
    subjects = tuple(dict.fromkeys(entry.subjects))
    signal_ids = tuple(dict.fromkeys(entry.signal_ids))
    pieces = _pieces(entry, signal_ids)
    if not _plain(entry, subjects, signal_ids):
        raise ValueError(fault_of(canonical({**entry.to_json(), **_ADDED})))
    # One look at the form, with stand-ins of the largest size for what the log adds itself.
    leaf = pieces.leaf(_LARGEST_INDEX, _NONCE, _TIME, (_NONCE,) * len(subjects))
    if len(leaf) > LARGEST_LEAF:
        raise ValueError(f"the entry is larger than {LARGEST_LEAF} bytes")
    if LEAF_FORM.fullmatch(leaf) is None:
        raise ValueError(fault_of(leaf))
    if len(entry.event) > LONGEST_EVENT:
        raise ValueError(f"the event has more than {LONGEST_EVENT} characters")
    datetime.fromisoformat(entry.occurred_at)  # has the form; is there such a moment?
    lookups = tuple(map(lookup, subjects))
    mac = content_mac(pieces.content(subjects))
    return Draft(entry, entry.entry_id, mac, lookups, subjects, pieces)


_ADDED = {"index": 0, "nonce": _NONCE, "recordedAt": _TIME, "v": 1}


def _plain(entry: Entry, subjects: Sequence[str], signal_ids: Sequence[str]) -> bool:
    """No value needs an escape in JSON, so none can end its own text and begin another member."""
    actor = entry.actor
    values = "".join(
        (
            actor.agency, actor.client, actor.id, actor.organisation, actor.region, actor.role,
            entry.case_id, entry.decision, entry.decision_id, entry.entry_id, entry.event,
            entry.ground, entry.household_id, entry.legal_context, entry.occurred_at,
            str(entry.picture_version), entry.policy_version, entry.processing_activity,
            entry.purpose, entry.reason, entry.refers_to, entry.region, str(entry.revision),
            entry.service, entry.span_id, entry.trace_id, *subjects, *signal_ids,
        )
    )  # fmt: skip
    return values.isascii() and values.isprintable() and '"' not in values and "\\" not in values


def _pieces(entry: Entry, signal_ids: Sequence[str]) -> Pieces:
    actor = entry.actor
    picture = str(entry.picture_version)
    revision = str(entry.revision)
    return Pieces(
        f'{{"actor":{{"agency":"{actor.agency}","client":"{actor.client}","id":"{actor.id}",'
        f'"organisation":"{actor.organisation}","region":"{actor.region}","role":"{actor.role}"}}'
        + (f',"caseId":"{entry.case_id}"' if entry.case_id else "")
        + (f',"decision":"{entry.decision}"' if entry.decision else "")
        + (f',"decisionId":"{entry.decision_id}"' if entry.decision_id else "")
        + (f',"entryId":"{entry.entry_id}"' if entry.entry_id else "")
        + (f',"event":"{entry.event}"' if entry.event else "")
        + (f',"ground":"{entry.ground}"' if entry.ground else "")
        + (f',"householdId":"{entry.household_id}"' if entry.household_id else ""),
        f',"legalContext":"{entry.legal_context}"' if entry.legal_context else "",
        (f',"occurredAt":"{entry.occurred_at}"' if entry.occurred_at else "")
        + (f',"pictureVersion":"{picture}"' if picture else "")
        + (f',"policyVersion":"{entry.policy_version}"' if entry.policy_version else "")
        + (
            f',"processingActivity":"{entry.processing_activity}"'
            if entry.processing_activity
            else ""
        )
        + (f',"purpose":"{entry.purpose}"' if entry.purpose else "")
        + (f',"reason":"{entry.reason}"' if entry.reason else ""),
        (f',"refersTo":"{entry.refers_to}"' if entry.refers_to else "")
        + (f',"region":"{entry.region}"' if entry.region else "")
        + (f',"resultCount":{entry.result_count:d}' if entry.result_count is not None else "")
        + (f',"revision":"{revision}"' if revision else "")
        + (f',"service":"{entry.service}"' if entry.service else "")
        + (f',"signalIds":["{_LISTED.join(signal_ids)}"]' if signal_ids else "")
        + (f',"spanId":"{entry.span_id}"' if entry.span_id else ""),
        (f',"traceId":"{entry.trace_id}"' if entry.trace_id else ""),
    )
