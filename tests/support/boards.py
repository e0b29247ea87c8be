"""Terms and boards of made-up votes between co-ops, small and quick to make: everything comes from words, so the same bytes each time.

vote = some_vote("ash", "birch", "cedar")
vote.begin({"ash": {"member": 5}, ...})
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

from libs.boards import entries as kinds
from libs.boards import evidence, forms, identity, papers, rows
from libs.boards.board import Board
from libs.boards.bundle import BoardFile, Bundle, pack
from libs.boards.count import count_board
from libs.boards.cuts import Held, cut
from libs.boards.entries import Choice
from libs.boards.identity import IdentityDocument, SigningKey, fingerprint_of
from libs.boards.papers import Objection, Settlement
from libs.boards.standing import Evidence, Misconduct
from libs.boards.terms import OBSERVER, PARTICIPANT, Party, Terms, quorum_of_witnesses, read_terms
from libs.signing import canonical, checkpoint, merkle, statement
from libs.signing.canonical import Json
from libs.signing.checkpoint import Checkpoint
from services.governance.domain import outcome

START = 1_767_225_600  # 2026-01-01
OPEN_LATEST, CLOSE, SETTLE = START + 100_000, START + 200_000, 900
T = CLOSE + SETTLE
GRACE, WINDOW = 86_400, 604_800
DRAFT = "0" * 32


@cache
def key(*words: str) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(hashlib.sha256("/".join(words).encode()).digest())


@cache
def public(*words: str) -> bytes:
    return key(*words).public_key().public_bytes_raw()


@cache
def party(co_op: str, kind: str = PARTICIPANT, draft: str = DRAFT) -> Party:
    """With keys of its own, vouched for."""
    unsigned = Party(
        id=co_op,
        kind=kind,
        root=public(co_op, "root"),
        statement=public(co_op, "statement"),
        board=public(co_op, "board"),
        witness=public(co_op, "witness"),
        reachable=True,
        signer=public(co_op, "signer"),
        sig=b"",
    )
    return Party(**{**vars(unsigned), "sig": statement.sign(key(co_op, "signer"), "vote-keys", unsigned.vouched(draft))})


@cache
def identity_document(co_op: str) -> bytes:
    """As its root key signed it."""
    document = IdentityDocument(
        id=co_op,
        name=f"{co_op}, made up",
        root=public(co_op, "root"),
        seq=1,
        issued=START,
        endpoint="",
        keys=(SigningKey(public(co_op, "signer"), START - 1, START + 10**8),),
        tls=(hashlib.sha256(co_op.encode()).digest(),),
        versions=(1,),
        revoked=(),
    )
    return identity.sign(document, key(co_op, "root"))


def fingerprints(co_ops: Iterable[str]) -> dict[str, str]:
    return {one: fingerprint_of(public(one, "root")) for one in co_ops}


def plain_rule(**changed: Json) -> dict[str, Json]:
    """More than half of all votes cast, of everybody together."""
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


def said_terms(
    co_ops: Iterable[str] = ("ash", "birch", "cedar"),
    observers: Iterable[str] = (),
    groups: Iterable[str] = ("member",),
    **changed: Json,
) -> dict[str, Json]:
    """Terms as JSON. What is `changed` goes in as it is."""
    participants, watching, named = list(co_ops), list(observers), sorted(groups)
    parties: list[Json] = [*(party(one).json() for one in participants), *(party(one, OBSERVER).json() for one in watching)]
    said: dict[str, Json] = {
        "v": 1,
        "draft": DRAFT,
        "convener": participants[0],
        "proposed": START,
        "question": "Shall we share one night rota?",
        "text": "One rota for all of us.\nFrom spring on.",
        "options": ["for", "against", "abstain"],
        "candidates": [],
        "rule": plain_rule(),
        "parties": forms.in_order(parties),
        "ceilings": forms.in_order([[one, group, 200_000] for one in participants for group in named]),
        "groups": forms.in_order(list(named)),
        "classes": forms.in_order([[one, group, group] for one in participants for group in named]),
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
    return said | changed


def some_terms(*co_ops: str, observers: Iterable[str] = (), groups: Iterable[str] = ("member",), **changed: Any) -> Terms:
    """Three co-ops and a plain question, unless told otherwise."""
    return read_terms(canonical.encode(said_terms(co_ops or ("ash", "birch", "cedar"), observers, groups, **changed)))


def pseudonym(co_op: str, number: int) -> str:
    """Rising with `number`."""
    salted = int.from_bytes(hashlib.sha256(co_op.encode()).digest()[:5], "big")
    return rows.written(number << 40 | salted)


def salt(co_op: str, number: int) -> bytes:
    return hashlib.sha256(f"salt/{co_op}/{number}".encode()).digest()


@dataclass
class Head:
    """A checkpoint of a board, and who cosigned it when."""

    size: int
    root: bytes
    cosigned: list[tuple[str, int]] = field(default_factory=list)


@dataclass
class WholeVote:
    """Every board of a vote, and who held how much of them when."""

    terms: Terms
    entries: dict[str, list[bytes]] = field(default_factory=dict)
    heads: dict[str, list[Head]] = field(default_factory=dict)
    papers: list[bytes] = field(default_factory=list)
    outcome: bytes | None = None
    revision: int = 1
    cut_by_settlement: dict[str, int] | None = None
    kept_leaves: dict[str, list[bytes]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.parties = [one.id for one in self.terms.parties]
        self.co_ops = list(self.terms.participants)
        for one in self.parties:
            self.entries.setdefault(one, [self.terms.data])
            self.heads.setdefault(one, [])

    # ---- what is said ---------------------------------------------------------------------------------------------------------------

    def say(self, co_op: str, data: bytes) -> int:
        """Gives the index."""
        self.entries[co_op].append(data)
        return len(self.entries[co_op]) - 1

    def join(self, co_op: str) -> None:
        self.say(co_op, signed_join(self.terms, co_op).data())

    def roll(self, co_op: str, groups: Mapping[str, int]) -> None:
        """Rows of these groups, in turn, and the roll."""
        waiting = [group for group, number in sorted(groups.items()) for _ in range(number)]
        for number, group in enumerate(waiting):
            self.say(co_op, a_row(self.terms, co_op, number, group).data())
        self.say(co_op, kinds.Roll(tuple(sorted(Counter(waiting).items()))).data())

    def ready(self, at: int = OPEN_LATEST - 100) -> None:
        """All say what the rolls are; all boards are held by everybody at this time."""
        rolls = tuple((one, len(self.entries[one]), self.root(one)) for one in self.co_ops)
        for one in self.co_ops:
            self.say(one, kinds.Ready(rolls).data())
        self.head(at)

    def open(self) -> None:
        readies = tuple((one, merkle.leaf_hash(self.entries[one][-1])) for one in self.co_ops)
        for one in self.co_ops:
            self.say(one, kinds.Open(readies).data())

    def begin(self, rolls: Mapping[str, Mapping[str, int]] | None = None) -> "WholeVote":
        """From the joins to the opening; five members a co-op unless told otherwise."""
        for one in self.parties:
            self.join(one)
        for one in self.co_ops:
            self.roll(one, (rolls or {}).get(one, {"member": 5}))
        self.ready()
        self.open()
        return self

    def ballot(self, co_op: str, number: int, choice: Choice | None) -> int:
        return self.say(co_op, kinds.Ballot(pseudonym(co_op, number), choice).data())

    def head(self, at: int, boards: Iterable[str] | None = None, witnesses: Iterable[str] | None = None) -> None:
        """A checkpoint of each board as it stands, held by these at this time."""
        holding = self.parties if witnesses is None else list(witnesses)
        for one in self.parties if boards is None else boards:
            size = len(self.entries[one])
            if not self.heads[one] or self.heads[one][-1].size != size:
                self.heads[one].append(Head(size, self.root(one)))
            self.heads[one][-1].cosigned += [(witness, at) for witness in holding if witness != one]

    def close(self, at: int = CLOSE + 60, silent: Iterable[str] = ()) -> None:
        """Everything is held by all but the silent in time; they say so; that is held as well."""
        speaking = [one for one in self.parties if one not in set(silent)]
        self.head(at, witnesses=speaking)
        for one in speaking:
            self.say(one, kinds.Closed(tuple(self._last(one, other) for other in self.parties if other != one)).data())
        self.head(T + 100, boards=speaking, witnesses=speaking)

    def sign(self, co_op: str, data: bytes, revision: int = 1) -> None:
        self.say(co_op, signed_outcome(self.terms, co_op, data, revision).data())

    def conclude(self, signers: Iterable[str] | None = None, at: int = T + 200) -> bytes:
        """Counts, signs, and has the signatures held."""
        self.outcome = self.counted()
        for one in self.co_ops if signers is None else signers:
            self.sign(one, self.outcome, self.revision)
            self.head(at, boards=[one])
        return self.outcome

    def _last(self, witness: str, board: str) -> tuple[str, int, bytes, int]:
        held = [(head.size, head.root, at) for head in self.heads[board] for who, at in head.cosigned if who == witness and at <= T]
        return (board, *max(held, default=(0, merkle.EMPTY_ROOT, 0)))

    # ---- what it comes to -----------------------------------------------------------------------------------------------------------

    def root(self, co_op: str) -> bytes:
        leaves = self.kept_leaves.setdefault(co_op, [])
        leaves += [merkle.leaf_hash(one) for one in self.entries[co_op][len(leaves) :]]
        return merkle.root_of(leaves)

    def held(self, co_op: str) -> list[Held]:
        return [Held(witness, at, head.size) for head in self.heads[co_op] for witness, at in head.cosigned]

    def cut(self, co_op: str, at: int = T) -> int:
        if self.cut_by_settlement is not None and at == T:
            return self.cut_by_settlement[co_op]
        return cut(self.terms, co_op, self.held(co_op), at)

    def boards(self) -> dict[str, Board]:
        return {one: Board(self.terms, one).extend(said) for one, said in self.entries.items()}

    def evidence(self, misconduct: Iterable[Misconduct] = (), objections: Iterable[Objection] = ()) -> Evidence:
        held = {one: self.held(one) for one in self.parties}
        return Evidence(self.terms, self.boards(), held, frozenset(misconduct), tuple(objections))

    def counted(self) -> bytes:
        """The outcome bytes, as governance makes them of what the boards hold below the cuts."""
        boards = [count_board(self.terms, one, self.entries[one], self.cut(one)) for one in self.co_ops]
        return outcome.outcome(
            self.terms,
            outcome.Evidence(
                revision=self.revision,
                boards=[(one.co_op, one.size, one.root) for one in boards],
                tallies={(one.co_op, *name): number for one in boards for name, number in one.tallies.items()},
                groups={(one.co_op, group): numbers for one in boards for group, numbers in one.groups.items()},
                rejected=[(one.co_op, *rejected) for one in boards for rejected in one.rejected],
            ),
        )

    def note(self, co_op: str, head: Head) -> bytes:
        """The head as a signed note, its cosignatures sorted."""
        signed = Checkpoint(checkpoint.origin_of(co_op, self.terms.vote), head.size, head.root)
        cosigned = [(witness, at, checkpoint.cosign(key(witness, "witness"), signed, at)) for witness, at in sorted(set(head.cosigned))]
        return evidence.note_text(self.terms, co_op, signed, checkpoint.sign_checkpoint(key(co_op, "board"), signed), cosigned)

    def settle(self, cuts: Mapping[str, int], without: Iterable[str] = ()) -> None:
        """People settle where the boards are cut."""
        self.revision, self.cut_by_settlement = 2, dict(cuts)
        self.papers.append(self.settlement("cuts", cuts, without))

    def settlement(self, kind: str, cuts: Mapping[str, int], without: Iterable[str] = ()) -> bytes:
        out = tuple(sorted(without))
        found = Settlement(self.terms.vote, 2, kind, tuple(sorted(cuts.items())), out)
        sigs = {one: statement.sign(key(one, "statement"), "settlement", found.data()) for one in self.co_ops if one not in out}
        return evidence.settlement(papers.write_settlement(found, sigs))

    def bundle(self) -> bytes:
        """The file, of everything up to the last head of each board that anybody cosigned."""
        files, signatures = {}, {}
        for one in self.parties:
            heads = [head for head in self.heads[one] if head.cosigned]
            size = heads[-1].size if heads else 0
            files[one] = BoardFile(self.entries[one][:size], [self.note(one, head) for head in heads])
            signed = Board(self.terms, one).extend(self.entries[one][:size]).signed
            if self.outcome is not None and (right := signed.get((self.revision, hashlib.sha256(self.outcome).digest()))):
                signatures[one] = right.data()
        identities = {one: identity_document(one) for one in self.parties}
        return pack(Bundle(self.terms.data, identities, files, self.outcome, signatures, self.papers))

    def pins(self) -> tuple[tuple[str, str], ...]:
        return tuple(fingerprints(self.parties).items())


def some_vote(*co_ops: str, observers: Iterable[str] = (), groups: Iterable[str] = ("member",), **changed: Any) -> WholeVote:
    return WholeVote(some_terms(*co_ops, observers=observers, groups=groups, **changed))


def signed_join(terms: Terms, co_op: str, by: str = "") -> kinds.Join:
    """`by` is whoever signs it, where that is not the co-op itself."""
    unsigned = kinds.Join(terms.vote, co_op, "general_meeting", "2026-01-01", "GM-2026-1")
    return kinds.Join(**{**vars(unsigned), "sig": statement.sign(key(by or co_op, "statement"), "join", unsigned.signed())})


def signed_outcome(terms: Terms, co_op: str, data: bytes, revision: int = 1, by: str = "") -> kinds.Outcome:
    unsigned = kinds.Outcome(terms.vote, co_op, revision, hashlib.sha256(data).digest())
    return kinds.Outcome(**{**vars(unsigned), "sig": statement.sign(key(by or co_op, "statement"), "outcome", unsigned.signed())})


def a_row(terms: Terms, co_op: str, number: int, group: str = "member") -> kinds.Row:
    name = pseudonym(co_op, number)
    return kinds.Row(name, group, rows.commitment(terms.vote, name, group, identity_text(co_op, number), salt(co_op, number)))


def identity_text(co_op: str, number: int) -> str:
    return rows.identity_of(str(number), f"Made-up Member {number} of {co_op}")
