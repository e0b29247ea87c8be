"""Checks whether 32 bytes can be a public key: RFC 8032, section 5.1, without keys of small order.

Under a key of small order some signatures are valid for any message, and strict libraries reject what others accept. Rejecting such keys
makes all of them agree. Whether the bytes are a point at all shows with the first signature: under an invalid point, none is valid.
"""

_FIELD = 2**255 - 19
_WITHOUT_SIGN = 2**255 - 1
_SMALL_ORDER = frozenset(
    int.from_bytes(bytes.fromhex(y), "little")
    for y in (
        "0100000000000000000000000000000000000000000000000000000000000000",  # order 1
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",  # order 2
        "0000000000000000000000000000000000000000000000000000000000000000",  # order 4, two points
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",  # order 8, two points
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",  # order 8, two points
    )
)
"""The y of the eight points: the list of `ge25519_has_small_order` in libsodium, without its second encodings of 0 and 1."""


def is_public_key(key: bytes) -> bool:
    """Whether these 32 bytes are the canonical encoding of a y, and not of a point of small order."""
    y = int.from_bytes(key, "little") & _WITHOUT_SIGN
    return y < _FIELD and y not in _SMALL_ORDER
