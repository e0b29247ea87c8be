"""What a browser says of its device: roughly which kind it is. Nothing else of it is kept, and no address."""

from kith.identity.v1 import identity_pb2 as identity

_TABLETS, _PHONES, _COMPUTERS = ("ipad", "tablet"), ("mobi", "iphone"), ("windows", "macintosh", "x11", "cros")


def device_kind(user_agent: str) -> "identity.DeviceKind.ValueType":
    """The kind of device; unspecified where the browser's name does not tell."""
    name = user_agent.lower()
    if any(word in name for word in _TABLETS) or ("android" in name and "mobi" not in name):
        return identity.DEVICE_KIND_TABLET
    if any(word in name for word in _PHONES):
        return identity.DEVICE_KIND_PHONE
    return identity.DEVICE_KIND_COMPUTER if any(word in name for word in _COMPUTERS) else identity.DEVICE_KIND_UNSPECIFIED
