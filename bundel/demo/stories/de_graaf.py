"""Story 5: twelve reports, nine by the father himself. The son's own words on Tuesday are acute."""

from __future__ import annotations

from datetime import timedelta

from bundel.demo.model import Address, Name, Reporter, Signal, Source, Statement, Tie
from bundel.demo.stories.model import (
    TO_VT,
    TO_ZVH,
    Calendar,
    Character,
    Hidden,
    Refused,
    Shown,
    Story,
)

_HIS_HOME = Address("Valkenkamp", 52, "3823HB", "Amersfoort")
_HER_HOME = Address("Korenbloem", 7, "3824NB", "Amersfoort")
_REPORTS_BY_MARK = (
    (330, "Anouk bracht Lex een kwartier te laat."),
    (301, "Anouk liet Lex zonder jas buiten spelen."),
    (268, "Anouk neemt de telefoon niet op als ik Lex wil spreken."),
    (240, "Lex had bij Anouk geen warm eten gehad."),
    (205, "Anouk heeft volgens mij weer iemand over de vloer."),
    (171, "Anouk heeft Lex ziek naar school gestuurd."),
    (122, "Anouk spreekt slecht over mij waar Lex bij is."),
    (74, "Anouk houdt zich niet aan de vakantieregeling."),
    (28, "Anouk is niet in staat om voor Lex te zorgen."),
)


def de_graaf(when: Calendar) -> Story:
    mark = Character(5, 0, Name("Mark", "Graaf", "de"), when.born(41, 7, 7), "male", _HIS_HOME)
    anouk = Character(5, 1, Name("Anouk", "Steenhuis"), when.born(39, 3, 25), "female", _HER_HOME)
    lex = Character(5, 2, Name("Lex", "Graaf", "de"), when.born(6, 9, 9), "male", _HER_HOME)
    since, parted = when.day_ago(4000), when.day_ago(800)
    ties = (
        Tie("p1", "p2", "ex_partner", since, parted),
        Tie("p1", "p3", "parent_child"),
        Tie("p2", "p3", "parent_child"),
    )
    by_mark = []
    for place, (days, text) in enumerate(_REPORTS_BY_MARK):
        moment = when.ago(days, 20, 30)
        by_mark.append(
            Signal(
                source=Source.VEILIG_THUIS_UTRECHT, reference=f"VT-{moment.year}-{605001 + place}",
                reported=moment, category="report", severity="suspicion", occurred=moment.date(),
                statements=(Statement("statement", f"‘{text}’", "p1"),),
                mentions=(
                    mark.as_("p1", "ex_partner"), anouk.as_("p2", "perpetrator"),
                    lex.as_("p3", "child_victim"),
                ),
                ties=ties, violence_forms=("neglect",), pattern="divorce",
                reporter=Reporter("family", "open", "", "Mark de Graaf"), kindcheck="yes",
                informed=True,
            )
        )  # fmt: skip
    police = []
    for days, text, to in (
        (
            150,
            "Mark staat bij de woning van Anouk en eist Lex; gesust, na een uur vertrokken.",
            "VT",
        ),
        (
            60,
            "Mark volgde Anouk met de auto tot aan haar werk. Aangemeld voor het casusoverleg.",
            "ZVH",
        ),
    ):
        moment = when.ago(days, 18, 10)
        reference = f"PL0900-{moment.year}-6051{days:03}"
        police.append(
            Signal(
                source=Source.POLICE_UTRECHT, reference=reference,
                reported=moment + timedelta(hours=1), category="incident", severity="structural",
                occurred=moment, place="street", addressed_to=to,
                statements=(Statement("fact", text),),
                mentions=(
                    mark.as_("p1", "perpetrator", "ex_partner"), anouk.as_("p2", "victim"),
                    lex.as_("p3", "child_witness"),
                ),
                ties=ties, violence_forms=("stalking", "psychological"), pattern="stalking_by_ex",
                origin_incident=reference, reporter=Reporter("agency"), kindcheck="yes",
                informed=True, police_article="8", first_processed=moment.date(),
            )
        )  # fmt: skip
    help_at = when.ago(95, 11)
    helper = Signal(
        source=Source.VEILIG_THUIS_UTRECHT, reference=f"VT-{help_at.year}-605020",
        reported=help_at, category="report", severity="structural", occurred=f"{help_at:%Y-%m}",
        statements=(
            Statement("opinion", "De vele meldingen van vader zijn zelf een manier om greep"
                      " te houden."),
        ),
        mentions=(
            mark.as_("p1", "ex_partner"), anouk.as_("p2", "victim"), lex.as_("p3", "child_witness"),
        ),
        ties=ties, violence_forms=("coercive_control",), pattern="divorce",
        reporter=Reporter(
            "professional", "open", "maatschappelijk werker", "", "", 5, "cannot_organise"
        ),
        kindcheck="yes", informed=False, informed_reason="Nog niet veilig om te bespreken.",
    )  # fmt: skip
    told_at = when.last_weekday(1, 14, 20)
    told = Signal(
        source=Source.VEILIG_THUIS_UTRECHT, reference=f"VT-{told_at.year}-605021",
        reported=told_at + timedelta(minutes=50), category="report",
        severity="spontaneous_disclosure", occurred=told_at, place="school",
        statements=(
            Statement("statement", "‘Papa slaat met de riem als ik huil.’", "p3"),
            Statement("fact", "Lex liet uit zichzelf drie strepen op zijn rug zien."),
        ),
        mentions=(
            mark.as_("p1", "perpetrator"), anouk.as_("p2", "family_member"),
            lex.as_("p3", "child_victim"),
        ),
        ties=ties, violence_forms=("physical",), pattern="unknown",
        reporter=Reporter(
            "professional", "shielded", "leerkracht", "Femke Oosterhuis", "", 5, "unsafe"
        ),
        kindcheck="yes", informed=False, informed_reason="Gevaar voor Lex als ouders het weten.",
    )  # fmt: skip
    return Story(
        number=5,
        id="de-graaf",
        household="Graaf",
        reading="Reeksen meldingen als middel van controle; wat de zoon vertelt is acuut.",
        signals=(*by_mark, *police, helper, told),
        assignments=(TO_VT, TO_ZVH),
        expectations=(
            Shown("m.dejong", ("slaat met de riem", "greep te houden", "een kwartier te laat")),
            Hidden("t.maas", ("Femke", "Oosterhuis", "leerkracht"), "the teacher"),
            Hidden("m.dejong", ("Femke", "Oosterhuis"), "shielded reporters are never named"),
            Shown("t.maas", ("tot aan haar werk",)),
            Refused("m.dejong", told.reference, "view_reporter", "subject_access",
                    "a parent who asks for access never learns who told"),
            Hidden("k.bos", ("Oosterhuis", "Steenhuis"), "another region", absent=True),
            Hidden("j.prins", ("Oosterhuis", "Steenhuis"), "no case there", absent=True),
        ),
    )  # fmt: skip
