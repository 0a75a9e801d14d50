"""The base64 of crypt(3) and phpass: another alphabet, the lowest six bits first."""

from collections.abc import Iterable

ALPHABET = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def encoded(octets: bytes, order: Iterable[tuple[int, ...]]) -> str:
    """Encode groups of three bytes, or fewer at the end; `order` has their places, the most significant first."""
    return "".join(_group([octets[place] for place in places]) for places in order)


def rotated(places: tuple[int, ...], by: int) -> tuple[int, ...]:
    return places[by:] + places[:by]


def _group(octets: list[int]) -> str:
    value = int.from_bytes(octets)
    return "".join(ALPHABET[value >> 6 * digit & 0x3F] for digit in range(len(octets) + 1))
