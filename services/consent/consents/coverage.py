"""What the consents, restrictions and emergency grants in force today mean for records."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from services.consent.consents.authority import sufficient
from services.consent.consents.model import Terms, possible_bands
from shared.clients.facts import BANDS, Subject
from shared.vocabulary import Category

CATEGORIES = tuple(category.value for category in Category)


@dataclass(frozen=True)
class Lists:
    """Per age band the mention ids whose consent covers `categories`."""

    categories: frozenset[str]
    by_band: Mapping[str, frozenset[str]]

    @property
    def empty(self) -> bool:
        return not any(self.by_band.values())


@dataclass(frozen=True)
class Coverage:
    """For one recipient, one purpose, one moment. `given`: terms that hold, by mention id."""

    given: Mapping[str, tuple[Terms, ...]]
    restricted: frozenset[str] = frozenset()
    granted: frozenset[str] = frozenset()
    _memo: dict[tuple[str, str, str], bool] = field(default_factory=dict, repr=False, compare=False)

    @staticmethod
    def of(
        terms: Iterable[Terms],
        restricted: frozenset[str] = frozenset(),
        granted: frozenset[str] = frozenset(),
    ) -> Coverage:
        by_mention: dict[str, list[Terms]] = defaultdict(list)
        for item in terms:
            by_mention[item.mention_id].append(item)
        return Coverage(
            {mention: tuple(items) for mention, items in by_mention.items()}, restricted, granted
        )

    def covers(self, mention_id: str, category: str, band: str) -> bool:
        """Does this mention's consent cover the category, for somebody in this age band today?

        An unknown age must be covered for every band the person may be in.
        """
        given = self.given.get(mention_id)
        if given is None:
            return False
        key = (mention_id, category, band)
        if key not in self._memo:
            self._memo[key] = self._covers(given, category, band)
        return self._memo[key]

    @staticmethod
    def _covers(given: Sequence[Terms], category: str, band: str) -> bool:
        for_category = [terms for terms in given if category in terms.categories]
        if not for_category:
            return False
        if band != "unknown":
            return sufficient(band, category, for_category)
        bands = frozenset[str].intersection(*(possible_bands(terms.band) for terms in for_category))
        return all(sufficient(each, category, for_category) for each in bands)

    def consented(self, subjects: Sequence[Subject], category: str) -> bool:
        """Every person concerned is covered, and there is at least one."""
        return bool(subjects and self.given) and all(
            any(
                self.covers(mention, category, subject.band)
                for mention in subject.mentions
                if mention in self.given
            )
            for subject in subjects
        )

    def lists(self) -> list[Lists]:
        """The same as `consented`, as lists of mentions; categories with equal lists together."""
        groups: dict[tuple[frozenset[str], ...], set[str]] = defaultdict(set)
        for category in CATEGORIES:
            bands = tuple(
                frozenset(mention for mention in self.given if self.covers(mention, category, band))
                for band in BANDS
            )
            groups[bands].add(category)
        return [
            Lists(frozenset(categories), dict(zip(BANDS, bands, strict=True)))
            for bands, categories in groups.items()
        ]

    def is_restricted(self, subjects: Sequence[Subject]) -> bool:
        return _touches(subjects, self.restricted)

    def is_granted(self, subjects: Sequence[Subject]) -> bool:
        return _touches(subjects, self.granted)


def _touches(subjects: Sequence[Subject], mentions: frozenset[str]) -> bool:
    return bool(mentions) and any(not mentions.isdisjoint(subject.mentions) for subject in subjects)
