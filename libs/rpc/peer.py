"""Who is at the other end of a call that came with a certificate."""

from typing import Any

import grpc

_SCHEME = "spiffe://"


def name_of(context: grpc.aio.ServicerContext[Any, Any]) -> str:
    """The service that the peer's certificate names (`spiffe://<co-op>/<service>`); empty when there is none, or more than one.

    The handshake has shown by then that the certificate is of this instance's own authority. Its other names (`localhost`) are for
    finding a server, and every service has them.
    """
    names = [str(name, "utf-8", "replace") for name in context.auth_context().get("x509_subject_alternative_name", ())]
    found = [name.removeprefix(_SCHEME) for name in names if name.startswith(_SCHEME)]
    return found[0].partition("/")[2] if len(found) == 1 else ""
