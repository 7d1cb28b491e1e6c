"""The console, on loopback only: `python -m staff` serves it on STAFF_PORT (5008)."""

from __future__ import annotations

import logging
import os
import secrets
import sys
from urllib.parse import urlsplit

import waitress

from renewal import clock, json_log, settings, start
from renewal.bookings import create_engine_from, schema_version
from staff import accounts
from staff.app import create_app

DEMONSTRATION = "demo"
THREADS = 8


def main() -> None:
    """Serve; leaves with a sentence where that is not safe."""
    port = int(os.environ.get("STAFF_PORT", "5008"))
    url = os.environ.get("STAFF_URL", "").strip().rstrip("/")
    if refused := [*start.refusals(), *_refusals(url)]:
        sys.exit("\n".join(refused))
    engine = create_engine_from(settings.database_url())
    current, newest = schema_version(engine)
    if current != newest:
        sys.exit("データベースの表が最新ではありません。renewal migrate を実行してください。")
    more: dict[str, object] = {}
    if settings.in_production():
        if accounts.has_demonstration(engine):
            sys.exit("試すための利用者がいるデータベースは、本番では使えません。空のデータベースで始めてください。")
        json_log.use()
        origins: tuple[str, ...] = (url,)
        # nginx says who asks, and how they came.
        more = {"trusted_proxy": "127.0.0.1", "trusted_proxy_count": 1, "clear_untrusted_proxy_headers": True,
                "trusted_proxy_headers": {"x-forwarded-for", "x-forwarded-proto"}}  # fmt: skip
    else:
        logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s %(message)s")
        origins = (f"http://localhost:{port}", f"http://127.0.0.1:{port}", *([url] if url else []))
        password = demonstration_password()
        accounts.add_demonstration(engine, DEMONSTRATION, password, clock.real_now())
        print(  # noqa: T201
            f"● 職員画面: http://localhost:{port}/　名前 {DEMONSTRATION}　パスワード {password}"
            "　確認コード なし（試すための利用者です。本番にはいません）",
            flush=True,
        )
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)  # a short queue is no news
    app = create_app(engine, origins)
    waitress.serve(app, host="127.0.0.1", port=port, threads=THREADS, ident=None, **more)


def _refusals(url: str) -> list[str]:
    parts = urlsplit(url)
    if settings.in_production() and (parts.scheme != "https" or not parts.hostname or parts.path):
        return ["環境変数 STAFF_URL に、職員画面を開く https のアドレス（https://staff.example.lg.jp の形）を書いてください。"]
    return []


def demonstration_password() -> str:
    """Return the password that is made once and kept in var/, readable by its owner alone."""
    settings.VAR.mkdir(exist_ok=True)
    kept = settings.VAR / "staff-demo"
    if not kept.exists():
        kept.touch(mode=0o600)
        kept.write_text(f"tameshi-{secrets.token_hex(4)}")
    return kept.read_text().strip()


if __name__ == "__main__":
    main()
