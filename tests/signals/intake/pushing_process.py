"""A process that delivers signals until it is killed; prints each reference that was acknowledged.

python -m tests.signals.intake.pushing_process HOME
"""

from __future__ import annotations

import sys
from itertools import count

from shared.settings import load_settings
from tests.signals.intake.conftest import POLICE, make_intake
from tests.signals.intake.documents import signal, to_bytes


def main() -> None:
    settings = load_settings({"BUNDEL_HOME": sys.argv[1], "BUNDEL_BASE_URL": "http://bundel.test"})
    room = make_intake(settings, settings.databases["signals"], settings.databases["keys"])
    for number in count():
        room.intake.deliver(POLICE, to_bytes(signal(sourceReference=f"r{number}")))
        sys.stdout.write(f"r{number}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
