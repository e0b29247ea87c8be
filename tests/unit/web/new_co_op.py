"""The fake services on the first evening of a co-op: the founder wears every hat, and there is nothing but the rulebook."""

from collections.abc import Awaitable, Callable
from typing import Any, get_type_hints

from libs.refusals import NotFound
from tests.unit.web.fake_people import FakeService
from tests.unit.web.fake_services import FakeServices, InMemoryFirstSteps, InMemoryNews


def new_co_op() -> FakeServices:
    """A co-op in which nothing has happened; only this machine can open its pages."""
    fakes = FakeServices(news=InMemoryNews(), first_steps=InMemoryFirstSteps(set()), public_url="http://127.0.0.1:8400")
    for service in (fakes.membership, fakes.governance, fakes.votes, fakes.federation):
        _empty_lists(service)
    fakes.membership.refusals["GetMember"] = NotFound("MEMBER_UNKNOWN")
    return fakes


def _empty_lists(service: FakeService) -> None:
    """Every list of the service is empty, and every count is zero."""
    for name in dir(service):
        if name.startswith(("List", "Count")):
            setattr(service, name, _respond_with_nothing(service, get_type_hints(getattr(service, name))["return"]))


def _respond_with_nothing(service: FakeService, response: type[Any]) -> Callable[..., Awaitable[Any]]:
    async def respond(request: object, **_: object) -> object:
        service.record(request)
        return response()

    return respond
