"""Everything a person can get to see in the town, by the API and as pages."""

from __future__ import annotations

import html
import json
import re
from dataclasses import dataclass, field
from typing import Any

from bundel.demo.desk_work import StoryPlace
from tests.town import InTown

COORDINATORS = frozenset({"m.dejong", "a.said", "t.maas", "k.bos", "j.prins"})
DESKS = frozenset({"s.kaya", "l.smit", "n.peters", "d.bakker"})
PURPOSE = "case_coordination"
NOBODYS_CASE = "5f0c7a3e-8f0e-4f57-9b5f-0a6f0b0c7a11"
_DIFFERS = re.compile(r'[0-9a-f]{32}|name="csrf_token"\s+value="[^"]+"')
_CSRF = re.compile(r'name="csrf_token"\s+value="([^"]+)"')


@dataclass
class Looker:
    """One person looking around; what was seen is kept, for looking is slow and logged."""

    town: InTown
    user: str
    language: str = "nl"
    _seen: dict[str, str] = field(default_factory=dict)

    @property
    def _as_browser(self) -> dict[str, str]:
        return {"Accept": "text/html", "Accept-Language": self.language}

    @property
    def is_coordinator(self) -> bool:
        return self.user in COORDINATORS

    def worklist(self) -> dict[str, Any]:
        status, body = self.town.ask(self.user, "v1/worklist/_view", {"purpose": PURPOSE})
        assert status == 200, body
        found: dict[str, Any] = body
        return found

    def cases(self) -> list[dict[str, Any]]:
        """The cases on one's own work list."""
        return [row["case"] for row in self.worklist()["rows"]]

    def case_of(self, place: StoryPlace) -> dict[str, Any] | None:
        """This person's case of the story, in whatever legal context they work."""
        return next((c for c in self.cases() if c["householdId"] in place.household_ids), None)

    def picture(self, case_id: str) -> tuple[int, dict[str, Any]]:
        return self.town.ask(self.user, f"v1/cases/{case_id}/picture", {"purpose": PURPOSE})

    def search(self, text: str) -> dict[str, Any]:
        status, body = self.town.ask(
            self.user, "v1/signals/_search", {"purpose": PURPOSE, "text": text}
        )
        assert status == 200, body
        found: dict[str, Any] = body
        return found

    def queue(self) -> dict[str, Any]:
        status, body = self.town.ask(self.user, "v1/cases/_queue", {})
        assert status == 200, body
        found: dict[str, Any] = body
        return found

    def by_api(self) -> str:
        """Everything the API shows this person without being asked for a word, as text."""
        if "api" not in self._seen:
            if self.is_coordinator:
                answers: list[Any] = [self.worklist()]
                answers += [self.picture(case["id"])[1] for case in self.cases()]
            else:
                answers = [self.queue()]
            self._seen["api"] = json.dumps(answers, ensure_ascii=False)
        return self._seen["api"]

    def by_page(self) -> str:
        """Everything the pages show this person, as text with entities resolved."""
        if "page" not in self._seen:
            if self.is_coordinator:
                pages = [self.page("/signals/"), self.page("/signals/search")]
                pages += [self.household_page(case["id"]) for case in self.cases()]
            else:
                pages = [self.page("/signals/desk")]
            self._seen["page"] = "\n".join(pages)
        return self._seen["page"]

    def answer_about(self, case_id: str) -> tuple[int, int, str]:
        """Status and text of the pages about a case, asked and opened, less what differs in every
        answer: the id asked for, trace ids and form tokens."""
        browser = self.town.browser(self.user)
        asked = browser.get(f"/signals/cases/{case_id}", headers=self._as_browser)
        token = _CSRF.search(browser.get("/signals/", headers=self._as_browser).text)
        assert token
        opened = browser.post(
            f"/signals/cases/{case_id}/open",
            data={"purpose": PURPOSE, "csrf_token": token.group(1)},
            headers=self._as_browser,
        )
        text = (asked.text + opened.text).replace(case_id, "")
        return asked.status_code, opened.status_code, _DIFFERS.sub("", text)

    def page(self, path: str) -> str:
        answer = self.town.browser(self.user).get(path, headers=self._as_browser)
        assert answer.status_code == 200, (path, answer.status_code)
        return html.unescape(answer.text)

    def household_page(self, case_id: str) -> str:
        """Opens a household as a person does: asked for a purpose, a form is sent, a page comes."""
        browser = self.town.browser(self.user)
        question = browser.get(f"/signals/cases/{case_id}", headers=self._as_browser)
        assert question.status_code == 200, question.status_code
        token = _CSRF.search(question.text)
        assert token, "the form that asks the purpose has no token"
        answer = browser.post(
            f"/signals/cases/{case_id}/open",
            data={"purpose": PURPOSE, "csrf_token": token.group(1)},
            headers=self._as_browser,
        )
        assert answer.status_code == 200, answer.status_code
        return html.unescape(answer.text)
