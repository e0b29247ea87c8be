"""The fake services on the first evening of a co-op: the founder wears every hat, and there is nothing but the rulebook."""

from google.protobuf.descriptor import ServiceDescriptor

from kith.federation.v1 import federation_pb2
from kith.governance.v1 import governance_pb2, votes_pb2
from kith.membership.v1 import membership_pb2
from libs.refusals import NotFound
from tests.unit.web.fake_people import FakeService
from tests.unit.web.fake_services import FakeServices, InMemoryFirstSteps, InMemoryNews


def new_co_op() -> FakeServices:
    """A co-op in which nothing has happened; only this machine can open its pages."""
    fakes = FakeServices(news=InMemoryNews(), first_steps=InMemoryFirstSteps(set()), public_url="http://127.0.0.1:8400")
    _empty_lists(fakes.membership, membership_pb2.DESCRIPTOR.services_by_name["MembershipService"])
    _empty_lists(fakes.governance, governance_pb2.DESCRIPTOR.services_by_name["GovernanceService"])
    _empty_lists(fakes.votes, votes_pb2.DESCRIPTOR.services_by_name["VoteService"])
    _empty_lists(fakes.federation, federation_pb2.DESCRIPTOR.services_by_name["FederationService"])
    fakes.membership.refusals["GetMember"] = NotFound("MEMBER_UNKNOWN")
    return fakes


def _empty_lists(service: FakeService, descriptor: ServiceDescriptor) -> None:
    """Every list of the service is empty, and every count is zero."""
    empty = FakeService(descriptor)
    for method in descriptor.methods:
        if method.name.startswith(("List", "Count")):
            setattr(service, method.name, getattr(empty, method.name))
