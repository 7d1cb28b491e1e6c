"""How the command says no: one Japanese sentence on stderr and exit code 2."""

from __future__ import annotations

import sys
from typing import Any

import click
import sqlalchemy as sa

from renewal.bookings import TryAgain
from renewal.city import CityError


class Refused(click.ClickException):
    """The input is refused; the message is one Japanese sentence."""

    exit_code = 2


class Group(click.Group):
    """A group of commands whose every error, click's own included, is in Japanese."""

    def main(self, *args: Any, **extra: Any) -> Any:
        """Run the command and leave with 0, or 2 when the input is refused.

        1 is left for what the caller cannot help: the database does not answer, or `renewal check`
        found something.
        """
        try:
            code = super().main(
                *args, **{"prog_name": "renewal", **extra, "standalone_mode": False}
            )
        except click.exceptions.NoArgsIsHelpError as error:
            click.echo(error.ctx.get_help() if error.ctx else "")
            code = 0
        except click.ClickException as error:
            code = _say(in_japanese(error), 2)
        except (click.Abort, KeyboardInterrupt):
            code = 130
        except CityError as error:
            code = _say(str(error), 2)
        except TryAgain:
            code = _say("混み合っていますので、少し待ってからもう一度実行してください。", 1)
        except (sa.exc.ArgumentError, sa.exc.NoSuchModuleError):
            code = _say(
                "DATABASE_URL をデータベースのアドレスとして読めません。",
                2,
            )
        except sa.exc.DBAPIError as error:
            reason = str(error.orig).strip().splitlines()[0]
            code = _say(
                f"データベースを使えません（{reason}）ので、DATABASE_URL を確かめてください。", 1
            )
        sys.exit(code if isinstance(code, int) else 0)


def _say(message: str, code: int) -> int:
    click.echo(message, err=True)
    return code


def in_japanese(error: click.ClickException) -> str:
    """Return one Japanese sentence for an error of click's own; ours are Japanese already."""
    if isinstance(error, click.MissingParameter):
        return f"{_name(error)} を指定してください。"
    if isinstance(error, click.NoSuchOption):
        near = f"（近いのは {'、'.join(error.possibilities)} です）" if error.possibilities else ""
        return f"{error.option_name} というオプションはありません{near}。"
    if isinstance(error, click.BadOptionUsage):
        return f"{error.option_name} には値を1つ付けてください。"
    if isinstance(error, click.BadParameter) and error.param is not None:
        if isinstance(error.param.type, click.Choice):
            allowed = "、".join(map(str, error.param.type.choices))
            return f"{_name(error)} に指定できるのは {allowed} のどれかです。"
        return error.message
    if isinstance(error, click.UsageError):
        if "unexpected extra argument" in error.message:
            extra = error.message.rpartition("(")[2].rstrip(".)")
            return f"余分な語（{extra}）がありますので、指定のしかたを --help で確かめてください。"
        if isinstance(error.ctx and error.ctx.command, click.Group) and error.ctx is not None:
            commands = "、".join(error.ctx.command.list_commands(error.ctx))  # type: ignore[attr-defined]
            return f"そのようなコマンドはなく、使えるのは {commands} です。"
    return error.message


def _name(error: click.BadParameter) -> str:
    return error.param.opts[0] if error.param is not None else str(error.param_hint)
