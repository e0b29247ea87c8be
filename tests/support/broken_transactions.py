"""A trigger that fails inside a transaction: for the database that is the same as a process that is killed there."""

from tests.support.running_co_op import RunningCoOp


async def break_transactions(co_op: RunningCoOp, service: str, table: str, when: str) -> None:
    """Those of a service that do this with the table: `insert`, `delete`, `update of column`."""
    async with co_op.database_transaction(service, owner=True) as connection:
        await connection.execute(
            "create or replace function killed() returns trigger language plpgsql as $$ begin raise exception 'killed'; end $$"
        )
        await connection.execute(f"create trigger killed before {when} on {table} for each row execute function killed()")


async def mend_transactions(co_op: RunningCoOp, service: str, table: str) -> None:
    async with co_op.database_transaction(service, owner=True) as connection:
        await connection.execute(f"drop trigger killed on {table}")
