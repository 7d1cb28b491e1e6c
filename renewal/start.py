"""What no process of ours may start with, whichever it is: the environment and the city's file."""

from __future__ import annotations

import os

from renewal import city, settings


def refusals() -> list[str]:
    """Return why this environment is refused, each as a sentence for staff; empty if it is not."""
    found = []
    try:
        city.load()
    except city.CityError as error:
        found += str(error).splitlines()
    if settings.environment() is None:
        allowed = "、".join(settings.ENVIRONMENTS)
        found.append(
            f"環境変数 RENEWAL_ENV の「{os.environ['RENEWAL_ENV']}」は使えません。{allowed} のどちらかにしてください。"
        )
    if not settings.in_production():
        return found
    key = os.environ.get("RENEWAL_SECRET_KEY", "")
    if not key:
        found.append("環境変数 RENEWAL_SECRET_KEY を設定してください。")
    elif weak := settings.weakness(key):
        found.append(
            f"環境変数 RENEWAL_SECRET_KEY は{weak}。openssl rand -hex 32 で作り直してください。"
        )
    if os.environ.get("RENEWAL_NOW"):
        found.append("本番では環境変数 RENEWAL_NOW を消してください。時計が止まってしまいます。")
    if os.environ.get("LOG_LEVEL", "").upper() == "DEBUG":
        found.append("本番では環境変数 LOG_LEVEL を DEBUG にできません。話の中身が記録に残ります。")
    return found
