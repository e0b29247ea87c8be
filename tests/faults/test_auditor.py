"""The auditor finds nothing in a healthy co-op, and finds every change made directly to its tables."""

from scripts.cli.connection import connect
from tests.support.consistency_auditor import ConsistencyAuditor
from tests.support.kith_up_process import running_kith_up
from tests.support.motion_voters import open_poll

DAMAGE = (
    ("governance", "update roll set revision = revision + 1 where person = $1", "a place on a roll is not what its ballots say"),
    ("governance", "delete from ballot where person = $1", "a BallotCast is not a ballot"),
    ("governance", "delete from outbox where number = (select min(number) from outbox where type like '%BallotCast')", "are numbered 1 to"),
    ("governance", "update decision set number = number + 6", "the numbers of the decision log: [7] and not [1]"),
    ("governance", "update standing set member_class = 'investor' where person = $1", "standings of membership and of governance differ"),
    ("governance", "update position set n = n + 1 where source = 'identity'", "governance stands at"),
    ("membership", "delete from known_person where person = $1", "persons and those membership knows differ"),
    ("identity", "delete from worn_hat where person <> $1", "hats worn and given differ"),
)
"""Whose tables, what is done to them about one voter, and what the auditor says then."""


async def test_the_auditor_finds_whatever_is_changed_behind_a_co_ops_back() -> None:
    async with running_kith_up() as co_op:
        auditor = ConsistencyAuditor(co_op.folder)
        async with connect(co_op.folder) as connection:
            poll = await open_poll(connection, 4)
            for voter in poll.voters:
                await poll.cast(connection, voter, "for")
        await auditor.wait_until_at_rest()
        assert await auditor.findings() == []
        assert await auditor.ballot_findings(poll) == []
        first, second = poll.voters[1:3]
        await auditor.fetch_rows("governance", "update ballot set choice = 'against' where person = $1", second.person)
        assert any("a ballot acknowledged is not written" in finding for finding in await auditor.ballot_findings(poll))
        for service, statement, finding_text in DAMAGE:
            assert not any(finding_text in finding for finding in await auditor.findings()), finding_text
            await auditor.fetch_rows(service, statement, *([first.person] if "$1" in statement else []))
            found = await auditor.findings()
            assert any(finding_text in one for one in found), (statement, found)
