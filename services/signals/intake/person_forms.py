"""The form of a person as one signal names them."""

from __future__ import annotations

from typing import Any

from marshmallow import post_load, validate

from services.signals.intake import records, signal
from services.signals.intake import vocabulary as codes
from services.signals.intake.form_fields import (
    MESSAGES,
    Form,
    Truth,
    Whole,
    date_text,
    list_of,
    matching,
    one_of,
    part,
    partial_date,
    text_up_to,
)


class NameForm(Form):
    given = text_up_to(100)
    initials = text_up_to(30)
    particle = text_up_to(30)
    surname = text_up_to(100)
    partner_particle = text_up_to(30)
    partner_surname = text_up_to(100)
    name_use = one_of(codes.NameUse)

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> records.Name:
        return records.Name(**data)


class AddressForm(Form):
    kind = one_of(codes.AddressKind, required=True)
    street = text_up_to(120)
    house_number = Whole(
        validate=validate.Range(1, 99_999, error="range: Give a whole number from 1 to 99999."),
        error_messages=MESSAGES,
    )
    house_number_suffix = text_up_to(10)
    postcode = matching("[1-9][0-9]{3} ?[A-Za-z]{2}", "A Dutch postcode looks like 3511AB.")
    city = text_up_to(80)

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> signal.GivenAddress:
        if "postcode" in data:
            data["postcode"] = data["postcode"].replace(" ", "").upper()
        return signal.GivenAddress(**data)


class PersonForm(Form):
    ref = matching("[A-Za-z0-9_.-]{1,64}", "Use 1 to 64 of A-Z a-z 0-9 _ . -", required=True)
    roles = list_of(one_of(codes.PersonRole), 10, 1, required=True)
    bsn = text_up_to(20)
    bsn_disputed = Truth(load_default=False, error_messages=MESSAGES)
    name = part(NameForm)
    aliases = list_of(part(NameForm), 20)
    birth_date = date_text(partial_date, "1988-05-17")
    sex = one_of(codes.Sex, load_default="unknown")
    addresses = list_of(part(AddressForm), 10)
    phones = list_of(matching("[+0-9][0-9 ()./-]{5,19}", "Give a phone number."), 10)
    emails = list_of(matching(r"[^@\s]{1,64}@[^@\s]{1,189}", "Give an e-mail address."), 10)

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> signal.Person:
        return signal.Person(
            ref=data["ref"],
            roles=tuple(data["roles"]),
            sex=data["sex"],
            bsn=data.get("bsn"),
            bsn_disputed=data["bsn_disputed"],
            name=data.get("name"),
            aliases=tuple(data["aliases"]),
            birth_date=data.get("birth_date"),
            addresses=tuple(data["addresses"]),
            phones=tuple(data["phones"]),
            emails=tuple(data["emails"]),
        )
