"""What a person is qualified for: their own page, the same for the secretary, and adding a paper with a photo or PDF."""

import asyncio
from collections.abc import Mapping
from functools import partial
from uuid import UUID, uuid5

from starlette.responses import Response

from kith.identity.v1 import credentials_pb2 as pb
from libs.files.kinds import LARGEST_FILE
from libs.refusals import NotFound
from services.web.page_context import PageContext
from services.web.pages.form_page import Fields, FormPage, require
from services.web.pages.qualification_view import credential_view, fetch_credentials, fetch_gates, fetch_kinds

_FINISH_SECONDS = 60.0
_SUFFIXES = {"application/pdf": "pdf", "image/jpeg": "jpg", "image/png": "png", "image/webp": "webp"}


async def show_mine(ctx: PageContext) -> Response:
    """The person's own qualifications, and what each lets them do."""
    return await _show(ctx, ctx.person_id, "/you/qualifications", "/you")


async def show_of_member(ctx: PageContext) -> Response:
    """A member's qualifications, for the secretary. Reading them is audited."""
    person_id = ctx.path_param("person")
    return await _show(ctx, person_id, f"/members/{person_id}/qualifications", f"/members/{person_id}")


async def _show(ctx: PageContext, person_id: str, path: str, back: str) -> Response:
    kinds = await fetch_kinds(ctx)
    credentials, gates = await asyncio.gather(fetch_credentials(ctx, person_id), fetch_gates(ctx, kinds, person_id))
    is_mine = person_id == ctx.person_id and back == "/you"
    return ctx.render(
        "qualifications/of_person",
        gates=gates,
        credentials=[credential_view(ctx, kinds, credential) for credential in credentials],
        at=path,
        back=back,
        name="" if is_mine else (await ctx.person_names([person_id]))[person_id].full,
        is_mine=is_mine,
        done=ctx.query_param("done") == "added",
    )


async def download_evidence(ctx: PageContext) -> Response:
    """The file that shows a credential. It was made new when it was handed in, and is never shown as a page."""
    request = pb.GetCredentialRequest(credential_id=ctx.path_param("credential"))
    response: pb.GetCredentialResponse = await ctx.call(ctx.state.services.credentials.GetCredential, request)
    file_id = response.credential.file_id
    if not file_id:
        raise NotFound("FILE_UNKNOWN")
    content = bytearray()
    while True:
        part_request = pb.GetFilePartRequest(file_id=file_id, offset=len(content))
        part: pb.GetFilePartResponse = await ctx.call(ctx.state.services.files.GetFilePart, part_request)
        content += part.content
        if len(content) >= part.size or not part.content:
            return ctx.file_response(bytes(content), f"paper.{_SUFFIXES.get(part.media_type, 'bin')}", part.media_type)


async def _values(ctx: PageContext, fields: Fields, *, of_member: bool) -> Mapping[str, object]:
    person_id, kinds = _person_id(ctx, of_member=of_member), await fetch_kinds(ctx)
    path = f"/members/{person_id}/qualifications" if of_member else "/you/qualifications"
    return {
        "fields": {**fields, "kind": fields["kind"] or ctx.query_param("kind")},
        "kinds": kinds.choices(),
        "at": path,
        "name": (await ctx.person_names([person_id]))[person_id].full if of_member else "",
    }


async def _add(ctx: PageContext, fields: Fields, request_id: str, *, of_member: bool) -> str:
    """Hand in the file, then add the credential; the form sent again does each only once."""
    content = ctx.submitted.files.get("paper", b"") if ctx.submitted else b""
    require(
        [
            *([] if fields["kind"] else [ctx.form_problem("kind", "qualifications.kind_missing")]),
            *([] if fields["issued_on"] else [ctx.form_problem("issued_on", "qualifications.issued_missing")]),
            *([] if content or fields["note"] else [ctx.form_problem("paper", "qualifications.paper_missing")]),
        ]
    )
    person_id = _person_id(ctx, of_member=of_member)
    request = pb.AddCredentialRequest(
        request_id=request_id,
        person_id=person_id,
        kind=fields["kind"],
        issued_on=fields["issued_on"],
        expires_on=fields["expires_on"],
        file_id=await _hand_in(ctx, person_id, content, request_id) if content else "",
        note=fields["note"],
    )
    await ctx.call(ctx.state.services.credentials.AddCredential, request)
    return f"/members/{person_id}/qualifications?done=added" if of_member else "/you/qualifications?done=added"


async def _hand_in(ctx: PageContext, person_id: str, content: bytes, request_id: str) -> str:
    """The file's id. Every step has a request id of its own, made of the form's."""
    files, form = ctx.state.services.files, UUID(request_id)
    begin = pb.BeginFileRequest(request_id=str(uuid5(form, "begin")), person_id=person_id, purpose="evidence", size=len(content))
    begun: pb.BeginFileResponse = await ctx.call(files.BeginFile, begin)
    for offset in range(0, len(content), begun.part_size):
        part = pb.AddFilePartRequest(
            request_id=str(uuid5(form, f"part {offset}")),
            file_id=begun.file_id,
            offset=offset,
            content=content[offset : offset + begun.part_size],
        )
        await ctx.call(files.AddFilePart, part)
    finish = pb.FinishFileRequest(request_id=str(uuid5(form, "finish")), file_id=begun.file_id)
    await ctx.call(files.FinishFile, finish, seconds=_FINISH_SECONDS)
    return begun.file_id


def _person_id(ctx: PageContext, *, of_member: bool) -> str:
    return ctx.path_param("person") if of_member else ctx.person_id


def _form(name: str, *, of_member: bool) -> FormPage:
    return FormPage(
        name,
        "qualifications/add",
        partial(_values, of_member=of_member),
        partial(_add, of_member=of_member),
        fields=("kind", "issued_on", "expires_on", "note"),
        largest_file=LARGEST_FILE,
        input_by_field={
            **{name: name for name in ("kind", "issued_on", "expires_on", "note")},
            **dict.fromkeys(("file", "size", "content"), "paper"),
        },
    )


ADD, ADD_FOR_MEMBER = _form("qualification-add", of_member=False), _form("qualification-add-for", of_member=True)
