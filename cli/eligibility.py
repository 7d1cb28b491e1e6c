"""`renewal eligibility`; it needs neither city.yml nor the database, and loads neither."""

from __future__ import annotations

from datetime import date

import click

from cli import arguments, output
from cli.arguments import Day, json_option
from cli.refusal import Command, Refused
from renewal import certificate
from renewal.certificate import Status

_STATUS = {
    Status.TOO_EARLY: "まだ更新できません。",
    Status.INSIDE: "いま更新できます。",
    Status.EXPIRED: "有効期限が過ぎていますが、カードが有効なら、いまも無料で手続きできます。",
}


@click.command(cls=Command)
@click.option("--expires", type=Day(of_expiry=True), required=True, help="電子証明書の有効期限")
@click.option("--on", "on", type=Day(), help="いつの時点で見るか（省くと今日）")
@json_option
def eligibility(expires: date, on: date | None, as_json: bool) -> None:
    """いつから更新できるか"""
    window = window_of(expires)
    status = window.status(on or arguments.now().date())
    if as_json:
        output.show_json(
            {
                "renewable_from": window.renewable_from.isoformat(),
                "expires_on": window.expires_on.isoformat(),
                "status": status.value,
            }
        )
        return
    from renewal.date_words import japanese_date

    click.echo(f"有効期限は、{japanese_date(window.expires_on)}です。")
    click.echo(f"更新できるのは、{japanese_date(window.renewable_from)}からです。")
    if on:
        click.echo(f"{japanese_date(on)}の時点: {_STATUS[status].replace('いま', '')}")
    else:
        click.echo(_STATUS[status])


def window_of(expires: date) -> certificate.RenewalWindow:
    """Return the renewal window. Raises Refused for a date that no certificate has."""
    try:
        return certificate.renewal_window(expires)
    except ValueError as error:
        raise Refused(str(error)) from None
