"""Story 7: honour-related, several perpetrators, a closed compartment. Nobody writes home."""

from __future__ import annotations

from datetime import timedelta

from bundel.demo.model import Address, Name, Reporter, Signal, Source, Statement, Tie
from bundel.demo.stories.model import Assignment, Calendar, Character, Context, Hidden, Shown, Story

_HOME = Address("Haydnlaan", 203, "3533VM", "Utrecht")
_TELLTALES = ("Tahiri", "Samira", "verzuimt sinds", "knokkels", "om de beurt voor de school")


def samira(when: Calendar) -> Story:
    girl = Character(7, 0, Name("Samira", "Tahiri"), when.born(17, 1, 9), "female", _HOME)
    elder = Character(7, 1, Name("Nabil", "Tahiri"), when.born(24, 4, 4), "male", _HOME)
    younger = Character(7, 2, Name("Younes", "Tahiri"), when.born(21, 8, 28), "male", _HOME)
    absence_at = when.last(6, 4, 13)
    absence = Signal(
        source=Source.VEILIG_THUIS_UTRECHT, reference=f"VT-{absence_at.year}-607001",
        reported=absence_at, category="report", severity="suspicion", occurred=absence_at.date(),
        place="school", statements=(
            Statement("fact", "Samira verzuimt sinds drie weken de laatste uren en wordt"
                      " opgehaald."),
            Statement("suspicion", "Zij zegt dat thuis over haar toekomst is beslist."),
        ),
        mentions=(girl.as_("p1", "victim"), elder.as_("p2", "perpetrator")),
        ties=(Tie("p1", "p2", "sibling"),), violence_forms=("coercive_control",),
        pattern="honour_related", compartment="honour",
        reporter=Reporter("professional", "shielded", "leerkracht", "", "", 5, "unsafe"),
        kindcheck="yes", informed=False, informed_reason="Geen bericht aan de familie.",
    )  # fmt: skip
    injury_at = when.last(6, 12, 10)
    injury = Signal(
        source=Source.VEILIG_THUIS_UTRECHT, reference=f"VT-{injury_at.year}-607002",
        reported=injury_at, category="health", severity="structural", occurred=injury_at.date(),
        statements=(
            Statement("fact", "Kneuzing van de pols, afdruk van knokkels op de schouder."),
        ),
        mentions=(girl.as_("p1", "victim"), younger.as_("p3", "perpetrator")),
        ties=(Tie("p1", "p3", "sibling"),), violence_forms=("physical",),
        pattern="honour_related", compartment="honour",
        reporter=Reporter("professional", "shielded", "huisarts", "", "", 5, "unsafe"),
        kindcheck="yes", informed=False, informed_reason="Geen bericht aan de familie.",
    )  # fmt: skip
    note_at = when.last(6, 20, 16, 30)
    reference = f"PL0900-{note_at.year}-607003"
    note = Signal(
        source=Source.POLICE_UTRECHT, reference=reference, reported=note_at + timedelta(hours=4),
        category="incident", severity="structural", occurred=note_at, place="street",
        statements=(
            Statement("fact", "Nabil en Younes staan om de beurt voor de school; een van hen"
                      " had een hamer in de tas."),
            Statement("opinion", "Met één aanhouding is dit niet voorbij."),
        ),
        mentions=(
            girl.as_("p1", "victim"), elder.as_("p2", "perpetrator"),
            younger.as_("p3", "perpetrator"),
        ),
        ties=(Tie("p1", "p2", "sibling"), Tie("p1", "p3", "sibling")),
        violence_forms=("threat", "stalking"), pattern="honour_related", compartment="honour",
        origin_incident=reference, reporter=Reporter("agency"), kindcheck="yes", informed=False,
        informed_reason="Geen bericht aan de familie.", police_article="8",
        first_processed=note_at.date(),
    )  # fmt: skip
    closed = "a closed compartment: only the named list"
    return Story(
        number=7,
        id="samira",
        household="Tahiri",
        reading="Eergerelateerd, meer daders; een aanhouding beëindigt niets.",
        signals=(absence, injury, note),
        assignments=(Assignment("s.kaya", "a.said", Context.VT),),
        named_actors=("a.said",),
        expectations=(
            Shown("a.said", (
                "verzuimt sinds drie weken", "afdruk van knokkels", "een hamer in de tas",
            )),
            Hidden("m.dejong", _TELLTALES, closed, absent=True),
            Hidden("t.maas", _TELLTALES, closed, absent=True),
            Hidden("j.prins", _TELLTALES, closed, absent=True),
            Hidden("k.bos", _TELLTALES, closed, absent=True),
        ),
    )  # fmt: skip
