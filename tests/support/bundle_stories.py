"""The votes of examples/bundles: good ones, and each way a bundle can be wrong. `write` makes them again, to the byte."""

import hashlib
import json
import tomllib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from tests.support.bundle_maker import CLOSE, OPEN_LATEST, Head, Story, T, packed, plain_rule, public, root, sealed
from tests.support.bundle_maker import json_bytes as encoded

FOLDER = Path(__file__).parents[2] / "examples" / "bundles"
ASH, BIRCH, CEDAR = THREE = ["ash-grove", "birch-hill", "cedar-row"]
CAP = {"kind": "cap", "groups": ["investor"], "fraction": "1/10", "measured_on": "cast"}


@dataclass(frozen=True)
class Told:
    """A bundle and what a verifier must say of it when every co-op is pinned."""

    about: str
    data: bytes
    exit: int
    story: Story
    check: int = 0
    state: str = ""


def three(name: str, letters: str = "ffafo") -> Story:
    """Three co-ops of five rows, everybody has voted, nothing is closed yet."""
    story = Story(name, list(THREE))
    story.begin()
    for one in story.co_ops:
        story.votes(one, letters)
    return story


def whole(name: str, letters: str = "ffafo") -> Story:
    story = three(name, letters)
    story.close()
    story.conclude()
    return story


def final(about: str, story: Story) -> Told:
    return Told(about, story.pack(), 0, story, state="final")


def wrong(about: str, story: Story, check: int, data: bytes | None = None) -> Told:
    return Told(about, story.pack() if data is None else data, 1, story, check)


# ---- good ones ---------------------------------------------------------------------------------------------------------------------


def pooled_cap() -> Told:
    story = Story("pooled-cap", list(THREE), rolls={one: {"investor": 3, "member": 3} for one in THREE}, rule=plain_rule(class_rule=CAP))
    story.begin()
    for one, letters in zip(THREE, ("fffaff", "fafoff", "faf-ff"), strict=True):
        story.votes(one, letters)
    story.close()
    story.conclude()
    return final("three co-ops, all ballots together, investors capped at a tenth", story)


def one_co_op_one_vote() -> Told:
    story = Story("one-co-op-one-vote", list(THREE), rule=plain_rule(basis="one_co_op_one_vote"))
    story.begin()
    for one, letters in zip(THREE, ("fffff", "faaao", "ffa--"), strict=True):
        story.votes(one, letters)
    story.close()
    story.conclude()
    return final("three co-ops, each with one vote; one does not agree", story)


def two_and_observer() -> Told:
    story = Story("two-and-observer", [ASH, BIRCH], observers=["oak-union"])
    story.begin()
    story.votes(ASH, "faaao")
    story.votes(BIRCH, "fffa-")
    story.close()
    story.conclude()
    return final("two co-ops and an observer, who only watches; it is a tie and does not pass", story)


def changed_and_bad_ballots() -> Told:
    story = Story("changed-and-bad-ballots", [ASH, BIRCH])
    for one in story.co_ops:
        story.join(one)
        story.roll(one)
    story.ballot(ASH, 0, "for", "BEFORE_OPEN")
    rolls = [[one, 8, root(story.entries[one][:8]).hex()] for one in story.co_ops]
    for one in story.co_ops:
        story.say(one, {"kind": "ready", "rolls": rolls})
    story.head(OPEN_LATEST - 100)
    ready = [[one, hashlib.sha256(b"\0" + story.entries[one][-1]).hexdigest()] for one in story.co_ops]
    for one in story.co_ops:
        story.say(one, {"kind": "open", "ready": ready})
    story.votes(BIRCH, "ffff-")
    story.ballot(ASH, 0, "against")
    story.ballot(ASH, 0, "for")
    story.ballot(ASH, 1, "for")
    story.ballot(ASH, 1, None)
    story.ballot(ASH, 2, "perhaps", "BAD_CHOICE")
    story.ballot(ASH, 2, ["for"], "BAD_CHOICE")
    story.ballot(ASH, 2, 1, "BAD_FORM")
    story.say(ASH, {"kind": "ballot", "pseudonym": "0000000000000000", "choice": "for"}, "NO_ROW")
    story.say(ASH, {"kind": "ballot", "pseudonym": "lower-case", "choice": "for"}, "BAD_FORM")
    story.say(ASH, b'{"kind": "ballot"}', "BAD_FORM")
    story.say(ASH, b"\xff\x00 no text", "BAD_FORM")
    story.say(ASH, {"kind": "open", "ready": ready}, "OUT_OF_ORDER")
    story.say(ASH, {"kind": "notice", "about": "suspend", "hash": hashlib.sha256(b"").hexdigest()})
    for _ in range(10):
        story.ballot(ASH, 3, "against")
        story.ballot(ASH, 3, "for")
    story.ballot(ASH, 3, "against", "TOO_MANY")
    story.close()
    story.conclude()
    return final("ballots changed and withdrawn, and one of every kind that is not allowed", story)


def silent_co_op() -> Told:
    story = three("silent-co-op")
    story.close(silent=(CEDAR,))
    story.conclude(signers=[ASH, BIRCH])
    return final("one co-op of three falls silent after the opening; the others go on", story)


def contested() -> Told:
    story = whole("contested")
    objection = {"vote": story.vote, "id": CEDAR, "at": T + 1000, "about": "GM-2026-9"}
    story.prove("objection", object=sealed(story.key(CEDAR, "statement"), "objection", objection))
    forked = Head(9, hashlib.sha256(b"another board").digest(), [(ASH, CLOSE)])
    story.prove("fork", board=BIRCH, notes=[story.note(BIRCH, forked).decode()])
    return Told("an objection, and one co-op showed two boards", story.pack(), 0, story, state="final, contested")


def late_cosignature() -> Told:
    story = three("late-cosignature")
    story.close()
    dated_back = Head(len(story.entries[ASH]), root(story.entries[ASH]), [(CEDAR, T - 10)])
    story.prove("late_cosignature", witness=CEDAR, board=ASH, note=story.note(ASH, dated_back).decode())
    story.conclude(signers=[ASH, BIRCH])
    return Told("a witness dated a cosignature back, and that is proven", story.pack(), 0, story, state="final, contested")


def falling_dates_declared() -> Told:
    story = _falling("falling-dates-declared")
    first, second = (story.note(ASH, head).decode() for head in story.heads[ASH][:2])
    story.prove("falling_dates", witness=CEDAR, board=ASH, notes=[first, second])
    return Told("the dates of a witness fall, and evidence says so", story.pack(), 0, story, state="final, contested")


def settled() -> Told:
    story = whole("settled")
    cuts = {one: len(story.entries[one]) - 4 for one in THREE}
    story.settle("cuts", cuts)
    story.outcome = story.count(cuts, revision=2)
    story.signatures.clear()
    for one in THREE:
        story.sign(one, story.outcome, 2)
        story.head(T + 5000, boards=[one])
    return final("people settled where the boards are cut, and a second outcome was signed", story)


def annulled() -> Told:
    story = three("annulled")
    story.close()
    story.settle("annul", {})
    return Told("people annulled the vote", story.pack(), 3, story, state="annulled")


def too_few_signatures() -> Told:
    story = three("too-few-signatures")
    story.close()
    story.conclude(signers=[ASH])
    return Told("one of three signed; two must", story.pack(), 3, story, state="not final: too few signatures")


def two_outcomes() -> Told:
    story = three("two-outcomes")
    story.close()
    other = story.count(dict.fromkeys(THREE, 9))
    story.sign(BIRCH, other)
    story.sign(CEDAR, other)
    story.conclude(signers=[ASH, BIRCH])
    story.head(T + 300, boards=[CEDAR])
    first, second = (_read_back(data) for data in story.entries[BIRCH][-2:])
    story.prove("double_outcome", entries=[first, second])
    return Told("one co-op signed two outcomes, so that both have enough", story.pack(), 3, story, state="disputed: two outcomes")


def strange_letters() -> Told:
    """What is in NFC for one Unicode table is not for another; a board is read as it comes."""
    story = three("strange-letters")
    story.ballot(ASH, 0, "fo\u0301r", "BAD_CHOICE")
    story.say(ASH, {"a": "\U0001e08f\U00010efd", "kind": "ballot"}, "BAD_FORM")
    story.ballot(BIRCH, 0, "against")
    story.close()
    story.conclude()
    return final("ballots with letters that are not in NFC, and with ones that older Unicode does not know; all count the same", story)


def boards_that_prove() -> Told:
    story = three("boards-that-prove")
    story.close()
    story.sign(BIRCH, b"another outcome")
    story.conclude()
    return Told("one co-op signed two outcomes, and no evidence says so: its board does", story.pack(), 0, story, state="final, contested")


def late_objection() -> Told:
    story = whole("late-objection")
    objection = {"vote": story.vote, "id": CEDAR, "at": T + 604_801, "about": "GM-2026-9"}
    story.prove("objection", object=sealed(story.key(CEDAR, "statement"), "objection", objection))
    return final("an objection a second after the window, which changes nothing", story)


def later_version() -> Told:
    story = whole("later-version")
    story.changed_identities[BIRCH] = {"versions": [1, 2]}
    return final("one co-op knows a later version of the protocol as well", story)


# ---- wrong ones, in the order of the checks ----------------------------------------------------------------------------------------


def broken_frame() -> Told:
    story = whole("broken-frame")
    members = story.members()
    members[f"boards/{CEDAR}/entries"] += (100).to_bytes(4, "big") + b"{}"
    return wrong("the last entry of a board is shorter than its frame says", story, 1, packed(members))


def trailing_bytes() -> Told:
    story = whole("trailing-bytes")
    return wrong("512 zeros too many at the end of the archive", story, 1, story.pack() + bytes(512))


def not_canonical() -> Told:
    story = three("not-canonical")
    story.close()
    story.conclude(outcome=story.count().replace(b'"v":1', b'"v": 1'))
    return wrong("the outcome has a space that JSON bytes do not have", story, 2)


def decomposed_question() -> Told:
    return wrong("the question is not in NFC", _with_terms("decomposed-question", question="Shall we share one cafe\u0301?"), 2)


def small_order_key() -> Told:
    story = Story("small-order-key", list(THREE), changed_keys={CEDAR: {"witness": "01" + "00" * 31}})
    return wrong("a witness key has small order: whatever is signed, some libraries find it good", _play(story), 2)


def threshold_of_nothing() -> Told:
    rule = plain_rule(threshold={"fraction": "0/1", "strict": False, "of": "cast"})
    return wrong("a threshold that no votes at all would reach", _with_terms("threshold-of-nothing", rule=rule), 2)


def unknown_version() -> Told:
    story = whole("unknown-version")
    story.changed_identities[BIRCH] = {"versions": [2]}
    return wrong("a co-op does not know version 1 of the protocol", story, 2)


def two_settlements() -> Told:
    story = three("two-settlements")
    story.close()
    for shorter in (4, 5):
        cuts = {one: len(story.entries[one]) - shorter for one in THREE}
        story.settle("cuts", cuts)
    story.conclude(outcome=story.count(cuts, revision=2), revision=2)
    return wrong("people settled one revision in two ways", story, 2)


def points_beyond_numbers() -> Told:
    rule = plain_rule(method="score", highest_score=2**53 // 14 + 1)
    return wrong("all the points there could be are more than a number can say", _opened("points-beyond-numbers", rule), 3)


def ballot_beyond_an_entry() -> Told:
    rule = plain_rule(method="approval")
    options = [f"{number} {chr(0xFF5E) * 95}" for number in range(30)]
    story = _opened("ballot-beyond-an-entry", rule, options=options)
    return wrong("a ballot for all the options would be longer than an entry may be", story, 3)


def key_twice() -> Told:
    parties = Story("key-twice", list(THREE))._terms()["parties"]
    parties[0]["witness"] = parties[1]["witness"]
    return wrong("two parties have the same witness key", _with_terms("key-twice", parties=parties), 3)


def wrong_q() -> Told:
    return wrong("the terms ask for two witnesses where their own formula gives one", _with_terms("wrong-q", q=2), 3)


def revoked_key() -> Told:
    story = whole("revoked-key")
    story.changed_identities[BIRCH] = {"revoked": [public(story.key(BIRCH, "board"))]}
    return Told("a co-op has revoked its board key of this vote: final, and contested", story.pack(), 0, story, state="final, contested")


def fork() -> Told:
    story = whole("fork")
    story.heads[ASH][1] = replace(story.heads[ASH][1], root=hashlib.sha256(b"another board").digest())
    return wrong("a signed and cosigned head that is not of the entries that are here", story, 6)


def tampered_row() -> Told:
    story = whole("tampered-row")
    row = _read_back(story.entries[CEDAR][3])
    story.entries[CEDAR][3] = encoded(row | {"commitment": hashlib.sha256(b"somebody else").hexdigest()})
    return wrong("the commitment of one row was changed afterwards", story, 6)


def foreign_cosigner() -> Told:
    story = whole("foreign-cosigner")
    story.heads[ASH][0].cosigned.append(("oak-union", OPEN_LATEST - 90))
    return wrong("somebody who is no party of the vote cosigned", story, 7)


def falling_dates() -> Told:
    return wrong("the dates of a witness fall, and no evidence says so", _falling("falling-dates"), 7)


def date_beyond_numbers() -> Told:
    story = whole("date-beyond-numbers")
    story.heads[ASH][-1].cosigned.append((CEDAR, 2**63))
    return wrong("a cosignature is dated later than dates can be", story, 7)


def other_terms() -> Told:
    story = Story("other-terms", list(THREE))
    story.entries[BIRCH][0] = story.terms.replace(b"one night rota", b"two night rota")
    _play(story)
    return wrong("a board begins with other terms", story, 8)


def forged_join() -> Told:
    story = Story("forged-join", list(THREE))
    story.begin(forged=CEDAR)
    for one in THREE:
        story.votes(one, "ffafo")
    story.close()
    story.conclude()
    return wrong("a co-op was joined by somebody who does not hold its key", story, 9)


def ceiling_broken() -> Told:
    ceilings = [[one, "member", 4 if one == BIRCH else 7] for one in THREE]
    return wrong("a co-op has more rows than its ceiling", _with_terms("ceiling-broken", ceilings=ceilings), 10)


def k_broken() -> Told:
    return wrong("a group is smaller than k, and nobody was told", _with_terms("k-broken", k=6), 10)


def ready_not_in_cut() -> Told:
    story = Story("ready-not-in-cut", list(THREE))
    story.begin(ready_at=OPEN_LATEST + 1)
    for one in THREE:
        story.votes(one, "ffafo")
    story.close()
    story.conclude()
    return wrong("nobody was seen to be ready before the latest time to open", story, 11)


def cut_beyond_the_board() -> Told:
    story = whole("cut-beyond-the-board")
    story.settle("cuts", dict.fromkeys(THREE, 10_000))
    return wrong("a settlement cuts the boards where they do not reach", story, 12)


def late_head() -> Told:
    story = three("late-head")
    story.head(CLOSE + 60)
    story.ballot(ASH, 0, "against")
    story.close(held_at=T + 1)
    story.conclude(outcome=story.count({one: len(story.entries[one]) for one in THREE}))
    return wrong("ballots that nobody had witnessed by T were counted", story, 15)


def wrong_count() -> Told:
    story = three("wrong-count")
    story.close()
    honest = story.count()
    story.conclude(outcome=honest.replace(b'"ash-grove","member","against",1', b'"ash-grove","member","against",2'))
    return wrong("everybody signed a count that the ballots do not give", story, 15)


def forged_signature() -> Told:
    story = three("forged-signature")
    story.close()
    story.conclude(signers=[ASH, BIRCH])
    body = {"vote": story.vote, "id": CEDAR, "revision": 1, "hash": hashlib.sha256(story.outcome or b"").hexdigest()}
    story.say(CEDAR, {"kind": "outcome", **sealed(story.key(BIRCH, "statement"), "outcome", body)})
    story.signatures[CEDAR] = story.entries[CEDAR][-1]
    story.head(T + 300, boards=[CEDAR])
    return wrong("one co-op signed in the name of another", story, 16)


def false_late_cosignature() -> Told:
    story = whole("false-late-cosignature")
    honest = story.note(ASH, story.heads[ASH][0]).decode()
    story.prove("late_cosignature", witness=CEDAR, board=ASH, note=honest)
    return wrong("a co-op is said to have dated a cosignature back, and has not", story, 17)


def false_double_outcome() -> Told:
    story = whole("false-double-outcome")
    entry = _read_back(story.entries[BIRCH][-1])
    story.prove("double_outcome", entries=[entry, entry])
    return wrong("a co-op is said to have signed two outcomes, and signed one", story, 17)


def half_settled() -> Told:
    story = three("half-settled")
    story.close()
    story.settle("annul", {}, without=(CEDAR,))
    return wrong("a settlement leaves out a co-op against whom nothing is proven", story, 17)


def settled_without_observer() -> Told:
    story = Story("settled-without-observer", [ASH, BIRCH], observers=["oak-union"])
    story.begin()
    story.close()
    forked = Head(2, hashlib.sha256(b"another board").digest(), [])
    story.prove("fork", board="oak-union", notes=[story.note("oak-union", forked).decode()])
    story.settle("annul", {}, without=("oak-union",))
    return wrong("a settlement leaves out an observer, who never signs one", story, 17)


def fork_beyond_numbers() -> Told:
    story = whole("fork-beyond-numbers")
    heads = (Head(2**63, hashlib.sha256(one).digest(), []) for one in (b"one board", b"another board"))
    story.prove("fork", board=BIRCH, notes=[story.note(BIRCH, one).decode() for one in heads])
    return wrong("the heads in evidence are larger than boards can be", story, 17)


GOOD: tuple[Callable[[], Told], ...] = (
    pooled_cap,
    one_co_op_one_vote,
    two_and_observer,
    changed_and_bad_ballots,
    silent_co_op,
    contested,
    late_cosignature,
    falling_dates_declared,
    settled,
    annulled,
    too_few_signatures,
    two_outcomes,
    revoked_key,
    strange_letters,
    boards_that_prove,
    late_objection,
    later_version,
)
WRONG: tuple[Callable[[], Told], ...] = (
    trailing_bytes,
    broken_frame,
    not_canonical,
    decomposed_question,
    small_order_key,
    threshold_of_nothing,
    unknown_version,
    two_settlements,
    key_twice,
    wrong_q,
    points_beyond_numbers,
    ballot_beyond_an_entry,
    fork,
    tampered_row,
    foreign_cosigner,
    falling_dates,
    date_beyond_numbers,
    other_terms,
    forged_join,
    ceiling_broken,
    k_broken,
    ready_not_in_cut,
    cut_beyond_the_board,
    late_head,
    wrong_count,
    forged_signature,
    false_late_cosignature,
    false_double_outcome,
    half_settled,
    settled_without_observer,
    fork_beyond_numbers,
)


def files() -> dict[str, bytes]:
    """Everything in examples/bundles that is made, by name."""
    found, lines = {}, [_HEAD]
    for make in (*GOOD, *WRONG):
        told = make()
        name = f"{make.__name__.replace('_', '-')}.kith"
        found[name] = told.data
        lines.append(_case(name, told, told.about))
    first = pooled_cap()
    found["card.json"] = encoded(first.story.card(ASH, 0))
    found["receipt.json"] = encoded(first.story.receipt(ASH, 0, 11))
    found["receipt-of-another.json"] = encoded(first.story.receipt(ASH, 1, 11))
    strange = first.story.card(ASH, 0) | {"identity": "1\nMade-up Member 2"}
    found["card-of-another.json"] = encoded(strange)
    lines += [*_papers(first), *_pins(first.story)]
    found["expected.toml"] = "\n".join(lines).encode()
    return found


def write() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    made = files()
    tomllib.loads(made["expected.toml"].decode())
    for name, data in made.items():
        (FOLDER / name).write_bytes(data)


_HEAD = """# What a verifier must say of each file. `check` is the number of the check of docs/formats/bundle.md that fails,
# 0 where none does; `pins` names the root fingerprints, below, that are given to it.
# Made by: python -m tests.support.bundle_maker
"""


def _case(name: str, told: Told, about: str, pins: str = "ours", paper: str = "") -> str:
    lines = ["[[case]]", f'file = "{name}"', f'about = "{about}"', f'pins = "{pins}"', f"exit = {told.exit}", f"check = {told.check}"]
    lines += [f'state = "{told.state}"'] if told.state else []
    return "\n".join([*lines, *([paper] if paper else []), ""])


def _papers(first: Told) -> list[str]:
    name = "pooled-cap.kith"
    return [
        _case(name, replace(first, exit=2), "the same without pins: anyone could have made it", "none"),
        _case(name, replace(first, exit=1, check=4, state=""), "the same with the fingerprints of other co-ops", "strangers"),
        _case(name, first, "the same with a card, which opens its row", paper='card = "card.json"'),
        _case(name, replace(first, exit=1, check=18, state=""), "a card made out to another name", paper='card = "card-of-another.json"'),
        _case(name, first, "the same with the receipt of a ballot", paper='receipt = "receipt.json"'),
        _case(
            name,
            replace(first, exit=1, check=18, state=""),
            "a receipt, well signed, for the ballot of another row",
            paper='receipt = "receipt-of-another.json"',
        ),
    ]


def _pins(story: Story) -> list[str]:
    lines = ["[pins.none]", "", "[pins.ours]"]
    lines += [f'{one} = "{story.fingerprint(one)}"' for one in (*THREE, "oak-union")]
    return [*lines, "", "[pins.strangers]", *(f'{one} = "{hashlib.sha256(one.encode()).hexdigest()}"' for one in THREE), ""]


def _play(story: Story) -> Story:
    story.begin()
    for one in story.co_ops:
        story.votes(one, "ffafo"[: len(story.pseudonyms(one))])
    story.close()
    story.conclude()
    return story


def _with_terms(name: str, **changed: object) -> Story:
    return _play(Story(name, list(THREE), changed_terms=dict(changed)))


def _opened(name: str, rule: dict[str, object], options: Sequence[str] = ("north", "south")) -> Story:
    """Nobody has voted yet."""
    story = Story(name, [ASH, BIRCH], rule=rule, changed_terms={"options": list(options)})
    story.begin()
    story.close()
    story.conclude()
    return story


def _falling(name: str) -> Story:
    story = whole(name)
    early = [(who, OPEN_LATEST - 200 if who == CEDAR else at) for who, at in story.heads[ASH][1].cosigned]
    story.heads[ASH][1] = replace(story.heads[ASH][1], cosigned=early)
    story.heads[ASH][2:] = [replace(head, cosigned=[one for one in head.cosigned if one[0] != CEDAR]) for head in story.heads[ASH][2:]]
    return story


def _read_back(data: bytes) -> dict[str, object]:
    found: dict[str, object] = json.loads(data)
    return found
