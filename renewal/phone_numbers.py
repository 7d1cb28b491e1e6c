"""Telephone numbers as they are written: where the hyphens stand is decided number by number."""

from __future__ import annotations

_MOBILE = ("050", "060", "070", "080", "090")


def hyphenated(digits: str | None) -> str:
    """Return a Japanese number with its hyphens: 024-505-0445, 0246-12-3456, 0800-123-4567.

    Area codes have two to five digits, which only the national numbering plan tells apart (Ministry
    of Internal Affairs, as Google's libphonenumber keeps it). Eleven digits of a mobile or an IP
    telephone need no plan: 090-0000-1234, which nobody has been given yet, is written like any
    other. What else is no number of that plan is returned as it is; None is "".
    """
    if not digits:
        return ""
    # 0800-123-4567 is a free number; nobody who writes 080-0000-1234 means one.
    is_free = digits.startswith("0800") and not digits.startswith("0800000")
    if len(digits) == 11 and digits.isdecimal() and digits.startswith(_MOBILE) and not is_free:
        return f"{digits[:3]}-{digits[3:7]}-{digits[7:]}"
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
