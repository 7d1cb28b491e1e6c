"""`renewal pause` and `resume`: the switch that stops the chat on every channel."""

from __future__ import annotations

import click

from cli.arguments import who_option
from cli.database import open_engine
from cli.refusal import Command, Refused
from reading import masking
from renewal import clock, pauses

LONGEST_REASON = 100


@click.command("pause", cls=Command)
@click.option("--reason", required=True, help="理由（市民の方に見えます）")
@who_option
def pause(reason: str, who: str) -> None:
    """チャットを止めます

    数秒で、ウェブでも LINE でも、理由とコールセンターの電話番号だけをお伝えするようになります。途中のお話は、再開すると続きから進みます。
    """
    sentence = " ".join(reason.split()).rstrip("。")
    if not sentence:
        raise Refused("--reason に、市民の方に見せる理由を書いてください。")
    if len(sentence) > LONGEST_REASON:
        raise Refused(f"理由は {LONGEST_REASON}文字までにしてください。")
    if masking.mask(sentence).text != sentence:
        raise Refused("理由に、番号のようなものが入っていますので、消してください。")
    pauses.begin(open_engine(), f"{sentence}。", clock.real_now(), who=who)
    click.echo("チャットを止めました。再開するときは renewal resume です。")


@click.command("resume", cls=Command)
@who_option
def resume(who: str) -> None:
    """止めたチャットを再開します"""
    if not pauses.end(open_engine(), clock.real_now(), who=who):
        raise Refused("チャットは止まっていません。")
    click.echo("チャットを再開しました。")
