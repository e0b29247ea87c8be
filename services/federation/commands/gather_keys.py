"""GatherKeys: before there are terms, every party makes three keys for this vote alone, and vouches for them with a signing key."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from libs.boards import forms, identity
from libs.boards.forms import DRAFT, GROUP, Fields
from libs.boards.terms import OBSERVER, PARTICIPANT, Party, Terms, check_vouched, read_party, read_terms
from libs.database.engine import Work
from libs.refusals import NotNow, invalid
from libs.signing import canonical, statement
from libs.signing.canonical import Json
from services.federation.storage import boards, identity_kept, keys, letters, peers, votes
from services.federation.storage.vault import Vault
from services.federation.storage.votes import Draft, VoteKeys

KEYS_WANTED, KEYS, TERMS, IDENTITY = "vote_keys_wanted", "vote_keys", "terms", "vote_identity"
"""Kinds of letters."""


async def make_keys(work: Work, vault: Vault, draft: str, convener: str, kind: str) -> None:
    """Ours, for a vote that this convener drafts; a second time changes nothing. Raises NotNow IDENTITY_NOT_READY."""
    own, signing = await identity_kept.own(work), await keys.signing(work, vault)
    if own is None or signing is None:
        raise NotNow("IDENTITY_NOT_READY")
    made = VoteKeys.made()
    party = Party(
        id=own.document.id,
        kind=kind,
        root=own.document.root,
        statement=made.statement.public_key().public_bytes_raw(),
        board=made.board.public_key().public_bytes_raw(),
        witness=made.witness.public_key().public_bytes_raw(),
        reachable=bool(own.document.endpoint),
        signer=signing.public,
        sig=bytes(64),
    )
    party = replace(party, sig=statement.sign(signing.private, "vote-keys", party.vouched(draft)))
    await votes.add_keys(work, vault, draft, convener, kind, canonical.encode(party.json()), made)


async def ask_for_keys(work: Work, vault: Vault, draft: Draft, us: str) -> None:
    """Our own are made; every other party gets a letter. Those that are no peers yet are asked when the draft is looked at again."""
    known = {one.id for one in await peers.active(work)}
    others = {*draft.participants, *draft.observers} - {us}
    if others - known:
        return
    await make_keys(work, vault, draft.draft, us, PARTICIPANT)
    for co_op in sorted(others):
        kind = PARTICIPANT if co_op in draft.participants else OBSERVER
        await letters.write(work, co_op, KEYS_WANTED, {"draft": draft.draft, "kind": kind})
    await votes.asked(work, draft.draft)


async def answer_with_keys(work: Work, us: str, draft: str, convener: str, party: bytes, classes: Sequence[tuple[str, int]]) -> None:
    """Our keys, and how many people our classes have, so that ceilings fit."""
    counted: list[Json] = [[name, people] for name, people in classes]
    if convener == us:
        await votes.add_party(work, draft, us, party, canonical.encode(forms.in_order(counted)))
    else:
        said: dict[str, Json] = {"draft": draft, "party": forms.decoded(party, "party"), "classes": forms.in_order(counted)}
        await letters.write(work, convener, KEYS, said)
    await votes.answered(work, draft, convener)


async def take_keys_wanted(work: Work, vault: Vault, peer: str, payload: Mapping[str, Json]) -> None:
    """A letter: a convener wants our keys."""
    fields = Fields(dict(payload), KEYS_WANTED)
    draft, kind = fields.text("draft", DRAFT), fields.one_of("kind", PARTICIPANT, OBSERVER)
    fields.done()
    await make_keys(work, vault, draft, peer, kind)


async def take_keys(work: Work, peer: str, payload: Mapping[str, Json]) -> None:
    """A letter: a party's keys have come. Raises Invalid KEYS_NOT_VOUCHED, NotNow DRAFT_UNKNOWN, `DocumentError`."""
    fields = Fields(dict(payload), KEYS)
    draft, said = fields.text("draft", DRAFT), fields.take("party")
    classes = fields.take("classes")
    Fields({"classes": classes}, KEYS).list("classes", _class)
    fields.done()
    party = read_party(said)
    if not await votes.awaits(work, draft, peer):
        raise NotNow("DRAFT_UNKNOWN")
    await _check_vouched(work, peer, party, draft)
    await votes.add_party(work, draft, peer, canonical.encode(said), canonical.encode(classes))


async def send_terms(work: Work, terms: Terms, us: str) -> None:
    """The convener's terms go to everybody, with the identity documents of all: not all parties are each other's peers."""
    await keep_vote(work, terms)
    known = await votes.identities(work, terms.vote)
    body = forms.decoded(terms.data, "terms")
    for party in terms.parties:
        if party.id == us:
            continue
        await letters.write(work, party.id, TERMS, {"terms": body})
        for document in known.values():
            await letters.write(work, party.id, IDENTITY, {"vote": terms.vote, "document": forms.decoded(document, "identity")})


async def take_terms(work: Work, vault: Vault, us: str, peer: str, payload: Mapping[str, Json]) -> None:
    """A letter: terms of a vote that we are a party of. Raises Invalid for what their sender may not send, `DocumentError`."""
    fields = Fields(dict(payload), TERMS)
    terms = read_terms(canonical.encode(fields.take("terms")))
    fields.done()
    if terms.convener != peer or us not in terms.by_id:
        raise invalid("terms", "TERMS_NOT_FOR_US")
    ours = await votes.keys(work, vault, terms.draft, peer)
    if ours is None or canonical.encode(terms.by_id[us].json()) != ours[0]:
        raise invalid("terms", "KEYS_NOT_OURS")
    for party in terms.parties:
        check_vouched(terms.draft, party)
        root = await peers.root_of(work, party.id)
        if party.id != us and root is not None and root != party.root:
            raise invalid("terms", "ROOT_DIFFERS", co_op=party.id)
    await keep_vote(work, terms)


async def take_identity(work: Work, payload: Mapping[str, Json]) -> None:
    """A letter: the identity document of a party that may be no peer of ours. It counts only under the root that the terms name."""
    fields = Fields(dict(payload), IDENTITY)
    vote, document = fields.text("vote", forms.HEX32), canonical.encode(fields.take("document"))
    fields.done()
    found = identity.read(document)
    kept = await votes.one(work, vote)
    if kept is None or found.id not in kept.terms.by_id or kept.terms.by_id[found.id].root != found.root:
        raise invalid("document", "IDENTITY_NOT_OF_THE_VOTE")
    await votes.add_identity(work, vote, found.id, document)


async def keep_vote(work: Work, terms: Terms) -> bool:
    """The vote with its boards, and what we know of who its parties are; whether it is new."""
    if not await votes.add(work, terms):
        return False
    await boards.make(work, terms.vote, (one.id for one in terms.parties))
    own = await identity_kept.own(work)
    if own is not None:
        await votes.add_identity(work, terms.vote, own.document.id, own.content)
    for peer in await peers.every(work):
        if peer.id in terms.by_id and peer.root == terms.by_id[peer.id].root:
            await votes.add_identity(work, terms.vote, peer.id, peer.document)
    return True


async def _check_vouched(work: Work, peer: str, party: Party, draft: str) -> None:
    found = await peers.one(work, peer)
    if found is None or party.id != peer or party.root != found.root or not found.identity.key_at(party.signer, int(work.now.timestamp())):
        raise invalid("party", "KEYS_NOT_VOUCHED")
    check_vouched(draft, party)


def _class(value: Json) -> tuple[str, int]:
    name, people = forms.items(value, 2, "class")
    return forms.text(name, GROUP, "class"), forms.number(people, "class")
