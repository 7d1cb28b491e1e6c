"""The city's LINE account: what is set up there, and whether it works. Sentences are for staff."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable
from typing import Any

import aiohttp
from linebot.v3.messaging import (
    CreateRichMenuAliasRequest,
    RichMenuRequest,
    SetWebhookEndpointRequest,
    TestWebhookEndpointRequest,
    UpdateRichMenuAliasRequest,
)
from linebot.v3.messaging.exceptions import ApiException

from bot.line import rich_menu
from bot.line.api import Line
from renewal import settings

WEBHOOK_PATH = "/webhooks/line/webhook"


def missing(only_to_send: bool = False) -> list[str]:
    """Return which settings are missing, each as a sentence; `only_to_send`: of those it takes."""
    found = [
        f"環境変数 {name} が空です。{where}から写してください。"
        for name, where in (
            ("LINE_CHANNEL_SECRET", "LINE Developers の「チャネル基本設定」の「チャネルシークレット」"),
            ("LINE_CHANNEL_ACCESS_TOKEN", "LINE Developers の「Messaging API設定」の「チャネルアクセストークン」"),
        )
        if not os.environ.get(name, "").strip()
    ]
    if settings.public_url() is None and not only_to_send:
        found.append(
            "環境変数 RENEWAL_PUBLIC_URL に、ボットへ外から届く https:// の住所を書いてください。"
        )
    return found


async def set_up(line: Line, make_default: bool) -> list[str]:
    """Create or update the rich menu and the webhook address, and return what was done.

    Done twice it changes nothing. A default menu that is not ours stays unless `make_default`.
    Raises rich_menu.NoJapaneseFont, ApiException.
    """
    return [*await _menu(line, make_default), *await _webhook(line)]


async def _menu(line: Line, make_default: bool) -> list[str]:
    image = rich_menu.draw()
    wanted = rich_menu.definition(image)
    menus = (await line.sdk.get_rich_menu_list()).richmenus
    ours = {menu.rich_menu_id for menu in menus if menu.name.startswith(f"{rich_menu.ALIAS} ")}
    aliases = (await line.sdk.get_rich_menu_alias_list()).aliases
    linked = next((a.rich_menu_id for a in aliases if a.rich_menu_alias_id == rich_menu.ALIAS), None)
    # The alias is set last: a menu that it names has its picture.
    current = next((m for m in menus if m.rich_menu_id == linked and m.name == wanted["name"]), None)
    said = []
    if current:
        menu_id = current.rich_menu_id
        said.append("リッチメニューは最新です。")
    else:
        made = await line.sdk.create_rich_menu(RichMenuRequest.from_dict(wanted))
        menu_id = made.rich_menu_id
        await line.blobs.set_rich_menu_image(
            menu_id, body=bytearray(image), _headers={"Content-Type": "image/png"}
        )
        if linked is None:
            await line.sdk.create_rich_menu_alias(
                CreateRichMenuAliasRequest(richMenuAliasId=rich_menu.ALIAS, richMenuId=menu_id)
            )
        else:
            await line.sdk.update_rich_menu_alias(
                rich_menu.ALIAS, UpdateRichMenuAliasRequest(richMenuId=menu_id)
            )
        said.append("リッチメニューを作りました。" if linked is None else "リッチメニューを新しくしました。")
    said.append(await _default(line, menu_id, ours, make_default))
    for old in ours - {menu_id}:
        await line.sdk.delete_rich_menu(old)
    return said


async def _default(line: Line, menu_id: str, ours: set[str], make_default: bool) -> str:
    now = await _or_none(line.sdk.get_default_rich_menu_id())
    shown = now.rich_menu_id if now else None
    if shown == menu_id:
        return "はじめに表示されるメニューになっています。"
    if shown is None or shown in ours or make_default:
        await line.sdk.set_default_rich_menu(menu_id)
        return "はじめに表示されるメニューにしました。"
    return (
        "このアカウントには、ほかのメニューが表示されています。そのままにしました。"
        "取り替えるときは --default を付けてください。"
    )


async def _webhook(line: Line) -> list[str]:
    wanted = f"{settings.public_url()}{WEBHOOK_PATH}"
    now = await _or_none(line.sdk.get_webhook_endpoint())
    before = now.endpoint if now else None
    if before == wanted:
        return [f"Webhook の住所は登録されています（{wanted}）。"]
    await line.sdk.set_webhook_endpoint(SetWebhookEndpointRequest(endpoint=wanted))
    was = f"前は {before} でした。" if before else ""
    return [f"Webhook の住所を登録しました（{wanted}）。{was}"]


async def check(line: Line) -> tuple[list[str], list[str]]:
    """Return what is well and what is wrong with the account, as sentences."""
    try:
        bot = await line.sdk.get_bot_info()
    except ApiException as error:
        return [], [_why(error)]
    well = [f"アカウントにつながります（{bot.display_name} {bot.basic_id}）。"]
    wrong = []
    if bot.chat_mode != "bot":
        wrong.append(
            "応答方法が「チャット」です。LINE Official Account Manager の「応答設定」で、"
            "「Webhook」をオンにしてください。"
        )
    endpoint = await _or_none(line.sdk.get_webhook_endpoint())
    wanted = f"{settings.public_url()}{WEBHOOK_PATH}"
    if endpoint is None or endpoint.endpoint != wanted:
        wrong.append("Webhook の住所が違います。`renewal line setup` を実行してください。")
    elif not endpoint.active:
        wrong.append(
            "Webhook の利用がオフです。LINE Developers の「Messaging API設定」で、"
            "「Webhookの利用」をオンにしてください。"
        )
    else:
        tested = await line.sdk.test_webhook_endpoint(TestWebhookEndpointRequest(endpoint=wanted))
        if tested.success:
            well.append(f"LINE からボットに届きます（{wanted}）。")
        else:
            wrong.append(_unreachable(wanted, tested.status_code, str(tested.reason)))
    quota = await line.quota()
    well.append(
        f"今月、こちらから送れるのは、あと {quota.left}通です（上限 {quota.limit}通）。"
        if quota.limit is not None
        else f"今月、こちらから送ったのは {quota.used}通です（上限なし）。"
    )
    if quota.left == 0:
        wrong.append(
            "今月の送信の上限に達しました。お知らせを送れない方は、`renewal calls` の一覧に載ります。"
        )
    return well, wrong


def explain(error: Exception) -> str:
    """Return why LINE refused or could not be reached, as a sentence. Raises what is a mistake."""
    if isinstance(error, ApiException):
        return _why(error)
    if not isinstance(error, (aiohttp.ClientError, asyncio.TimeoutError, OSError)):
        raise error
    return (
        f"LINE につながりません（{type(error).__name__}）。"
        "この機械からインターネットに出られるか確かめてください。"
    )


def _why(error: ApiException) -> str:
    if error.status in (400, 401):
        return (
            "チャネルアクセストークンが正しくありません。LINE Developers で発行し直して、"
            "LINE_CHANNEL_ACCESS_TOKEN に書いてください。"
        )
    if error.status == 403:
        return "このアカウントでは Messaging API を使えません。プランと権限を確かめてください。"
    return f"LINE から答えがありません（{error.status}）。少し待って、もう一度お試しください。"


def _unreachable(address: str, status: int, reason: str) -> str:
    if status in (400, 401, 403):
        return (
            f"LINE からは届きましたが、署名が合いません（{status}）。"
            "LINE_CHANNEL_SECRET が、このチャネルのものか確かめてください。"
        )
    return (
        f"LINE から {address} に届きません（{reason}）。"
        "ボットが動いているか、証明書とプロキシの設定を確かめてください。"
    )


async def _or_none(answer: Awaitable[Any]) -> Any:
    try:
        return await answer
    except ApiException as error:
        if error.status == 404:
            return None
        raise
