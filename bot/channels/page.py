"""One plain page at /chat/ that talks to the bot, and the word that the bot is ready."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from rasa.core.channels.channel import InputChannel, UserMessage
from sanic import Blueprint, Sanic, response
from sanic.request import Request
from sanic.response import HTTPResponse

PAGE = Path(__file__).resolve().parent.parent / "web" / "chat.html"
log = logging.getLogger("bot")


class ChatPage(InputChannel):
    """Serves the page; the page itself speaks to the development channel `rest`."""

    @classmethod
    def name(cls) -> str:
        return "page"

    def url_prefix(self) -> str:
        return "/chat"

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        page = Blueprint("chat_page")

        @page.get("/")
        async def show(request: Request) -> HTTPResponse:
            return await response.file(PAGE)

        @page.listener("after_server_start")
        async def warm_up(app: Sanic, loop: asyncio.AbstractEventLoop) -> None:
            # The first sentence through the model takes seconds; nobody should wait for it.
            await app.ctx.agent.parse_message("更新の予約をしたい")
            port = app.ctx.port if hasattr(app.ctx, "port") else 5005
            print(f"\n● 準備ができました。 http://localhost:{port}/chat/\n", flush=True)  # noqa: T201

        return page
