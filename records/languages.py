"""The nine languages (BCP 47 codes), as the whole product names them."""

from babel import Locale

CODES = ("en", "ar", "bn", "bg", "it", "pl", "pa", "ro", "ur")
DEFAULT = "en"


def is_right_to_left(code: str) -> bool:
    """Is this language written from right to left?"""
    return Locale.parse(code).text_direction == "rtl"


def own_name(code: str) -> str:
    """What its speakers call it: "polski"."""
    return Locale.parse(code).get_display_name(code) or code
