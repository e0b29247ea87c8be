"""The terms of a vote: everything agreed before anybody votes. Their bytes are the vote's identity: a changed word is another vote."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from libs.boards import entries, forms
from libs.boards.forms import CO_OP, DRAFT, GROUP, DocumentError, Fields
from libs.boards.rule import Rule, read_rule
from libs.rulebook.counting import Method
from libs.signing import canonical, statement
from libs.signing.canonical import Json
from libs.signing.statement import BadSignatureError

LONGEST = 64 * 1024
PARTICIPANTS_MOST = 100
OBSERVERS_MOST = 20
OPTIONS_MOST = 50
GROUPS_MOST = 50
PARTICIPANT, OBSERVER = "participant", "observer"
FIXED_OPTIONS = {"yes_no_abstain": ("for", "against", "abstain"), "consent": ("consent", "object", "abstain")}
ABSTAIN = "abstain"
BALLOTS_MOST = 20
"""Of one row. More are refused in the count."""
SPARE_ENTRIES = 200
ENTRIES_MOST = 2**21
"""Of any board: nobody who checks a result need read more."""
LAST_MOMENT = 253_402_300_799
"""9999-12-31T23:59:59Z: calendars know none beyond."""


@dataclass(frozen=True)
class Party:
    """A participant or an observer, with the three keys made for this vote."""

    id: str
    kind: str
    root: bytes
    statement: bytes
    board: bytes
    witness: bytes
    reachable: bool
    signer: bytes
    sig: bytes

    def vouched(self, draft: str) -> bytes:
        """JSON bytes of what `sig` is over, kind `vote-keys`."""
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
    fields = Fields(value, "party")
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
    fields.done()
    return party


@dataclass(frozen=True)
class Terms:
    """Terms as read; `data` are their exact bytes."""

    data: bytes
    draft: str
    convener: str
    proposed: int
    question: str
    text: str
    options: tuple[str, ...]
    candidates: tuple[str, ...]
    rule: Rule
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
        return tuple(sorted(one.id for one in self.parties if one.kind == PARTICIPANT))

    @cached_property
    def observers(self) -> tuple[str, ...]:
        return tuple(sorted(one.id for one in self.parties if one.kind == OBSERVER))

    @cached_property
    def by_id(self) -> Mapping[str, Party]:
        return {one.id: one for one in self.parties}

    @property
    def concluded_from(self) -> int:
        """T: what is witnessed by then counts."""
        return self.close + self.settle

    @property
    def signatures_needed(self) -> int:
        """Qf."""
        return len(self.participants) // 2 + 1

    def entries_most(self, co_op: str) -> int:
        """A board with more is not witnessed."""
        rows = sum(most for (owner, _), most in self.ceilings.items() if owner == co_op)
        return min(rows * (BALLOTS_MOST + 1) + SPARE_ENTRIES, ENTRIES_MOST)

    def witnesses_of(self, co_op: str) -> tuple[str, ...]:
        return tuple(sorted(one.id for one in self.parties if one.id != co_op))


def vote_id(data: bytes) -> str:
    return hashlib.sha256(b"kith/terms/1\n" + data).hexdigest()


def quorum_of_witnesses(participants: int, observers: int) -> int:
    """q: how many of a board's witnesses must hold an entry for it to count."""
    witnesses = participants - 1 + observers
    return max(1, min(witnesses // 2 + 1, witnesses - 1))


def read_terms(data: bytes) -> Terms:
    """Raises `DocumentError`. Signatures of the parties are `check_party`'s to look at."""
    if len(data) > LONGEST:
        raise DocumentError("terms are longer than 64 KiB")
    fields = Fields(forms.decoded(data, "terms"), "terms")
    if fields.number("v") != 1:
        raise DocumentError("terms of a version that is not known here")
    fields.one_of("double_membership", "one_vote_per_membership")
    fields.one_of("ties", "do_not_pass")
    terms = Terms(
        data=data,
        draft=fields.text("draft", DRAFT),
        convener=fields.text("convener", CO_OP),
        proposed=fields.number("proposed"),
        question=fields.words("question", 200),
        text=fields.words("text", 4000, lines=True),
        options=fields.list("options", lambda one: forms.words(one, 100, "option"), is_sorted=False),
        candidates=fields.list("candidates", lambda one: forms.words(one, 100, "candidate")),
        rule=read_rule(fields.take("rule")),
        parties=fields.list("parties", read_party),
        ceilings=fields.named("ceilings", _ceiling),
        groups=fields.list("groups", lambda one: forms.text(one, GROUP, "group")),
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
    fields.done()
    _check(terms)
    return terms


def write_terms(said: Mapping[str, Json]) -> bytes:
    """The bytes of terms made here, once they have been read back. Raises `DocumentError`."""
    data = canonical.encode(dict(said))
    read_terms(data)
    return data


def check_party(terms: Terms, party: Party) -> None:
    """`check_vouched` for a party of the terms."""
    check_vouched(terms.draft, party)


def check_vouched(draft: str, party: Party) -> None:
    """Whether the signer vouched for the three keys. That it is a key of the party is its identity document's. Raises `DocumentError`."""
    try:
        statement.verify(Ed25519PublicKey.from_public_bytes(party.signer), "vote-keys", party.vouched(draft), party.sig)
    except BadSignatureError as error:
        raise DocumentError(f"{party.id} has not vouched for its keys") from error


def _ceiling(value: Json) -> tuple[tuple[str, str], int]:
    co_op, group, most = forms.items(value, 3, "ceiling")
    return (forms.text(co_op, CO_OP, "ceiling"), forms.text(group, GROUP, "ceiling")), forms.number(most, "ceiling")


def _class(value: Json) -> tuple[tuple[str, str], str]:
    co_op, name, group = forms.items(value, 3, "class")
    return (forms.text(co_op, CO_OP, "class"), forms.text(name, GROUP, "class")), forms.text(group, GROUP, "class")


def _pair(value: Json) -> tuple[str, str]:
    co_op, group = forms.items(value, 2, "small")
    return forms.text(co_op, CO_OP, "small"), forms.text(group, GROUP, "small")


def _check(terms: Terms) -> None:
    ids = [one.id for one in terms.parties]
    keys = [key for one in terms.parties for key in (one.root, one.signer, one.statement, one.board, one.witness)]
    participants = set(terms.participants)
    wrong = (
        (len(set(ids)) != len(ids), "a party stands twice"),
        (not 2 <= len(participants) <= PARTICIPANTS_MOST, "2 to 100 participants are needed"),
        ("members" in participants, "members is the id of no participant: in an outcome it means everybody"),
        (len(terms.observers) > OBSERVERS_MOST, "there are more than 20 observers"),
        (len(set(keys)) != len(keys), "a key stands twice"),
        (terms.convener not in participants, "the convener does not take part"),
        (not any(one.reachable for one in terms.parties), "no party is reachable"),
        (not 1 <= len(terms.groups) <= GROUPS_MOST, "1 to 50 groups are needed"),
        (not terms.proposed < terms.open_latest < terms.close, "the times are not in order"),
        (terms.concluded_from + terms.grace + terms.window > LAST_MOMENT, "it ends after the year 9999"),
        (terms.q != quorum_of_witnesses(len(participants), len(terms.observers)), "q is not by its formula"),
        (_foreign(terms.ceilings, terms, participants), "a ceiling is of no participant or group"),
        (_foreign(terms.small, terms, participants), "a small group is of no participant or group"),
        (any(one not in participants for one, _ in terms.classes), "a class is of no participant"),
        (not set(terms.classes.values()) <= set(terms.groups), "a class votes in no group"),
    )
    for is_wrong, what in wrong:
        if is_wrong:
            raise DocumentError(f"terms: {what}")
    _check_options(terms)
    terms.rule.check(terms.groups, terms.participants)
    _check_room(terms)


def _foreign(pairs: Mapping[tuple[str, str], object] | frozenset[tuple[str, str]], terms: Terms, participants: set[str]) -> bool:
    return any(co_op not in participants or group not in terms.groups for co_op, group in pairs)


def _check_options(terms: Terms) -> None:
    fixed = FIXED_OPTIONS.get(terms.rule.method)
    if fixed is not None and terms.options != fixed:
        raise DocumentError(f"terms: the options of {terms.rule.method} are {', '.join(fixed)}")
    if len(set(terms.options)) != len(terms.options) or not 2 <= len(terms.options) <= OPTIONS_MOST:
        raise DocumentError("terms: 2 to 50 different options are needed")
    if fixed is None and ABSTAIN in terms.options:
        raise DocumentError("terms: abstain is no option of its own")
    if not set(terms.candidates) <= set(terms.options):
        raise DocumentError("terms: a candidate is no option")


def _check_room(terms: Terms) -> None:
    """Refuses what could be agreed and never run: a vote whose entries or sums are larger than entries and numbers can be."""
    most, ids = canonical.LARGEST, [one.id for one in terms.parties]
    shortest = min(ids, key=len)
    longest = (
        # An `open` says less of as many.
        entries.Ready(tuple((one, most, bytes(32)) for one in terms.participants)),
        entries.Closed(tuple((one, most, bytes(32), most) for one in ids if one != shortest)),
        entries.Ballot("0" * 16, _longest_choice(terms)),
    )
    for entry in longest:
        if len(entry.data()) > entries.LONGEST:
            raise DocumentError(f"terms: a {type(entry).__name__.lower()} would not fit in an entry")
    if (terms.rule.counting.highest_score or 0) * sum(terms.ceilings.values()) > most:
        raise DocumentError("terms: the points of a score could be more than a number can say")


def _longest_choice(terms: Terms) -> entries.Choice:
    match terms.rule.counting.method:
        case Method.SCORE:
            return dict.fromkeys(terms.options, terms.rule.counting.highest_score or 0)
        case Method.APPROVAL:
            return terms.options
        case _:
            return max(terms.options, key=len)
