"""Hypothesis strategies for descriptions of people that are easily confused."""

from __future__ import annotations

from hypothesis import strategies as st

from services.signals.linking.description import Description, PartialDate, PlainAddress
from services.signals.linking.names import PersonName

GIVEN = ("Anna", "Anne", "Johanna", "Jan", "Johannes", "Youssef", "Yousef", "A.", "")
SURNAMES = ("Berg", "van den Berg", "Bakkali", "El Bakkali", "Bakali", "de Vries", "Vries, de", "")
BSNS = ("999990639", "999993872", "999999333")

names = st.builds(
    PersonName,
    given=st.sampled_from(GIVEN),
    surname=st.sampled_from(SURNAMES),
    partner_surname=st.sampled_from(("", "", "Jansen", "Berg")),
)
dates = st.one_of(
    st.none(),
    st.builds(
        PartialDate, st.sampled_from((1980, 1981)), st.sampled_from((None, 1, 3)),
        st.sampled_from((1, 3, 12)),
    ).map(lambda d: d if d.month else PartialDate(d.year)),
)  # fmt: skip
addresses = st.builds(PlainAddress, st.sampled_from(("3511AB", "3512XY")), st.just("7"))
descriptions = st.builds(
    Description,
    names=st.lists(names, min_size=0, max_size=2).map(tuple),
    bsn=st.one_of(st.none(), st.sampled_from(BSNS)),
    disputed=st.booleans(),
    birth_date=dates,
    sex=st.sampled_from(("male", "female", "unknown")),
    addresses=st.lists(addresses, max_size=2).map(tuple),
    phones=st.lists(st.sampled_from(("612345678", "687654321")), max_size=1).map(tuple),
)
