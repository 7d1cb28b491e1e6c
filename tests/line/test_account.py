"""`renewal line setup` and `check`, and the menu's picture, against the stand-in for LINE."""

from __future__ import annotations

import io
from collections.abc import Iterator

import pytest
from click.testing import CliRunner, Result
from PIL import Image

from bot.line import limits, rich_menu
from cli.main import main
from tests.line.platform import Platform, running


@pytest.fixture
def platform(monkeypatch: pytest.MonkeyPatch) -> Iterator[Platform]:
    with running() as platform:
        monkeypatch.setenv("LINE_API_ENDPOINT", platform.url)
        monkeypatch.setenv("LINE_CHANNEL_SECRET", platform.secret)
        monkeypatch.setenv("LINE_CHANNEL_ACCESS_TOKEN", platform.token)
        monkeypatch.setenv("RENEWAL_PUBLIC_URL", "https://bot.example.jp")
        yield platform


def renewal(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["line", *arguments])


def test_the_menu_is_a_picture_that_line_takes_and_its_fields_cover_it() -> None:
    picture = rich_menu.draw()
    assert len(picture) <= limits.MENU_IMAGE_BYTES
    assert Image.open(io.BytesIO(picture)).size == (2500, 1686)
    covered = sum(a["bounds"]["width"] * a["bounds"]["height"] for a in rich_menu.areas())
    assert covered == 2500 * 1686
    names = [area["action"]["data"] for area in rich_menu.areas()]
    assert names == [f"m:{name}" for name in rich_menu.COMMANDS]


def test_without_a_japanese_font_it_is_said_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rich_menu, "_FONTS", ())
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(rich_menu.NoJapaneseFont, match="fonts-noto-cjk"):
        rich_menu.draw()


def test_setup_done_twice_makes_one_menu_and_says_what_it_did(platform: Platform) -> None:
    first = renewal("setup")
    assert first.exit_code == 0, first.output
    assert "リッチメニューを作りました。" in first.output
    assert "https://bot.example.jp/webhooks/line/webhook" in first.output
    second = renewal("setup")
    assert "リッチメニューは最新です。" in second.output
    assert len(platform.rich_menus) == 1
    assert platform.default_menu == platform.aliases[rich_menu.ALIAS]
    assert platform.complaints == []


def test_a_default_menu_of_somebody_else_stays_unless_told(platform: Platform) -> None:
    platform.rich_menus["richmenu-other"] = rich_menu.definition(b"") | {"name": "市の公式メニュー"}
    platform.default_menu = "richmenu-other"
    assert "--default" in renewal("setup").output
    assert platform.default_menu == "richmenu-other"
    renewal("setup", "--default")
    assert platform.default_menu == platform.aliases[rich_menu.ALIAS]
    assert "richmenu-other" in platform.rich_menus


def test_a_new_picture_replaces_the_old_menu_and_leaves_none_behind(
    platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    renewal("setup")
    monkeypatch.setattr(rich_menu, "CHAT_BAR", "ひらく")
    fields = rich_menu.FIELDS
    monkeypatch.setattr(rich_menu, "FIELDS", (("book", "予約", "いま"), *fields[1:]))
    assert "新しくしました" in renewal("setup").output
    assert len(platform.rich_menus) == 1
    assert platform.default_menu in platform.rich_menus


def test_check_says_what_is_wrong_and_how_much_is_left(platform: Platform) -> None:
    platform.quota = 200
    renewal("setup")
    checked = renewal("check")
    assert "あと 200通" in checked.output
    assert checked.exit_code == 1  # nobody answers at bot.example.jp
    assert "届きません" in checked.output


def test_a_wrong_token_is_explained(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LINE_CHANNEL_ACCESS_TOKEN", "wrong")
    checked = renewal("check")
    assert checked.exit_code == 1
    assert "チャネルアクセストークンが正しくありません" in checked.output


def test_missing_settings_are_named_with_where_to_find_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("LINE_CHANNEL_SECRET", "LINE_CHANNEL_ACCESS_TOKEN", "RENEWAL_PUBLIC_URL"):
        monkeypatch.delenv(name, raising=False)
    refused = renewal("check")
    assert refused.exit_code == 2
    for words in ("チャネルシークレット", "チャネルアクセストークン", "RENEWAL_PUBLIC_URL"):
        assert words in refused.output
