"""`renewal documents`: what to bring; it needs city.yml, and no database."""

from __future__ import annotations

from typing import Any

import click

from cli import output
from cli.arguments import json_option
from cli.case import HOLDER_HELP, HOLDERS, case_of, case_options, documents_for
from cli.refusal import Command
from renewal.city import load


@click.command(cls=Command)
@case_options
@click.option("--holder", type=HOLDERS, required=True, help=HOLDER_HELP)
@json_option
def documents(as_json: bool, **case: Any) -> None:
    """窓口に持ってくるもの"""
    found = documents_for(case_of(**case), load())
    if as_json:
        keys = ("id", "label", "required", "waived", "reason", "source")
        output.show_json([{key: getattr(item, key) for key in keys} for item in found])
        return
    for item in found:
        box = "－" if item.waived else "□"
        click.echo(f"{box} {item.label}{'（今回は不要です）' if item.waived else ''}")
        click.echo(f"   {item.reason}［{item.source}］")
        if item.may_be_left_out and not item.waived:
            click.echo(f"   不要なとき: {item.may_be_left_out}")
