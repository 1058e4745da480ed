"""Story 2, the main household: coercive control for fourteen months, and yesterday she said she
will leave. Not one blow was reported; tonight is dangerous."""

from __future__ import annotations

from datetime import timedelta

from bundel.demo.model import Address, Name, Reporter, Signal, Source, Statement, Tie
from bundel.demo.stories.model import (
    TO_VT,
    TO_ZVH,
    Calendar,
    Character,
    Hidden,
    Masked,
    Shown,
    Story,
)

_HOME = Address("Jasmijnstraat", 88, "3551GT", "Utrecht")
_CONTROL = ("coercive_control", "psychological")


def brandsma(when: Calendar) -> Story:
    ilse = Character(
        2, 0, Name("Ilse", "Brandsma", initials="I."), when.born(34, 4, 12), "female", _HOME,
        "+31600210034",
    )  # fmt: skip
    ruben = Character(2, 1, Name("Ruben", "Hofstra"), when.born(38, 1, 30), "male", _HOME)
    jeroen = Character(
        2, 2, Name("Jeroen", "Terlouw"), when.born(37, 8, 8), "male",
        Address("Oude Dijk", 12, "3705LM", "Zeist"),
    )  # fmt: skip
    sem = Character(2, 3, Name("Sem", "Terlouw"), when.born(12, 3, 2), "male", _HOME)
    lotte = Character(2, 4, Name("Lotte", "Hofstra"), when.born(4, 7, 19), "female", _HOME)

    she, he = ilse.as_("p1", "victim"), ruben.as_("p2", "perpetrator")
    little, son = lotte.as_("p3", "child_witness"), sem.as_("p4", "child_witness")
    together = Tie("p1", "p2", "partner", when.day_ago(2100))
    hers = Tie("p1", "p3", "parent_child"), Tie("p1", "p4", "parent_child")
    his = Tie("p2", "p3", "parent_child"), Tie("p2", "p4", "step_parent")

    doctor_at = when.ago(425, 10, 15)
    doctor = Signal(
        source=Source.VEILIG_THUIS_UTRECHT, reference=f"VT-{doctor_at.year}-602001",
        reported=doctor_at, category="health", severity="suspicion", occurred=doctor_at.date(),
        place="elsewhere",
        statements=(
            Statement("fact", "Vraagt voor de derde keer om slaapmiddelen; Ruben zit erbij en"
                      " antwoordt."),
            Statement("opinion", "Gejaagde indruk; zij kijkt naar hem voor zij iets zegt."),
        ),
        mentions=(she, he), ties=(together,), violence_forms=_CONTROL, pattern="intimate_terror",
        reporter=Reporter(
            "professional", "shielded", "huisarts", "P. Oldenburg", "", 5,
            "unsafe",
        ),
        informed=False, informed_reason="Niet zonder hem te spreken gekregen.",
    )  # fmt: skip
    debts_at = when.ago(220, 14)
    debts = Signal(
        source=Source.VEILIG_THUIS_UTRECHT, reference=f"VT-{debts_at.year}-602002",
        reported=debts_at, category="report", severity="structural", occurred=debts_at.date(),
        statements=(
            Statement("fact", "Geen eigen pas of rekening; hij beslist over elke uitgave."),
            Statement("opinion", "Past bij dwingende controle."),
        ),
        mentions=(she, he), ties=(together,), violence_forms=(*_CONTROL, "financial"),
        pattern="intimate_terror",
        reporter=Reporter(
            "professional", "open", "schuldhulpverlener", "Gonda Tichelaar", "", 5,
            "cannot_organise",
        ),
        informed=False, informed_reason="Hij is bij elk gesprek aanwezig.",
    )  # fmt: skip
    quarrel_at = when.ago(167, 22, 10)
    quarrel_reference = f"PL0900-{quarrel_at.year}-602003"
    quarrel = Signal(
        source=Source.POLICE_UTRECHT, reference=quarrel_reference,
        reported=quarrel_at + timedelta(hours=1), category="incident", severity="incidental",
        occurred=quarrel_at,
        statements=(
            Statement("fact", "Ruzie, gebroken deur. Geen letsel, geen aangifte."),
            Statement("statement", "‘Er is niets. De deur klemde.’", "p1"),
        ),
        mentions=(she, he, little, son), ties=(together, *hers, *his),
        violence_forms=("property", "verbal"), origin_incident=quarrel_reference,
        reporter=Reporter("agency"), kindcheck="yes", informed=True, police_article="8",
        first_processed=quarrel_at.date(),
    )  # fmt: skip
    relay_at = when.ago(164, 9, 30)
    relay = Signal(
        source=Source.VEILIG_THUIS_UTRECHT, reference=f"VT-{relay_at.year}-602004",
        reported=relay_at, category="report", severity="incidental", occurred=quarrel_at,
        statements=(Statement("fact", "Politie meldt ruzie en een gebroken deur."),),
        mentions=(she, he, little, son), ties=(together, *hers, *his),
        violence_forms=("property", "verbal"), origin_incident=quarrel_reference,
        relayed_from=(Source.POLICE_UTRECHT, quarrel_reference), reporter=Reporter("agency"),
        kindcheck="yes", informed=True,
    )  # fmt: skip
    ban_at = when.ago(166, 15)
    ban = Signal(
        source=Source.POLICE_UTRECHT, reference=f"PL0900-{ban_at.year}-602005", reported=ban_at,
        category="safety_conclusion", severity="structural", occurred=ban_at.date(),
        occurred_to=when.day_ago(138),
        statements=(
            Statement("fact", "Tijdelijk huisverbod voor Ruben, verlengd tot vier weken."),
        ),
        mentions=(she, he), ties=(together,), violence_forms=("psychological",),
        origin_incident=quarrel_reference, reporter=Reporter("agency"), informed=True,
        police_article="8", first_processed=ban_at.date(),
    )  # fmt: skip
    treatment_at = when.ago(80, 11, 20)
    treatment = Signal(
        source=Source.YOUTH_CARE_UTRECHT, reference=f"JH-{treatment_at.year}-602006",
        reported=treatment_at, category="treatment", severity="suspicion",
        occurred=treatment_at.date(), place="elsewhere",
        statements=(
            Statement("fact", "Sem heeft vier keer EMDR gehad om nachtmerries over thuis."),
            Statement("statement", "‘Ik slaap met mijn schoenen aan.’", "p4"),
        ),
        mentions=(son,), violence_forms=("psychological",),
        reporter=Reporter("professional", "open", "jeugdhulpverlener", "", "", 5, "help_possible"),
        kindcheck="yes", informed=True,
    )  # fmt: skip
    neighbour_at = when.ago(56, 19, 30)
    neighbour = Signal(
        source=Source.VEILIG_THUIS_UTRECHT, reference=f"VT-{neighbour_at.year}-602007",
        reported=neighbour_at, category="report", severity="structural",
        occurred=f"{neighbour_at:%Y-%m}",
        statements=(
            Statement("fact", "Wordt gebracht en gehaald; in vier maanden niet één keer"
                      " alleen gezien."),
        ),
        mentions=(she, he), ties=(together,), violence_forms=_CONTROL, pattern="intimate_terror",
        reporter=Reporter("private", "shielded", "", "Hetty Kroonenberg"),
        informed=False, informed_reason="Melder wil niet herkend worden.",
    )  # fmt: skip
    waiting_at = when.ago(13, 12, 30)
    waiting = Signal(
        source=Source.POLICE_UTRECHT, reference=f"PL0900-{waiting_at.year}-602008",
        reported=waiting_at + timedelta(hours=2), category="incident", severity="structural",
        occurred=waiting_at, place="street", addressed_to="ZVH",
        statements=(
            Statement("fact", "Ruben wacht voor de derde keer in zes weken bij de opvang van Lotte."
                      " Aangesproken en vertrokken. Aangemeld voor het casusoverleg."),
        ),
        mentions=(she, he, little), ties=(together, hers[0], his[0]), violence_forms=_CONTROL,
        pattern="intimate_terror", reporter=Reporter("agency"), kindcheck="yes", informed=False,
        informed_reason="Eerst afstemmen.", police_article="8", first_processed=waiting_at.date(),
    )  # fmt: skip
    talk_at = when.ago(11, 15, 45)
    talk = Signal(
        source=Source.YOUTH_CARE_UTRECHT, reference=f"JH-{talk_at.year}-602009", reported=talk_at,
        category="care", severity="structural", occurred=talk_at.date(), place="school",
        statements=(
            Statement("fact", "Sem is alleen gesproken, op school."),
            Statement("statement", "‘Ruben checkt elke avond onze telefoons.’", "p4"),
        ),
        mentions=(son, she), ties=(Tie("p1", "p4", "parent_child"),),
        violence_forms=(*_CONTROL, "digital"), pattern="intimate_terror",
        reporter=Reporter("professional", "open", "jeugdhulpverlener", "", "", 5, "unsafe"),
        kindcheck="yes", informed=True,
    )  # fmt: skip
    phone_at = when.ago(9, 20, 5)
    phone = Signal(
        source=Source.VEILIG_THUIS_UTRECHT, reference=f"VT-{phone_at.year}-602010",
        reported=phone_at, category="report", severity="suspicion", occurred=phone_at.date(),
        statements=(
            Statement("suspicion", "Ruben leest mee op haar telefoon en weet steeds waar ze is."),
        ),
        mentions=(she, he, jeroen.as_("p5", "ex_partner")),
        ties=(together, Tie("p1", "p5", "ex_partner", when.day_ago(5000), when.day_ago(2400))),
        violence_forms=(*_CONTROL, "digital", "stalking"), pattern="intimate_terror",
        reporter=Reporter("family", "shielded", "", "Marga Wiegersma"),
        informed=False, informed_reason="Hij leest haar post en telefoon.",
    )  # fmt: skip
    father_at = when.ago(140, 10)
    father = Signal(
        source=Source.YOUTH_CARE_UTRECHT, reference=f"JH-{father_at.year}-602013",
        reported=father_at, category="care", severity="suspicion", occurred=father_at.date(),
        place="elsewhere",
        statements=(
            Statement("fact", "Sem is om het weekend bij zijn vader Jeroen; daar is rust."),
        ),
        mentions=(son, ilse.as_("p1", "family_member"), jeroen.as_("p5", "family_member")),
        ties=(
            Tie("p1", "p4", "parent_child"),
            Tie("p5", "p4", "parent_child"),
            Tie("p1", "p5", "ex_partner", when.day_ago(5000), when.day_ago(2400)),
        ),
        violence_forms=("psychological",),
        reporter=Reporter("professional", "open", "jeugdhulpverlener", "", "", 4, "help_possible"),
        kindcheck="yes", informed=True,
    )  # fmt: skip
    leaving_at = when.ago(1, 16, 20)
    leaving = Signal(
        source=Source.YOUTH_CARE_UTRECHT, reference=f"JH-{leaving_at.year}-602011",
        reported=leaving_at + timedelta(minutes=45), category="care",
        severity="spontaneous_disclosure", occurred=leaving_at, place="elsewhere",
        statements=(
            Statement("statement", "‘Ik ga zondag weg met Lotte, hij weet het nog niet.’", "p1"),
            Statement("fact", "Gesproken zonder Ruben erbij."),
        ),
        mentions=(she, little, he), ties=(together, hers[0], his[0]), violence_forms=_CONTROL,
        pattern="intimate_terror",
        reporter=Reporter("professional", "open", "jeugdhulpverlener", "", "", 5, "unsafe"),
        kindcheck="yes", informed=True,
    )  # fmt: skip
    school_at = when.ago(1, 19, 5)
    school = Signal(
        source=Source.POLICE_UTRECHT, reference=f"PL0900-{school_at.year}-602012",
        reported=school_at + timedelta(minutes=35), category="incident", severity="incidental",
        occurred=school_at, place="school",
        statements=(
            Statement("fact", "Ruben staat 25 minuten voor de school van Sem; weggestuurd,"
                      " geen strafbaar feit."),
        ),
        mentions=(he, son, she), ties=(together, hers[1], his[1]), violence_forms=_CONTROL,
        reporter=Reporter("agency"), kindcheck="yes", informed=False,
        informed_reason="Eerst afstemmen.", police_article="8", first_processed=school_at.date(),
    )  # fmt: skip
    return Story(
        number=2,
        id="brandsma",
        household="Brandsma",
        reading="Dwingende controle en nu weggaan: gevaar vannacht, al is nooit een klap gemeld.",
        signals=(
            doctor, debts, quarrel, relay, ban, father, treatment, neighbour, waiting, talk, phone,
            leaving, school,
        ),
        assignments=(TO_VT, TO_ZVH),
        expectations=(
            Shown("m.dejong", (
                "Ik ga zondag weg met Lotte", "25 minuten voor de school van Sem",
                "Geen eigen pas of rekening", "niet één keer alleen gezien",
            )),
            Masked("m.dejong", 1, "treatment content of Sem (12) needs his own consent"),
            Hidden("m.dejong", ("EMDR", "nachtmerries", "schoenen aan"), "Sem's treatment"),
            Hidden("t.maas", ("slaapmiddelen", "Gejaagde indruk", "huisarts", "Oldenburg"),
                   "what the doctor told, without consent"),
            Hidden("m.dejong", ("Hetty", "Kroonenberg", "Marga", "Wiegersma"),
                   "shielded reporters are never named"),
            Hidden("t.maas", ("Hetty", "Kroonenberg", "Marga", "Wiegersma"), "private reporters"),
            Hidden("t.maas", ("EMDR", "schoenen aan"), "Sem's treatment"),
            Masked("t.maas", 1, "known to exist, not what it says"),
            Shown("t.maas", ("derde keer in zes weken bij de opvang",)),
            Hidden("k.bos", ("Brandsma", "Hofstra", "opvang van Lotte"),
                   "another region", absent=True),
            Hidden("j.prins", ("Brandsma", "Hofstra", "Kroonenberg"), "no case there", absent=True),
        ),
    )  # fmt: skip
