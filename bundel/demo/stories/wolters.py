"""Story 4: she was arrested once, with a knife; five accounts say that she is controlled."""

from __future__ import annotations

from datetime import timedelta

from bundel.demo.model import Address, Name, Reporter, Signal, Source, Statement, Tie
from bundel.demo.stories.model import (
    TO_VT,
    TO_YOUTH,
    Calendar,
    Character,
    ConsentGiven,
    Context,
    Hidden,
    Masked,
    Shown,
    Story,
)

_HOME = Address("Esdoornstraat", 9, "3582PW", "Utrecht")
_ACCOUNTS = (
    (700, "report", "professional", "maatschappelijk werker",
     "Koen rekent Petra voor wie erbij is voor wat zij die dag fout deed."),
    (560, "report", "family", "",
     "Petra moet foto’s sturen van waar zij is; doet zij het niet, dan belt hij haar werk."),
    (410, "assessment", "agency", "",
     "In het gesprek noemt Koen haar achtmaal dom; zij verontschuldigt zich."),
    (260, "report", "private", "",
     "Koen gooide haar avondeten weg en liet haar toekijken hoe hij at."),
    (130, "assessment", "agency", "",
     "Petra vertelt dat zij op de gang moest slapen na een fout in de boodschappen."),
)  # fmt: skip


def wolters(when: Calendar) -> Story:
    petra = Character(4, 0, Name("Petra", "Wolters"), when.born(44, 1, 18), "female", _HOME)
    koen = Character(4, 1, Name("Koen", "Baars"), when.born(46, 6, 5), "male", _HOME)
    tijn = Character(4, 2, Name("Tijn", "Baars"), when.born(9, 11, 1), "male", _HOME)
    ties = (
        Tie("p1", "p2", "partner", when.day_ago(6000)),
        Tie("p1", "p3", "parent_child"),
        Tie("p2", "p3", "parent_child"),
    )
    accounts = []
    for place, (days, category, kind, profession, text) in enumerate(_ACCOUNTS):
        moment = when.ago(days, 13, 20)
        step = 5 if kind == "professional" else None
        accounts.append(
            Signal(
                source=Source.VEILIG_THUIS_UTRECHT, reference=f"VT-{moment.year}-60400{place + 1}",
                reported=moment, category=category, severity="structural",
                occurred=f"{moment:%Y-%m}", statements=(Statement("fact", text),),
                mentions=(petra.as_("p1", "victim"), koen.as_("p2", "perpetrator")),
                ties=ties[:1], violence_forms=("coercive_control", "psychological"),
                pattern="intimate_terror",
                reporter=Reporter(
                    kind, "open" if kind == "agency" or profession else "shielded", profession, "",
                    "", step, "unsafe" if step else "",
                ),
                informed=True,
            )
        )  # fmt: skip
    arrest_at = when.ago(35, 23, 15)
    arrest = Signal(
        source=Source.POLICE_UTRECHT, reference=f"PL0900-{arrest_at.year}-604006",
        reported=arrest_at + timedelta(hours=2), category="criminal", severity="acute",
        occurred=arrest_at,
        statements=(
            Statement("fact", "Petra aangehouden met een keukenmes in de hand; Koen heeft een"
                      " snee in de onderarm."),
            Statement("statement", "‘Hij stond weer voor de deur, ik kon er niet uit.’", "p1"),
        ),
        mentions=(
            petra.as_("p1", "perpetrator"), koen.as_("p2", "victim"),
            tijn.as_("p3", "child_witness"),
        ),
        ties=ties, violence_forms=("physical",), pattern="violent_resistance",
        reporter=Reporter("agency"), kindcheck="yes", informed=True, police_article="8",
        first_processed=arrest_at.date(),
    )  # fmt: skip
    care_at = when.ago(30, 10)
    care = Signal(
        source=Source.YOUTH_CARE_UTRECHT, reference=f"JH-{care_at.year}-604007", reported=care_at,
        category="care", severity="structural", occurred=care_at.date(), addressed_to="NAZ",
        place="school",
        statements=(
            Statement("fact", "Tijn is alleen gesproken; hij eet sinds een maand bij zijn oma."),
            Statement("opinion", "Tijn is bang voor stilte aan tafel."),
        ),
        mentions=(tijn.as_("p3", "child_witness"), petra.as_("p1", "family_member")),
        ties=ties[1:2], violence_forms=("psychological",),
        reporter=Reporter("professional", "open", "jeugdhulpverlener", "", "", 4, "help_possible"),
        kindcheck="yes", informed=True,
    )  # fmt: skip
    consented = (care.reference,)
    return Story(
        number=4,
        id="wolters",
        household="Wolters",
        reading="Gewelddadig verzet: zij is degene die wordt gecontroleerd.",
        signals=(*accounts, arrest, care),
        assignments=(TO_VT, TO_YOUTH),
        consents=(
            ConsentGiven(consented, "p3", Context.YOUTH, ("care",), "both_parents", tijn.birth),
        ),
        expectations=(
            Shown("m.dejong", ("keukenmes", "achtmaal dom", "op de gang moest slapen")),
            Shown("j.prins", ("bij zijn oma",)),
            Hidden("j.prins", ("keukenmes", "aangehouden", "snee in de onderarm",
                                "weer voor de deur"),
                   "arrest details for youth help"),
            Hidden("t.maas", ("keukenmes", "Wolters"), "no case there", absent=True),
            Hidden("k.bos", ("keukenmes", "Wolters"), "another region", absent=True),
            Masked("j.prins", 1, "that there is police information may be known"),
        ),
    )  # fmt: skip
