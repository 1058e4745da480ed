"""What the development provider remembers. Codes and refresh tokens are kept as digests only."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Integer, String, Table

from services.identity.database import metadata

# All times are whole seconds since 1970 (UTC).
used_assertions = Table(
    "used_assertions",
    metadata,
    Column("client_id", String(64), primary_key=True),
    Column("jti_digest", String(64), primary_key=True),
    Column("expires_at", BigInteger, nullable=False, index=True),
)
logins = Table(  # a person's single sign-on in one browser
    "logins",
    metadata,
    Column("cookie_digest", String(64), primary_key=True),
    Column("subject", String(36), nullable=False),
    Column("began_at", BigInteger, nullable=False),
    Column("ends_at", BigInteger, nullable=False),
)
grants = Table(  # one per code that was given out; refresh tokens hang on it
    "grants",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("code_digest", String(64), nullable=False, unique=True),
    Column("client_id", String(64), nullable=False),
    Column("subject", String(36), nullable=False),
    Column("cookie_digest", String(64), nullable=False, index=True),
    Column("redirect_uri", String(500), nullable=False),
    Column("scope", String(200), nullable=False),
    Column("nonce", String(200), nullable=False),
    Column("code_challenge", String(128), nullable=False),
    Column("authenticated_at", BigInteger, nullable=False),
    Column("code_expires_at", BigInteger, nullable=False),
    Column("code_used_at", BigInteger),
    Column("revoked_at", BigInteger),
)
refresh_tokens = Table(
    "refresh_tokens",
    metadata,
    Column("token_digest", String(64), primary_key=True),
    Column("grant_id", String(36), ForeignKey("grants.id"), nullable=False, index=True),
    Column("expires_at", BigInteger, nullable=False),
    Column("used_at", BigInteger),
)
attempts = Table(  # failed log-ins in a row, by digest of the user name
    "attempts",
    metadata,
    Column("user_digest", String(64), primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("blocked_until", BigInteger, nullable=False),
)
