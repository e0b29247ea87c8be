"""The votes of examples/bundles: valid ones, and each way a bundle can be invalid. `write_example_files` recreates the same bytes."""

import hashlib
import json
import tomllib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from tests.support.bundle_builder import (
    CLOSE,
    OPEN_LATEST,
    BoardHead,
    BundleBuilder,
    T,
    merkle_root,
    pack_archive,
    plain_rule,
    public_hex,
    signed_document,
)
from tests.support.bundle_builder import json_bytes as encoded

FOLDER = Path(__file__).parents[2] / "examples" / "bundles"
ASH, BIRCH, CEDAR = THREE = ["ash-grove", "birch-hill", "cedar-row"]
CAP = {"kind": "cap", "groups": ["investor"], "fraction": "1/10", "measured_on": "cast"}


@dataclass(frozen=True)
class ExampleBundle:
    """A bundle and the result a verifier must give when every co-op is pinned."""

    about: str
    data: bytes
    exit: int
    vote: BundleBuilder
    check: int = 0
    state: str = ""


def three_voted(name: str, choices: str = "ffafo") -> BundleBuilder:
    """Three co-ops with five rows each; everybody has voted, and no board is closed yet."""
    vote = BundleBuilder(name, list(THREE))
    vote.open_vote()
    for co_op in vote.co_ops:
        vote.cast_ballots(co_op, choices)
    return vote


def three_concluded(name: str, choices: str = "ffafo") -> BundleBuilder:
    vote = three_voted(name, choices)
    vote.close()
    vote.conclude()
    return vote


def final_example(about: str, vote: BundleBuilder) -> ExampleBundle:
    return ExampleBundle(about, vote.pack(), 0, vote, state="final")


def invalid_example(about: str, vote: BundleBuilder, check: int, data: bytes | None = None) -> ExampleBundle:
    return ExampleBundle(about, vote.pack() if data is None else data, 1, vote, check)


# ---- good ones ---------------------------------------------------------------------------------------------------------------------


def pooled_cap() -> ExampleBundle:
    vote = BundleBuilder(
        "pooled-cap", list(THREE), rolls={co_op: {"investor": 3, "member": 3} for co_op in THREE}, rule=plain_rule(class_rule=CAP)
    )
    vote.open_vote()
    for co_op, choices in zip(THREE, ("fffaff", "fafoff", "faf-ff"), strict=True):
        vote.cast_ballots(co_op, choices)
    vote.close()
    vote.conclude()
    return final_example("three co-ops, all ballots together, investors capped at a tenth", vote)


def one_co_op_one_vote() -> ExampleBundle:
    vote = BundleBuilder("one-co-op-one-vote", list(THREE), rule=plain_rule(basis="one_co_op_one_vote"))
    vote.open_vote()
    for co_op, choices in zip(THREE, ("fffff", "faaao", "ffa--"), strict=True):
        vote.cast_ballots(co_op, choices)
    vote.close()
    vote.conclude()
    return final_example("three co-ops, each with one vote; one does not agree", vote)


def two_and_observer() -> ExampleBundle:
    vote = BundleBuilder("two-and-observer", [ASH, BIRCH], observers=["oak-union"])
    vote.open_vote()
    vote.cast_ballots(ASH, "faaao")
    vote.cast_ballots(BIRCH, "fffa-")
    vote.close()
    vote.conclude()
    return final_example("two co-ops and an observer, who only watches; it is a tie and does not pass", vote)


def changed_and_bad_ballots() -> ExampleBundle:
    vote = BundleBuilder("changed-and-bad-ballots", [ASH, BIRCH])
    for co_op in vote.co_ops:
        vote.join(co_op)
        vote.roll(co_op)
    vote.ballot(ASH, 0, "for", "BEFORE_OPEN")
    rolls = [[co_op, 8, merkle_root(vote.entries[co_op][:8]).hex()] for co_op in vote.co_ops]
    for co_op in vote.co_ops:
        vote.append_entry(co_op, {"kind": "ready", "rolls": rolls})
    vote.add_checkpoint(OPEN_LATEST - 100)
    ready = [[co_op, hashlib.sha256(b"\0" + vote.entries[co_op][-1]).hexdigest()] for co_op in vote.co_ops]
    for co_op in vote.co_ops:
        vote.append_entry(co_op, {"kind": "open", "ready": ready})
    vote.cast_ballots(BIRCH, "ffff-")
    vote.ballot(ASH, 0, "against")
    vote.ballot(ASH, 0, "for")
    vote.ballot(ASH, 1, "for")
    vote.ballot(ASH, 1, None)
    vote.ballot(ASH, 2, "perhaps", "BAD_CHOICE")
    vote.ballot(ASH, 2, ["for"], "BAD_CHOICE")
    vote.ballot(ASH, 2, 1, "BAD_FORM")
    vote.append_entry(ASH, {"kind": "ballot", "pseudonym": "0000000000000000", "choice": "for"}, "NO_ROW")
    vote.append_entry(ASH, {"kind": "ballot", "pseudonym": "lower-case", "choice": "for"}, "BAD_FORM")
    vote.append_entry(ASH, b'{"kind": "ballot"}', "BAD_FORM")
    vote.append_entry(ASH, b"\xff\x00 no text", "BAD_FORM")
    vote.append_entry(ASH, {"kind": "open", "ready": ready}, "OUT_OF_ORDER")
    vote.append_entry(ASH, {"kind": "notice", "about": "suspend", "hash": hashlib.sha256(b"").hexdigest()})
    for _ in range(10):
        vote.ballot(ASH, 3, "against")
        vote.ballot(ASH, 3, "for")
    vote.ballot(ASH, 3, "against", "TOO_MANY")
    vote.close()
    vote.conclude()
    return final_example("ballots changed and withdrawn, and one of every kind that is not allowed", vote)


def silent_co_op() -> ExampleBundle:
    vote = three_voted("silent-co-op")
    vote.close(silent=(CEDAR,))
    vote.conclude(signers=[ASH, BIRCH])
    return final_example("one co-op of three falls silent after the opening; the others go on", vote)


def contested() -> ExampleBundle:
    vote = three_concluded("contested")
    objection = {"vote": vote.vote, "id": CEDAR, "at": T + 1000, "about": "GM-2026-9"}
    vote.add_evidence("objection", object=signed_document(vote.key(CEDAR, "statement"), "objection", objection))
    forked = BoardHead(9, hashlib.sha256(b"another board").digest(), [(ASH, CLOSE)])
    vote.add_evidence("fork", board=BIRCH, notes=[vote.signed_note(BIRCH, forked).decode()])
    return ExampleBundle("an objection, and one co-op showed two boards", vote.pack(), 4, vote, state="final, contested")


def late_cosignature() -> ExampleBundle:
    vote = three_voted("late-cosignature")
    vote.close()
    dated_back = BoardHead(len(vote.entries[ASH]), merkle_root(vote.entries[ASH]), [(CEDAR, T - 10)])
    vote.add_evidence("late_cosignature", witness=CEDAR, board=ASH, note=vote.signed_note(ASH, dated_back).decode())
    vote.conclude(signers=[ASH, BIRCH])
    return ExampleBundle("a witness dated a cosignature back, and that is proven", vote.pack(), 4, vote, state="final, contested")


def falling_dates_declared() -> ExampleBundle:
    vote = _with_falling_dates("falling-dates-declared")
    first, second = (vote.signed_note(ASH, head).decode() for head in vote.heads[ASH][:2])
    vote.add_evidence("falling_dates", witness=CEDAR, board=ASH, notes=[first, second])
    return ExampleBundle("the dates of a witness fall, and evidence says so", vote.pack(), 4, vote, state="final, contested")


def settled() -> ExampleBundle:
    vote = three_concluded("settled")
    cuts = {co_op: len(vote.entries[co_op]) - 4 for co_op in THREE}
    vote.settle("cuts", cuts)
    vote.outcome = vote.count(cuts, revision=2)
    vote.signatures.clear()
    for co_op in THREE:
        vote.sign(co_op, vote.outcome, 2)
        vote.add_checkpoint(T + 5000, boards=[co_op])
    return final_example("people settled where the boards are cut, and a second outcome was signed", vote)


def annulled() -> ExampleBundle:
    vote = three_voted("annulled")
    vote.close()
    vote.settle("annul", {})
    return ExampleBundle("people annulled the vote", vote.pack(), 3, vote, state="annulled")


def too_few_signatures() -> ExampleBundle:
    vote = three_voted("too-few-signatures")
    vote.close()
    vote.conclude(signers=[ASH])
    return ExampleBundle("one of three signed; two must", vote.pack(), 3, vote, state="not final: too few signatures")


def two_outcomes() -> ExampleBundle:
    vote = three_voted("two-outcomes")
    vote.close()
    other = vote.count(dict.fromkeys(THREE, 9))
    vote.sign(BIRCH, other)
    vote.sign(CEDAR, other)
    vote.conclude(signers=[ASH, BIRCH])
    vote.add_checkpoint(T + 300, boards=[CEDAR])
    first, second = (_decode_entry(data) for data in vote.entries[BIRCH][-2:])
    vote.add_evidence("double_outcome", entries=[first, second])
    return ExampleBundle("one co-op signed two outcomes, so that both have enough", vote.pack(), 3, vote, state="disputed: two outcomes")


def strange_letters() -> ExampleBundle:
    """Unicode tables disagree about what is in NFC, so verifiers read board entries as they are."""
    vote = three_voted("strange-letters")
    vote.ballot(ASH, 0, "fo\u0301r", "BAD_CHOICE")
    vote.append_entry(ASH, {"a": "\U0001e08f\U00010efd", "kind": "ballot"}, "BAD_FORM")
    vote.ballot(BIRCH, 0, "against")
    vote.close()
    vote.conclude()
    return final_example(
        "ballots with letters that are not in NFC, and with ones that older Unicode does not know; all count the same", vote
    )


def boards_that_prove() -> ExampleBundle:
    vote = three_voted("boards-that-prove")
    vote.close()
    vote.sign(BIRCH, b"another outcome")
    vote.conclude()
    return ExampleBundle(
        "one co-op signed two outcomes, and no evidence says so: its board does", vote.pack(), 4, vote, state="final, contested"
    )


def late_objection() -> ExampleBundle:
    vote = three_concluded("late-objection")
    objection = {"vote": vote.vote, "id": CEDAR, "at": T + 604_801, "about": "GM-2026-9"}
    vote.add_evidence("objection", object=signed_document(vote.key(CEDAR, "statement"), "objection", objection))
    return final_example("an objection a second after the window, which changes nothing", vote)


def later_version() -> ExampleBundle:
    vote = three_concluded("later-version")
    vote.changed_identities[BIRCH] = {"versions": [1, 2]}
    return final_example("one co-op knows a later version of the protocol as well", vote)


# ---- what a file shows against itself, and edges that a text can leave open --------------------------------------------------------


def later_outcome() -> ExampleBundle:
    vote = three_concluded("later-outcome")
    for co_op in THREE:
        kept = vote.signatures[co_op]
        vote.sign(co_op, b"what followed from a settlement", 2)
        vote.signatures[co_op] = kept
        vote.add_checkpoint(T + 5000, boards=[co_op])
    about = "people settled and signed a second outcome; the packer left the settlement out and put the first outcome back"
    return ExampleBundle(about, vote.pack(), 3, vote, state="not final: a later outcome was signed")


def later_outcome_of_one() -> ExampleBundle:
    vote = three_concluded("later-outcome-of-one")
    kept = vote.signatures[CEDAR]
    vote.sign(CEDAR, b"what followed from a settlement", 2)
    vote.signatures[CEDAR] = kept
    vote.add_checkpoint(T + 5000, boards=[CEDAR])
    return ExampleBundle("one co-op signed a second outcome", vote.pack(), 4, vote, state="final, contested")


def withheld_heads() -> ExampleBundle:
    vote = _with_withheld_heads("withheld-heads", [BIRCH, CEDAR])
    about = "two co-ops say in `closed` that they held more in time than the file shows, and the board would be cut elsewhere"
    return ExampleBundle(about, vote.pack(), 3, vote, state="not final: the file contradicts itself")


def withheld_cosignature() -> ExampleBundle:
    vote = _with_withheld_heads("withheld-cosignature", [BIRCH])
    return final_example("one co-op says in `closed` that it held more in time than the file shows; that changes no cut", vote)


def disbelieved_closed() -> ExampleBundle:
    vote = three_voted("disbelieved-closed")
    vote.add_checkpoint(CLOSE + 60)
    for co_op in THREE:
        named = [vote._last(co_op, other) for other in THREE if other != co_op]
        if co_op == CEDAR:
            named[0] = [ASH, 1000, hashlib.sha256(b"another board").hexdigest(), CLOSE + 60]
        vote.append_entry(co_op, {"kind": "closed", "boards": named})
    vote.add_checkpoint(T + 100)
    vote.conclude()
    return final_example("one co-op says in `closed` that it held 1,000 entries, and cosigned fewer later: nobody believes it", vote)


def another_board_closed() -> ExampleBundle:
    vote = three_voted("another-board-closed")
    vote.add_checkpoint(CLOSE + 60)
    for co_op in THREE:
        named = [vote._last(co_op, other) for other in THREE if other != co_op]
        if co_op == CEDAR:
            named[0][2] = hashlib.sha256(b"another board").hexdigest()
        vote.append_entry(co_op, {"kind": "closed", "boards": named})
    vote.add_checkpoint(T + 100)
    vote.conclude()
    about = "one co-op says in `closed` that it held another board of another"
    return ExampleBundle(about, vote.pack(), 4, vote, state="final, contested")


def no_signature_files() -> ExampleBundle:
    vote = three_concluded("no-signature-files")
    vote.signatures.clear()
    return final_example("no files of signatures: the boards say who signed", vote)


def empty_observer() -> ExampleBundle:
    vote = BundleBuilder("empty-observer", [ASH, BIRCH], observers=["oak-union"])
    vote.open_vote()
    vote.cast_ballots(ASH, "ffff-")
    vote.cast_ballots(BIRCH, "fffa-")
    vote.close()
    vote.conclude()
    vote.entries["oak-union"], vote.heads["oak-union"] = [], [BoardHead(0, merkle_root([]), [(ASH, CLOSE)])]
    return final_example("an observer with one head of size 0 and no entries", vote)


def ballot_of_bad_form() -> ExampleBundle:
    vote = three_voted("ballot-of-bad-form")
    vote.ballot(ASH, 0, 7, "BAD_FORM")
    vote.close()
    vote.conclude()
    return final_example("a ballot whose choice is a number", vote)


def cut_short() -> ExampleBundle:
    vote = three_concluded("cut-short")
    return ExampleBundle("the file ends in the middle, as when a download stops", vote.pack()[:20_000], 65, vote)


def _with_withheld_heads(name: str, witnesses: Sequence[str]) -> BundleBuilder:
    """The file leaves out what these witnesses cosigned of the board of ash just before T, and is signed as it counts."""
    vote = three_voted(name, "ffaf-")
    vote.add_checkpoint(CLOSE - 500)
    vote.ballot(ASH, 4, "against")
    vote.close()
    for head in vote.heads[ASH]:
        head.cosigned = [(witness, at) for witness, at in head.cosigned if witness not in witnesses or not CLOSE <= at <= T]
    vote.heads[ASH] = [head for head in vote.heads[ASH] if head.cosigned]
    vote.conclude()
    return vote


# ---- wrong ones, in the order of the checks ----------------------------------------------------------------------------------------


def broken_frame() -> ExampleBundle:
    vote = three_concluded("broken-frame")
    members = vote.members()
    members[f"boards/{CEDAR}/entries"] += (100).to_bytes(4, "big") + b"{}"
    return invalid_example("the last entry of a board is shorter than its frame says", vote, 1, pack_archive(members))


def trailing_bytes() -> ExampleBundle:
    vote = three_concluded("trailing-bytes")
    return invalid_example("512 zeros too many at the end of the archive", vote, 1, vote.pack() + bytes(512))


def not_canonical() -> ExampleBundle:
    vote = three_voted("not-canonical")
    vote.close()
    vote.conclude(outcome=vote.count().replace(b'"v":1', b'"v": 1'))
    return invalid_example("the outcome has a space that JSON bytes do not have", vote, 2)


def decomposed_question() -> ExampleBundle:
    return invalid_example("the question is not in NFC", _with_terms("decomposed-question", question="Shall we share one cafe\u0301?"), 2)


def small_order_key() -> ExampleBundle:
    vote = BundleBuilder("small-order-key", list(THREE), changed_keys={CEDAR: {"witness": "01" + "00" * 31}})
    return invalid_example("a witness key has small order: whatever is signed, some libraries find it good", _run_vote(vote), 2)


def unseen_letter() -> ExampleBundle:
    rule, options = plain_rule(method="plurality"), ["north", "nor\u200bth"]
    vote = BundleBuilder("unseen-letter", [ASH, BIRCH], rule=rule, changed_terms={"options": options})
    vote.open_vote()
    vote.close()
    vote.conclude()
    return invalid_example("two options that look alike: one has a letter of no width", vote, 2)


def threshold_of_nothing() -> ExampleBundle:
    rule = plain_rule(threshold={"fraction": "0/1", "strict": False, "of": "cast"})
    return invalid_example("a threshold that no votes at all would reach", _with_terms("threshold-of-nothing", rule=rule), 2)


def unknown_version() -> ExampleBundle:
    vote = three_concluded("unknown-version")
    vote.changed_identities[BIRCH] = {"versions": [2]}
    return invalid_example("a co-op does not know version 1 of the protocol", vote, 2)


def two_settlements() -> ExampleBundle:
    vote = three_voted("two-settlements")
    vote.close()
    for shorter in (4, 5):
        cuts = {co_op: len(vote.entries[co_op]) - shorter for co_op in THREE}
        vote.settle("cuts", cuts)
    vote.conclude(outcome=vote.count(cuts, revision=2), revision=2)
    return invalid_example("people settled one revision in two ways", vote, 2)


def points_beyond_numbers() -> ExampleBundle:
    rule = plain_rule(method="score", highest_score=2**53 // 14 + 1)
    return invalid_example(
        "all the points there could be are more than a number can say", _concluded_without_ballots("points-beyond-numbers", rule), 3
    )


def ballot_beyond_an_entry() -> ExampleBundle:
    rule = plain_rule(method="approval")
    options = [f"{number} {chr(0xFF5E) * 95}" for number in range(30)]
    vote = _concluded_without_ballots("ballot-beyond-an-entry", rule, options=options)
    return invalid_example("a ballot for all the options would be longer than an entry may be", vote, 3)


def key_twice() -> ExampleBundle:
    parties = BundleBuilder("key-twice", list(THREE))._terms()["parties"]
    parties[0]["witness"] = parties[1]["witness"]
    return invalid_example("two parties have the same witness key", _with_terms("key-twice", parties=parties), 3)


def wrong_q() -> ExampleBundle:
    return invalid_example("the terms ask for two witnesses where their own formula gives one", _with_terms("wrong-q", q=2), 3)


def revoked_key() -> ExampleBundle:
    vote = three_concluded("revoked-key")
    vote.changed_identities[BIRCH] = {"revoked": [public_hex(vote.key(BIRCH, "board"))]}
    return ExampleBundle(
        "a co-op has revoked its board key of this vote: final, and contested", vote.pack(), 4, vote, state="final, contested"
    )


def fork() -> ExampleBundle:
    vote = three_concluded("fork")
    vote.heads[ASH][1] = replace(vote.heads[ASH][1], root=hashlib.sha256(b"another board").digest())
    return invalid_example("a signed and cosigned head that is not of the entries that are here", vote, 6)


def tampered_row() -> ExampleBundle:
    vote = three_concluded("tampered-row")
    row = _decode_entry(vote.entries[CEDAR][3])
    vote.entries[CEDAR][3] = encoded(row | {"commitment": hashlib.sha256(b"somebody else").hexdigest()})
    return invalid_example("the commitment of one row was changed afterwards", vote, 6)


def foreign_cosigner() -> ExampleBundle:
    vote = three_concluded("foreign-cosigner")
    vote.heads[ASH][0].cosigned.append(("oak-union", OPEN_LATEST - 90))
    return invalid_example("somebody who is no party of the vote cosigned", vote, 7)


def falling_dates() -> ExampleBundle:
    return invalid_example("the dates of a witness fall, and no evidence says so", _with_falling_dates("falling-dates"), 7)


def date_beyond_numbers() -> ExampleBundle:
    vote = three_concluded("date-beyond-numbers")
    vote.heads[ASH][-1].cosigned.append((CEDAR, 2**63))
    return invalid_example("a cosignature is dated later than dates can be", vote, 7)


def other_terms() -> ExampleBundle:
    vote = BundleBuilder("other-terms", list(THREE))
    vote.entries[BIRCH][0] = vote.terms.replace(b"one night rota", b"two night rota")
    _run_vote(vote)
    return invalid_example("a board begins with other terms", vote, 8)


def forged_join() -> ExampleBundle:
    vote = BundleBuilder("forged-join", list(THREE))
    vote.open_vote(forged=CEDAR)
    for co_op in THREE:
        vote.cast_ballots(co_op, "ffafo")
    vote.close()
    vote.conclude()
    return invalid_example("a co-op was joined by somebody who does not hold its key", vote, 9)


def ceiling_broken() -> ExampleBundle:
    ceilings = [[co_op, "member", 4 if co_op == BIRCH else 7] for co_op in THREE]
    return invalid_example("a co-op has more rows than its ceiling", _with_terms("ceiling-broken", ceilings=ceilings), 10)


def k_broken() -> ExampleBundle:
    return invalid_example("a group is smaller than k, and nobody was told", _with_terms("k-broken", k=6), 10)


def ready_not_in_cut() -> ExampleBundle:
    vote = BundleBuilder("ready-not-in-cut", list(THREE))
    vote.open_vote(ready_at=OPEN_LATEST + 1)
    for co_op in THREE:
        vote.cast_ballots(co_op, "ffafo")
    vote.close()
    vote.conclude()
    return invalid_example("nobody was seen to be ready before the latest time to open", vote, 11)


def cut_beyond_the_board() -> ExampleBundle:
    vote = three_concluded("cut-beyond-the-board")
    vote.settle("cuts", dict.fromkeys(THREE, 10_000))
    return invalid_example("a settlement cuts the boards where they do not reach", vote, 12)


def late_head() -> ExampleBundle:
    vote = three_voted("late-head")
    vote.add_checkpoint(CLOSE + 60)
    vote.ballot(ASH, 0, "against")
    vote.close(held_at=T + 1)
    vote.conclude(outcome=vote.count({co_op: len(vote.entries[co_op]) for co_op in THREE}))
    return invalid_example("ballots that nobody had witnessed by T were counted", vote, 15)


def wrong_count() -> ExampleBundle:
    vote = three_voted("wrong-count")
    vote.close()
    honest = vote.count()
    vote.conclude(outcome=honest.replace(b'"ash-grove","member","against",1', b'"ash-grove","member","against",2'))
    return invalid_example("everybody signed a count that the ballots do not give", vote, 15)


def forged_signature() -> ExampleBundle:
    vote = three_voted("forged-signature")
    vote.close()
    vote.conclude(signers=[ASH, BIRCH])
    body = {"vote": vote.vote, "id": CEDAR, "revision": 1, "hash": hashlib.sha256(vote.outcome or b"").hexdigest()}
    vote.append_entry(CEDAR, {"kind": "outcome", **signed_document(vote.key(BIRCH, "statement"), "outcome", body)})
    vote.signatures[CEDAR] = vote.entries[CEDAR][-1]
    vote.add_checkpoint(T + 300, boards=[CEDAR])
    return invalid_example("one co-op signed in the name of another", vote, 16)


def false_late_cosignature() -> ExampleBundle:
    vote = three_concluded("false-late-cosignature")
    honest = vote.signed_note(ASH, vote.heads[ASH][0]).decode()
    vote.add_evidence("late_cosignature", witness=CEDAR, board=ASH, note=honest)
    return invalid_example("a co-op is said to have dated a cosignature back, and has not", vote, 17)


def false_double_outcome() -> ExampleBundle:
    vote = three_concluded("false-double-outcome")
    entry = _decode_entry(vote.entries[BIRCH][-1])
    vote.add_evidence("double_outcome", entries=[entry, entry])
    return invalid_example("a co-op is said to have signed two outcomes, and signed one", vote, 17)


def half_settled() -> ExampleBundle:
    vote = three_voted("half-settled")
    vote.close()
    vote.settle("annul", {}, without=(CEDAR,))
    return invalid_example("a settlement leaves out a co-op against whom nothing is proven", vote, 17)


def settled_without_observer() -> ExampleBundle:
    vote = BundleBuilder("settled-without-observer", [ASH, BIRCH], observers=["oak-union"])
    vote.open_vote()
    vote.close()
    forked = BoardHead(2, hashlib.sha256(b"another board").digest(), [])
    vote.add_evidence("fork", board="oak-union", notes=[vote.signed_note("oak-union", forked).decode()])
    vote.settle("annul", {}, without=("oak-union",))
    return invalid_example("a settlement leaves out an observer, who never signs one", vote, 17)


def fork_beyond_numbers() -> ExampleBundle:
    vote = three_concluded("fork-beyond-numbers")
    heads = (BoardHead(2**63, hashlib.sha256(co_op).digest(), []) for co_op in (b"one board", b"another board"))
    vote.add_evidence("fork", board=BIRCH, notes=[vote.signed_note(BIRCH, head).decode() for head in heads])
    return invalid_example("the heads in evidence are larger than boards can be", vote, 17)


VALID_EXAMPLES: tuple[Callable[[], ExampleBundle], ...] = (
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
    later_outcome,
    later_outcome_of_one,
    withheld_heads,
    withheld_cosignature,
    disbelieved_closed,
    another_board_closed,
    no_signature_files,
    empty_observer,
    ballot_of_bad_form,
    cut_short,
)
INVALID_EXAMPLES: tuple[Callable[[], ExampleBundle], ...] = (
    trailing_bytes,
    broken_frame,
    not_canonical,
    decomposed_question,
    small_order_key,
    unseen_letter,
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


def example_files() -> dict[str, bytes]:
    """Every generated file of examples/bundles, by name."""
    contents, lines = {}, [_HEAD]
    for make in (*VALID_EXAMPLES, *INVALID_EXAMPLES):
        example = make()
        name = f"{make.__name__.replace('_', '-')}.kith"
        contents[name] = example.data
        lines.append(_case_table(name, example, example.about))
    first = pooled_cap()
    contents["card.json"] = encoded(first.vote.card(ASH, 0))
    contents["receipt.json"] = encoded(first.vote.receipt(ASH, 0, 11))
    contents["receipt-of-another.json"] = encoded(first.vote.receipt(ASH, 1, 11))
    bad_form = ballot_of_bad_form()
    contents["receipt-of-bad-form.json"] = encoded(bad_form.vote.receipt(ASH, 0, 15))
    strange = first.vote.card(ASH, 0) | {"identity": "1\nMade-up Member 2"}
    contents["card-of-another.json"] = encoded(strange)
    about = "the same with the receipt of that ballot: it is good, and the ballot does not count"
    lines.append(_case_table("ballot-of-bad-form.kith", bad_form, about, paper='receipt = "receipt-of-bad-form.json"'))
    lines += [*_card_and_receipt_cases(first), *_pin_tables(first.vote)]
    contents["expected.toml"] = "\n".join(lines).encode()
    return contents


def write_example_files() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    made = example_files()
    tomllib.loads(made["expected.toml"].decode())
    for name, data in made.items():
        (FOLDER / name).write_bytes(data)


_HEAD = """# What a verifier must say of each file. `check` is the number of the check of docs/formats/bundle.md that fails,
# 0 where none does; `pins` names the root fingerprints, below, that are given to it.
# Made by: python -m tests.support.bundle_builder
"""


def _case_table(name: str, example: ExampleBundle, about: str, pins: str = "ours", paper: str = "") -> str:
    lines = ["[[case]]", f'file = "{name}"', f'about = "{about}"', f'pins = "{pins}"', f"exit = {example.exit}", f"check = {example.check}"]
    lines += [f'state = "{example.state}"'] if example.state else []
    return "\n".join([*lines, *([paper] if paper else []), ""])


def _card_and_receipt_cases(first: ExampleBundle) -> list[str]:
    name = "pooled-cap.kith"
    return [
        _case_table(name, replace(first, exit=2), "the same without pins: anyone could have made it", "none"),
        _case_table(name, replace(first, exit=1, check=4, state=""), "the same with the fingerprints of other co-ops", "strangers"),
        _case_table(name, first, "the same with a card, which opens its row", paper='card = "card.json"'),
        _case_table(
            name, replace(first, exit=1, check=18, state=""), "a card made out to another name", paper='card = "card-of-another.json"'
        ),
        _case_table(name, first, "the same with the receipt of a ballot", paper='receipt = "receipt.json"'),
        _case_table(
            name,
            replace(first, exit=1, check=18, state=""),
            "a receipt, well signed, for the ballot of another row",
            paper='receipt = "receipt-of-another.json"',
        ),
    ]


def _pin_tables(vote: BundleBuilder) -> list[str]:
    lines = ["[pins.none]", "", "[pins.ours]"]
    lines += [f'{co_op} = "{vote.fingerprint(co_op)}"' for co_op in (*THREE, "oak-union")]
    return [*lines, "", "[pins.strangers]", *(f'{co_op} = "{hashlib.sha256(co_op.encode()).hexdigest()}"' for co_op in THREE), ""]


def _run_vote(vote: BundleBuilder) -> BundleBuilder:
    vote.open_vote()
    for co_op in vote.co_ops:
        vote.cast_ballots(co_op, "ffafo"[: len(vote.pseudonyms(co_op))])
    vote.close()
    vote.conclude()
    return vote


def _with_terms(name: str, **changed: object) -> BundleBuilder:
    return _run_vote(BundleBuilder(name, list(THREE), changed_terms=dict(changed)))


def _concluded_without_ballots(name: str, rule: dict[str, object], options: Sequence[str] = ("north", "south")) -> BundleBuilder:
    """Nobody has voted yet."""
    vote = BundleBuilder(name, [ASH, BIRCH], rule=rule, changed_terms={"options": list(options)})
    vote.open_vote()
    vote.close()
    vote.conclude()
    return vote


def _with_falling_dates(name: str) -> BundleBuilder:
    vote = three_concluded(name)
    early = [(witness, OPEN_LATEST - 200 if witness == CEDAR else at) for witness, at in vote.heads[ASH][1].cosigned]
    vote.heads[ASH][1] = replace(vote.heads[ASH][1], cosigned=early)
    vote.heads[ASH][2:] = [
        replace(head, cosigned=[cosignature for cosignature in head.cosigned if cosignature[0] != CEDAR]) for head in vote.heads[ASH][2:]
    ]
    return vote


def _decode_entry(data: bytes) -> dict[str, object]:
    result: dict[str, object] = json.loads(data)
    return result
