"""Sentences of the desk's pages: why a doubt, what a field says, what will follow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from services.signals.desk.model import (
    CaseOutlook,
    FieldSeen,
    Foreseen,
    MentionView,
    Pair,
    Proposal,
)
from services.signals.linking.explain import in_words
from shared.web.dates import when
from shared.web.labels import label
from shared.web.translation import _, ngettext

_BIRTH_DOUBT = "birth_date_uncertain"
_FIELD = ":"  # in a code that is about one field: "surname:equal"


def births(dates: str) -> str:
    """One or more dates of birth ("1979-05-02 / 1979") in words."""
    return " / ".join(when(date) for date in dates.split(" / "))


def doubts(proposal: Proposal) -> list[str]:
    """Why the machine leaves it to a human, each a sentence."""
    dates = [proposal.this_birth_date, *proposal.known_birth_date.split(" / ")]
    return doubts_of(proposal.reasons, dates)


def doubts_of(reasons: Sequence[str], dates: Sequence[str]) -> list[str]:
    """The doubts among these codes, each a sentence; `dates`: the birth dates of both sides."""
    unsure = [code for code in reasons if _FIELD not in code]
    told = _about_birth(dates) if _BIRTH_DOUBT in unsure else ""
    words = in_words((code for code in unsure if not (told and code == _BIRTH_DOUBT)), _)
    return [*words, told] if told else words


def _about_birth(dates: Sequence[str]) -> str:
    """What is really the matter with two dates that do not contradict each other, or ""."""
    known = [date for date in dates if date]
    if any(len(date) == len("2001") for date in known):
        return _("Van een van beide is alleen het geboortejaar bekend.")
    if any(len(date) == len("2001-02") for date in known):
        return _("Van een van beide zijn alleen geboortejaar en maand bekend.")
    if len(known) > 1 and len(set(known)) == 1:
        return _("De geboortedatum is gelijk, maar alleen dat is niet genoeg.")
    return ""


def compared(proposal: Proposal) -> list[str]:
    """What it saw in each field it could compare, each a sentence."""
    return in_words((code for code in proposal.reasons if _FIELD in code), _)


def later_words(reason: str) -> str:
    """Why a doubt was put off."""
    words = {
        "asked-source": _("nagevraagd bij de afzender"),
        "asked-coordinator": _("nagevraagd bij de regisseur"),
        "awaits-correction": _("de afzender stuurt een verbetering"),
        "too-little-known": _("nu te weinig bekend"),
    }
    return words.get(reason, reason)


@dataclass(frozen=True)
class FieldRow:
    """One line of the comparison: both sides, what was seen, how it counts."""

    name: str
    this: str
    known: str
    seen: str
    counts: str
    mark: str  # for | against | nothing


def field_rows(pair: Pair) -> list[FieldRow]:
    """The comparison field by field, in words."""
    return [
        FieldRow(
            name=field_name(one.field),
            this=_values(one.field, pair.this.mentions),
            known=_values(one.field, pair.known.mentions),
            seen=in_words([f"{one.field}:{one.seen}"], _)[0].partition(": ")[2].rstrip("."),
            counts=_counts(one),
            mark="for" if one.weight in ("strong-for", "for") else one.weight,
        )
        for one in pair.fields
    ]


def field_name(name: str) -> str:
    return in_words([f"{name}:equal"], _)[0].partition(": ")[0]


def _counts(one: FieldSeen) -> str:
    words = {
        "strong-for": _("pleit er sterk voor"),
        "for": _("pleit ervoor"),
        "against": _("pleit ertegen"),
        "nothing": _("zegt niets"),
    }
    return words[one.weight]


def _values(name: str, mentions: Sequence[MentionView]) -> str:
    return " / ".join(
        dict.fromkeys(text for one in mentions if (text := mention_value(name, one)))
    ) or _("niet vermeld")


def mention_value(name: str, one: MentionView) -> str:
    """What one mention says of a field; why it is not shown when it is masked."""
    address = one.place
    if one.address_note == "masked":
        address = _("afgeschermd: dit adres toont Bundel aan niemand")
    names = " / ".join([one.name, *one.aliases])
    values = {
        "bsn": {
            "stated": _("vermeld (het nummer zelf ziet u niet)"),
            "disputed": _("vermeld, maar betwist"),
            "invalid": _("vermeld, maar geen geldig BSN"),
        }.get(one.bsn, ""),
        "address": address,
        "phone": _("wordt vergeleken, niet getoond"),
        "birth_date": when(one.birth_date) if one.birth_date else "",
        "sex": label("sex", one.sex) if one.sex != "unknown" else "",
        "given": names,
        "surname": names,
    }
    return values.get(name, "")


def outcomes(foreseen: Foreseen) -> list[str]:
    """What will follow, each a sentence: which cases join, who will see more or less."""
    told = [_outcome(case) for case in foreseen.cases]
    return told or [_("Er verandert geen zaak: niemand ziet meer of minder dan nu.")]


def _outcome(case: CaseOutlook) -> str:
    if case.fate == "joins" and case.joins:
        told = _("Zaak {number} gaat op in zaak {joins}.", number=case.number, joins=case.joins)
    elif case.fate == "joins":
        told = _("Zaak {number} sluit: er blijft niets in over.", number=case.number)
    elif case.fate == "opens":
        told = ngettext(
            "Er komt een nieuwe zaak met 1 signaal, zonder regisseur: u wijst die toe.",
            "Er komt een nieuwe zaak met {n} signalen, zonder regisseur: u wijst die toe.",
            case.signals_then,
        )
    elif case.signals_then > case.signals_now:
        told = _gains(case, case.signals_then - case.signals_now)
    elif case.signals_then < case.signals_now:
        told = _loses(case, case.signals_now - case.signals_then)
    else:
        told = _("Zaak {number} krijgt andere signalen.", number=case.number)
    return told


def _gains(case: CaseOutlook, count: int) -> str:
    if case.coordinator_name:
        return ngettext(
            "{who} kan in zaak {number} 1 signaal meer zien.",
            "{who} kan in zaak {number} {n} signalen meer zien.",
            count,
            who=case.coordinator_name,
            number=case.number,
        )
    return ngettext(
        "In zaak {number} komt 1 signaal bij; zij heeft nog geen regisseur.",
        "In zaak {number} komen {n} signalen bij; zij heeft nog geen regisseur.",
        count,
        number=case.number,
    )


def _loses(case: CaseOutlook, count: int) -> str:
    if case.coordinator_name:
        return ngettext(
            "{who} ziet in zaak {number} 1 signaal niet meer.",
            "{who} ziet in zaak {number} {n} signalen niet meer.",
            count,
            who=case.coordinator_name,
            number=case.number,
        )
    return ngettext(
        "Uit zaak {number} gaat 1 signaal weg.",
        "Uit zaak {number} gaan {n} signalen weg.",
        count,
        number=case.number,
    )


def obstacle(code: str) -> str:
    """Why it cannot be done, and what can be."""
    words = {
        "two-bsns": _(
            "Dit kan niet: de twee hebben elk een eigen BSN. Twee BSN's worden nooit één persoon. "
            "Is een BSN verkeerd? Vraag de afzender om een verbetering of om het te betwisten."
        ),
        "kept-apart": _(
            "Dit kan niet: eerder is gezegd dat dit twee mensen zijn, of hun nummers verschillen. "
            "Dat blijft zo."
        ),
        "merged-again": _(
            "Dit kan nog niet: deze persoon is later opnieuw samengevoegd. Maak eerst die latere "
            "samenvoeging ongedaan."
        ),
        "alone": _("Deze vermelding is al een eigen persoon."),
    }
    return words.get(code, _("Dat kan niet met deze zaak."))
