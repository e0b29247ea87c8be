"""Years of visits that have taken place, written into scheduling's database at once."""

from datetime import datetime
from uuid import UUID

from libs.host import leader_election
from services.database_setup import ServiceDatabase

# Two hours apart for each worker, so that none has two at a time. Of a person's own visits and a worker's the last is two hours ago.
_VISITS = """
insert into visit (id, person, team, day, starts, ends, workers, state, proposed_by, agreed_by, version)
select gen_random_uuid(), person, team, starts::date, starts, starts + interval '1 hour', 1, 'agreed', person, person, 2
from unnest($1::uuid[], $2::uuid[]) as pair (person, team),
  lateral (select $3::timestamptz - interval '2 hours' * n as starts from generate_series(1, $4::int) n) past"""
_PLACES = """
insert into visit_place (visit, worker, person, team, starts, ends, paid, coming, joined_at, taken_at)
select id, ($1::uuid[])[array_position($2::uuid[], person)], person, team, starts, ends, true, true, starts - interval '1 day',
  starts - interval '1 day' from visit
where starts < $3 and not exists (select from visit_place where visit_place.visit = visit.id)"""


async def add_past_visits(
    database: ServiceDatabase, persons: list[UUID], teams: list[UUID], workers: list[UUID], before: datetime, visits: int
) -> None:
    """So many to each person, all by the worker, and in the team, at the same place of its list."""
    url = database.admin.set(database=database.roles.database_name).render_as_string(hide_password=False)
    connection = await leader_election.connect(url)
    try:
        await connection.execute(_VISITS, persons, teams, before, visits)
        await connection.execute(_PLACES, workers, persons, before)
        await connection.execute("analyze visit, visit_place")
    finally:
        await connection.close()
