"""From what intake keeps of a mention to what can be compared, in memory only."""

from __future__ import annotations

from services.signals.intake.records import MentionContent, MentionRecord, Name
from services.signals.linking.description import (
    COMPARABLE_ADDRESSES,
    Description,
    plain_address,
    plain_phone,
    read_date,
)
from services.signals.linking.names import PersonName


def describe(record: MentionRecord, content: MentionContent) -> Description:
    """A mention made comparable. A BSN that failed the 11-test counts as none (Wmo 5.2.9(8)).

    Someone who stays at a protected address is known by none of their addresses and phones: those
    could lead there (R22).
    """
    hidden = content.protected_address or record.addresses_withheld
    names = [content.name, *content.aliases]
    addresses = [
        plain_address(a.postcode, str(a.house_number or ""), a.house_number_suffix)
        for a in content.addresses
        if not hidden and a.kind in COMPARABLE_ADDRESSES
    ]
    phones = [plain_phone(phone) for phone in content.phones if not hidden]
    return Description(
        names=tuple(_name(name) for name in names if name is not None),
        bsn=content.bsn if record.bsn_state in ("ok", "disputed") else None,
        disputed=record.bsn_state == "disputed",
        birth_date=read_date(record.birth_date),
        sex=record.sex,
        addresses=tuple(address for address in addresses if address is not None),
        phones=tuple(phone for phone in phones if phone is not None),
    )


def _name(name: Name) -> PersonName:
    return PersonName(
        given=name.given or "",
        initials=name.initials or "",
        particle=name.particle or "",
        surname=name.surname or "",
        partner_particle=name.partner_particle or "",
        partner_surname=name.partner_surname or "",
    )
