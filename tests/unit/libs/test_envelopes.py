"""The envelope of an event."""

from datetime import UTC, datetime
from uuid import UUID

import pytest

from kith.envelope.v1.envelope_pb2 import Envelope
from kith.governance.facts.v1.facts_pb2 import BallotCast, RulebookAdopted
from kith.membership.facts.v1.facts_pb2 import MemberAdmitted
from libs.messages.bus import head_subject, request_subject, stream_name
from libs.messages.consumer_progress import ConsumerProgress
from libs.messages.envelope import event_of, subject_of, type_of

NOON = datetime(2026, 3, 1, 12, 0, 0, 123456, tzinfo=UTC)


@pytest.mark.parametrize(
    ("fact", "subject"),
    [
        (BallotCast(), "kith.governance.v1.ballot_cast.7"),
        (RulebookAdopted(), "kith.governance.v1.rulebook_adopted.7"),
        (MemberAdmitted(), "kith.membership.v1.member_admitted.7"),
    ],
)
def test_a_subject_is_the_events_name_and_the_id_it_concerns(fact: BallotCast | RulebookAdopted | MemberAdmitted, subject: str) -> None:
    assert subject_of(fact, "7") == subject


def test_a_type_is_the_full_proto_name() -> None:
    assert type_of(BallotCast) == type_of(BallotCast()) == "kith.governance.facts.v1.BallotCast"


def test_an_event_survives_its_envelope() -> None:
    sent = Envelope(
        id=str(UUID(int=7)), source="governance", epoch=1, number=9, type="t", actor="a", cause="c", traceparent="tp", payload=b"\x00"
    )
    sent.at.FromDatetime(NOON)
    fact = event_of(Envelope.FromString(sent.SerializeToString()))
    assert (fact.id, fact.source, fact.number, fact.type) == (UUID(int=7), "governance", 9, "t")
    assert (fact.at, fact.actor, fact.traceparent, fact.payload) == (NOON, "a", "tp", b"\x00")


def test_each_source_has_its_own_stream_and_its_own_places_to_ask() -> None:
    assert (stream_name("governance"), head_subject("governance"), request_subject("governance", "replay")) == (
        "KITH_GOVERNANCE",
        "kith-heads.governance",
        "kith-ask.governance.replay",
    )


@pytest.mark.parametrize(
    ("position", "head", "epoch", "head_epoch", "behind"),
    [(5, 5, 1, 1, 0), (5, 9, 1, 1, 4), (9, 5, 1, 1, 0), (9, 5, 1, 2, 5), (0, 0, 1, 0, 0)],
)
def test_how_far_behind_is_counted_anew_in_a_new_epoch(position: int, head: int, epoch: int, head_epoch: int, behind: int) -> None:
    assert ConsumerProgress("membership", position=position, head=head, epoch=epoch, head_epoch=head_epoch).behind == behind
