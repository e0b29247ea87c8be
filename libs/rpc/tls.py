"""mTLS between the services of one co-op when they run as several processes, with certificates of the instance's own authority."""

from dataclasses import dataclass
from pathlib import Path

import grpc


@dataclass(frozen=True)
class TlsCredentials:
    """The credentials of one service: a folder with `ca.pem`, `<name>.pem` and `<name>.key.pem`."""

    folder: Path
    name: str

    def server(self) -> grpc.ServerCredentials:
        """Server credentials that accept only clients with a certificate of this instance."""
        return grpc.ssl_server_credentials([(self._read("key.pem"), self._read("pem"))], self._authority(), require_client_auth=True)

    def client(self) -> grpc.ChannelCredentials:
        return grpc.ssl_channel_credentials(self._authority(), self._read("key.pem"), self._read("pem"))

    def _authority(self) -> bytes:
        return (self.folder / "ca.pem").read_bytes()

    def _read(self, ending: str) -> bytes:
        return (self.folder / f"{self.name}.{ending}").read_bytes()
