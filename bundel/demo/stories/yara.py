"""Story 6: one quarrel in May. He has a history elsewhere, and she is pregnant."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from bundel.demo.model import Address, Name, Reporter, Signal, Source, Statement, Tie
from bundel.demo.stories.model import TO_GOOI, TO_VT, Calendar, Character, Hidden, Shown, Story

_HOME = Address("Zilverlinde", 24, "3432KM", "Nieuwegein")
_FORMER_HOME = Address("Heideveld", 61, "1214BT", "Hilversum")


def yara(when: Calendar) -> Story:
    woman = Character(6, 0, Name("Yara", "Koopmans"), when.born(27, 12, 2), "female", _HOME)
    dennis = Character(6, 1, Name("Dennis", "Rutgers"), when.born(33, 2, 20), "male", _HOME)
    former = Character(6, 2, Name("Kim", "Verbeek"), when.born(32, 6, 15), "female", _FORMER_HOME)
    together = Tie("p1", "p2", "partner", when.day_ago(700))
    quarrel_at = when.last(5, 14, 23, 5)
    reference = f"PL0900-{quarrel_at.year}-606001"
    quarrel = Signal(
        source=Source.POLICE_UTRECHT, reference=reference, reported=quarrel_at + timedelta(hours=1),
        category="incident", severity="incidental", occurred=quarrel_at,
        statements=(
            Statement("fact", "Woordenwisseling over een bezoek aan haar zus. Dennis hield de"
                      " voordeur dicht."),
            Statement("statement", "‘Hij is nooit zo, het komt door zijn werk.’", "p1"),
        ),
        mentions=(woman.as_("p1", "victim"), dennis.as_("p2", "perpetrator")), ties=(together,),
        violence_forms=("verbal",), origin_incident=reference, reporter=Reporter("agency"),
        kindcheck="no", informed=True, police_article="8", first_processed=quarrel_at.date(),
    )  # fmt: skip
    midwife_at = when.ago(40, 9, 15)
    midwife = Signal(
        source=Source.VEILIG_THUIS_UTRECHT, reference=f"VT-{midwife_at.year}-606002",
        reported=midwife_at, category="report", severity="suspicion", occurred=midwife_at.date(),
        place="elsewhere",
        statements=(
            Statement("fact", "Yara is zestien weken zwanger; Dennis is bij elke controle en"
                      " antwoordt."),
            Statement("suspicion", "Zij zegt alleen iets als hij naar de parkeerautomaat is."),
        ),
        mentions=(woman.as_("p1", "victim"), dennis.as_("p2", "perpetrator")), ties=(together,),
        violence_forms=("coercive_control",),
        reporter=Reporter(
            "professional", "shielded", "verloskundige", "", "", 5, "unsafe"
        ),
        kindcheck="yes", informed=False, informed_reason="Eerst een grond om haar te informeren.",
    )  # fmt: skip
    file_at = when.ago(4 * 365 + 100, 15)
    file_2022 = Signal(
        source=Source.VEILIG_THUIS_GOOI, reference=f"VT-{file_at.year}-606003", reported=file_at,
        category="assessment", severity="structural", occurred=f"{file_at:%Y-%m}",
        statements=(
            Statement("fact", "Kim werd door Dennis aan haar haren van de trap getrokken."),
            Statement("opinion", "Structurele onveiligheid; Kim is met hulp vertrokken."),
        ),
        mentions=(former.as_("p1", "victim"), dennis.as_("p2", "perpetrator", home=_FORMER_HOME)),
        ties=(Tie("p1", "p2", "ex_partner", when.day_ago(2900), when.day_ago(1500)),),
        violence_forms=("physical", "coercive_control"), pattern="intimate_terror",
        reporter=Reporter("agency"), informed=True,
    )  # fmt: skip
    return Story(
        number=6,
        id="yara",
        household="Koopmans",
        reading="Geweld in een eerdere relatie en nu een zwangerschap.",
        signals=(quarrel, midwife, file_2022),
        assignments=(TO_VT, replace(TO_GOOI, surname="Verbeek")),
        expectations=(
            Shown("m.dejong", ("hield de voordeur dicht", "zestien weken zwanger")),
            Hidden("m.dejong", ("Kim", "Verbeek", "Hilversum", "van de trap"), "the ex's identity"),
            Shown("k.bos", ("van de trap getrokken",)),
            Hidden("k.bos", ("Yara", "Koopmans", "zwanger"), "another region's household"),
            Hidden("t.maas", ("Koopmans", "Verbeek"), "no case there", absent=True),
            Hidden("j.prins", ("Koopmans", "Verbeek"), "no case there", absent=True),
        ),
    )  # fmt: skip
