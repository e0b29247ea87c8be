"""The RPCs of credentials, and of the files that show them."""

from functools import partial
from zoneinfo import ZoneInfo

from kith.identity.v1 import credentials_pb2 as pb
from libs.database.engine import UnitOfWork
from libs.files.clean_process import clean_apart
from libs.files.store import FileStore
from libs.refusals import Invalid
from libs.rpc.binding import BoundService, bind, command, handler, query
from libs.rpc.call import CURRENT_CALL
from libs.rpc.fields import parse_id
from libs.rpc.transactions import Transactions
from libs.sealing import PersonSealer
from services.identity.commands.add_credential import add_credential
from services.identity.commands.add_file_part import add_file_part
from services.identity.commands.begin_file import ACCEPTED, begin_file
from services.identity.commands.finish_file import finish_file, forget_file, received_file
from services.identity.commands.reject_credential import reject_credential
from services.identity.commands.revoke_credential import revoke_credential
from services.identity.commands.verify_credential import verify_credential
from services.identity.queries.check_gate import check_gate
from services.identity.queries.get_credential import get_credential
from services.identity.queries.get_file_part import get_file_part
from services.identity.queries.list_credentials import list_credentials
from services.identity.queries.list_watched_credentials import list_watched_credentials
from services.identity.rpc import credential_translate as translate


def credential_service(transactions: Transactions, sealer: PersonSealer, zone: ZoneInfo) -> BoundService:
    add, verify = partial(add_credential, zone=zone, sealer=sealer), partial(verify_credential, zone=zone)
    reject, revoke = partial(reject_credential, zone=zone, sealer=sealer), partial(revoke_credential, zone=zone, sealer=sealer)
    get, list_of = partial(get_credential, sealer=sealer), partial(list_credentials, sealer=sealer)
    return bind(
        pb,
        "CredentialService",
        transactions,
        {
            "AddCredential": command(translate.new_credential, add, translate.new_credential_response),
            "VerifyCredential": command(translate.credential_version, verify, lambda _: pb.VerifyCredentialResponse()),
            "RejectCredential": command(translate.credential_version_and_reason, reject, lambda _: pb.RejectCredentialResponse()),
            "RevokeCredential": command(translate.credential_version_and_reason, revoke, lambda _: pb.RevokeCredentialResponse()),
            "GetCredential": query(translate.credential_id, get, translate.get_credential_response),
            "ListCredentials": query(translate.credentials_of, list_of, translate.list_credentials_response),
            "ListWatchedCredentials": query(translate.watched, list_watched_credentials, translate.list_watched_response),
            "CheckGate": query(translate.persons_and_gate, partial(check_gate, zone=zone), translate.check_gate_response),
        },
    )


def file_service(transactions: Transactions, sealer: PersonSealer) -> BoundService:
    store = FileStore(sealer)

    async def finish(transactions: Transactions, request: pb.FinishFileRequest) -> pb.FinishFileResponse:
        """The file is checked between two transactions: it takes about a second, in a process of its own."""
        call, file = CURRENT_CALL.get(), parse_id("file_id", request.file_id)
        async with transactions.database.work(call.caller, transactions.clock.now(), request.request_id) as work:
            first = await transactions.find_first(work, request, pb.FinishFileResponse)
            if first is not None:
                return first
            purpose, content = await received_file(work, file, store)
        try:
            cleaned = await clean_apart(content, ACCEPTED[purpose])
        except Invalid:
            async with transactions.database.work(call.caller, transactions.clock.now()) as work:
                await forget_file(work, file, store)
            raise

        async def run(work: UnitOfWork) -> pb.FinishFileResponse:
            return translate.finish_file_response(await finish_file(work, file, cleaned, store))

        return await transactions.command(request, pb.FinishFileResponse, run)

    return bind(
        pb,
        "FileService",
        transactions,
        {
            "BeginFile": command(translate.new_file, partial(begin_file, store=store), translate.begin_file_response),
            "AddFilePart": command(
                translate.file_part, partial(add_file_part, store=store), lambda received: pb.AddFilePartResponse(received=received)
            ),
            "FinishFile": handler(finish),
            "GetFilePart": query(translate.file_offset, partial(get_file_part, store=store), translate.get_file_part_response),
        },
    )
