"""The service that a call's client certificate names."""

from typing import Any

import grpc

_SCHEME = "spiffe://"


def service_name_of(context: grpc.aio.ServicerContext[Any, Any]) -> str:
    """The service that the client's certificate names (`spiffe://<co-op>/<service>`); empty when it names none, or several.

    The handshake has already verified that this instance's own authority signed the certificate. Its other names (`localhost`) are for
    finding a server, and every service has them.
    """
    names = [str(name, "utf-8", "replace") for name in context.auth_context().get("x509_subject_alternative_name", ())]
    services = [name.removeprefix(_SCHEME) for name in names if name.startswith(_SCHEME)]
    return services[0].partition("/")[2] if len(services) == 1 else ""
