"""The household Brandsma as the Veilig Thuis coordinator may see it on 21 November 2026, by hand.

Invented persons. Coercive control over fourteen months from several sources, no blow reported, and
yesterday she said that she will leave: the page must make that danger plain within ten seconds.
"""

from __future__ import annotations

from datetime import UTC, datetime

from services.signals.picture.model import (
    Attention,
    CaseView,
    Ground,
    Involvement,
    Item,
    Mask,
    PersonView,
    Picture,
    StatementView,
    TieView,
    Worklist,
    WorklistRow,
)

NOW = datetime(2026, 11, 21, 21, 38, tzinfo=UTC)
CASE_ID = "5b0c6f0e-6f0a-4a58-9d0d-6a3a4f3f2a10"

CASE = CaseView(
    id=CASE_ID,
    number="26-1184",
    legal_context="vt_task",
    state="active",
    phase="direct_safety",
    household_id="a7b55c9a-90ad-4b2f-a5de-0f3fb1ffb0f1",
    name="Brandsma",
    region="utrecht",
    coordinator_name="M. de Jong",
    deputy_names=("S. Kaya",),
    assigned_since=datetime(2026, 11, 14, 9, 0, tzinfo=UTC),
    sight_on_safety="veilig_thuis",
)


def item(signal_id: str, agency: str, occurred: str, reported: str, **fields: object) -> Item:
    """One signal with quiet defaults; `fields` say what is different."""
    organisations = {
        "police": "politie-midden-nederland",
        "youth_care": "jeugdhulp-vecht-en-venen",
        "veilig_thuis": "vt-utrecht",
    }
    values: dict[str, object] = {
        "signal_id": signal_id,
        "agency": agency,
        "organisation": organisations[agency],
        "occurred_from": occurred,
        "occurred_to": "",
        "reported_at": reported,
        "severity": "incidental",
        "category": "incident",
        "place": "home",
        "violence_forms": (),
        "about": ("Ilse Brandsma",),
        "statements": (),
        "reporter": "",
        "mask": None,
        "is_new": False,
        "origin_incident": "",
        "relays": 0,
        "unconfirmed": False,
        "warnings": (),
        **fields,
    }
    return Item(**values)  # type: ignore[arg-type]


TIMELINE = (
    item(
        "s-10", "police", "2026-11-21T19:05:00+01:00", "2026-11-21T19:40:00+01:00",
        place="school", about=("Ruben Hofman",), is_new=True, violence_forms=("stalking",),
        statements=(StatementView("fact", "Staat 25 minuten voor de school van Sem; weggestuurd, "
                                  "geen strafbaar feit.", ""),),
    ),
    item(
        "s-9", "youth_care", "2026-11-20T16:20:00+01:00", "2026-11-20T17:05:00+01:00",
        severity="spontaneous_disclosure", category="care", place="elsewhere", is_new=True,
        about=("Ilse Brandsma", "Lotte Hofman"), violence_forms=("coercive_control",),
        statements=(
            StatementView("statement", "‘Ik ga zondag weg met Lotte, hij weet het nog niet.’",
                          "Ilse Brandsma"),
            StatementView("fact", "Gesproken zonder Ruben erbij.", ""),
        ),
    ),
    item(
        "s-8", "veilig_thuis", "2026-11-14", "2026-11-14T11:00:00+01:00", severity="structural",
        category="report", reporter="beschermde melder", violence_forms=("digital", "stalking"),
        statements=(StatementView("suspicion", "Ruben leest mee op haar telefoon en weet steeds "
                                  "waar ze is.", ""),),
    ),
    item(
        "s-7", "veilig_thuis", "2026-09-28", "2026-09-29T09:12:00+02:00", severity="structural",
        category="report", reporter="beschermde melder", violence_forms=("coercive_control",),
        statements=(StatementView("fact", "Wordt gebracht en gehaald; in vier maanden niet één "
                                  "keer alleen gezien.", ""),),
    ),
    item(
        "s-6", "youth_care", "2026-09-02", "2026-09-03", organisation="", severity="", category="",
        place="", about=(), statements=(),
        mask=Mask("Afgeschermd: behandelinhoud van Sem (12)", "Sem moet zelf instemmen.", "R19",
                  "Jeugdwet art. 7.3.11", "Sem zelf, via zijn hulpverlener"),
    ),
    item(
        "s-5", "police", "2026-06-09T22:10:00+02:00", "2026-06-09T23:55:00+02:00",
        about=("Ilse Brandsma", "Ruben Hofman"), origin_incident="2026-0609-881", relays=1,
        violence_forms=("property", "verbal"),
        statements=(StatementView("fact", "Ruzie, gebroken deur. Geen letsel, geen aangifte. "
                                  "Huisverbod 10 juni, verlengd tot 8 juli.", ""),),
    ),
    item(
        "s-4", "veilig_thuis", "2026-06-09", "2026-06-12", category="report",
        about=("Ilse Brandsma", "Ruben Hofman"), origin_incident="2026-0609-881", relays=1,
        unconfirmed=True, violence_forms=("verbal",),
        statements=(StatementView("unclassified", "Doorgegeven door de politie: ruzie in de "
                                  "woning op 9 juni.", ""),),
    ),
    item(
        "s-3", "veilig_thuis", "2026-04-17", "2026-04-17", severity="structural",
        category="report", reporter="schuldhulpverlener", violence_forms=("financial",),
        statements=(StatementView("opinion", "Geen eigen pas of rekening; hij beslist over elke "
                                  "uitgave. Past bij dwingende controle.", ""),),
    ),
    item(
        "s-2", "youth_care", "2026-02", "2026-02-11", category="care", about=("Sem Visser",),
        statements=(StatementView("fact", "Sem slaapt slecht, blijft na school hangen.", ""),),
    ),
    item(
        "s-1", "veilig_thuis", "2025-09", "2025-10-02", severity="suspicion", category="report",
        reporter="huisarts", violence_forms=("psychological",),
        statements=(StatementView("suspicion", "Gebruikt sinds kort slaapmiddelen, gespannen als "
                                  "haar partner meekomt.", ""),),
    ),
)  # fmt: skip

PERSONS = (
    PersonView("p-ilse", "Ilse Brandsma", 34, "female", ("victim",), "adult", False, False,
               "adres afgeschermd", ("police", "veilig_thuis", "youth_care")),
    PersonView("p-ruben", "Ruben Hofman", 38, "male", ("perpetrator",), "adult", False, True, "",
               ("police",)),
    PersonView("p-jeroen", "Jeroen Visser", 37, "male", ("ex_partner",), "ex_partner", True, False,
               "", ()),
    PersonView("p-sem", "Sem Visser", 12, "male", ("child_witness",), "child", False, False, "",
               ("youth_care",)),
    PersonView("p-lotte", "Lotte Hofman", 4, "female", ("child_witness",), "child", False, False,
               "", ("youth_care",)),
)  # fmt: skip

TIES = (
    TieView("p-ilse", "p-ruben", "partner", "2021", "", False),
    TieView("p-ilse", "p-jeroen", "ex_partner", "", "2019", True),
    TieView("p-ilse", "p-sem", "parent_child", "", "", False),
    TieView("p-jeroen", "p-sem", "parent_child", "", "", False),
    TieView("p-ilse", "p-lotte", "parent_child", "", "", False),
    TieView("p-ruben", "p-lotte", "parent_child", "", "", False),
    TieView("p-ruben", "p-sem", "step_parent", "", "", False),
)

PICTURE = Picture(
    case=CASE,
    opened_at=NOW,
    purpose="safety_assessment",
    ground=Ground("R08", "Wmo 2015 art. 4.1.1", "Taak van Veilig Thuis"),
    last_look=datetime(2026, 11, 20, 9, 0, tzinfo=UTC),
    version="7c1f",
    attention=(
        Attention(
            "acute", "Spontane onthulling aan jeugdhulp, gisteren 16.20",
            "‘Ik ga zondag weg met Lotte, hij weet het nog niet.’ Weggaan is het gevaarlijkste "
            "moment.", ("s-9",),
        ),
        Attention("new", "2 nieuwe signalen sinds u hier was", "Van politie en jeugdhulp; het "
                  "jongste van vandaag 19.05.", ("s-10", "s-9")),
        Attention("review", "1 koppeling is nog door niemand bevestigd", "Ruben Hofman in het "
                  "signaal van 9 juni is door de computer herkend.", ("s-4",)),
    ),
    persons=PERSONS,
    ties=TIES,
    timeline=TIMELINE,
    involvement=(
        Involvement("jeugdhulp-vecht-en-venen", "youth_care", "Sem Visser, Lotte Hofman", "2026-02",
                    "2026-11-20"),
        Involvement("vt-utrecht", "veilig_thuis", "Ilse Brandsma", "2025-10", "2026-11-14"),
        Involvement("politie-midden-nederland", "police", "Ilse Brandsma, Ruben Hofman", "2026-06",
                    "2026-11-21"),
    ),
    visible_count=9,
    masked_count=1,
)  # fmt: skip


def worklist() -> Worklist:
    """Brandsma, a quiet household, and one that waits for the desk's purpose test."""

    def case(number: str, name: str, **fields: object) -> CaseView:
        return CaseView(
            **{
                **{f: getattr(CASE, f) for f in CaseView.__slots__},
                "id": number,
                "number": number,
                "name": name,
                **fields,
            }
        )  # type: ignore[arg-type]

    return Worklist(
        listed_at=NOW,
        purpose="safety_assessment",
        rows=(
            WorklistRow(CASE, "acute", "Spontane onthulling aan jeugdhulp, gisteren: zij wil "
                        "zondag weg.", 2, "2026-11-21T19:40:00+01:00", False),
            WorklistRow(case("26-1201", "Van Noord / Smit"), "new", "Nieuw signaal van de politie "
                        "na drie maanden.", 1, "2026-11-19T10:00:00+01:00", True),
            WorklistRow(case("26-1007", "Wolters", state="registered", legal_context="zvh_wgs"),
                        "term", "Doeltoets moet nog gebeuren.", 0, "2026-11-02", False),
            WorklistRow(case("26-0990", "Van Dalen"), "quiet", "Vier meldingen, één voorval "
                        "(3 maart).", 0, "2026-03-08", False),
        ),
    )  # fmt: skip
