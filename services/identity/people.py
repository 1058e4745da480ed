"""The people of the demonstration. Synthetic; used in development mode only (I12)."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field

from werkzeug.security import check_password_hash

from shared.vocabulary import Agency, LegalContext, Region, Role

_SUBJECTS = uuid.UUID("5b1f6c9e-58a2-4c5f-9d3e-0c1b7f2a6e44")


@dataclass(frozen=True)
class Person:
    """Someone who logs in; `password` is a salted scrypt hash."""

    user: str
    name: str
    role: Role
    organisation: str
    agency: Agency
    region: Region
    legal_context: LegalContext
    password: str = field(repr=False)

    @property
    def subject(self) -> str:
        """The person's fixed id in tokens; says nothing about the user name."""
        return str(uuid.uuid5(_SUBJECTS, self.user))

    def has_password(self, text: str) -> bool:
        return check_password_hash(self.password, text)


# One demonstration password for all, each with a salt of its own.
PEOPLE = (
    Person(
        "m.dejong", "Marit de Jong", Role.COORDINATOR, "vt-utrecht", Agency.VEILIG_THUIS,
        Region.UTRECHT, LegalContext.VT_TASK,
        "scrypt:16384:8:1$yL7VsmKPibD2$"
        "553351fa7327dfe7e2d9220dc54d9f24698e3e4adcc4b63db916870f3d4d95a3"
        "8b531f922b2b6a769e7a230acc4c51ceb0d342ebbe339a5850676dbf1bb30f80",
    ),
    Person(
        "a.said", "Amal Said", Role.COORDINATOR, "vt-utrecht", Agency.VEILIG_THUIS,
        Region.UTRECHT, LegalContext.VT_TASK,
        "scrypt:16384:8:1$4rLip1NUjxfXPUUV$"
        "de0cebf4bf09d1790231bce0c8b26a94fa7114bf04ad09a3404ea9c3f0b943e6"
        "8ec8a239caaa7b98136a9810e325aaeac7be29133c86b0f22c6208cd79ff131b",
    ),
    Person(
        "t.maas", "Thijs Maas", Role.COORDINATOR, "zvh-utrecht", Agency.ZVH,
        Region.UTRECHT, LegalContext.ZVH_WGS,
        "scrypt:16384:8:1$YEJqgPjecCVr$"
        "1e79a90709f0bf6f8dc8e1384cfede8b2b686fa5b0676bb9023b75223448a7b2"
        "3c71af6e06d38859969ad02e1326c143d6f9c82011541a6bd2c58d6677a75aee",
    ),
    Person(
        "k.bos", "Karin Bos", Role.COORDINATOR, "vt-gooi", Agency.VEILIG_THUIS,
        Region.GOOI, LegalContext.VT_TASK,
        "scrypt:16384:8:1$xLwW2g6MtsVa$"
        "a71a4c626f490afc97aa564795cd1e6b0c2e600edae4fc30113e45d608a00ecc"
        "f8b85a48b115afa3dbbe48e1d507bc7773c81d1cd50a027062a98c303d586ca7",
    ),
    Person(
        "j.prins", "Jeroen Prins", Role.COORDINATOR, "jeugdteam-utrecht", Agency.MUNICIPALITY,
        Region.UTRECHT, LegalContext.YOUTH_COUNCIL,
        "scrypt:16384:8:1$l8UwPJwFllvv$"
        "44e432c3af7d1ff0e9db4c8ae1f923f3f079d4a0df10ae143ff33ecc5bf3d3ba"
        "25b03b10c5265679d359fa1e0704b3d231523d26979a36f05acfe9ad21ca9382",
    ),
    Person(
        "s.kaya", "Selin Kaya", Role.DESK, "vt-utrecht", Agency.VEILIG_THUIS,
        Region.UTRECHT, LegalContext.VT_TASK,
        "scrypt:16384:8:1$j6S2bHJML9Xv$"
        "f85bdcd0b28253c6a16ffb946b63498aa6251564b5916691c93da6c55a5f3667"
        "d5a730deee97fa13e36d5fff167e8f7d529d5fd31ab3ca9c79758ca9cfe9a7f9",
    ),
    Person(
        "l.smit", "Lotte Smit", Role.DESK, "zvh-utrecht", Agency.ZVH,
        Region.UTRECHT, LegalContext.ZVH_WGS,
        "scrypt:16384:8:1$Y2VoKu3zbOgz$"
        "797bbce9b55fd6841c14c90c8eafe4910ded1e34ade990c7ffb6fc187821b7b5"
        "5781d58b7324bbf9705f42b0e39a34b43940a1be300711d12862171bbfb33938",
    ),
    Person(
        "n.peters", "Niels Peters", Role.DESK, "vt-gooi", Agency.VEILIG_THUIS,
        Region.GOOI, LegalContext.VT_TASK,
        "scrypt:16384:8:1$WgoCUWdPf3o0$"
        "a105cee2cdf08403579cb6745b63066cf996fc5fff41486eceb7fcc2ae97765f"
        "15bffdc65d3e32563917ee4b7fb2c5382e789c9322b1653ddfb5a13ad2f12e41",
    ),
    Person(
        "d.bakker", "Daan Bakker", Role.DESK, "jeugdteam-utrecht", Agency.MUNICIPALITY,
        Region.UTRECHT, LegalContext.YOUTH_COUNCIL,
        "scrypt:16384:8:1$YmynWAVmSi81$"
        "2dcb222f4eaed34af8ecedb093b35fff7273406e4d3c75b3d504df402690ec09"
        "205b0ec38ca85308194da75a26cacb7372b59d895e5be4921a3f63b9cc4ecbac",
    ),
    Person(
        "r.visser", "Ruth Visser", Role.CONSENT_OFFICER, "vt-utrecht", Agency.VEILIG_THUIS,
        Region.UTRECHT, LegalContext.NONE,
        "scrypt:16384:8:1$aAYVey11Cjuj$"
        "3105162582952ee0d83f93ec9188b10c61e3cf8641e5aa2acf84bd4c6b26ce13"
        "7ae93c89092601a79c0177b71273c7582c00b122f950069827c5540edae50291",
    ),
    Person(
        "f.yilmaz", "Ferhat Yilmaz", Role.PRIVACY_OFFICER, "bundel-utrecht", Agency.BUNDEL,
        Region.UTRECHT, LegalContext.NONE,
        "scrypt:16384:8:1$4ZDi2rdRWU26$"
        "4c885e043217de1403a977264b06758b05bad78ffc3aefd45d46a7af9318d27f"
        "06a39b08aea9fc84c5613fd31eb6cf35e8f2de79e7da8be7e016e70887ef7f04",
    ),
    Person(
        "b.beheer", "Bo Beheer", Role.ADMINISTRATOR, "bundel-utrecht", Agency.BUNDEL,
        Region.UTRECHT, LegalContext.NONE,
        "scrypt:16384:8:1$53RLq17ej0R8$"
        "c5fdcab6e20d18ae8aba45641d4bf8baa076b0523740f0a78c1958d63b6562c3"
        "2bca69d4ff8126d118a2e716d08b0392ad098cd0bcc9354966a67e3721d2118c",
    ),
)  # fmt: skip
_BY_USER = {person.user: person for person in PEOPLE}
_BY_SUBJECT = {person.subject: person for person in PEOPLE}


def person_with(user: str, password: str) -> Person | None:
    """The person with this user name and password. Takes as long when there is no such user."""
    found = _BY_USER.get(user)
    right = (found or PEOPLE[0]).has_password(password)
    return found if right else None


def person_of(subject: str) -> Person | None:
    return _BY_SUBJECT.get(subject)
