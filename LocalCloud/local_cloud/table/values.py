"""Attribute values in DynamoDB's JSON: what is one, how large it is, how two compare."""

import base64
import binascii
import math
import re
from decimal import Decimal, InvalidOperation

from .errors import invalid, not_served

LARGEST_ITEM = 400 * 1024  # bytes
LARGEST_KEY = {"PK": 2048, "SK": 1024}  # bytes
DIGITS = 38
PLAIN_INTEGER = re.compile(r"0|-?[1-9][0-9]{0,37}")


def only(value):
    """(type, content) of a value."""
    if not isinstance(value, dict) or len(value) != 1:
        raise invalid("Supplied AttributeValue must contain exactly one of the supported datatypes")
    (found,) = value.items()
    return found


def checked(value):
    """The value as it is stored: numbers in their shortest form."""
    kind, content = only(value)
    if kind == "N":
        return {"N": number_text(content)}
    if kind == "S" and isinstance(content, str):
        content.encode()  # a lone surrogate is no text
    elif kind == "B" and isinstance(content, str):
        binary(content)
    elif not (kind == "BOOL" and isinstance(content, bool) or kind == "NULL" and content is True):
        raise not_served(f"a value of type {kind}")
    return value


def binary(content):
    try:
        return base64.b64decode(content, validate=True)
    except (binascii.Error, ValueError):
        raise invalid("Invalid Base64 in a binary value") from None


def number_text(content):
    """A number's text without leading or trailing zeros."""
    if isinstance(content, str) and PLAIN_INTEGER.fullmatch(content):
        return content
    try:
        number = Decimal(content).normalize() if isinstance(content, str) else None
    except InvalidOperation:
        number = None
    if number is None or not number.is_finite():
        raise invalid(f"The parameter cannot be converted to a numeric value: {content}")
    if len(number.as_tuple().digits) > DIGITS:
        raise invalid("Attempting to store more than 38 significant digits in a Number")
    if number and not -130 <= number.adjusted() <= 125:
        raise invalid("Number overflow. Attempting to store a number outside of supported range")
    return f"{number:f}" if number else "0"


def value_size(value):
    """Bytes of a value, by DynamoDB's rules."""
    ((kind, content),) = value.items()
    if kind == "S":
        return len(content.encode())
    if kind == "B":
        return len(content) // 4 * 3 - content[-2:].count("=")
    if kind == "N":
        digits = content.lstrip("-").replace(".", "").strip("0")
        return min(21, math.ceil(len(digits) / 2) + 1 + content.startswith("-"))
    return 1


def item_size(item):
    return sum(len(name.encode()) + value_size(value) for name, value in item.items())


def comparable(value):
    """(type, what orders it); None for what has no order."""
    kind, content = only(value)
    if kind == "S":
        return kind, content.encode()
    if kind == "N":
        return kind, Decimal(content)
    return (kind, binary(content)) if kind == "B" else None


def key_of(image):
    """(PK, SK as bytes) of an object with both keys and nothing else."""
    if not isinstance(image, dict) or set(image) != {"PK", "SK"}:
        raise invalid("The provided key element does not match the schema")
    return key_in(image)


def key_in(image):
    """(PK, SK as bytes) of an item."""
    texts = []
    for name, largest in LARGEST_KEY.items():
        kind, content = only(image[name]) if name in image else (None, None)
        if kind != "S" or not isinstance(content, str):
            raise invalid(f"The provided key element {name} does not match the schema")
        text = content.encode()
        if not 0 < len(text) <= largest:
            raise invalid(f"Size of {name} must be between 1 and {largest} bytes")
        texts.append(text)
    return image["PK"]["S"], texts[1]


class Row:
    """A stored item: its attributes, its sort key and its size."""

    __slots__ = ("image", "size")

    def __init__(self, image):
        self.image = {name: checked(value) for name, value in image.items()}
        self.size = item_size(self.image)

    @property
    def key(self):
        return {"PK": self.image["PK"], "SK": self.image["SK"]}
