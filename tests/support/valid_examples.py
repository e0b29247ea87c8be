"""Bundles that are what they say, however strange: those with a result, and those whose result is open."""

import hashlib
from collections.abc import Callable, Sequence

from tests.support.bundle_builder import CLOSE, OPEN_LATEST, BoardHead, BundleBuilder, T
from tests.support.bundle_parts import merkle_root, plain_rule, public_hex, signed_document
from tests.support.example_votes import (
    ASH,
    BIRCH,
    CAP,
    CEDAR,
    THREE,
    ExampleBundle,
    decode_entry,
    final_example,
    three_concluded,
    three_voted,
    with_falling_dates,
)


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
    vote = with_falling_dates("falling-dates-declared")
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
    first, second = (decode_entry(data) for data in vote.entries[BIRCH][-2:])
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


def revoked_key() -> ExampleBundle:
    vote = three_concluded("revoked-key")
    vote.changed_identities[BIRCH] = {"revoked": [public_hex(vote.key(BIRCH, "board"))]}
    return ExampleBundle(
        "a co-op has revoked its board key of this vote: final, and contested", vote.pack(), 4, vote, state="final, contested"
    )


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
