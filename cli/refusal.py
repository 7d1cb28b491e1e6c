"""How the command speaks Japanese: its help, and its way to say no (one sentence, exit code 2)."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Any

import click

# What click says in English in every help text.
_HELP = (
    ("Usage:", "使い方:"),
    ("\nOptions:", "\nオプション:"),
    ("\nCommands:", "\nコマンド:"),
    ("[OPTIONS]", "［オプション］"),
    ("COMMAND [ARGS]...", "コマンド …"),
    ("Show this message and exit.", "この説明を表示します"),
    ("[required]", "［必須］"),
)


_NO_COLUMN = "42703"  # PostgreSQL's undefined_column


class Refused(click.ClickException):
    """The input is refused; the message is one Japanese sentence."""

    exit_code = 2


class Command(click.Command):
    """A command whose help is in Japanese."""

    def get_help(self, ctx: click.Context) -> str:
        """Return the help text."""
        return _help_in_japanese(super().get_help(ctx))


class Group(click.Group):
    """A group of commands whose help and every error, click's own included, are in Japanese."""

    command_class = Command

    def get_help(self, ctx: click.Context) -> str:
        """Return the help text."""
        return _help_in_japanese(super().get_help(ctx))

    def main(self, *args: Any, **extra: Any) -> Any:
        """Run the command and leave with 0, or 2 when the input is refused.

        1 is left for what the caller cannot help: the database does not answer, or `renewal check`
        found something.
        """
        from cli import output  # which needs this module

        output.fit_to_terminal()
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
        except Exception as error:
            sentence, code = _refusal_of(error)
            _say(sentence, code)
        sys.exit(code if isinstance(code, int) else 0)


class LazyGroup(Group):
    """A group that knows where its commands are, and imports only the one that is called."""

    def __init__(self, *args: Any, at: dict[str, tuple[str, str]], **extra: Any) -> None:
        super().__init__(*args, **extra)
        self.at = at

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the commands' names in their order."""
        return list(self.at)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return the command, imported now, or None when there is none of that name."""
        if cmd_name not in self.at:
            return None
        module, _, name = self.at[cmd_name][0].partition(":")
        command: click.Command = getattr(import_module(module), name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands without importing any."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, said) for name, (_where, said) in self.at.items()])


def _refusal_of(error: Exception) -> tuple[str, int]:
    """Return what is said of an error from below and the exit code; raises what is a mistake."""
    # Imported only now: most commands fail without the database, or not at all.
    import sqlalchemy as sa

    from renewal.bookings import TryAgain
    from renewal.city import CityError

    if isinstance(error, CityError):
        return str(error), 2
    if isinstance(error, TryAgain):
        return "混み合っていますので、少し待ってからもう一度実行してください。", 1
    if isinstance(error, (sa.exc.ArgumentError, sa.exc.NoSuchModuleError)):
        return "DATABASE_URL をデータベースのアドレスとして読めません。", 2
    if isinstance(error, sa.exc.DBAPIError):
        reason = str(error.orig).strip().splitlines()[0]
        if reason.startswith("no such column") or getattr(error.orig, "pgcode", None) == _NO_COLUMN:
            return "予約の表が、この版より古い形ですので、先に renewal migrate を実行してください。", 1
        return f"データベースを使えません（{reason}）ので、DATABASE_URL を確かめてください。", 1
    raise error


def _say(message: str, code: int) -> int:
    click.echo(message, err=True)
    return code


def _help_in_japanese(text: str) -> str:
    for english, japanese in _HELP:
        text = text.replace(english, japanese)
    return text


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
        kind = error.param.type
        if isinstance(kind, click.Choice):
            allowed = "、".join(map(str, kind.choices))
            return f"{_name(error)} に指定できるのは {allowed} のどれかです。"
        if isinstance(kind, click.IntRange):
            return f"{_name(error)} は {kind.min} から {kind.max} までの整数にしてください。"
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
    if isinstance(error.param, click.Argument):
        return error.param.metavar or str(error.param.name)
    return error.param.opts[0] if error.param is not None else str(error.param_hint)
