"""LINE's Messaging API, as far as we send: a reply once, a push until it is certain.

    LINE_CHANNEL_ACCESS_TOKEN   the channel's access token
    LINE_API_ENDPOINT           another address than https://api.line.me, for tests
"""

from __future__ import annotations

import asyncio
import logging
import os
import random
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

import aiohttp
from linebot.v3.messaging import (
    AsyncApiClient,
    AsyncMessagingApi,
    AsyncMessagingApiBlob,
    Configuration,
    Message,
    PushMessageRequest,
    ReplyMessageRequest,
    ShowLoadingAnimationRequest,
)
from linebot.v3.messaging.exceptions import ApiException

from bot import watch

log = logging.getLogger("bot.line")

PAUSES = (1.0, 2.0, 4.0, 8.0)
"""Seconds between the tries of a push; LINE knows a retry key for 24 hours."""
_TIMEOUT = aiohttp.ClientTimeout(total=10)
_UNCERTAIN = (aiohttp.ClientError, asyncio.TimeoutError, OSError)
_MONTHLY_LIMIT = "monthly limit"
"""429 has two meanings: too fast, or "You have reached your monthly limit." """
_NOBODY = ("Failed to send messages", "The property, 'to',")


class Outcome(Enum):
    """What became of a message."""

    SENT = "sent"
    QUOTA_USED_UP = "quota_used_up"
    GIVEN_UP = "given_up"
    REFUSED = "refused"
    UNKNOWN_USER = "unknown_user"


@dataclass(frozen=True)
class Quota:
    """Pushes of this month: `limit` is None where there is none."""

    limit: int | None
    used: int

    @property
    def left(self) -> int | None:
        return None if self.limit is None else max(0, self.limit - self.used)


class Line:
    """The channel's connection to LINE; made and used inside one event loop."""

    def __init__(self, pauses: Sequence[float] = PAUSES) -> None:
        self._pauses = pauses
        endpoint = os.environ.get("LINE_API_ENDPOINT", "").strip().rstrip("/") or None
        token = os.environ.get("LINE_CHANNEL_ACCESS_TOKEN", "").strip()
        self._client = AsyncApiClient(Configuration(host=endpoint, access_token=token))
        self.sdk = AsyncMessagingApi(self._client)
        self.blobs = AsyncMessagingApiBlob(self._client)

    async def __aenter__(self) -> Line:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """End the connections."""
        await self._client.close()

    async def reply(self, reply_token: str, messages: Sequence[Message]) -> Outcome:
        """Return SENT, or GIVEN_UP when LINE refused it or it is not certain that it arrived.

        Tried once: a reply has no retry key, and the token is good for one use.
        """
        request = ReplyMessageRequest(replyToken=reply_token, messages=list(messages))
        try:
            await self.sdk.reply_message(request, _request_timeout=_TIMEOUT)
        except ApiException as error:
            log.warning("LINE did not take a reply: %s %s", error.status, _said(error))
            return Outcome.GIVEN_UP
        except _UNCERTAIN as error:
            log.warning("no answer from LINE to a reply: %s", type(error).__name__)
            return Outcome.GIVEN_UP
        return Outcome.SENT

    async def push(self, to: str, messages: Sequence[Message], retry_key: str) -> Outcome:
        """Return what became of a push, after as many tries as it takes.

        `retry_key` (a UUID) is the same whenever the same message is pushed: LINE takes it once.
        """
        request = PushMessageRequest(to=to, messages=list(messages))
        for pause in (*self._pauses, None):
            try:
                await self.sdk.push_message(
                    request, x_line_retry_key=retry_key, _request_timeout=_TIMEOUT
                )
                return Outcome.SENT
            except ApiException as error:
                outcome, why = _outcome_of(error), f"{error.status} {_said(error)}"
            except _UNCERTAIN as error:
                outcome, why = None, type(error).__name__
            if outcome is not None:
                break
            if pause is not None:
                await asyncio.sleep(pause * random.uniform(0.8, 1.2))
        outcome = outcome or Outcome.GIVEN_UP
        if outcome is not Outcome.SENT:
            watch.error_in(f"line_{outcome.value}")
            log.error("a push to LINE ended as %s: %s", outcome.value, why)
        return outcome

    async def loading(self, to: str, seconds: int) -> None:
        """Show the loading animation for 5 to 60 seconds, a multiple of 5; it may fail unnoticed."""
        request = ShowLoadingAnimationRequest(chatId=to, loadingSeconds=seconds)
        try:
            await self.sdk.show_loading_animation(request, _request_timeout=_TIMEOUT)
        except (ApiException, *_UNCERTAIN) as error:
            log.warning("no loading animation: %s", type(error).__name__)

    async def quota(self) -> Quota:
        """Return this month's limit and use; raises ApiException when LINE refuses to tell."""
        limit = await self.sdk.get_message_quota(_request_timeout=_TIMEOUT)
        used = await self.sdk.get_message_quota_consumption(_request_timeout=_TIMEOUT)
        return Quota(limit.value if limit.type == "limited" else None, used.total_usage)


def _outcome_of(error: ApiException) -> Outcome | None:
    """Return how a refused push has ended, or None when it is to be tried again."""
    said = _said(error)
    if error.status == 409:
        return Outcome.SENT  # an earlier try arrived
    if error.status == 429:
        return Outcome.QUOTA_USED_UP if _MONTHLY_LIMIT in said else None
    if error.status >= 500:
        return None
    if error.status in (403, 404) or any(words in said for words in _NOBODY):
        return Outcome.UNKNOWN_USER
    return Outcome.REFUSED if error.status in (400, 413) else Outcome.GIVEN_UP


def _said(error: ApiException) -> str:
    """Return LINE's own words for an error; they hold no user id and no text."""
    return str(error.body or "")[:200]
