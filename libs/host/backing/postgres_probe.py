"""Probes a PostgreSQL server with one short session: does it accept our login, and which version is it?"""

import asyncpg  # type: ignore[import-untyped, unused-ignore]  # asyncpg ships no types

from libs.host.backing.addresses import PostgresAddress


class PostgresProbeError(Exception):
    """The session failed; `no_answer` when the server cannot be reached or is still starting, so that trying again may help."""

    def __init__(self, sentence: str, *, no_answer: bool = False, wrong_password: bool = False) -> None:
        self.no_answer = no_answer
        self.wrong_password = wrong_password
        super().__init__(sentence)


async def probe_postgres(address: PostgresAddress, timeout: float = 10.0) -> int:
    """Return the server's version number (such as 180004), or raise PostgresProbeError after at most `timeout` seconds."""
    try:
        session = await asyncpg.connect(
            host=address.host,
            port=address.port,
            user=address.user,
            password=address.password,
            database=address.database,
            ssl=address.query.get("ssl"),
            timeout=timeout,
        )
        try:
            return int(await session.fetchval("select current_setting('server_version_num')"))
        finally:
            await session.close()
    except (OSError, TimeoutError, asyncpg.CannotConnectNowError) as error:
        raise PostgresProbeError(str(error) or "no answer", no_answer=True) from error
    except asyncpg.InvalidPasswordError as error:
        raise PostgresProbeError(str(error), wrong_password=True) from error
    except (asyncpg.PostgresError, asyncpg.InterfaceError, ValueError) as error:
        raise PostgresProbeError(str(error)) from error
