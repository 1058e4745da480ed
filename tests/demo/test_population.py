"""The generator: the same for a seed, valid for intake, within its own rates, without leaks."""

from __future__ import annotations

import json
import re
from collections import Counter
from datetime import UTC, date, datetime, time
from functools import cache
from pathlib import Path

import pytest
from stdnum.nl import bsn as bsn_rules

from bundel.demo import bsn, names, narratives, rates
from bundel.demo.history import Told, intensity
from bundel.demo.model import Delivery, Source, Step
from bundel.demo.population import household, population, write_ndjson
from services.identity.clients import _SOURCES
from services.signals.intake import signal as intake
from services.signals.intake.reception import Understood, open_delivery, receive
from shared import clock

TODAY = date(2026, 11, 23)
SEED = 20_26
MANY = 3000


@cache
def many() -> tuple[Told, ...]:
    return tuple(population(SEED, MANY, TODAY))


def bodies(deliveries: tuple[Delivery, ...]) -> list[str]:
    return [json.dumps(delivery.signal.to_json(), ensure_ascii=False) for delivery in deliveries]


def source_of(client: Source) -> intake.Source:
    _id, organisation, agency, region, _algorithm = next(s for s in _SOURCES if s[0] == client)
    return intake.Source(client, organisation, agency, region)


def test_the_same_seed_and_day_give_the_same_bytes_and_another_seed_gives_others() -> None:
    first, again = household(SEED, 17, TODAY), household(SEED, 17, TODAY)
    assert bodies(first.deliveries) == bodies(again.deliveries)
    assert first.truth == again.truth
    assert bodies(household(SEED + 1, 17, TODAY).deliveries) != bodies(first.deliveries)


def test_a_household_is_the_same_whether_few_or_many_are_asked_for() -> None:
    few = list(population(SEED, 5, TODAY))
    assert bodies(few[4].deliveries) == bodies(many()[4].deliveries)


def test_every_generated_signal_is_understood_by_intake() -> None:
    clock.set_source(lambda: datetime.combine(TODAY, time(9), tzinfo=UTC))
    for told in many()[:600]:
        for delivery in told.deliveries:
            if delivery.step is Step.WITHDRAW:
                continue
            raw = json.dumps(delivery.signal.to_json()).encode()
            received = receive(open_delivery(raw), source_of(delivery.signal.source))
            assert isinstance(received, Understood)
            assert received.region == told.household.region


def test_references_are_given_out_once() -> None:
    seen = Counter(d.key for told in many() for d in told.deliveries)
    assert max(seen.values()) == 1


def test_deliveries_come_in_the_order_of_time_and_end_before_today() -> None:
    for told in many()[:500]:
        moments = [delivery.at for delivery in told.deliveries]
        assert moments == sorted(moments)
        assert all(moment.date() < TODAY for moment in moments)


def test_no_two_people_share_a_number_and_every_number_passes_the_eleven_test() -> None:
    numbers = [person.number for told in many() for person in told.household.persons]
    assert len(numbers) == len(set(numbers))
    assert all(bsn.is_valid(number) and bsn_rules.is_valid(number) for number in numbers)
    assert all(number.startswith("9") for number in numbers)


def test_small_demonstrations_use_the_published_test_range_only() -> None:
    people = [p for told in many()[:500] for p in told.household.persons]
    assert all(person.number.startswith("9999") for person in people)


@pytest.mark.parametrize("position", [0, 4_999, 5_000, 123_456, 4_999_999])
def test_every_place_in_the_row_of_numbers_has_a_valid_number(position: int) -> None:
    assert bsn.is_valid(bsn.numbered(position))


def test_a_spoiled_number_fails_the_eleven_test() -> None:
    assert not any(bsn.is_valid(bsn.spoiled(bsn.numbered(n))) for n in range(500))


def test_a_child_is_not_mentioned_before_it_is_born() -> None:
    for told in many()[:800]:
        births = {person.key: person.birth for person in told.household.persons}
        for delivery in told.deliveries:
            signal = delivery.signal
            for mention in signal.mentions:
                key = told.truth.get((signal.source, signal.reference, mention.ref))
                assert key is None or births[key] <= signal.reported.date()


def test_the_truth_names_everyone_but_the_unknown() -> None:
    for told in many()[:300]:
        for delivery in told.deliveries:
            signal = delivery.signal
            for mention in signal.mentions:
                known = (signal.source, signal.reference, mention.ref) in told.truth
                assert known == (mention.name is not None)


def within(rate: rates.Rate, share: float) -> bool:
    return rate.low <= share <= rate.high


def share_of(flags: list[bool]) -> float:
    return sum(flags) / len(flags)


def originals(told: Told) -> list[Delivery]:
    return [d for d in told.deliveries if d.step is Step.PUSH and d.signal.relayed_from is None]


def test_the_households_are_composed_as_the_rates_say() -> None:
    homes = [told.household for told in many()]
    assert within(rates.CHILDREN, share_of([bool(h.children) for h in homes]))
    with_children = [len(h.children) for h in homes if h.children]
    assert within(rates.MEAN_CHILDREN, sum(with_children) / len(with_children))
    assert within(rates.SEPARATED, share_of([h.separated_on is not None for h in homes]))
    assert within(rates.MUTUAL, share_of([h.mutual for h in homes]))
    assert within(rates.SECOND_REGION, share_of([h.region != "utrecht" for h in homes]))
    harmed = share_of([h.first.sex == "female" for h in homes])
    assert within(rates.MALE_PERPETRATOR, harmed)


def test_sources_and_repetition_follow_the_rates() -> None:
    first = Counter(originals(told)[0].signal.source.split("-")[0] for told in many())
    # Of a household the first in time is looked at; the mix is the same for each signal.
    everything = Counter(
        d.signal.source.split("-")[0] for told in many() for d in originals(told)[:1]
    )
    assert first == everything
    assert within(rates.POLICE_FIRST, first["police"] / MANY)
    assert within(rates.VEILIG_THUIS_FIRST, first["vt"] / MANY)
    assert within(rates.YOUTH_CARE_FIRST, first["youthcare"] / MANY)
    counts = [len(originals(told)) for told in many()]
    assert within(rates.REPEATED, share_of([count > 1 for count in counts]))
    repeated = [count for count in counts if count > 1]
    assert within(rates.SIGNALS_WHEN_REPEATED, sum(repeated) / len(repeated))
    several = [
        len({d.signal.source for d in originals(told)}) > 1
        for told in many()
        if len(originals(told)) > 1
    ]
    assert within(rates.SECOND_SOURCE, share_of(several))


def test_people_are_written_down_as_badly_as_the_rates_say() -> None:
    mentions = [
        (told, d, m)
        for told in many()
        for d in originals(told)
        for m in d.signal.mentions
        if m.name
    ]
    assert within(rates.WITHOUT_BSN, share_of([not m.bsn for _, _, m in mentions]))
    assert within(rates.MISSING_CONTACT, share_of([not m.addresses for _, _, m in mentions]))
    assert within(
        rates.PARTIAL_BIRTH_DATE, share_of([len(m.birth_date) < 10 for _, _, m in mentions])
    )
    acute = [m for _, d, m in mentions if d.signal.severity == "acute" and m.bsn]
    assert within(rates.WRONG_BSN, share_of([not bsn.is_valid(m.bsn) for m in acute]))


def test_between_ten_and_fifteen_percent_have_a_second_record() -> None:
    assert within(rates.DOUBLE_RECORD, rates.DOUBLE_RECORD.value)
    spellings: dict[tuple[str, str], Counter[str]] = {}
    for told in many():
        for d in told.deliveries:
            for m in d.signal.mentions:
                key = told.truth.get((d.signal.source, d.signal.reference, m.ref))
                if key and m.name:
                    spellings.setdefault((d.signal.source, key), Counter())[m.name.surname] += 1
    often = [c for c in spellings.values() if sum(c.values()) >= 6]
    # A second record shows as two spellings that both come back; a typing error stands alone.
    doubles = [sum(count >= 2 for count in c.values()) >= 2 for c in often]
    assert 0.07 <= share_of(doubles) <= 0.18


def test_police_signals_now_and_then_have_an_unknown_perpetrator_and_a_relay() -> None:
    police = [d.signal for told in many() for d in originals(told) if d.signal.police_article]
    assert within(
        rates.UNKNOWN_PERPETRATOR,
        share_of([any(m.name is None for m in s.mentions) for s in police]),
    )
    relayed = {
        d.signal.relayed_from[1] for t in many() for d in t.deliveries if d.signal.relayed_from
    }
    assert within(rates.RELAYED, share_of([s.reference in relayed for s in police]))


def test_a_relay_tells_the_same_incident_so_that_it_is_counted_once() -> None:
    for told in many()[:500]:
        by_reference = {d.signal.reference: d.signal for d in told.deliveries}
        for signal in by_reference.values():
            if signal.relayed_from:
                assert signal.incident == by_reference[signal.relayed_from[1]].incident


def test_corrections_and_withdrawals_happen_now_and_then() -> None:
    steps = Counter(d.step for told in many() for d in told.deliveries)
    pushed = sum(len(originals(told)) for told in many())
    assert within(rates.CORRECTED, steps[Step.CORRECT] / pushed)
    assert within(rates.WITHDRAWN, steps[Step.WITHDRAW] / pushed)


def test_intensity_declines_serious_violence_hardly_does() -> None:
    assert intensity(0, False) == 1
    assert intensity(1, False) == pytest.approx(rates.DECLINE_WHOLE.value)
    assert intensity(1, True) == pytest.approx(rates.SERIOUS_DECLINE.value)


def test_more_happens_after_parting_than_before() -> None:
    after = before = 0.0
    for told in many():
        parted = told.household.separated_on
        if parted is None:
            continue
        for d in originals(told):
            day = d.signal.reported.date()
            place = 1 - (TODAY - day).days / 540
            weight = 1 / intensity(min(max(place, 0), 1), d.signal.severity == "acute")
            span = (TODAY - parted).days
            if day >= parted:
                after += weight / span
            else:
                before += weight / (540 - span)
    assert 1.2 < after / before < 2.2


def test_a_protected_address_stands_in_no_generated_narrative() -> None:
    for told in many():
        protected = {
            address.line
            for person in told.household.persons
            for _, address in person.homes
            if address.protected
        }
        for delivery in told.deliveries:
            text = " ".join(statement.text for statement in delivery.signal.statements)
            assert not any(line in text for line in protected)
            assert not re.search(r"\b[1-9][0-9]{3} ?[A-Z]{2}\b", text)


def test_no_narrative_speaks_of_origin_or_faith() -> None:
    words = "marok|turk|surina|antilli|moslim|islam|christen|kerk|cultuur|allochto|buitenland"
    fragments = [v for v in vars(narratives).values() if isinstance(v, narratives.Fragments)]
    texts = [t for f in fragments for t in (*f.fact, *f.suspicion, *f.opinion)]
    texts += [text for f in fragments for _, text in f.statement]
    assert not [text for text in texts if re.search(words, text, re.IGNORECASE)]


def test_every_nickname_belongs_to_a_name_and_phones_lead_nowhere() -> None:
    assert not set(names.NICKNAMES.values()) & {""}
    people = [p for told in many()[:200] for p in told.household.persons]
    assert all(p.phone.startswith("+31600") and p.email.endswith(".invalid") for p in people)


def test_every_rate_names_its_source() -> None:
    for name, rate in rates.all_rates().items():
        assert rate.source.startswith(("[G4]", "[MK]", "assumption")), name
        assert rate.low <= rate.value <= rate.high, name


def test_large_sets_are_written_one_household_at_a_time(tmp_path: Path) -> None:
    written = write_ndjson(tmp_path, seed=SEED, today=TODAY, households=200, persons=300)
    assert written.households < 200
    lines = sum(len((tmp_path / f"{s}.ndjson").read_text().splitlines()) for s in Source)
    assert lines == written.signals
    truth = [json.loads(line) for line in (tmp_path / "truth.ndjson").read_text().splitlines()]
    assert {"source", "reference", "ref", "person"} == set(truth[0])


def test_any_size_is_written_by_command_and_the_same_seed_gives_the_same(tmp_path: Path) -> None:
    from click.testing import CliRunner

    from bundel.commands.demo import command

    told = []
    for name in ("one", "other"):
        arguments = ["generate", str(tmp_path / name), "--persons", "40", "--seed", "3"]
        done = CliRunner().invoke(command, arguments)
        assert done.exit_code == 0, done.output
        files = sorted((tmp_path / name).glob("*.ndjson"))
        told.append({file.name: file.read_bytes() for file in files})
    assert told[0] == told[1]
    assert sum(len(lines.splitlines()) for lines in told[0].values()) > 40
    assert CliRunner().invoke(command, ["generate", str(tmp_path / "none")]).exit_code == 2
