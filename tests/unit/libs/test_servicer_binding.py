"""RPC methods are bound to commands and queries, all of them and no others."""

import pytest

from kith.status.v1 import status_pb2
from libs.rpc.binding import Method, bind, handler, query
from libs.rpc.transactions import Transactions


async def get_status(_: Transactions, __: status_pb2.GetStatusRequest) -> status_pb2.GetStatusResponse:
    return status_pb2.GetStatusResponse()


GET_STATUS: Method[status_pb2.GetStatusRequest, status_pb2.GetStatusResponse] = handler(get_status, open=True)
NO_TRANSACTIONS: Transactions = None  # type: ignore[assignment]  # binding needs none


def test_a_service_is_bound_with_its_open_methods() -> None:
    service = bind(status_pb2, "StatusService", NO_TRANSACTIONS, {"GetStatus": GET_STATUS})

    assert (service.name, service.open_methods) == ("StatusService", frozenset({"StatusService/GetStatus"}))


@pytest.mark.parametrize("methods", [{}, {"GetStatus": GET_STATUS, "SetStatus": GET_STATUS}, {"getStatus": GET_STATUS}])
def test_a_binding_that_differs_from_the_proto_is_refused(methods: dict[str, Method[object, object]]) -> None:  # type: ignore[type-var]  # the test calls none of them
    with pytest.raises(TypeError, match="StatusService"):
        bind(status_pb2, "StatusService", NO_TRANSACTIONS, methods)


def test_methods_need_a_token_unless_they_say_otherwise() -> None:
    assert not query(lambda _: (), lambda _: None, lambda _: status_pb2.GetStatusResponse()).open  # type: ignore[arg-type, return-value]  # nor this one
