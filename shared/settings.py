"""The one settings object, read from the environment once, frozen ever after.

Development keys are derived from a fixed text and refuse to start outside development mode (I12).
"""

from __future__ import annotations

import base64
import hashlib
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

SERVICES = ("signals", "consent", "audit")
KEY_NAMES = ("KEK", "MATCH_KEY", "TOKEN_KEY", "IDEMPOTENCY_KEY", "SESSION_KEY", "LOG_KEY")
# These may hold several generations, "2:BASE64 1:BASE64": the first is used, the others open too.
ROTATED_KEYS = ("KEK", "MATCH_KEY")
# Keys for one use, when they are not set: generation 1 of another. They outlive its rotation,
# because what they made cannot be made again (or, for the index, is made again by itself).
DERIVED_KEYS = {"INDEX_KEY": "TOKEN_KEY", "ADDRESS_KEY": "MATCH_KEY", "GRANT_KEY": "KEK"}
WITNESS_NAME = "bundel.invalid/witness"
_DEVELOPMENT_SEED = b"bundel development key, worthless outside this mode: "
_MINIMUM_KEY_BYTES = 32


class SettingsError(Exception):
    """A setting is missing or unsafe; the text says which and what to do."""


def development_key(name: str) -> bytes:
    """A key everybody knows. Settings refuse it outside development mode."""
    return hashlib.sha256(_DEVELOPMENT_SEED + name.encode()).digest()


@dataclass(frozen=True)
class Settings:
    """All that can differ between two installations. Keys are 32 raw bytes each, by name."""

    mode: str  # development | production
    home: Path
    port: int
    base_url: str  # the one address people and systems use, without a slash at its end
    issuer: str
    neighbours: Mapping[str, str]  # service -> address it is reached at from inside
    identity_url: str  # where the token endpoint and the key set are reached from inside
    databases: Mapping[str, str]  # signals, consent, audit, keys, identity -> SQLAlchemy URL
    keys: Mapping[str, bytes] = field(repr=False)
    rings: Mapping[str, Mapping[int, bytes]] = field(default_factory=dict, repr=False)
    log_origin: str = "bundel.invalid/log"
    max_body_bytes: int = 1_000_000
    max_bulk_bytes: int = 20_000_000
    neighbour_timeout: float = 5.0  # seconds
    access_token_seconds: int = 300
    log_level: str = "INFO"
    log_free_bytes: int = 64 << 20  # kept free on the log's disk
    signals_free_bytes: int = 64 << 20  # kept free on the disk of the signals
    witness_url: str = ""  # where a witness of the log is reached; "" for none
    witness_key: str = ""  # its public key (C2SP vkey)
    opensearch_url: str = ""  # "": the search index is in the signals database
    opensearch_index: str = "bundel-signals"
    opensearch_user: str = ""
    opensearch_password: str = field(default="", repr=False)
    opensearch_ca: str = ""  # file with the certificate authority of the node
    opensearch_refresh: str = "false"  # false | wait_for | true: when what is sent can be found

    @property
    def development(self) -> bool:
        return self.mode == "development"

    def key(self, name: str) -> bytes:
        """A 32-byte key by its name in KEY_NAMES or DERIVED_KEYS: the one that is used."""
        return self.keys[name]

    def ring(self, name: str) -> Mapping[int, bytes]:
        """The generations of a key in ROTATED_KEYS by number; the first is the one that is used."""
        return self.rings.get(name, {1: self.keys[name]})

    def client_key_file(self, client_id: str) -> Path:
        """Private key (PEM) of a machine client in the development home."""
        return self.home / "clients" / f"{client_id}.pem"


def _read_ring(env: Mapping[str, str], name: str, development: bool) -> dict[int, bytes]:
    """The generations in BUNDEL_<name>, the one that is used first."""
    text = env.get(f"BUNDEL_{name}", "")
    if not text.strip():
        if development:
            return {1: development_key(name)}
        raise SettingsError(f"BUNDEL_{name} is not set. Make one with: openssl rand -base64 32")
    parts = text.split() if name in ROTATED_KEYS else [text.strip()]
    ring: dict[int, bytes] = {}
    for part in parts:
        number, colon, encoded = part.rpartition(":")
        if colon and not (number.isascii() and number.isdigit() and int(number) > 0):
            raise SettingsError(f"BUNDEL_{name}: a generation is a number from 1, as in 2:BASE64.")
        generation = int(number) if colon else 1
        if generation in ring:
            raise SettingsError(f"BUNDEL_{name} names generation {generation} twice.")
        ring[generation] = _decode_key(name, encoded, development)
    return ring


def _decode_key(name: str, text: str, development: bool) -> bytes:
    try:
        key = base64.b64decode(text, validate=True)
    except ValueError as error:
        raise SettingsError(
            f"BUNDEL_{name} is not base64. Make one with: openssl rand -base64 32"
        ) from error
    if len(key) != _MINIMUM_KEY_BYTES:
        raise SettingsError(f"BUNDEL_{name} must hold exactly 32 bytes, base64-encoded.")
    if not development and (key == development_key(name) or len(set(key)) < 8):
        raise SettingsError(
            f"BUNDEL_{name} is a development or weak key; it is refused in production."
        )
    return key


def _read_keys(
    env: Mapping[str, str], development: bool
) -> tuple[dict[str, bytes], dict[str, dict[int, bytes]]]:
    rings = {name: _read_ring(env, name, development) for name in KEY_NAMES}
    every = [key for ring in rings.values() for key in ring.values()]
    if len(set(every)) != len(every):
        raise SettingsError("Each BUNDEL_*_KEY must differ from the others.")
    keys = {name: next(iter(ring.values())) for name, ring in rings.items()}
    for name, parent in DERIVED_KEYS.items():
        if env.get(f"BUNDEL_{name}", "").strip():
            keys[name] = _decode_key(name, env[f"BUNDEL_{name}"].strip(), development)
        elif 1 in rings[parent]:
            keys[name] = rings[parent][1]
        else:
            raise SettingsError(
                f"BUNDEL_{name} is not set, and BUNDEL_{parent} holds no generation 1 any more. "
                f"Set it to what generation 1 of BUNDEL_{parent} was."
            )
    return keys, rings


def _number(env: Mapping[str, str], name: str, default: str) -> float:
    text = env.get(name, default)
    try:
        return float(text)
    except ValueError as error:
        raise SettingsError(f"{name} must be a number, not {text!r}.") from error


def _witness(env: Mapping[str, str]) -> dict[str, Any]:
    url = env.get("BUNDEL_WITNESS_URL", "").rstrip("/")
    key = env.get("BUNDEL_WITNESS_KEY", "").strip()
    if url and not key:
        raise SettingsError(
            "BUNDEL_WITNESS_URL needs BUNDEL_WITNESS_KEY: the witness's public key, from the "
            "witness itself and not from whoever keeps the log."
        )
    return {"witness_url": url, "witness_key": key}


@dataclass(frozen=True)
class WitnessSettings:
    """What a witness needs: it may run where nothing else of Bundel does."""

    folder: Path
    name: str
    logs: tuple[str, ...]  # public keys (C2SP vkeys) of the logs that it watches


def load_witness_settings(environ: Mapping[str, str] | None = None) -> WitnessSettings:
    """Settings of a witness from the environment. Raises SettingsError with what to do."""
    env = os.environ if environ is None else environ
    logs = tuple(env.get("BUNDEL_WITNESSED_LOGS", "").split())
    if not logs:
        raise SettingsError(
            "BUNDEL_WITNESSED_LOGS is not set: the public keys of the logs to watch, with spaces "
            "between them. `bundel log key` prints that of a log."
        )
    folder = env.get("BUNDEL_WITNESS_FOLDER") or Path(env.get("BUNDEL_HOME", "var")) / "witness"
    name = env.get("BUNDEL_WITNESS_NAME", WITNESS_NAME)
    return WitnessSettings(Path(folder).resolve(), name, logs)


def _opensearch(env: Mapping[str, str], development: bool) -> dict[str, Any]:
    url = env.get("BUNDEL_OPENSEARCH_URL", "").rstrip("/")
    if url and not development and not url.startswith("https://"):
        raise SettingsError("BUNDEL_OPENSEARCH_URL must be an https address outside development.")
    index = env.get("BUNDEL_OPENSEARCH_INDEX", "bundel-signals")
    if not re.fullmatch(r"[a-z][a-z0-9-]{0,60}", index):
        raise SettingsError("BUNDEL_OPENSEARCH_INDEX: small letters, digits and hyphens only.")
    refresh = env.get("BUNDEL_OPENSEARCH_REFRESH", "false")
    if refresh not in ("false", "wait_for", "true"):
        raise SettingsError("BUNDEL_OPENSEARCH_REFRESH must be false, wait_for or true.")
    return {
        "opensearch_url": url,
        "opensearch_index": index,
        "opensearch_user": env.get("BUNDEL_OPENSEARCH_USER", ""),
        "opensearch_password": env.get("BUNDEL_OPENSEARCH_PASSWORD", ""),
        "opensearch_ca": env.get("BUNDEL_OPENSEARCH_CA", ""),
        "opensearch_refresh": refresh,
    }


def load_settings(environ: Mapping[str, str] | None = None) -> Settings:
    """Settings from the environment (BUNDEL_*). Raises SettingsError with what to do."""
    env = os.environ if environ is None else environ
    mode = env.get("BUNDEL_MODE", "development")
    if mode not in ("development", "production"):
        raise SettingsError("BUNDEL_MODE must be development or production.")
    development = mode == "development"
    home = Path(env.get("BUNDEL_HOME", "var")).resolve()
    port = int(_number(env, "BUNDEL_PORT", "8080"))
    base_url = env.get("BUNDEL_BASE_URL", f"http://127.0.0.1:{port}").rstrip("/")
    if not development and not base_url.startswith("https://"):
        raise SettingsError("BUNDEL_BASE_URL must be an https address outside development mode.")
    keys, rings = _read_keys(env, development)
    databases = {
        name: env.get(f"BUNDEL_{name.upper()}_DATABASE", f"sqlite:///{home / 'data' / name}.sqlite")
        for name in (*SERVICES, "keys", "identity")
    }
    neighbours = {
        name: env.get(f"BUNDEL_{name.upper()}_URL", f"{base_url}/{name}").rstrip("/")
        for name in SERVICES
    }
    issuer = env.get("BUNDEL_ISSUER", f"{base_url}/identity").rstrip("/")
    return Settings(
        mode=mode,
        home=home,
        port=port,
        base_url=base_url,
        issuer=issuer,
        neighbours=neighbours,
        identity_url=env.get("BUNDEL_IDENTITY_URL", issuer).rstrip("/"),
        databases=databases,
        keys=keys,
        rings=rings,
        log_origin=env.get("BUNDEL_LOG_ORIGIN", "bundel.invalid/log"),
        log_level=env.get("BUNDEL_LOG_LEVEL", "INFO"),
        neighbour_timeout=_number(env, "BUNDEL_NEIGHBOUR_TIMEOUT", "5"),
        log_free_bytes=int(_number(env, "BUNDEL_LOG_FREE_MB", "64")) << 20,
        signals_free_bytes=int(_number(env, "BUNDEL_SIGNALS_FREE_MB", "64")) << 20,
        **_witness(env),
        **_opensearch(env, development),
    )
