"""Each way in which a bundle can be wrong, in the order of the checks of docs/formats/bundle.md."""

import hashlib
from collections.abc import Callable
from dataclasses import replace

from tests.support.bundle_builder import CLOSE, OPEN_LATEST, BoardHead, BundleBuilder, T
from tests.support.bundle_parts import json_bytes as encoded
from tests.support.bundle_parts import pack_archive, plain_rule, signed_document
from tests.support.example_votes import (
    ASH,
    BIRCH,
    CEDAR,
    THREE,
    ExampleBundle,
    concluded_without_ballots,
    decode_entry,
    invalid_example,
    run_vote,
    three_concluded,
    three_voted,
    with_falling_dates,
    with_terms,
)


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
    return invalid_example("the question is not in NFC", with_terms("decomposed-question", question="Shall we share one cafe\u0301?"), 2)


def small_order_key() -> ExampleBundle:
    vote = BundleBuilder("small-order-key", list(THREE), changed_keys={CEDAR: {"witness": "01" + "00" * 31}})
    return invalid_example("a witness key has small order: whatever is signed, some libraries find it good", run_vote(vote), 2)


def unseen_letter() -> ExampleBundle:
    rule, options = plain_rule(method="plurality"), ["north", "nor\u200bth"]
    vote = BundleBuilder("unseen-letter", [ASH, BIRCH], rule=rule, changed_terms={"options": options})
    vote.open_vote()
    vote.close()
    vote.conclude()
    return invalid_example("two options that look alike: one has a letter of no width", vote, 2)


def threshold_of_nothing() -> ExampleBundle:
    rule = plain_rule(threshold={"fraction": "0/1", "strict": False, "of": "cast"})
    return invalid_example("a threshold that no votes at all would reach", with_terms("threshold-of-nothing", rule=rule), 2)


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
        "all the points there could be are more than a number can say", concluded_without_ballots("points-beyond-numbers", rule), 3
    )


def ballot_beyond_an_entry() -> ExampleBundle:
    rule = plain_rule(method="approval")
    options = [f"{number} {chr(0xFF5E) * 95}" for number in range(30)]
    vote = concluded_without_ballots("ballot-beyond-an-entry", rule, options=options)
    return invalid_example("a ballot for all the options would be longer than an entry may be", vote, 3)


def key_twice() -> ExampleBundle:
    parties = BundleBuilder("key-twice", list(THREE))._terms()["parties"]
    parties[0]["witness"] = parties[1]["witness"]
    return invalid_example("two parties have the same witness key", with_terms("key-twice", parties=parties), 3)


def wrong_q() -> ExampleBundle:
    return invalid_example("the terms ask for two witnesses where their own formula gives one", with_terms("wrong-q", q=2), 3)


def fork() -> ExampleBundle:
    vote = three_concluded("fork")
    vote.heads[ASH][1] = replace(vote.heads[ASH][1], root=hashlib.sha256(b"another board").digest())
    return invalid_example("a signed and cosigned head that is not of the entries that are here", vote, 6)


def tampered_row() -> ExampleBundle:
    vote = three_concluded("tampered-row")
    row = decode_entry(vote.entries[CEDAR][3])
    vote.entries[CEDAR][3] = encoded(row | {"commitment": hashlib.sha256(b"somebody else").hexdigest()})
    return invalid_example("the commitment of one row was changed afterwards", vote, 6)


def foreign_cosigner() -> ExampleBundle:
    vote = three_concluded("foreign-cosigner")
    vote.heads[ASH][0].cosigned.append(("oak-union", OPEN_LATEST - 90))
    return invalid_example("somebody who is no party of the vote cosigned", vote, 7)


def falling_dates() -> ExampleBundle:
    return invalid_example("the dates of a witness fall, and no evidence says so", with_falling_dates("falling-dates"), 7)


def date_beyond_numbers() -> ExampleBundle:
    vote = three_concluded("date-beyond-numbers")
    vote.heads[ASH][-1].cosigned.append((CEDAR, 2**63))
    return invalid_example("a cosignature is dated later than dates can be", vote, 7)


def other_terms() -> ExampleBundle:
    vote = BundleBuilder("other-terms", list(THREE))
    vote.entries[BIRCH][0] = vote.terms.replace(b"one night rota", b"two night rota")
    run_vote(vote)
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
    return invalid_example("a co-op has more rows than its ceiling", with_terms("ceiling-broken", ceilings=ceilings), 10)


def k_broken() -> ExampleBundle:
    return invalid_example("a group is smaller than k, and nobody was told", with_terms("k-broken", k=6), 10)


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
    entry = decode_entry(vote.entries[BIRCH][-1])
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
