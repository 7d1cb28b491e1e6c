"""Telephone numbers as they are written: where the hyphens stand is decided number by number."""

from __future__ import annotations


def hyphenated(digits: str | None) -> str:
    """Return a Japanese number with its hyphens: 024-505-0445, 0246-12-3456, 0800-123-4567.

    Area codes have two to five digits, which only the national numbering plan tells apart (Ministry
    of Internal Affairs, as Google's libphonenumber keeps it). What is no number of that plan is
    returned as it is; None is "".
    """
    if not digits:
        return ""
    # Imported only where needed: it has the whole world's plans.
    import phonenumbers
    from phonenumbers import NumberParseException, PhoneNumberFormat

    try:
        number = phonenumbers.parse(digits, "JP")
    except NumberParseException:
        return digits
    if not phonenumbers.is_valid_number_for_region(number, "JP"):
        return digits
    return str(phonenumbers.format_number(number, PhoneNumberFormat.NATIONAL))
