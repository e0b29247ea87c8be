"""Handles a peer's messages about votes before they begin: keys are requested and sent, then terms and identity documents."""

from collections.abc import Mapping
from functools import partial

from libs.boards import document_fields, identity_documents
from libs.boards.document_fields import DRAFT, GROUP, DocumentFields
from libs.boards.vote_terms import OBSERVER, PARTICIPANT, Party, check_vote_keys, read_party, read_terms
from libs.database.engine import UnitOfWork
from libs.refusals import FailedPrecondition, invalid
from libs.signing import canonical
from libs.signing.canonical import Json
from services.federation.commands.create_vote_keys import create_vote_keys
from services.federation.commands.receive_messages import MessageHandler
from services.federation.commands.store_vote import store_vote
from services.federation.domain import message_stream
from services.federation.storage import peers, votes
from services.federation.storage.local_identity import LocalIdentity


def vote_handlers(local_identity: LocalIdentity) -> Mapping[str, MessageHandler]:
    """By the message's kind."""
    return {
        message_stream.KEYS_REQUEST: partial(_handle_keys_request, local_identity),
        message_stream.KEYS: _handle_vote_keys,
        message_stream.TERMS: partial(_handle_terms, local_identity),
        message_stream.IDENTITY: _handle_identity,
    }


async def _handle_keys_request(local_identity: LocalIdentity, work: UnitOfWork, peer: str, payload: Mapping[str, Json]) -> None:
    """Handles a convener's request for our keys."""
    fields = DocumentFields(dict(payload), message_stream.KEYS_REQUEST)
    draft, kind = fields.text("draft", DRAFT), fields.one_of("kind", PARTICIPANT, OBSERVER)
    fields.reject_unknown()
    await create_vote_keys(work, local_identity, draft, peer, kind)


async def _handle_vote_keys(work: UnitOfWork, peer: str, payload: Mapping[str, Json]) -> None:
    """Handles the keys of a party. Raises Invalid KEYS_NOT_VOUCHED, FailedPrecondition DRAFT_UNKNOWN, `DocumentError`."""
    fields = DocumentFields(dict(payload), message_stream.KEYS)
    draft, party_json = fields.text("draft", DRAFT), fields.take("party")
    classes = fields.take("classes")
    DocumentFields({"classes": classes}, message_stream.KEYS).list("classes", _parse_class_count)
    fields.reject_unknown()
    party = read_party(party_json)
    if not await votes.is_waiting_for_keys(work, draft, peer):
        raise FailedPrecondition("DRAFT_UNKNOWN")
    await _check_vouched(work, peer, party, draft)
    await votes.add_party(work, draft, peer, canonical.encode(party_json), canonical.encode(classes))


async def _handle_terms(local_identity: LocalIdentity, work: UnitOfWork, peer: str, payload: Mapping[str, Json]) -> None:
    """Handles the terms of a vote that we are a party of. Raises Invalid for what the sender may not send, `DocumentError`."""
    us = local_identity.co_op
    fields = DocumentFields(dict(payload), message_stream.TERMS)
    terms = read_terms(canonical.encode(fields.take("terms")))
    fields.reject_unknown()
    if terms.convener != peer or us not in terms.by_id:
        raise invalid("terms", "TERMS_NOT_FOR_US")
    keys = await votes.get_keys(work, local_identity.cipher, terms.draft, peer)
    if keys is None or canonical.encode(terms.by_id[us].json()) != keys[0]:
        raise invalid("terms", "KEYS_NOT_OURS")
    for party in terms.parties:
        check_vote_keys(terms.draft, party)
        root = await peers.get_compared_root(work, party.id)
        if party.id != us and root is not None and root != party.root:
            raise invalid("terms", "ROOT_DIFFERS", co_op=party.id)
    await store_vote(work, terms)


async def _handle_identity(work: UnitOfWork, _: str, payload: Mapping[str, Json]) -> None:
    """Handles the identity document of a party that may not be our peer. It counts only under the root key that the terms name."""
    fields = DocumentFields(dict(payload), message_stream.IDENTITY)
    vote, document = fields.text("vote", document_fields.HEX32), canonical.encode(fields.take("document"))
    fields.reject_unknown()
    identity = identity_documents.read_identity(document)
    stored_vote = await votes.get(work, vote)
    if stored_vote is None or identity.id not in stored_vote.terms.by_id or stored_vote.terms.by_id[identity.id].root != identity.root:
        raise invalid("document", "IDENTITY_NOT_OF_THE_VOTE")
    await votes.add_identity(work, vote, identity.id, document)


async def _check_vouched(work: UnitOfWork, peer: str, party: Party, draft: str) -> None:
    stored_peer = await peers.get(work, peer)
    if (
        stored_peer is None
        or party.id != peer
        or party.root != stored_peer.root
        or not stored_peer.identity.is_valid_key(party.signer, int(work.now.timestamp()))
    ):
        raise invalid("party", "KEYS_NOT_VOUCHED")
    check_vote_keys(draft, party)


def _parse_class_count(value: Json) -> tuple[str, int]:
    name, people = document_fields.parse_items(value, 2, "class")
    return document_fields.parse_text(name, GROUP, "class"), document_fields.parse_number(people, "class")
