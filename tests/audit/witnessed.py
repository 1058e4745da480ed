"""A log with a witness: the real witness over its WSGI app, and the log's side of the protocol."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from services.audit.log.cosignature import WitnessKey
from services.audit.log.tree import EMPTY_ROOT
from services.audit.witness.app import create_witness
from services.audit.witness.state import witness_key
from services.audit.witnessing.client import WitnessClient
from services.audit.witnessing.witnessing import Witnessing
from shared.clients.transport import WsgiTransport
from shared.http import mounted
from shared.settings import WitnessSettings
from tests.audit.conftest import Log

NAME = "witness.test/w1"
URL = "http://bundel.test/witness"


@dataclass
class WitnessPlace:
    """A witness with its folder. May be stopped and started again."""

    folder: Path
    log: Log

    def __post_init__(self) -> None:
        self.transport = WsgiTransport()
        self.key: WitnessKey = witness_key(self.folder, NAME).key
        self.start()

    def start(self) -> None:
        settings = WitnessSettings(self.folder, NAME, (str(self.log.signer.verifier),))
        self.app = create_witness(settings)
        self.transport.applications["witness"] = mounted(self.app, "witness")

    def stop(self) -> None:
        self.transport.applications.clear()
        self.app.extensions["bundel_close"]()

    def witnessing(self, log: Log | None = None) -> Witnessing:
        """The log's side, as the service has it; `log`: another database under the same name."""
        client = WitnessClient(URL, self.key, self.transport)
        empty = self.log.signer.sign(0, EMPTY_ROOT)
        return Witnessing((log or self.log).engine(), client, empty)

    def key_file(self) -> Path:
        return self.folder / "witness.vkey"
