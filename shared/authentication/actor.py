"""The caller of a request, as its verified token says."""

from __future__ import annotations

from dataclasses import dataclass, field

from shared.vocabulary import Agency, LegalContext, Role


@dataclass(frozen=True)
class Actor:
    """`subject` is the person or client the call is made for; `client` the software that makes it.

    They differ when a service calls a neighbour for a person. `token` is that caller's access
    token, to be exchanged for a neighbour's audience; it is never logged.
    """

    subject: str
    client: str
    role: Role
    organisation: str  # code, e.g. "vt-utrecht"
    agency: Agency
    region: str
    legal_context: LegalContext
    name: str = field(default="", repr=False)  # for the page's corner only
    token: str = field(default="", repr=False)

    @property
    def is_person(self) -> bool:
        return self.role not in (Role.SOURCE, Role.SERVICE)
