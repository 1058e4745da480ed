"""The command `bundel`. Each command is a module of its own in `bundel.commands`."""

from __future__ import annotations

import importlib
import pkgutil
import sys

import click

from bundel import commands
from shared.problems import NotFound, Problem, Unavailable
from shared.settings import SettingsError

EXIT_NO = 1
EXIT_WRONG_USE = 2
EXIT_UNREACHABLE = 3


class _Commands(click.Group):
    """Loads only the command that was asked for: `bundel log verify` needs no Flask."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(m.name for m in pkgutil.iter_modules(commands.__path__))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.list_commands(ctx):
            return None
        module = importlib.import_module(f"bundel.commands.{cmd_name}")
        found = module.command
        return found if isinstance(found, click.Command) else None


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
def bundel() -> None:
    """Bundel: signals of domestic violence, bundled as far as law and consent allow.

    Exit codes: 0 done, 1 the answer is no, 2 wrong use, 3 a service is not reachable.
    """


def main() -> None:
    """Runs the command and turns expected failures into one line and an exit code."""
    try:
        # click hands back the code of ctx.exit() here instead of ending the process with it.
        code = bundel.main(standalone_mode=False)
        sys.exit(code if isinstance(code, int) else 0)
    except click.exceptions.Exit as ended:
        sys.exit(ended.exit_code)
    except click.ClickException as error:
        error.show()
        sys.exit(EXIT_WRONG_USE)
    except click.Abort:
        sys.exit(EXIT_NO)
    except SettingsError as error:
        click.echo(f"bundel: {error}", err=True)
        sys.exit(EXIT_WRONG_USE)
    except Unavailable as error:
        click.echo(
            f"bundel: {error.detail} Is Bundel running (make run)? If it runs on another port or "
            "folder, give the same BUNDEL_PORT and BUNDEL_HOME here.",
            err=True,
        )
        sys.exit(EXIT_UNREACHABLE)
    except NotFound:
        click.echo("bundel: there is nothing here that you may see.", err=True)
        sys.exit(EXIT_NO)
    except Problem as error:
        click.echo(f"bundel: {error.title}. {error.detail}", err=True)
        sys.exit(EXIT_NO)


if __name__ == "__main__":
    main()
