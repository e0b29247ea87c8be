"""The servers of the service tests, for tests of attacks."""

from tests.service.conftest import infrastructure

__all__ = ["infrastructure"]
