"""The ten stories. In each the counts mislead and the pattern does not."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from bundel.demo.stories.bakkali import bakkali
from bundel.demo.stories.brandsma import brandsma
from bundel.demo.stories.de_graaf import de_graaf
from bundel.demo.stories.hanan import hanan
from bundel.demo.stories.linda_and_patrick import linda_and_patrick
from bundel.demo.stories.model import Calendar, Story
from bundel.demo.stories.noor_and_sander import noor_and_sander
from bundel.demo.stories.samira import samira
from bundel.demo.stories.van_dalen import van_dalen
from bundel.demo.stories.wolters import wolters
from bundel.demo.stories.yara import yara

MAIN_STORY = 2  # the household that the demonstration opens with

_TELLERS: tuple[Callable[[Calendar], Story], ...] = (
    van_dalen,
    brandsma,
    noor_and_sander,
    wolters,
    de_graaf,
    yara,
    samira,
    linda_and_patrick,
    bakkali,
    hanan,
)


def all_stories(today: date) -> tuple[Story, ...]:
    """The ten stories as they stand on `today`, in their order."""
    calendar = Calendar(today)
    return tuple(tell(calendar) for tell in _TELLERS)
