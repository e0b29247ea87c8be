"""The device of a sign-in, between requests and domain values."""

from kith.identity.v1 import identity_pb2 as pb
from kith.identity.v1.enums import DeviceKind, DeviceUse
from libs.rpc.enums import known_word
from services.identity.domain.session import Device, SessionLimits


def device_of(use: "pb.DeviceUse.ValueType", kind: "pb.DeviceKind.ValueType", limits: SessionLimits) -> Device:
    """What is not said, or said in a word of a newer version, is a device that other people use too."""
    return Device(known_word(pb.DeviceUse, DeviceUse, use, DeviceUse.SHARED), known_word(pb.DeviceKind, DeviceKind, kind, None), limits)
