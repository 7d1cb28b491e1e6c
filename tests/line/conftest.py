"""The databases of the bookings, for what LINE keeps there, too."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from renewal import settings
from tests.renewal.conftest import (  # noqa: F401  fixtures
    engine,
    postgres_engine,
    postgres_url,
    sqlite_template,
)


@pytest.fixture(autouse=True)
def a_key(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("RENEWAL_SECRET_KEY", "not secret")
    settings.secret_key.cache_clear()
    yield
    settings.secret_key.cache_clear()
