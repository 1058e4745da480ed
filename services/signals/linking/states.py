"""The words for what a link is."""

from __future__ import annotations

from enum import StrEnum


class LinkState(StrEnum):
    AWAITING_RECEIPT = "awaiting_receipt"  # made, not yet in the log: shown to nobody (I1)
    ACTIVE = "active"
    SEALED = "sealed"  # no legal context permits it: its own cluster, asked again later
    ENDED = "ended"


class Band(StrEnum):
    AUTO = "auto"  # the machine is sure enough; unconfirmed until a human looks (I10)
    REVIEW = "review"  # may be someone known: a person of its own until a human decides
    NEW = "new"  # resembles nobody
    MANUAL = "manual"  # a human put it there


class EndReason(StrEnum):
    """Why a version of a link no longer holds; most are followed by a next version."""

    CONFIRMED = "confirmed"
    MOVED = "moved"
    MERGED = "merged"
    UNMERGED = "unmerged"
    SUPERSEDED = "superseded"  # the signal was corrected
    WITHDRAWN = "withdrawn"  # the signal was withdrawn
    REFUSED = "refused"  # a human says it is someone else
    DECIDED_ANEW = "decided_anew"  # consent was asked again
