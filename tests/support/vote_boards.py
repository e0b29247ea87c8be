"""Terms and boards of invented federated votes. They are quick to make, and the bytes are always the same, because keys come from words.

vote = make_vote_boards("ash", "birch", "cedar")
vote.open_vote({"ash": {"member": 5}, ...})
vote.ballot("ash", 0, "for")
vote.close()
vote.conclude()
vote.bundle()
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from libs.boards import document_fields, documents, evidence, identity_documents, pseudonyms
from libs.boards import entries as kinds
from libs.boards.board import Board
from libs.boards.board_count import count_board
from libs.boards.bundle import BoardFile, Bundle, pack
from libs.boards.cuts import WitnessedSize, witnessed_cut
from libs.boards.documents import Objection, Settlement
from libs.boards.entries import Choice
from libs.boards.identity_documents import IdentityDocument, SigningKey, fingerprint_of
from libs.boards.vote_state import Misconduct, VoteEvidence
from libs.boards.vote_terms import OBSERVER, PARTICIPANT, Party, VoteTerms, quorum_of_witnesses, read_terms
from libs.signing import canonical, checkpoint, merkle, statement
from libs.signing.canonical import Json
from libs.signing.checkpoint import Checkpoint
from services.governance.domain import vote_outcome

START = 1_767_225_600  # 2026-01-01
OPEN_LATEST, CLOSE, SETTLE = START + 100_000, START + 200_000, 900
T = CLOSE + SETTLE
GRACE, WINDOW = 86_400, 604_800
DRAFT = "0" * 32


@cache
def private_key(*words: str) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(hashlib.sha256("/".join(words).encode()).digest())


@cache
def public_key(*words: str) -> bytes:
    return private_key(*words).public_key().public_bytes_raw()


@cache
def make_party(co_op: str, kind: str = PARTICIPANT, draft: str = DRAFT) -> Party:
    """A party with its own keys, vouched for by its signer key."""
    unsigned = Party(
        id=co_op,
        kind=kind,
        root=public_key(co_op, "root"),
        statement=public_key(co_op, "statement"),
        board=public_key(co_op, "board"),
        witness=public_key(co_op, "witness"),
        reachable=True,
        signer=public_key(co_op, "signer"),
        sig=b"",
    )
    return Party(**{**vars(unsigned), "sig": statement.sign(private_key(co_op, "signer"), "vote-keys", unsigned.vote_keys_body(draft))})


@cache
def make_identity_document(co_op: str) -> bytes:
    """The co-op's identity document, signed with its root key."""
    document = IdentityDocument(
        id=co_op,
        name=f"{co_op}, made up",
        root=public_key(co_op, "root"),
        seq=1,
        issued=START,
        endpoint="",
        keys=(SigningKey(public_key(co_op, "signer"), START - 1, START + 10**8),),
        tls=(hashlib.sha256(co_op.encode()).digest(),),
        versions=(1,),
        revoked=(),
    )
    return identity_documents.sign_identity(document, private_key(co_op, "root"))


def fingerprints(co_ops: Iterable[str]) -> dict[str, str]:
    return {co_op: fingerprint_of(public_key(co_op, "root")) for co_op in co_ops}


def plain_rule(**changed: Json) -> dict[str, Json]:
    """A counting rule: more than half of all votes cast, pooled."""
    rule: dict[str, Json] = {
        "version": "kith-count/1",
        "method": "yes_no_abstain",
        "basis": "pooled",
        "threshold": {"fraction": "1/2", "strict": True, "of": "cast"},
        "class_rule": {"kind": "none"},
        "excluded": [],
        "quorum": {"fraction": "0/1", "count": 0},
        "class_quorums": [],
        "co_op_quorums": [],
        "below_quorum": "left_out",
    }
    return rule | changed


def terms_json(
    co_ops: Iterable[str] = ("ash", "birch", "cedar"),
    observers: Iterable[str] = (),
    groups: Iterable[str] = ("member",),
    **changed: Json,
) -> dict[str, Json]:
    """Terms as JSON. Fields in `changed` replace the defaults unchecked."""
    participants, watching, named = list(co_ops), list(observers), sorted(groups)
    parties: list[Json] = [
        *(make_party(participant).json() for participant in participants),
        *(make_party(co_op, OBSERVER).json() for co_op in watching),
    ]
    fields: dict[str, Json] = {
        "v": 1,
        "draft": DRAFT,
        "convener": participants[0],
        "proposed": START,
        "question": "Shall we share one night rota?",
        "text": "One rota for all of us.\nFrom spring on.",
        "options": ["for", "against", "abstain"],
        "candidates": [],
        "rule": plain_rule(),
        "parties": document_fields.sort_items(parties),
        "ceilings": document_fields.sort_items([[participant, group, 200_000] for participant in participants for group in named]),
        "groups": document_fields.sort_items(list(named)),
        "classes": document_fields.sort_items([[participant, group, group] for participant in participants for group in named]),
        "k": 1,
        "small": [],
        "q": quorum_of_witnesses(len(participants), len(watching)),
        "open_latest": OPEN_LATEST,
        "close": CLOSE,
        "settle": SETTLE,
        "grace": GRACE,
        "window": WINDOW,
        "settlers": "Made-up Mediators",
        "double_membership": "one_vote_per_membership",
        "ties": "do_not_pass",
        "audience": "members",
    }
    return fields | changed


def make_terms(*co_ops: str, observers: Iterable[str] = (), groups: Iterable[str] = ("member",), **changed: Any) -> VoteTerms:
    """Terms; by default for three co-ops and a yes-or-no question."""
    return read_terms(canonical.encode(terms_json(co_ops or ("ash", "birch", "cedar"), observers, groups, **changed)))


def make_pseudonym(co_op: str, number: int) -> str:
    """A pseudonym that sorts by `number`."""
    salted = int.from_bytes(hashlib.sha256(co_op.encode()).digest()[:5], "big")
    return pseudonyms.format_pseudonym(number << 40 | salted)


def make_salt(co_op: str, number: int) -> bytes:
    return hashlib.sha256(f"salt/{co_op}/{number}".encode()).digest()


@dataclass
class BoardHead:
    """A checkpoint of a board and its cosignatures as (witness, time)."""

    size: int
    root: bytes
    cosigned: list[tuple[str, int]] = field(default_factory=list)


@dataclass
class VoteBoards:
    """Every board of a vote with its checkpoints: what each witness cosigned and when."""

    terms: VoteTerms
    entries: dict[str, list[bytes]] = field(default_factory=dict)
    heads: dict[str, list[BoardHead]] = field(default_factory=dict)
    documents: list[bytes] = field(default_factory=list)
    outcome: bytes | None = None
    revision: int = 1
    cut_by_settlement: dict[str, int] | None = None
    leaf_cache: dict[str, list[bytes]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.parties = [party.id for party in self.terms.parties]
        self.co_ops = list(self.terms.participants)
        for co_op in self.parties:
            self.entries.setdefault(co_op, [self.terms.data])
            self.heads.setdefault(co_op, [])

    # ---- appending entries ---------------------------------------------------------------------------------------------------------------

    def append_entry(self, co_op: str, data: bytes) -> int:
        """Appends an entry to a board and returns its index."""
        self.entries[co_op].append(data)
        return len(self.entries[co_op]) - 1

    def join(self, co_op: str) -> None:
        self.append_entry(co_op, signed_join(self.terms, co_op).data())

    def roll(self, co_op: str, groups: Mapping[str, int]) -> None:
        """Appends rows for these groups, in order, and the roll entry."""
        waiting = [group for group, number in sorted(groups.items()) for _ in range(number)]
        for number, group in enumerate(waiting):
            self.append_entry(co_op, make_roll_row(self.terms, co_op, number, group).data())
        self.append_entry(co_op, kinds.RollEntry(tuple(sorted(Counter(waiting).items()))).data())

    def ready(self, at: int = OPEN_LATEST - 100) -> None:
        """Appends the ready entries; everybody cosigns all boards at this time."""
        rolls = tuple((co_op, len(self.entries[co_op]), self.root(co_op)) for co_op in self.co_ops)
        for co_op in self.co_ops:
            self.append_entry(co_op, kinds.ReadyEntry(rolls).data())
        self.add_checkpoint(at)

    def open(self) -> None:
        readies = tuple((co_op, merkle.leaf_hash(self.entries[co_op][-1])) for co_op in self.co_ops)
        for co_op in self.co_ops:
            self.append_entry(co_op, kinds.OpenEntry(readies).data())

    def open_vote(self, rolls: Mapping[str, Mapping[str, int]] | None = None) -> "VoteBoards":
        """Appends everything from the joins to the opening; five members per co-op by default."""
        for co_op in self.parties:
            self.join(co_op)
        for co_op in self.co_ops:
            self.roll(co_op, (rolls or {}).get(co_op, {"member": 5}))
        self.ready()
        self.open()
        return self

    def ballot(self, co_op: str, number: int, choice: Choice | None) -> int:
        return self.append_entry(co_op, kinds.BallotEntry(make_pseudonym(co_op, number), choice).data())

    def add_checkpoint(self, at: int, boards: Iterable[str] | None = None, witnesses: Iterable[str] | None = None) -> None:
        """Adds a checkpoint of each board as it is now, cosigned by these witnesses at this time."""
        holding = self.parties if witnesses is None else list(witnesses)
        for party in self.parties if boards is None else boards:
            size = len(self.entries[party])
            if not self.heads[party] or self.heads[party][-1].size != size:
                self.heads[party].append(BoardHead(size, self.root(party)))
            self.heads[party][-1].cosigned += [(witness, at) for witness in holding if witness != party]

    def close(self, at: int = CLOSE + 60, silent: Iterable[str] = ()) -> None:
        """All parties except the silent ones cosign everything in time, append their closed entries and cosign those too."""
        speaking = [party for party in self.parties if party not in set(silent)]
        self.add_checkpoint(at, witnesses=speaking)
        for co_op in speaking:
            self.append_entry(co_op, kinds.ClosedEntry(tuple(self._last(co_op, other) for other in self.parties if other != co_op)).data())
        self.add_checkpoint(T + 100, boards=speaking, witnesses=speaking)

    def sign(self, co_op: str, data: bytes, revision: int = 1) -> None:
        self.append_entry(co_op, signed_outcome(self.terms, co_op, data, revision).data())

    def conclude(self, signers: Iterable[str] | None = None, at: int = T + 200) -> bytes:
        """Counts the vote, signs the outcome and has the signatures cosigned."""
        self.outcome = self.compute_outcome()
        for co_op in self.co_ops if signers is None else signers:
            self.sign(co_op, self.outcome, self.revision)
            self.add_checkpoint(at, boards=[co_op])
        return self.outcome

    def _last(self, witness: str, board: str) -> tuple[str, int, bytes, int]:
        witnessed_heads = [
            (head.size, head.root, at) for head in self.heads[board] for cosigner, at in head.cosigned if cosigner == witness and at <= T
        ]
        return (board, *max(witnessed_heads, default=(0, merkle.EMPTY_ROOT, 0)))

    # ---- results -----------------------------------------------------------------------------------------------------------

    def root(self, co_op: str) -> bytes:
        leaves = self.leaf_cache.setdefault(co_op, [])
        leaves += [merkle.leaf_hash(entry) for entry in self.entries[co_op][len(leaves) :]]
        return merkle.root_of(leaves)

    def witnessed_sizes(self, co_op: str) -> list[WitnessedSize]:
        return [WitnessedSize(witness, at, head.size) for head in self.heads[co_op] for witness, at in head.cosigned]

    def cut(self, co_op: str, at: int = T) -> int:
        if self.cut_by_settlement is not None and at == T:
            return self.cut_by_settlement[co_op]
        return witnessed_cut(self.terms, co_op, self.witnessed_sizes(co_op), at)

    def boards(self) -> dict[str, Board]:
        return {co_op: Board(self.terms, co_op).extend(entries) for co_op, entries in self.entries.items()}

    def evidence(self, misconduct: Iterable[Misconduct] = (), objections: Iterable[Objection] = ()) -> VoteEvidence:
        held = {party: self.witnessed_sizes(party) for party in self.parties}
        return VoteEvidence(self.terms, self.boards(), held, frozenset(misconduct), tuple(objections))

    def compute_outcome(self) -> bytes:
        """The outcome bytes that governance computes from the board entries below the cuts."""
        boards = [count_board(self.terms, co_op, self.entries[co_op], self.cut(co_op)) for co_op in self.co_ops]
        return vote_outcome.compute_outcome(
            self.terms,
            vote_outcome.OutcomeEvidence(
                revision=self.revision,
                boards=[(board.co_op, board.size, board.root) for board in boards],
                tallies={(board.co_op, *name): number for board in boards for name, number in board.tallies.items()},
                groups={(board.co_op, group): numbers for board in boards for group, numbers in board.groups.items()},
                rejected=[(board.co_op, *rejected) for board in boards for rejected in board.rejected],
            ),
        )

    def signed_note(self, co_op: str, head: BoardHead) -> bytes:
        """The head as a signed note with sorted cosignatures."""
        signed = Checkpoint(checkpoint.origin_of(co_op, self.terms.vote), head.size, head.root)
        cosigned = [
            (witness, at, checkpoint.cosign(private_key(witness, "witness"), signed, at)) for witness, at in sorted(set(head.cosigned))
        ]
        return evidence.write_note(self.terms, co_op, signed, checkpoint.sign_checkpoint(private_key(co_op, "board"), signed), cosigned)

    def settle(self, cuts: Mapping[str, int], without: Iterable[str] = ()) -> None:
        """Adds a settlement that sets the cuts."""
        self.revision, self.cut_by_settlement = 2, dict(cuts)
        self.documents.append(self.settlement("cuts", cuts, without))

    def settlement(self, kind: str, cuts: Mapping[str, int], without: Iterable[str] = ()) -> bytes:
        excluded = tuple(sorted(without))
        settlement = Settlement(self.terms.vote, 2, kind, tuple(sorted(cuts.items())), excluded)
        sigs = {
            co_op: statement.sign(private_key(co_op, "statement"), "settlement", settlement.data())
            for co_op in self.co_ops
            if co_op not in excluded
        }
        return evidence.settlement(documents.write_settlement(settlement, sigs))

    def bundle(self) -> bytes:
        """The bundle file, with each board up to its last cosigned head."""
        files, signatures = {}, {}
        for co_op in self.parties:
            heads = [head for head in self.heads[co_op] if head.cosigned]
            size = heads[-1].size if heads else 0
            files[co_op] = BoardFile(self.entries[co_op][:size], [self.signed_note(co_op, head) for head in heads])
            signed = Board(self.terms, co_op).extend(self.entries[co_op][:size]).signed
            if self.outcome is not None and (entry := signed.get((self.revision, hashlib.sha256(self.outcome).digest()))):
                signatures[co_op] = entry.data()
        identities = {party: make_identity_document(party) for party in self.parties}
        return pack(Bundle(self.terms.data, identities, files, self.outcome, signatures, self.documents))

    def pins(self) -> tuple[tuple[str, str], ...]:
        return tuple(fingerprints(self.parties).items())


def make_vote_boards(*co_ops: str, observers: Iterable[str] = (), groups: Iterable[str] = ("member",), **changed: Any) -> VoteBoards:
    return VoteBoards(make_terms(*co_ops, observers=observers, groups=groups, **changed))


def signed_join(terms: VoteTerms, co_op: str, by: str = "") -> kinds.JoinEntry:
    """`by` is the signer if that is not the co-op itself."""
    unsigned = kinds.JoinEntry(terms.vote, co_op, "general_meeting", "2026-01-01", "GM-2026-1")
    return kinds.JoinEntry(**{**vars(unsigned), "sig": statement.sign(private_key(by or co_op, "statement"), "join", unsigned.signed())})


def signed_outcome(terms: VoteTerms, co_op: str, data: bytes, revision: int = 1, by: str = "") -> kinds.OutcomeEntry:
    unsigned = kinds.OutcomeEntry(terms.vote, co_op, revision, hashlib.sha256(data).digest())
    return kinds.OutcomeEntry(
        **{**vars(unsigned), "sig": statement.sign(private_key(by or co_op, "statement"), "outcome", unsigned.signed())}
    )


def make_roll_row(terms: VoteTerms, co_op: str, number: int, group: str = "member") -> kinds.RowEntry:
    name = make_pseudonym(co_op, number)
    return kinds.RowEntry(
        name, group, pseudonyms.row_commitment(terms.vote, name, group, identity_text(co_op, number), make_salt(co_op, number))
    )


def identity_text(co_op: str, number: int) -> str:
    return pseudonyms.commitment_identity(str(number), f"Made-up Member {number} of {co_op}")
