"""What a verified access token says, checked claim by claim (RFC 9068)."""

from __future__ import annotations

import math
from collections.abc import Mapping
from enum import StrEnum
from typing import Any, TypeVar

from shared import clock
from shared.authentication.actor import Actor
from shared.problems import NotAuthenticated
from shared.vocabulary import Agency, LegalContext, Role

CLOCK_DIFFERENCE = 10  # seconds that two machines' clocks may differ
LONGEST_LIFE = 3600  # seconds from iat to exp; Bundel's own provider gives 300
MINIMUM_JTI = 22  # characters: 128 bits in base64url
_TEXT_CLAIMS = (
    "iss", "sub", "aud", "jti", "azp", "role", "organisation", "agency", "region", "legal_context",
)  # fmt: skip
_TIME_CLAIMS = ("iat", "exp")
Code = TypeVar("Code", bound=StrEnum)


def actor_of(claims: Mapping[str, Any], *, issuer: str, audience: str, token: str) -> Actor:
    """The caller a verified token names. Raises NotAuthenticated: names claims, never values."""
    for name in _TEXT_CLAIMS:
        if not isinstance(claims.get(name), str) or not claims[name]:
            raise NotAuthenticated(f"The access token has no usable claim {name}.")
    for name in _TIME_CLAIMS:
        if not _is_time(claims.get(name)):
            raise NotAuthenticated(f"The access token has no usable claim {name}.")
    if claims["iss"] != issuer:
        raise NotAuthenticated("The access token was issued by another provider.")
    if claims["aud"] != audience:
        raise NotAuthenticated("The access token is meant for another service; ask one for this.")
    _check_times(claims)
    if len(claims["jti"]) < MINIMUM_JTI:
        raise NotAuthenticated("The access token's jti is too short.")
    actor = Actor(
        subject=claims["sub"],
        client=claims["azp"],
        role=_code(Role, claims, "role"),
        organisation=claims["organisation"],
        agency=_code(Agency, claims, "agency"),
        region=claims["region"],
        legal_context=_code(LegalContext, claims, "legal_context"),
        name=claims["name"] if isinstance(claims.get("name"), str) else "",
        token=token,
    )
    if actor.is_person and not actor.name:
        raise NotAuthenticated("The access token has no usable claim name.")
    return actor


def _is_time(value: object) -> bool:
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return number and math.isfinite(value)  # type: ignore[arg-type]


def _check_times(claims: Mapping[str, Any]) -> None:
    now = clock.now().timestamp()
    if claims["exp"] <= now:
        raise NotAuthenticated("The access token has expired; ask for a new one.")
    if claims["iat"] > now + CLOCK_DIFFERENCE:
        raise NotAuthenticated("The access token is from the future; check the clocks.")
    if claims["exp"] - claims["iat"] > LONGEST_LIFE:
        raise NotAuthenticated("The access token lives too long; ask for a short one.")
    if "nbf" in claims and (not _is_time(claims["nbf"]) or claims["nbf"] > now + CLOCK_DIFFERENCE):
        raise NotAuthenticated("The access token is not valid yet.")


def _code(codes: type[Code], claims: Mapping[str, Any], name: str) -> Code:
    try:
        return codes(claims[name])
    except ValueError as error:
        raise NotAuthenticated(f"The access token's {name} is not known here.") from error
