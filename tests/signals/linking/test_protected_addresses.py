"""Shelter and secret addresses are keys for nothing (I8, R22)."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from services.signals.intake.records import Address, MentionContent, MentionRecord, Name
from services.signals.linking.compare import compare
from services.signals.linking.describing import describe
from services.signals.linking.keys import match_keys
from services.signals.linking.weights import provisional_weights
from services.signals.protection.matchkeys import MatchKeyer
from services.signals.protection.vault import Sealed

KEYER = MatchKeyer(b"k" * 32)
RECORD = MentionRecord(
    id="m", signal_id="s", version=1, ref="a", roles=("victim",), birth_date="1985-04-12",
    sex="female", bsn_state="none", addresses_withheld=False, sealed=Sealed("k", b""),
)  # fmt: skip
kinds = st.sampled_from(("residence", "postal", "registered", "shelter", "secret"))
addresses = st.builds(
    Address,
    kind=kinds,
    street=st.just("Verborgen"),
    house_number=st.sampled_from((1, 7)),
    postcode=st.sampled_from(("3511AB", "3512XY")),
)
contents = st.builds(
    MentionContent,
    name=st.builds(Name, given=st.sampled_from(("Anna", "Bo")), surname=st.just("Dalen")),
    addresses=st.lists(addresses, max_size=3).map(tuple),
    phones=st.lists(st.just("0612345678"), max_size=1).map(tuple),
    protected_address=st.booleans(),
)


@given(contents, st.booleans())
def test_a_protected_address_makes_no_key_and_no_score(
    content: MentionContent, flagged: bool
) -> None:
    record = structs.replace(RECORD, addresses_withheld=flagged)
    open_ones = tuple(a for a in content.addresses if a.kind not in ("shelter", "secret"))
    hidden = content.protected_address or flagged
    bare = replace(
        content,
        addresses=() if hidden else open_ones,
        phones=() if hidden else content.phones,
        protected_address=False,
    )
    found, without = describe(record, content), describe(RECORD, bare)
    assert found == without
    assert match_keys(found, "utrecht", KEYER) == match_keys(without, "utrecht", KEYER)
    if hidden:
        same = compare(found, found, provisional_weights())
        assert (same.bits("address"), same.bits("phone")) == (0.0, 0.0)
