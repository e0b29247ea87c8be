"""mTLS between the services of one co-op when they run as several processes: certificates of the instance's own authority."""

from dataclasses import dataclass
from pathlib import Path

import grpc


@dataclass(frozen=True)
class Tls:
    """A folder with `ca.pem`, `<name>.pem` and `<name>.key.pem`."""

    folder: Path
    name: str

    def server(self) -> grpc.ServerCredentials:
        """Only holders of a certificate of the instance get a word in."""
        return grpc.ssl_server_credentials([(self._read("key.pem"), self._read("pem"))], self._authority(), require_client_auth=True)

    def client(self) -> grpc.ChannelCredentials:
        return grpc.ssl_channel_credentials(self._authority(), self._read("key.pem"), self._read("pem"))

    def _authority(self) -> bytes:
        return (self.folder / "ca.pem").read_bytes()

    def _read(self, ending: str) -> bytes:
        return (self.folder / f"{self.name}.{ending}").read_bytes()
