"""`bundel witness`: cosigns checkpoints of logs, for an organisation that keeps no log itself."""

from __future__ import annotations

import click

from shared.settings import load_witness_settings


@click.command("witness")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", type=click.IntRange(1, 65535), default=8095, show_default=True)
def command(host: str, port: int) -> None:
    """Cosign checkpoints of the logs in BUNDEL_WITNESSED_LOGS (C2SP tlog-witness).

    Keeps its key and what it has seen in BUNDEL_WITNESS_FOLDER. Put TLS before it.
    """
    import waitress

    from services.audit.log.note import NoteError
    from services.audit.witness.app import create_witness
    from services.audit.witness.state import WitnessBusy

    settings = load_witness_settings()
    try:
        app = create_witness(settings)
    except WitnessBusy as error:
        raise click.ClickException(f"{error}.") from error
    except NoteError as error:
        raise click.UsageError(f"A key or name is wrong: {error}.") from error
    click.echo(f"Witness at http://{host}:{port}/add-checkpoint, public key at /key")
    waitress.serve(app, host=host, port=port, threads=4, ident=None)
