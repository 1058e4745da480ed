"""The identity provider's public keys, kept close and fetched again when a new key appears."""

from __future__ import annotations

import threading

from joserfc.errors import JoseError
from joserfc.jwk import Key, KeySet

from shared import clock
from shared.authentication.provider import UNREACHABLE, ProviderDocument
from shared.clients.transport import Transport
from shared.logging import get_logger
from shared.problems import Unavailable

REFETCH_AFTER = 10.0  # seconds: an unknown kid asks the provider at most this often
OLD_AFTER = 600.0  # seconds: a key that was withdrawn is trusted no longer than this


class ProviderKeys:
    """Fetches the key set that the provider's document names; safe for many threads."""

    def __init__(self, provider: ProviderDocument, transport: Transport) -> None:
        self._provider = provider
        self._transport = transport
        self._keys: dict[str, Key] = {}
        self._asked_at = -REFETCH_AFTER
        self._fetched_at = -OLD_AFTER
        self._failed_at = 0.0
        self._lock = threading.Lock()

    def find(self, kid: str) -> Key | None:
        """The key with this id, or None. Raises Unavailable when no keys could be fetched yet."""
        moment = clock.monotonic()
        if kid not in self._keys or moment - self._fetched_at > OLD_AFTER:
            with self._lock:
                # Another thread may just have fetched them.
                known = kid in self._keys and moment - self._fetched_at <= OLD_AFTER
                if not self._keys and self._failed_at > moment:
                    raise Unavailable(UNREACHABLE)  # it failed while this caller waited
                if not known and (not self._keys or moment - self._asked_at >= REFETCH_AFTER):
                    self._fetch(moment)
        return self._keys.get(kid)

    def _fetch(self, moment: float) -> None:
        self._asked_at = moment
        try:
            url = self._provider.addresses().keys
            answer = self._transport.send("GET", url, {"Accept": "application/json"})
            if answer.status != 200:
                raise Unavailable("The identity provider did not give its keys.")
            found = KeySet.import_key_set(answer.json())
        except (Unavailable, JoseError, KeyError, TypeError, ValueError, AttributeError) as error:
            if not self._keys:
                self._failed_at = clock.monotonic()
                raise Unavailable(UNREACHABLE) from error
            get_logger().warning("keys not refreshed", exception_type=type(error).__name__)
            return
        self._keys = {key.kid: key for key in found if key.kid and key.key_type == "RSA"}
        self._fetched_at = moment
