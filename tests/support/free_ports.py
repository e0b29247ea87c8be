"""Ports for servers that a test stops and starts again on the same port.

They are below the system's ephemeral range, so that no other test's outgoing connection can take the port during a restart.
"""

from libs.host.backing.nats_server import find_free_port


def free_ports(count: int) -> list[int]:
    """Ports that are free now, all different."""
    result: set[int] = set()
    while len(result) < count:
        result.add(find_free_port())
    return list(result)
