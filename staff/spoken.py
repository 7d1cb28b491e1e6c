"""What to bring, as it is read to somebody on the phone: without what sends them to the phone."""

from __future__ import annotations

from renewal.city import City


def spoken(document: str, city: City) -> str:
    """Return a document of city.yml in words that can be heard, the examples of 一覧A with it."""
    if document == "visitor_id_a" and city.id_list_a:
        return f"窓口に来る方の本人確認書類を1点。{'、'.join(city.id_list_a)}など"
    if document == "pin_reset_extra":
        return "暗証番号を新しく決めるための追加の書類"
    return city.documents[document].label
