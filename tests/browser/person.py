"""Somebody at a browser: opens the chat, types, presses, reads."""

from __future__ import annotations

import json
import re
from copy import copy
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


@lru_cache(maxsize=1)
def axe_source() -> str:
    """Return axe-core, which the package axe-playwright-python carries."""
    import axe_playwright_python

    return (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")


class Person:
    """One browser profile, at first with one tab on the city's page (or on another address)."""

    def __init__(self, context: Any, url: str, pictures: Path, page: str = "/chat/") -> None:
        self.context = context
        self.url = url
        self.pictures = pictures
        self.errors: list[str] = []
        self.page = self._opened(page, *context.pages[:1])

    def _opened(self, page: str, tab: Any = None) -> Any:
        """Open an address in a tab, a further one if none is given, listening for errors."""
        tab = tab or self.context.new_page()
        tab.on("pageerror", lambda error: self.errors.append(str(error)))
        tab.on("console", self._hear)
        tab.goto(urljoin(self.url, page))
        return tab

    def in_another_tab(self) -> Person:
        """Return the same person, looking at a second tab."""
        other = copy(self)
        other.page = self._opened(self.page.url)
        return other

    def _hear(self, message: Any) -> None:
        if message.type == "error" and "Failed to load resource" not in message.text:
            self.errors.append(message.text)

    # Doing ---------------------------------------------------------------------------------

    def opens(self) -> Person:
        """Open the panel and wait for the greeting."""
        self.page.click("renewal-chat .launcher")
        self.page.wait_for_selector(".turn.bot")
        self.waits()
        return self

    def waits(self) -> None:
        """Wait until nothing is being answered any more."""
        self.page.wait_for_selector(".typing:not(.on)", state="attached", timeout=30_000)

    def says(self, text: str) -> str:
        """Type a message, press Enter, and return what the bot answers."""
        before = self.page.locator(".turn.bot").count()
        self.page.fill("textarea", text)
        self.page.press("textarea", "Enter")
        self.waits()
        return self.heard_since(before)

    def taps(self, title: str) -> str:
        """Press the latest button of that name that can still be pressed."""
        before = self.page.locator(".turn.bot").count()
        self.page.locator(".choice:not([aria-disabled=true])", has_text=title).last.click()
        self.waits()
        return self.heard_since(before)

    def taps_back(self) -> str:
        """Press the way back, and return what the bot answers."""
        before = self.page.locator(".turn.bot").count()
        self.page.locator(".back:visible").click()
        self.waits()
        return self.heard_since(before)

    def to_the_calendar(self) -> None:
        """Say at once everything up to the choice of the day."""
        self.says(
            "通知に電子証明書と書いてあります。期限は令和9年2月20日で、暗証番号は覚えています。"
            "本人が本庁舎で予約したいです"
        )
        self.page.wait_for_selector(".calendar")

    def tells_of_a_family(self) -> None:
        """Say of a parent and two children what is asked before the list of what to bring."""
        self.says("子ども2人と私の3人分を予約したいです")
        self.taps("全員 電子証明書")
        self.says("R9.2.20")
        for title in ("全員覚えている", "15歳未満", "同じ世帯"):
            self.taps(title)
        self.says("令和9年1月10日")
        self.taps("15歳未満")
        self.says("2027/1/12")

    def takes_the_first_free_time(self) -> None:
        """Press the first free time of the calendar's table."""
        self.page.get_by_label(re.compile("空きあり|残りわずか")).first.click()
        self.waits()

    def gives_name_and_phone(self, phone: str = "09012345678") -> str:
        self.says("さとうはなこ")
        return self.says(phone)

    def reopens(self) -> None:
        """Reload the page: an open panel opens again."""
        self.page.reload()
        self.page.wait_for_selector(".turn.me")
        self.waits()

    # Seeing --------------------------------------------------------------------------------

    def heard_since(self, count: int) -> str:
        return "\n".join(self.page.locator(".turn.bot").all_inner_texts()[count:])

    @property
    def talk(self) -> list[str]:
        """Everything in the transcript, one entry a message."""
        return [text.strip() for text in self.page.locator(".turn").all_inner_texts()]

    @property
    def announced(self) -> list[str]:
        """What a screen reader was given to read since the person's latest message."""
        return list(self.page.locator("[role=status][aria-live=polite].unseen p").all_inner_texts())

    def focused(self) -> str:
        """Return the name of the element that has the focus, through the shadow root."""
        return str(
            self.page.evaluate(
                """() => { let e = document.activeElement;
                while (e.shadowRoot?.activeElement) e = e.shadowRoot.activeElement;
                return e.getAttribute("aria-label") || e.id || e.textContent.trim(); }"""
            )
        )

    @property
    def waiting(self) -> list[str]:
        """What was announced while the panel was closed."""
        return list(self.page.locator("renewal-chat [role=status] >> nth=0").all_inner_texts())

    def picture(self, name: str) -> None:
        self.page.screenshot(path=self.pictures / f"{name}.png")

    def violations(self) -> list[str]:
        """Return what axe-core finds on the page as it is now: no rule off, nothing left out."""
        if not self.page.evaluate("'axe' in window"):
            # Added like a debugger would: the page's own policy forbids scripts from elsewhere.
            self.page.evaluate(axe_source())
        found = self.page.evaluate(
            """async () => (await axe.run(document, {runOnly: {type: "tag", values: [
            "wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]},
            resultTypes: ["violations"]})).violations
            .map(v => ({id: v.id, nodes: v.nodes.map(n => n.target.flat().join(" ") + ": "
            + n.any.concat(n.all, n.none).map(c => c.message).join("; "))}))"""
        )
        return [json.dumps(each, ensure_ascii=False) for each in found]

    def scrolls_sideways(self) -> list[str]:
        """Return the elements that are wider than the screen."""
        return list(
            self.page.evaluate(
                """() => {
                const host = document.querySelector("renewal-chat");
                return [document.body, host.shadowRoot].flatMap(n => [...n.querySelectorAll("*")])
                  .filter(e => !e.closest(".unseen, .paper"))
                  .filter(e => e.getBoundingClientRect().width)
                  .filter(e => e.getBoundingClientRect().right > innerWidth + 0.5)
                  .map(e => e.className || e.tagName); }"""
            )
        )
