"""Story 9: three spellings, three records, two regions; put together it is every week."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from bundel.demo.model import Address, Name, Reporter, Signal, Source, Statement, Tie
from bundel.demo.stories.model import TO_GOOI, TO_VT, Calendar, Character, Hidden, Shown, Story

_HOME = Address("Amstellaan", 77, "3522BD", "Utrecht")
_SECOND_HOME = Address("Kolibrie", 5, "1273RN", "Huizen")


def bakkali(when: Calendar) -> Story:
    # (his spelling, hers, sources, home, day of the first signal, is her number written down)
    records = (
        (Name("Said", "Bakkali"), Name("Naima", "Bakkali"), Source.POLICE_UTRECHT,
         Source.VEILIG_THUIS_UTRECHT, _HOME, 1, True),
        (Name("Saïd", "Bakkali", "el"), Name("Naïma", "Bakkali", "el"), Source.POLICE_UTRECHT,
         Source.VEILIG_THUIS_UTRECHT, _HOME, 15, False),
        (Name("Said", "Bakali"), Name("Naima", "Bakali"), Source.POLICE_GOOI,
         Source.VEILIG_THUIS_GOOI, _SECOND_HOME, 29, True),
    )  # fmt: skip
    texts = (
        ("Buren bellen om gegil; Naima zegt dat de tv hard stond.",
         "Melder hoort elke vrijdag hetzelfde gebonk."),
        ("Said rukt in het portiek aan haar tas; gesust.",
         "Melder ziet Naima met een zonnebril in de regen."),
        ("Zus van Naima belt vanuit het vakantiehuis; Said heeft de autosleutels.",
         "Melder hoorde Naima om hulp roepen bij de steiger."),
    )  # fmt: skip
    spring = when.last(4, 2, 20)
    him = Character(9, 0, records[0][0], when.born(45, 3, 8), "male")
    her = Character(9, 1, records[0][1], when.born(43, 9, 19), "female")
    signals: list[Signal] = []
    for place, (his, hers, police, own, home, day, number) in enumerate(records):
        mentions = (
            her.as_("p1", "victim", name=hers, with_number=number, home=home),
            him.as_("p2", "perpetrator", name=his, home=home),
        )
        ties = (Tie("p1", "p2", "partner", when.day_ago(5200)),)
        moment = spring + timedelta(days=day)
        reference = f"PL0900-{moment.year}-6090{place}1"
        signals.append(
            Signal(
                source=police, reference=reference, reported=moment + timedelta(hours=1),
                category="incident", severity="incidental", occurred=moment,
                statements=(Statement("fact", texts[place][0]),), mentions=mentions, ties=ties,
                violence_forms=("physical", "verbal"), origin_incident=reference,
                reporter=Reporter("agency"), kindcheck="no", informed=True, police_article="8",
                first_processed=moment.date(),
            )
        )  # fmt: skip
        later = moment + timedelta(days=7)
        signals.append(
            Signal(
                source=own, reference=f"VT-{later.year}-6090{place}2", reported=later,
                category="report", severity="suspicion", occurred=later.date(),
                statements=(Statement("fact", texts[place][1]),), mentions=mentions, ties=ties,
                violence_forms=("physical", "verbal"), reporter=Reporter("private", "shielded"),
                kindcheck="no", informed=False, informed_reason="Melder wil niet herkend worden.",
            )
        )  # fmt: skip
    elsewhere = ("vakantiehuis", "autosleutels", "steiger", "Huizen", "Bakali")
    return Story(
        number=9,
        id="bakkali",
        household="Bakkali",
        reading="Eén huishouden onder drie schrijfwijzen: elke week, structureel.",
        signals=tuple(signals),
        assignments=(TO_VT, replace(TO_GOOI, surname="Bakali")),
        expectations=(
            Shown("m.dejong", ("gegil", "elke vrijdag", "rukt in het portiek", "zonnebril")),
            Hidden("m.dejong", elsewhere, "the other region's content"),
            Hidden("s.kaya", elsewhere, "the other region's content on the desk's screen"),
            Shown("k.bos", ("vakantiehuis", "steiger")),
            Hidden("k.bos", ("gegil", "elke vrijdag", "zonnebril", "Amstellaan"),
                   "the other region"),
            Hidden("n.peters", ("gegil", "elke vrijdag", "Amstellaan"), "the other region"),
            Hidden("t.maas", ("Bakkali", "zonnebril"), "no case there", absent=True),
            Hidden("j.prins", ("Bakkali", "zonnebril"), "no case there", absent=True),
        ),
    )  # fmt: skip
