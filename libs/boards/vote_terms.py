"""The terms of a federated vote: everything agreed before voting. Their bytes identify the vote: a changed word makes another vote."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from libs.boards import document_fields, entries
from libs.boards.document_fields import CO_OP, DRAFT, GROUP, DocumentError, DocumentFields
from libs.boards.vote_rule import VoteRule, read_rule
from libs.rulebook.counting import Method
from libs.signing import canonical, statement
from libs.signing.canonical import Json
from libs.signing.statement import BadSignatureError

MAX_TERMS_BYTES = 64 * 1024
MAX_PARTICIPANTS = 100
MAX_OBSERVERS = 20
MAX_OPTIONS = 50
MAX_GROUPS = 50
PARTICIPANT, OBSERVER = "participant", "observer"
FIXED_OPTIONS = {"yes_no_abstain": ("for", "against", "abstain"), "consent": ("consent", "object", "abstain")}
ABSTAIN = "abstain"
MAX_BALLOTS_PER_ROW = 20
"""The most ballots of one row; more are refused in the count."""
SPARE_ENTRIES = 200
MAX_ENTRIES = 2**21
"""The most entries of any board: nobody who checks a result needs to read more."""
MAX_TIMESTAMP = 253_402_300_799
"""9999-12-31T23:59:59Z, the last moment of common calendars."""


@dataclass(frozen=True)
class Party:
    """A participant or observer, with its three keys for this vote."""

    id: str
    kind: str
    root: bytes
    statement: bytes
    board: bytes
    witness: bytes
    reachable: bool
    signer: bytes
    sig: bytes

    def vote_keys_body(self, draft: str) -> bytes:
        """The JSON bytes that `sig` signs, kind `vote-keys`."""
        return canonical.encode(
            {
                "board": self.board.hex(),
                "draft": draft,
                "id": self.id,
                "root": self.root.hex(),
                "statement": self.statement.hex(),
                "witness": self.witness.hex(),
            }
        )

    def json(self) -> dict[str, Json]:
        return {
            "id": self.id,
            "kind": self.kind,
            "root": self.root.hex(),
            "statement": self.statement.hex(),
            "board": self.board.hex(),
            "witness": self.witness.hex(),
            "reachable": self.reachable,
            "signer": self.signer.hex(),
            "sig": self.sig.hex(),
        }


def read_party(value: Json) -> Party:
    """Raises `DocumentError`."""
    fields = DocumentFields(value, "party")
    party = Party(
        id=fields.text("id", CO_OP),
        kind=fields.one_of("kind", PARTICIPANT, OBSERVER),
        root=fields.public_key("root"),
        statement=fields.public_key("statement"),
        board=fields.public_key("board"),
        witness=fields.public_key("witness"),
        reachable=fields.flag("reachable"),
        signer=fields.public_key("signer"),
        sig=fields.hex64("sig"),
    )
    fields.reject_unknown()
    return party


@dataclass(frozen=True)
class VoteTerms:
    """The terms as read; `data` holds their exact bytes."""

    data: bytes
    draft: str
    convener: str
    proposed: int
    question: str
    text: str
    options: tuple[str, ...]
    candidates: tuple[str, ...]
    rule: VoteRule
    parties: tuple[Party, ...]
    ceilings: Mapping[tuple[str, str], int]
    groups: tuple[str, ...]
    classes: Mapping[tuple[str, str], str]
    """(co-op, class) -> group."""
    k: int
    small: frozenset[tuple[str, str]]
    q: int
    open_latest: int
    close: int
    settle: int
    grace: int
    window: int
    settlers: str
    audience: str

    @cached_property
    def vote(self) -> str:
        """The vote id, hex."""
        return vote_id(self.data)

    @cached_property
    def participants(self) -> tuple[str, ...]:
        return tuple(sorted(party.id for party in self.parties if party.kind == PARTICIPANT))

    @cached_property
    def observers(self) -> tuple[str, ...]:
        return tuple(sorted(party.id for party in self.parties if party.kind == OBSERVER))

    @cached_property
    def by_id(self) -> Mapping[str, Party]:
        return {party.id: party for party in self.parties}

    @property
    def concluded_from(self) -> int:
        """T: what is witnessed by this time counts."""
        return self.close + self.settle

    @property
    def signatures_needed(self) -> int:
        """Qf: how many participants must sign an outcome for it to be final."""
        return len(self.participants) // 2 + 1

    def max_entries(self, co_op: str) -> int:
        """The most entries of a board; a board with more is not witnessed."""
        rows = sum(ceiling for (owner, _), ceiling in self.ceilings.items() if owner == co_op)
        return min(rows * (MAX_BALLOTS_PER_ROW + 1) + SPARE_ENTRIES, MAX_ENTRIES)

    def witnesses_of(self, co_op: str) -> tuple[str, ...]:
        return tuple(sorted(party.id for party in self.parties if party.id != co_op))


def vote_id(data: bytes) -> str:
    return hashlib.sha256(b"kith/terms/1\n" + data).hexdigest()


def quorum_of_witnesses(participants: int, observers: int) -> int:
    """q: how many of a board's witnesses must hold an entry for it to count."""
    witnesses = participants - 1 + observers
    return max(1, min(witnesses // 2 + 1, witnesses - 1))


def read_terms(data: bytes) -> VoteTerms:
    """Reads terms. `check_party` checks the parties' signatures. Raises `DocumentError`."""
    if len(data) > MAX_TERMS_BYTES:
        raise DocumentError("terms are longer than 64 KiB")
    fields = DocumentFields(document_fields.decode_json(data, "terms"), "terms")
    if fields.number("v") != 1:
        raise DocumentError("terms of a version that is not known here")
    fields.one_of("double_membership", "one_vote_per_membership")
    fields.one_of("ties", "do_not_pass")
    terms = VoteTerms(
        data=data,
        draft=fields.text("draft", DRAFT),
        convener=fields.text("convener", CO_OP),
        proposed=fields.number("proposed"),
        question=fields.words("question", 200),
        text=fields.words("text", 4000, lines=True),
        options=fields.list("options", lambda value: document_fields.parse_option(value, "option"), is_sorted=False),
        candidates=fields.list("candidates", lambda value: document_fields.parse_option(value, "candidate")),
        rule=read_rule(fields.take("rule")),
        parties=fields.list("parties", read_party),
        ceilings=fields.named("ceilings", _ceiling),
        groups=fields.list("groups", lambda value: document_fields.parse_text(value, GROUP, "group")),
        classes=fields.named("classes", _class),
        k=fields.number("k", 1),
        small=frozenset(fields.list("small", _pair)),
        q=fields.number("q", 1),
        open_latest=fields.number("open_latest"),
        close=fields.number("close"),
        settle=fields.number("settle"),
        grace=fields.number("grace"),
        window=fields.number("window"),
        settlers=fields.words("settlers", 200),
        audience=fields.one_of("audience", "members", "public"),
    )
    fields.reject_unknown()
    _check(terms)
    return terms


def write_terms(body: Mapping[str, Json]) -> bytes:
    """Encodes new terms and checks them by reading them back. Raises `DocumentError`."""
    data = canonical.encode(dict(body))
    read_terms(data)
    return data


def check_party(terms: VoteTerms, party: Party) -> None:
    """Runs `check_vote_keys` for a party of the terms."""
    check_vote_keys(terms.draft, party)


def check_vote_keys(draft: str, party: Party) -> None:
    """Checks the signature over the three keys; the identity document tells whether the signer is the party's. Raises `DocumentError`."""
    try:
        statement.verify(Ed25519PublicKey.from_public_bytes(party.signer), "vote-keys", party.vote_keys_body(draft), party.sig)
    except BadSignatureError as error:
        raise DocumentError(f"{party.id} has not vouched for its keys") from error


def _ceiling(value: Json) -> tuple[tuple[str, str], int]:
    co_op, group, ceiling = document_fields.parse_items(value, 3, "ceiling")
    return (
        document_fields.parse_text(co_op, CO_OP, "ceiling"),
        document_fields.parse_text(group, GROUP, "ceiling"),
    ), document_fields.parse_number(ceiling, "ceiling")


def _class(value: Json) -> tuple[tuple[str, str], str]:
    co_op, name, group = document_fields.parse_items(value, 3, "class")
    return (
        document_fields.parse_text(co_op, CO_OP, "class"),
        document_fields.parse_text(name, GROUP, "class"),
    ), document_fields.parse_text(group, GROUP, "class")


def _pair(value: Json) -> tuple[str, str]:
    co_op, group = document_fields.parse_items(value, 2, "small")
    return document_fields.parse_text(co_op, CO_OP, "small"), document_fields.parse_text(group, GROUP, "small")


def _check(terms: VoteTerms) -> None:
    ids = [party.id for party in terms.parties]
    keys = [key for party in terms.parties for key in (party.root, party.signer, party.statement, party.board, party.witness)]
    participants = set(terms.participants)
    checks = (
        (len(set(ids)) != len(ids), "a party stands twice"),
        (not 2 <= len(participants) <= MAX_PARTICIPANTS, "2 to 100 participants are needed"),
        ("members" in participants, "members is the id of no participant: in an outcome it means everybody"),
        (len(terms.observers) > MAX_OBSERVERS, "there are more than 20 observers"),
        (len(set(keys)) != len(keys), "a key stands twice"),
        (terms.convener not in participants, "the convener does not take part"),
        (not any(party.reachable for party in terms.parties), "no party is reachable"),
        (not 1 <= len(terms.groups) <= MAX_GROUPS, "1 to 50 groups are needed"),
        (not terms.proposed < terms.open_latest < terms.close, "the times are not in order"),
        (terms.concluded_from + terms.grace + terms.window > MAX_TIMESTAMP, "it ends after the year 9999"),
        (terms.q != quorum_of_witnesses(len(participants), len(terms.observers)), "q is not by its formula"),
        (_names_unknown(terms.ceilings, terms, participants), "a ceiling is of no participant or group"),
        (_names_unknown(terms.small, terms, participants), "a small group is of no participant or group"),
        (any(co_op not in participants for co_op, _ in terms.classes), "a class is of no participant"),
        (not set(terms.classes.values()) <= set(terms.groups), "a class votes in no group"),
    )
    for is_wrong, problem in checks:
        if is_wrong:
            raise DocumentError(f"terms: {problem}")
    _check_options(terms)
    terms.rule.check(terms.groups, terms.participants)
    _check_entry_sizes(terms)


def _names_unknown(pairs: Mapping[tuple[str, str], object] | frozenset[tuple[str, str]], terms: VoteTerms, participants: set[str]) -> bool:
    return any(co_op not in participants or group not in terms.groups for co_op, group in pairs)


def _check_options(terms: VoteTerms) -> None:
    fixed = FIXED_OPTIONS.get(terms.rule.method)
    if fixed is not None and terms.options != fixed:
        raise DocumentError(f"terms: the options of {terms.rule.method} are {', '.join(fixed)}")
    if len(set(terms.options)) != len(terms.options) or not 2 <= len(terms.options) <= MAX_OPTIONS:
        raise DocumentError("terms: 2 to 50 different options are needed")
    if fixed is None and ABSTAIN in terms.options:
        raise DocumentError("terms: abstain is no option of its own")
    if not set(terms.candidates) <= set(terms.options):
        raise DocumentError("terms: a candidate is no option")


def _check_entry_sizes(terms: VoteTerms) -> None:
    """Rejects a vote that could never run: one whose entries or sums could exceed the limits of entries and numbers."""
    most, party_ids = canonical.MAX_INTEGER, [co_op.id for co_op in terms.parties]
    shortest = min(party_ids, key=len)
    longest = (
        # An `open` entry is shorter.
        entries.ReadyEntry(tuple((co_op, most, bytes(32)) for co_op in terms.participants)),
        entries.ClosedEntry(tuple((co_op, most, bytes(32), most) for co_op in party_ids if co_op != shortest)),
        entries.BallotEntry("0" * 16, _longest_choice(terms)),
    )
    for entry in longest:
        if len(entry.data()) > entries.MAX_ENTRY_BYTES:
            raise DocumentError(f"terms: a {type(entry).__name__.removesuffix('Entry').lower()} would not fit in an entry")
    if (terms.rule.counting.highest_score or 0) * sum(terms.ceilings.values()) > most:
        raise DocumentError("terms: the points of a score could be more than a number can say")


def _longest_choice(terms: VoteTerms) -> entries.Choice:
    match terms.rule.counting.method:
        case Method.SCORE:
            return dict.fromkeys(terms.options, terms.rule.counting.highest_score or 0)
        case Method.APPROVAL:
            return terms.options
        case _:
            return max(terms.options, key=len)
