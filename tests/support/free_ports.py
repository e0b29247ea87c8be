"""Ports for what a test starts, stops and starts again on the same one.

They lie below those that the system gives to whoever calls out: or a call of some other test could hold the port while its server restarts.
"""

from libs.host.backing.nats_server import find_free_port


def free_ports(count: int) -> list[int]:
    """Ports that are free now, all different."""
    result: set[int] = set()
    while len(result) < count:
        result.add(find_free_port())
    return list(result)
