"""Binds RPC methods to commands and queries, one line each.

    governance_service = bind(pb, "GovernanceService", transactions, {
        "CastBallot": command(translate.cast_ballot, cast_ballot, translate.cast_ballot_response),
        "GetMotion": query(translate.motion_id, get_motion, translate.get_motion_response),
    })

A line reads: take the arguments from the request, run the command or query in a unit of work, make the response from its result. mypy
checks that the three fit together; `bind` checks that every method of the proto is there and no other.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from types import ModuleType
from typing import Any, Generic, TypeVar, TypeVarTuple

import grpc
from google.protobuf.descriptor import ServiceDescriptor
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass

from libs.database.engine import UnitOfWork
from libs.refusals import NotAllowed
from libs.rpc.call import CURRENT_CALL
from libs.rpc.transactions import Transactions

Request = TypeVar("Request", bound=Message)
Response = TypeVar("Response", bound=Message)
Result = TypeVar("Result")
Arguments = TypeVarTuple("Arguments")


@dataclass(frozen=True)
class Method(Generic[Request, Response]):
    """How one RPC is answered. `open` methods may be called without a token, those with a `service` by that service alone.

    Only an `acting` method may be called in another person's place; it checks the scope itself (`libs/access/acting.py`).
    """

    run: Callable[[Transactions, Request, type[Response]], Awaitable[Response]]
    open: bool = False
    service: str = ""
    acting: bool = False


@dataclass(frozen=True)
class BoundService:
    """A service of a proto with all its methods, ready to be added to a server."""

    name: str
    """Without the package, as callers and metrics name it: `GovernanceService`."""
    handlers: "grpc.GenericRpcHandler[Any, Any]"
    open_methods: frozenset[str]
    service_methods: Mapping[str, str]
    """Methods that only a service calls, with its name."""
    acting_methods: frozenset[str] = frozenset()
    """Methods that may be called in another person's place."""

    def add_to(self, server: grpc.aio.Server) -> None:
        server.add_generic_rpc_handlers((self.handlers,))


def command(
    read: Callable[[Request], tuple[*Arguments]],
    act: Callable[[UnitOfWork, *Arguments], Awaitable[Result]],
    write: Callable[[Result], Response],
) -> Method[Request, Response]:
    """A change under the request's idempotency key: a repeat of the request gets the first response again."""

    async def run(transactions: Transactions, request: Any, response: type[Response]) -> Response:  # every command's has a request_id
        arguments = read(request)

        async def do(work: UnitOfWork) -> Response:
            return write(await act(work, *arguments))

        return await transactions.command(request, response, do)

    return Method(run)


def query(
    read: Callable[[Request], tuple[*Arguments]],
    ask: Callable[[UnitOfWork, *Arguments], Awaitable[Result]],
    write: Callable[[Result], Response],
    *,
    open: bool = False,  # noqa: A002 - the word of `open_methods`
) -> Method[Request, Response]:
    """A read as the caller; all it writes is the read audit."""

    async def run(transactions: Transactions, request: Request, _: type[Response]) -> Response:
        arguments = read(request)
        async with transactions.query() as work:
            return write(await ask(work, *arguments))

    return Method(run, open)


def repeatable(
    read: Callable[[Request], tuple[*Arguments]],
    act: Callable[[UnitOfWork, *Arguments], Awaitable[Result]],
    write: Callable[[Result], Response],
    *,
    open: bool = False,  # noqa: A002 - as above
) -> Method[Request, Response]:
    """A change without an idempotency key, for commands that have the same effect however often they run."""

    async def run(transactions: Transactions, request: Request, _: type[Response]) -> Response:
        arguments = read(request)
        call = CURRENT_CALL.get()
        async with (
            transactions.sure_caller() as caller,
            transactions.database.work(caller, transactions.clock.now(), traceparent=call.traceparent) as work,
        ):
            return write(await act(work, *arguments))

    return Method(run, open)


def handler(answer: Callable[[Transactions, Request], Awaitable[Response]], *, open: bool = False) -> Method[Request, Response]:  # noqa: A002 - as above
    """A method that opens its own units of work, or none. Say beside it why it is neither command nor query."""

    async def run(transactions: Transactions, request: Request, _: type[Response]) -> Response:
        return await answer(transactions, request)

    return Method(run, open)


def called_by(service: str, method: Method[Request, Response]) -> Method[Request, Response]:
    """The method, for this service alone: neither people nor other services may call it."""
    return replace(method, service=service)


def bind(package: ModuleType, name: str, transactions: Transactions, methods: Mapping[str, Method[Any, Any]]) -> BoundService:
    """`package` is the generated module of the proto file. Raises TypeError when methods are missing or not of the proto."""
    service: ServiceDescriptor = package.DESCRIPTOR.services_by_name[name]
    if wrong := {method.name for method in service.methods} ^ methods.keys():
        message = f"{service.full_name}: the proto and the binding differ in {', '.join(sorted(wrong))}"
        raise TypeError(message)
    handlers = {
        method.name: _handler(methods[method.name], transactions, GetMessageClass(method.input_type), GetMessageClass(method.output_type))
        for method in service.methods
    }
    return BoundService(
        name,
        grpc.method_handlers_generic_handler(service.full_name, handlers),
        frozenset(f"{name}/{method}" for method, bound in methods.items() if bound.open),
        {f"{name}/{method}": bound.service for method, bound in methods.items() if bound.service},
        frozenset(f"{name}/{method}" for method, bound in methods.items() if bound.acting),
    )


def _handler(
    method: Method[Any, Any], transactions: Transactions, request_type: type[Message], response_type: type[Message]
) -> "grpc.RpcMethodHandler[Any, Any]":
    async def answer(request: Message, _: "grpc.aio.ServicerContext[Any, Any]") -> Message:
        if not method.acting and CURRENT_CALL.get().caller.acting_for is not None:
            raise NotAllowed("NOT_WHILE_ACTING")
        response: Message = await method.run(transactions, request, response_type)
        return response

    return grpc.unary_unary_rpc_method_handler(answer, request_type.FromString, response_type.SerializeToString)
