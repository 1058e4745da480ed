"""Story 10: seven signals on "parenting", one of the police. She is a victim of both."""

from __future__ import annotations

from datetime import timedelta

from bundel.demo.model import Address, Name, Reporter, Signal, Source, Statement, Tie
from bundel.demo.stories.model import (
    TO_VT,
    TO_YOUTH,
    Calendar,
    Character,
    Hidden,
    Masked,
    Refused,
    Shown,
    Story,
)

_HOME = Address("Vlierlaan", 112, "3442HS", "Woerden")
_HIS_HOME = Address("Tjalk", 30, "3448RT", "Woerden")
_NOTES = (
    (300, "care", "Ilyas blijft 's nachts weg; moeder vraagt hulp bij grenzen stellen."),
    (262, "care", "Moeder heeft een kras in het gezicht en zegt dat zij gevallen is."),
    (221, "care", "Ilyas bepaalt wie er thuis op bezoek mag komen."),
    (180, "treatment", "Ilyas volgt agressiebehandeling en slikt medicatie om te slapen."),
    (139, "care", "Ouderavond: moeder zegt weinig, Ilyas antwoordt."),
    (98, "care", "Moeder vraagt of zij bij haar zus mag slapen als het te druk is."),
    (47, "care", "Er ontbreekt geld; moeder zegt dat zij het weggaf."),
)


def hanan(when: Calendar) -> Story:
    mother = Character(10, 0, Name("Hanan", "Amrani"), when.born(42, 2, 6), "female", _HOME)
    son = Character(10, 1, Name("Ilyas", "Belmokhtar"), when.born(16, 4, 23), "male", _HOME)
    former = Character(10, 2, Name("Walid", "Belmokhtar"), when.born(47, 7, 1), "male", _HIS_HOME)
    notes = []
    for place, (days, category, text) in enumerate(_NOTES):
        moment = when.ago(days, 15, 10)
        treated = category == "treatment"
        notes.append(
            Signal(
                source=Source.YOUTH_CARE_UTRECHT, reference=f"JH-{moment.year}-61000{place + 1}",
                reported=moment, category=category, severity="suspicion", occurred=moment.date(),
                addressed_to="NAZ" if place == 0 else "VT",
                statements=(Statement("fact", text),),
                mentions=(son.as_("p2", "other"),)
                if treated
                else (mother.as_("p1", "victim"), son.as_("p2", "perpetrator")),
                ties=() if treated else (Tie("p1", "p2", "parent_child"),),
                violence_forms=("psychological",),
                reporter=Reporter(
                    "professional", "open", "jeugdhulpverlener", "", "", 4, "help_possible"
                ),
                kindcheck="yes", informed=True,
            )
        )  # fmt: skip
    calls_at = when.ago(12, 2, 40)
    reference = f"PL0900-{calls_at.year}-610008"
    calls = Signal(
        source=Source.POLICE_UTRECHT, reference=reference, reported=calls_at + timedelta(hours=8),
        category="incident", severity="structural", occurred=calls_at,
        statements=(
            Statement("statement", "‘Walid belt elke nacht en eist seks, anders haalt hij"
                      " Ilyas.’", "p1"),
            Statement("fact", "Op haar telefoon 31 gemiste oproepen in één nacht."),
        ),
        mentions=(mother.as_("p1", "victim"), former.as_("p3", "perpetrator", "ex_partner")),
        ties=(Tie("p1", "p3", "ex_partner", when.day_ago(7000), when.day_ago(1200)),),
        violence_forms=("sexual", "stalking", "threat"), pattern="stalking_by_ex",
        origin_incident=reference, reporter=Reporter("agency"), kindcheck="yes", informed=True,
        police_article="8", first_processed=calls_at.date(),
    )  # fmt: skip
    return Story(
        number=10,
        id="hanan",
        household="Amrani",
        reading="Zij is slachtoffer van allebei: haar ex en haar zoon.",
        signals=(*notes, calls),
        assignments=(TO_VT, TO_YOUTH),
        expectations=(
            Shown("m.dejong", ("eist seks", "31 gemiste oproepen", "kras in het gezicht")),
            Hidden("m.dejong", ("agressiebehandeling", "medicatie"), "the son's treatment"),
            Masked("m.dejong", 1, "the son is 16: his own consent"),
            Hidden("j.prins", ("agressiebehandeling", "medicatie"), "the son's treatment"),
            Hidden("j.prins", ("eist seks", "gemiste oproepen"), "police, adults only"),
            Refused("m.dejong", reference, "view_reporter", "subject_access",
                    "neither her ex nor her son learns that she told"),
            Hidden("t.maas", ("Amrani", "Belmokhtar"), "no case there", absent=True),
            Hidden("k.bos", ("Amrani", "Belmokhtar"), "another region", absent=True),
        ),
    )  # fmt: skip
