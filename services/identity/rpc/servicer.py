"""The RPCs of the identity service."""

from dataclasses import replace
from functools import partial
from typing import TypeVar

from google.protobuf.message import Message

from kith.identity.v1 import identity_pb2 as pb
from libs.access.acting_audit import while_acting
from libs.rpc.binding import BoundService, Method, bind, command, handler, query
from libs.rpc.call import CURRENT_CALL
from libs.rpc.transactions import Transactions
from services.identity.commands.correct_person import correct_person
from services.identity.commands.end_sessions import end_sessions
from services.identity.commands.founder_rights import FOUNDER, is_founder
from services.identity.commands.give_hat import give_hat
from services.identity.commands.merge_persons import merge_persons
from services.identity.commands.register_persons import register_persons
from services.identity.commands.revoke_sign_in_codes import revoke_sign_in_codes
from services.identity.commands.take_hat import take_hat
from services.identity.queries.get_names import get_names
from services.identity.queries.get_person import get_person
from services.identity.queries.list_hats import list_hats
from services.identity.queries.list_sessions import list_sessions
from services.identity.queries.search_persons import search_persons
from services.identity.rpc import translate
from services.identity.rpc.secret_methods import SecretMethods

Request = TypeVar("Request", bound=Message)
Response = TypeVar("Response", bound=Message)


def identity_service(transactions: Transactions, secrets: SecretMethods, country: str) -> BoundService:
    register, correct = partial(register_persons, country=country), partial(correct_person, country=country)
    return bind(
        pb,
        "IdentityService",
        transactions,
        {
            "RegisterPersons": _as_founder(command(translate.registration, register, translate.registration_response)),
            "GetPerson": while_acting("person", query(translate.person_id, get_person, translate.get_person_response)),
            "GetNames": while_acting("names", query(translate.person_ids, get_names, translate.get_names_response)),
            "SearchPersons": query(translate.name_search, search_persons, translate.search_persons_response),
            "CorrectPerson": command(translate.correction, correct, lambda _: pb.CorrectPersonResponse()),
            "MergePersons": command(translate.merge, merge_persons, lambda _: pb.MergePersonsResponse()),
            "IssueSignInCode": handler(secrets.issue_sign_in_code),
            "RevokeSignInCodes": command(translate.person_id, revoke_sign_in_codes, translate.revoke_sign_in_codes_response),
            "SetPassword": handler(secrets.set_password),
            "SignIn": handler(secrets.sign_in, open=True),
            "RenewToken": handler(secrets.renew_token, open=True),
            "SignOut": handler(secrets.sign_out, open=True),
            "ListSessions": query(translate.page, list_sessions, translate.list_sessions_response),
            "EndSessions": command(translate.session_to_end, end_sessions, lambda ended: pb.EndSessionsResponse(ended=ended)),
            "GiveHat": _as_founder(command(translate.person_and_hat, give_hat, lambda _: pb.GiveHatResponse())),
            "TakeHat": command(translate.person_and_hat, take_hat, lambda _: pb.TakeHatResponse()),
            "ListHats": query(translate.page, list_hats, translate.list_hats_response),
        },
    )


def _as_founder(method: Method[Request, Response]) -> Method[Request, Response]:
    """The method, in which a caller with the instance key and no hat goes on as the founder."""

    async def run(transactions: Transactions, request: Request, response: type[Response]) -> Response:
        call = CURRENT_CALL.get()
        if is_founder(call.caller):
            CURRENT_CALL.set(replace(call, caller=FOUNDER))
        return await method.run(transactions, request, response)

    return replace(method, run=run)
