"""In which language a message is written, where it is not Japanese."""

from __future__ import annotations

import re

_KANA = re.compile("[ぁ-んァ-ヶｦ-ﾟ]")
_HANGUL = re.compile("[가-힣ㄱ-ㆎ]")
# Characters that Chinese writes and Japanese does not.
_CHINESE = re.compile("[请們吗嗎么麼这這约证證续續说說谢謝您怎你办给張张时]")
_VIETNAMESE = re.compile("[ăđơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ]", re.IGNORECASE)
_PORTUGUESE = re.compile(r"[ãõç]|\b(?:quero|preciso|gostaria|renovar|certificado|cart[aã]o|agendar|marcar|obrigad[oa]|voc[eê])\b", re.IGNORECASE)
_WORDS = re.compile(r"\b[^\W\d_]{2,}\b")  # no codes: figures are among their letters
_JAPANESE = re.compile("[一-龥々]")


def of(text: str) -> str | None:
    """Return "zh", "ko", "vi", "pt", or "en" for any other language but Japanese; None for Japanese.

    Few words in Latin letters (a name, an abbreviation) are no other language.
    """
    if _KANA.search(text):
        return None
    if _HANGUL.search(text):
        return "ko"
    if _CHINESE.search(text):
        return "zh"
    if _JAPANESE.search(text) or text.startswith("/"):
        return None
    if _VIETNAMESE.search(text):
        return "vi"
    words = [word for word in _WORDS.findall(text) if not word.isupper()]
    if len(words) >= 2 and _PORTUGUESE.search(text):
        return "pt"
    return "en" if len(words) >= 3 else None
