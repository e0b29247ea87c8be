"""One short session at a PostgreSQL server, to learn whether it lets us in and which version it is."""

import asyncpg  # type: ignore[import-untyped, unused-ignore]  # asyncpg ships no types

from libs.host.backing.addresses import PostgresAt


class NotLetIn(Exception):
    """The server gave no session; `no_answer` when it could not be reached or is still starting, so that trying again may help."""

    def __init__(self, sentence: str, *, no_answer: bool = False, wrong_password: bool = False) -> None:
        self.no_answer = no_answer
        self.wrong_password = wrong_password
        super().__init__(sentence)


async def sign_in(at: PostgresAt, within: float = 10.0) -> int:
    """Return the server's version number (such as 180004), or raise NotLetIn after at most `within` seconds."""
    try:
        session = await asyncpg.connect(
            host=at.host,
            port=at.port,
            user=at.user,
            password=at.password,
            database=at.database,
            ssl=at.query.get("ssl"),
            timeout=within,
        )
        try:
            return int(await session.fetchval("select current_setting('server_version_num')"))
        finally:
            await session.close()
    except (OSError, TimeoutError, asyncpg.CannotConnectNowError) as error:
        raise NotLetIn(str(error) or "no answer", no_answer=True) from error
    except asyncpg.InvalidPasswordError as error:
        raise NotLetIn(str(error), wrong_password=True) from error
    except (asyncpg.PostgresError, asyncpg.InterfaceError, ValueError) as error:
        raise NotLetIn(str(error)) from error
