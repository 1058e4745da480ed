"""How well names and birth dates of real form link: the public test set of the population register.

The set (RvIG, EUPL-1.2) is not part of this repository; without it this test is skipped.
"""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from pathlib import Path

import pytest

from services.signals.linking.compare import compare
from services.signals.linking.description import Description, plain_address, read_date
from services.signals.linking.keys import MatchKey, match_keys
from services.signals.linking.matching import Arriving, Known, place
from services.signals.linking.names import PersonName
from services.signals.linking.states import Band
from services.signals.linking.weights import provisional_weights
from services.signals.protection.matchkeys import MatchKeyer

DATA = Path(__file__).resolve().parents[4] / "shared" / "data" / "dutch-test-persons"
KEYER = MatchKeyer(b"k" * 32)
WEIGHTS = provisional_weights()
SEX = {"M": "male", "V": "female"}


def rows(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def description(row: dict[str, str]) -> Description:
    date = row["birth_date"].strip()
    address = plain_address(row.get("postcode"), row.get("house_number"), None)
    name = PersonName(given=row["given"], particle=row["particle"], surname=row["surname"])
    return Description(
        names=(name,),
        birth_date=read_date(f"{date[:4]}-{date[4:6]}-{date[6:8]}"),
        sex=SEX.get(row.get("sex", ""), "unknown"),
        addresses=(address,) if address else (),
    )


@pytest.mark.skipif(
    not DATA.exists(), reason=f"the Dutch test persons are not at {DATA}; see docs/adr/0004"
)
def test_names_on_relatives_lists_link_to_the_right_person(
    capsys: pytest.CaptureFixture[str],
) -> None:
    persons = {row["bsn"]: description(row) for row in rows("persons.csv")}
    index: dict[MatchKey, set[str]] = defaultdict(set)
    for bsn, found in persons.items():
        for key in match_keys(found, "utrecht", KEYER):
            index[key].add(bsn)
    counts: Counter[str] = Counter()
    for row in rows("mentions.csv"):
        mention, truth = description(row), row["bsn"]
        keys = match_keys(mention, "utrecht", KEYER)
        alike = set().union(*(index[key] for key in keys))
        known = [Known(bsn, ((bsn, persons[bsn]),)) for bsn in sorted(alike)]
        (placement,) = place([Arriving("m", "1", mention)], known, WEIGHTS)
        counts["present"] += truth in persons
        counts[placement.band] += 1
        if placement.band is not Band.AUTO:
            continue
        counts["right"] += placement.person_id == truth
        if placement.person_id != truth:
            # The set holds some people twice under another BSN; a name never misleads otherwise.
            wrong = compare(mention, persons[placement.person_id or ""], WEIGHTS)
            assert (wrong.reason("given"), wrong.reason("surname"), wrong.reason("birth_date")) == (
                "equal", "equal", "equal",
            )  # fmt: skip
    precision = counts["right"] / counts[Band.AUTO]
    recall = counts["right"] / counts["present"]
    with capsys.disabled():
        print(  # noqa: T201 - the figure is the purpose
            f"\nDutch test persons: {counts[Band.AUTO]} automatic links, precision "
            f"{precision:.4f}, recall {recall:.3f}, {counts[Band.REVIEW]} for review"
        )
    assert precision >= 0.99
    assert recall >= 0.9
