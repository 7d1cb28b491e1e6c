"""Where the trained models are: one for each city's file, since each has learnt its own questions too."""

from __future__ import annotations

from pathlib import Path

from renewal import city

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "models"


def path() -> Path:
    """Return where the model of the city is that this process speaks for: models/ome.tar.gz of cities/ome.yml."""
    return FOLDER / f"{city.file().stem}.tar.gz"


def missing() -> str:
    """Return the sentence for staff that says that there is no model, and how it is made."""
    return f"学習済みモデル {path().relative_to(ROOT)} がありませんので、先に {_train()}を実行してください。"


def outdated() -> str:
    """Return the sentence for staff that says that the model has learnt other questions than the file has."""
    return (
        f"読み込んだモデルは、{city.file()} の faq を学習していません。{_train()}を実行してから、"
        f"--model {path().relative_to(ROOT)} を付けて起動してください。"
    )


def _train() -> str:
    return "make train " if city.file() == city.DEFAULT_PATH else f"RENEWAL_CITY={city.file()} make train "
