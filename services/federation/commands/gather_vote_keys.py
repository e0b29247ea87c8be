"""Gathers the keys of a vote before there are terms: every party creates three keys for this vote alone and signs them with its signing
key.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from libs.boards import document_fields, identity_documents
from libs.boards.document_fields import DRAFT, GROUP, DocumentFields
from libs.boards.terms import OBSERVER, PARTICIPANT, Party, Terms, check_vote_keys, read_party, read_terms
from libs.database.engine import UnitOfWork
from libs.refusals import FailedPrecondition, invalid
from libs.signing import canonical, statement
from libs.signing.canonical import Json
from services.federation.storage import boards, own_identity, own_keys, peer_messages, peers, votes
from services.federation.storage.key_cipher import KeyCipher
from services.federation.storage.votes import Draft, VoteKeys

KEYS_REQUEST, KEYS, TERMS, IDENTITY = "vote_keys_wanted", "vote_keys", "terms", "vote_identity"
"""Kinds of messages."""


async def create_vote_keys(work: UnitOfWork, cipher: KeyCipher, draft: str, convener: str, kind: str) -> None:
    """Creates our keys for a vote of this convener; a second time changes nothing. Raises FailedPrecondition IDENTITY_NOT_READY."""
    identity, signing = await own_identity.get_latest(work), await own_keys.get_signing_key(work, cipher)
    if identity is None or signing is None:
        raise FailedPrecondition("IDENTITY_NOT_READY")
    vote_keys = VoteKeys.generate()
    party = Party(
        id=identity.document.id,
        kind=kind,
        root=identity.document.root,
        statement=vote_keys.statement.public_key().public_bytes_raw(),
        board=vote_keys.board.public_key().public_bytes_raw(),
        witness=vote_keys.witness.public_key().public_bytes_raw(),
        reachable=bool(identity.document.endpoint),
        signer=signing.public,
        sig=bytes(64),
    )
    party = replace(party, sig=statement.sign(signing.private, "vote-keys", party.vote_keys_body(draft)))
    await votes.add_keys(work, cipher, draft, convener, kind, canonical.encode(party.json()), vote_keys)


async def request_vote_keys(work: UnitOfWork, cipher: KeyCipher, draft: Draft, us: str) -> None:
    """Creates our own keys and sends every other party a request. While a party is not yet an active peer, nothing happens."""
    known_peers = {peer.id for peer in await peers.list_active(work)}
    others = {*draft.participants, *draft.observers} - {us}
    if others - known_peers:
        return
    await create_vote_keys(work, cipher, draft.id, us, PARTICIPANT)
    for co_op in sorted(others):
        kind = PARTICIPANT if co_op in draft.participants else OBSERVER
        await peer_messages.enqueue(work, co_op, KEYS_REQUEST, {"draft": draft.id, "kind": kind})
    await votes.mark_keys_requested(work, draft.id)


async def send_vote_keys(work: UnitOfWork, us: str, draft: str, convener: str, party: bytes, classes: Sequence[tuple[str, int]]) -> None:
    """Sends our keys, and how many people each of our classes has, so that ceilings fit."""
    counted: list[Json] = [[name, people] for name, people in classes]
    if convener == us:
        await votes.add_party(work, draft, us, party, canonical.encode(document_fields.sort_items(counted)))
    else:
        payload: dict[str, Json] = {
            "draft": draft,
            "party": document_fields.decode_json(party, "party"),
            "classes": document_fields.sort_items(counted),
        }
        await peer_messages.enqueue(work, convener, KEYS, payload)
    await votes.mark_key_request_answered(work, draft, convener)


async def handle_keys_request(work: UnitOfWork, cipher: KeyCipher, peer: str, payload: Mapping[str, Json]) -> None:
    """Handles a convener's request for our keys."""
    fields = DocumentFields(dict(payload), KEYS_REQUEST)
    draft, kind = fields.text("draft", DRAFT), fields.one_of("kind", PARTICIPANT, OBSERVER)
    fields.reject_unknown()
    await create_vote_keys(work, cipher, draft, peer, kind)


async def handle_vote_keys(work: UnitOfWork, peer: str, payload: Mapping[str, Json]) -> None:
    """Handles the keys of a party. Raises Invalid KEYS_NOT_VOUCHED, FailedPrecondition DRAFT_UNKNOWN, `DocumentError`."""
    fields = DocumentFields(dict(payload), KEYS)
    draft, party_json = fields.text("draft", DRAFT), fields.take("party")
    classes = fields.take("classes")
    DocumentFields({"classes": classes}, KEYS).list("classes", _parse_class_count)
    fields.reject_unknown()
    party = read_party(party_json)
    if not await votes.is_waiting_for_keys(work, draft, peer):
        raise FailedPrecondition("DRAFT_UNKNOWN")
    await _check_vouched(work, peer, party, draft)
    await votes.add_party(work, draft, peer, canonical.encode(party_json), canonical.encode(classes))


async def send_terms(work: UnitOfWork, terms: Terms, us: str) -> None:
    """Sends the convener's terms to all parties, with every party's identity document: not all parties are each other's peers."""
    await store_vote(work, terms)
    documents = await votes.get_identities(work, terms.vote)
    body = document_fields.decode_json(terms.data, "terms")
    for party in terms.parties:
        if party.id == us:
            continue
        await peer_messages.enqueue(work, party.id, TERMS, {"terms": body})
        for document in documents.values():
            await peer_messages.enqueue(
                work, party.id, IDENTITY, {"vote": terms.vote, "document": document_fields.decode_json(document, "identity")}
            )


async def handle_terms(work: UnitOfWork, cipher: KeyCipher, us: str, peer: str, payload: Mapping[str, Json]) -> None:
    """Handles the terms of a vote that we are a party of. Raises Invalid for what the sender may not send, `DocumentError`."""
    fields = DocumentFields(dict(payload), TERMS)
    terms = read_terms(canonical.encode(fields.take("terms")))
    fields.reject_unknown()
    if terms.convener != peer or us not in terms.by_id:
        raise invalid("terms", "TERMS_NOT_FOR_US")
    keys = await votes.get_keys(work, cipher, terms.draft, peer)
    if keys is None or canonical.encode(terms.by_id[us].json()) != keys[0]:
        raise invalid("terms", "KEYS_NOT_OURS")
    for party in terms.parties:
        check_vote_keys(terms.draft, party)
        root = await peers.get_compared_root(work, party.id)
        if party.id != us and root is not None and root != party.root:
            raise invalid("terms", "ROOT_DIFFERS", co_op=party.id)
    await store_vote(work, terms)


async def handle_identity(work: UnitOfWork, payload: Mapping[str, Json]) -> None:
    """Handles the identity document of a party that may not be our peer. It counts only under the root key that the terms name."""
    fields = DocumentFields(dict(payload), IDENTITY)
    vote, document = fields.text("vote", document_fields.HEX32), canonical.encode(fields.take("document"))
    fields.reject_unknown()
    identity = identity_documents.read_identity(document)
    stored_vote = await votes.get(work, vote)
    if stored_vote is None or identity.id not in stored_vote.terms.by_id or stored_vote.terms.by_id[identity.id].root != identity.root:
        raise invalid("document", "IDENTITY_NOT_OF_THE_VOTE")
    await votes.add_identity(work, vote, identity.id, document)


async def store_vote(work: UnitOfWork, terms: Terms) -> bool:
    """Stores a vote with its boards and the identity documents that we have of its parties. Returns whether it is new."""
    if not await votes.add(work, terms):
        return False
    await boards.create_all(work, terms.vote, (party.id for party in terms.parties))
    own_document = await own_identity.get_latest(work)
    if own_document is not None:
        await votes.add_identity(work, terms.vote, own_document.document.id, own_document.content)
    for peer in await peers.list_all(work):
        if peer.id in terms.by_id and peer.root == terms.by_id[peer.id].root:
            await votes.add_identity(work, terms.vote, peer.id, peer.document)
    return True


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
