"""What identity took from somebody is taken again after its database was set back."""

from kith.identity.facts.v1 import facts_pb2
from services.identity.reactions.lost_events import LOST_EVENT_HANDLERS

_TAKES_SOMETHING = ("Ended", "Revoked", "Removed", "Taken", "Erased")


def test_every_event_that_takes_something_is_handled_again() -> None:
    events = facts_pb2.DESCRIPTOR.message_types_by_name.values()
    takes = {event.full_name for event in events if event.name.endswith(_TAKES_SOMETHING)}
    assert len(takes) > 5
    assert takes <= LOST_EVENT_HANDLERS.keys()
