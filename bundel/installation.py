"""Where a running Bundel is: addresses and client keys, from demo.json or else the settings."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from shared.settings import Settings, load_settings


@dataclass(frozen=True)
class ClientKey:
    """A demonstration client's private key file and the algorithm it signs with."""

    client_id: str
    algorithm: str
    key_file: Path

    def read(self) -> str:
        """The key as PEM text. Raises OSError when the file is missing or closed to you."""
        return self.key_file.read_text()


@dataclass(frozen=True)
class Installation:
    """`issuer` ends in /identity unless another provider was set."""

    base_url: str
    issuer: str
    settings: Settings
    clients: dict[str, ClientKey]

    def client_key(self, client_id: str) -> ClientKey:
        """The client's key; one that demo.json does not name has its file in the home folder."""
        fallback = ClientKey(client_id, "PS256", self.settings.client_key_file(client_id))
        return self.clients.get(client_id, fallback)


def find_installation(settings: Settings | None = None) -> Installation:
    """The installation of BUNDEL_HOME. Raises SettingsError when a setting is wrong."""
    settings = settings or load_settings()
    told = _read(settings.home / "demo.json")
    base_url = str(told.get("baseUrl") or settings.base_url).rstrip("/")
    own_provider = settings.issuer == f"{settings.base_url}/identity"
    return Installation(
        base_url=base_url,
        issuer=f"{base_url}/identity" if own_provider else settings.issuer,
        settings=settings,
        clients={
            str(client["clientId"]): ClientKey(
                str(client["clientId"]), str(client["alg"]), _resolve(settings, client["keyFile"])
            )
            for client in told.get("clients", [])
        },
    )


def installed_settings() -> Settings:
    """The settings, with the address at which the demonstration in BUNDEL_HOME really runs."""
    settings = load_settings()
    told = _read(settings.home / "demo.json")
    named = {"BUNDEL_PORT", "BUNDEL_BASE_URL"} & os.environ.keys()
    if named or not told.get("baseUrl"):
        return settings
    return load_settings({**os.environ, "BUNDEL_BASE_URL": str(told["baseUrl"])})


def _resolve(settings: Settings, name: Any) -> Path:
    path = Path(str(name))
    return path if path.is_absolute() else settings.home / path


def _read(path: Path) -> dict[str, Any]:
    try:
        told = json.loads(path.read_text())
    except (OSError, ValueError):
        return {}
    return told if isinstance(told, dict) else {}
