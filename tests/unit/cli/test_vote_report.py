"""Federated votes on the command line: ballots, outcomes and cards in words, refusals in sentences."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from kith.federation.v1 import federation_pb2 as federation
from kith.governance.v1 import votes_pb2 as votes
from libs.boards import documents
from libs.boards.vote_terms import VoteTerms, read_terms
from libs.refusals import FailedPrecondition, NotAllowed, NotFound, Refusal, invalid
from libs.rulebook.counting import EachClass, FixedShares, OneMemberOneVote, Quorum, Threshold
from scripts.cli import vote_rule_text, vote_text
from scripts.cli.console import CommandError, ExitCode
from scripts.cli.demo.folders import EXAMPLES
from scripts.cli.main import main
from scripts.cli.refusal_messages import MESSAGES_AT_A_TERMINAL, refusal_text, refusals_as_errors
from scripts.cli.vote_ballot import format_choice, lookup_lines, parse_marks
from scripts.cli.vote_cards import VoterCard, cards_page
from scripts.cli.vote_dispute import build_settlement, read_settlement_file, settlement_signed_by_others
from scripts.cli.vote_outcome_text import vote_outcome_lines
from scripts.cli.vote_peers import non_peer_messages
from scripts.cli.vote_text import quorum_lines
from services.web.localisation import catalogue

VOTE = "ab" * 32


def make_terms() -> VoteTerms:
    """Those of a golden bundle, which is a plain tar whose first member they are."""
    data = (EXAMPLES / "bundles" / "pooled-cap.kith").read_bytes()
    return read_terms(data[512 : 512 + int(data[124:135], 8)])


def test_choices_are_options_and_points_stand_after_them() -> None:
    assert [(mark.option, mark.points) for mark in parse_marks("score", ("the = van", "bus"), ["the = van=3", "bus=0"])] == [
        ("the = van", 3),
        ("bus", 0),
    ]
    assert [mark.option for mark in parse_marks("plurality", ("van", "bus"), ["abstain"])] == ["abstain"]


@pytest.mark.parametrize(("method", "text"), [("score", "bus"), ("score", "bus=many"), ("plurality", "tram"), ("approval", "bus=1")])
def test_an_invalid_choice_casts_no_ballot(method: str, text: str) -> None:
    with pytest.raises(CommandError) as error:
        parse_marks(method, ("van", "bus"), [text])
    assert error.value.code is ExitCode.USAGE


def test_what_stands_on_a_board_is_said_in_words() -> None:
    response = federation.LookUpBallotResponse(pseudonym="0" * 16, co_op="mill-lane", group="supported")
    assert lookup_lines(response)[-1].strip() == "There is no ballot for it."
    response.ballots.add(question="Shall we?", index=70, choice=b'"for"', word=federation.BALLOT_WORD_NOT_COUNTED, code="TOO_MANY")
    response.ballots.add(question="Shall we?", index=71, word=federation.BALLOT_WORD_COUNTED)
    said = "\n".join(lookup_lines(response))
    assert "Shall we?: for, entry 70, not counted (TOO_MANY)" in said
    assert "Shall we?: taken back, entry 71, counted" in said
    assert format_choice(b'{"bus":0,"van":3}') == "bus 0, van 3"
    assert format_choice(b'["bus","van"]') == "bus, van"
    assert format_choice(b"[]") == "nothing"


def test_a_vote_is_put_only_to_peers_and_a_slip_of_the_keyboard_is_pointed_out() -> None:
    known = {"mill-lane": federation.PEER_STATE_ACTIVE, "brook-side": federation.PEER_STATE_SUSPENDED}
    assert non_peer_messages(known, ["mill-lane"]) == []
    assert non_peer_messages(known, ["mill-lain", "brook-side", "zzz", "zzz"]) == [
        '"mill-lain" is no peer of ours. Did you mean "mill-lane"?',
        '"brook-side" is suspended.',
        '"zzz" is no peer of ours.',
    ]


def test_a_vote_that_a_co_op_has_left_is_not_said_to_wait_for_its_roll() -> None:
    boards = [federation.BoardView(co_op="elm-row", joined=True), federation.BoardView(co_op="mill-lane", joined=True, withdrawn=True)]
    evidence = federation.GetVoteEvidenceResponse(state=federation.EVIDENCE_STATE_ROLLS, boards=boards)
    vote = votes.Vote(vote_id=VOTE, state=votes.VOTE_STATE_JOINED, question="Shall we?")
    said = "\n".join(vote_text.vote_lines(vote, evidence, ZoneInfo("Europe/London"), datetime.now(UTC)))
    assert "Here: joined. mill-lane withdrew, so this vote cannot come about. To decide it after all, draft it again" in said
    assert "prove: mill-lane withdrew, so it cannot come about." in said
    assert "Freeze the roll" not in said
    assert "the rolls are being made" not in said
    assert "(mill-lane withdrew: it cannot come about)" in vote_text.vote_summary(
        vote, ZoneInfo("Europe/London"), vote_text.withdrawn_names(evidence)
    )


def test_before_the_close_it_is_said_how_it_is_counted_and_who_settles() -> None:
    terms = make_terms()
    vote = votes.Vote(vote_id=VOTE, state=votes.VOTE_STATE_PROPOSED, terms=terms.data)
    evidence = federation.GetVoteEvidenceResponse()
    said = "\n".join(vote_text.vote_lines(vote, evidence, ZoneInfo("Europe/London"), datetime.now(UTC)))
    assert "as if it were one co-op (pooled). It needs more than" in said
    assert "of the votes cast is the weight of: investor." in said
    assert f"Groups of {terms.participants[0]}: " in said
    assert f"In a dispute these decide: {terms.settlers}." in said
    vote.state = votes.VOTE_STATE_FINAL
    assert "How it is counted" not in "\n".join(vote_text.vote_lines(vote, evidence, ZoneInfo("Europe/London"), datetime.now(UTC)))


def test_each_way_to_weigh_groups_and_co_ops_has_its_words() -> None:
    terms = make_terms()
    half = Threshold(Fraction(1, 2), strict=True)
    for rule, said in (
        (FixedShares((("user", Fraction(2, 5)), ("worker", Fraction(3, 5)))), "the groups weigh: user 40 %, worker 60 %."),
        (EachClass(half), "Each group by itself must give more than 50 % of the votes cast too."),
        (OneMemberOneVote(), "Every ballot weighs the same."),
    ):
        counting = replace(terms.rule.counting, class_rule=rule, co_op_threshold=half, co_op_weights=(("elm-row", Fraction(1)),))
        found = "\n".join(vote_rule_text.counting_rule_lines(replace(terms, rule=replace(terms.rule, counting=counting))))
        assert said in found
        assert "Of the co-ops it needs more than 50 % of the co-ops." in found
        assert "The co-ops weigh: elm-row 100 %." in found


def test_who_comes_at_the_wrong_point_hears_where_the_vote_is_and_what_is_next() -> None:
    why, following = vote_text.wrong_state_message("joined")
    assert why.endswith("Here it is: joined.")
    assert following == "Freeze the roll: kith vote freeze"
    assert vote_text.wrong_state_message("roll_frozen")[0].endswith("Here it is: roll frozen.")
    assert vote_text.wrong_state_message("")[1] == "See: kith vote show"


def test_a_refusal_is_said_as_the_pages_say_it_and_the_reason_stays_to_be_looked_up() -> None:
    with pytest.raises(CommandError) as error, refusals_as_errors("Nothing was changed."):
        raise FailedPrecondition("SCRUTINEERS_MISSING", have="1", needed="2")
    assert error.value.what == "Nothing was changed."
    assert "SCRUTINEERS_MISSING" not in error.value.why
    assert error.value.why == "2 people must check the roll first. So far 1 did."
    assert error.value.fix == "(SCRUTINEERS_MISSING)"
    assert error.value.code is ExitCode.CONFLICT


def test_a_refusal_without_a_sentence_still_says_its_reason() -> None:
    refusal: Refusal = invalid("k", "NOBODY_KNOWS_THIS")
    with pytest.raises(CommandError, match="NOBODY_KNOWS_THIS") as error, refusals_as_errors("No vote was drafted."):
        raise refusal
    assert error.value.code is ExitCode.USAGE


def test_a_refusal_that_leaves_out_what_its_sentence_tells_says_its_reason() -> None:
    assert refusal_text(FailedPrecondition("DECISION_NOT_PASSED", number="3")) == "Decision 3 did not pass."
    assert refusal_text(FailedPrecondition("DECISION_NOT_PASSED")) == "DECISION_NOT_PASSED."


def test_somebody_at_a_command_line_is_sent_to_a_command_and_to_no_page() -> None:
    assert refusal_text(NotAllowed("HAT_NEEDED", hat="scrutineer")).endswith("kith person hat give NUMBER scrutineer")
    assert refusal_text(NotFound("PEER_UNKNOWN")).endswith("kith peer list")
    assert "Paste" not in refusal_text(invalid("invitation", "INVITATION_IS_OURS"))


def test_what_is_said_otherwise_at_a_command_line_is_a_refusal_that_the_pages_know() -> None:
    assert [one for one in MESSAGES_AT_A_TERMINAL if not catalogue.load_catalogues()[catalogue.PLAIN_ENGLISH].has(f"refusal.{one}")] == []


def test_a_settlement_is_taken_however_its_file_is_laid_out(tmp_path: Path) -> None:
    body = documents.Settlement(VOTE, 2, documents.CUTS, (("brook-side", 90), ("elm-row", 300)), ()).json()
    (tmp_path / "loose").write_text(json.dumps(body, indent=3) + "\n", encoding="utf-8")
    assert (
        read_settlement_file(tmp_path / "loose")
        == documents.Settlement(VOTE, 2, documents.CUTS, (("brook-side", 90), ("elm-row", 300)), ()).data()
    )
    (tmp_path / "wrong").write_text(json.dumps(body | {"kind": "annul"}), encoding="utf-8")
    for name, code in (("wrong", ExitCode.USAGE), ("none", ExitCode.NOT_FOUND)):
        with pytest.raises(CommandError) as error:
            read_settlement_file(tmp_path / name)
        assert error.value.code is code


def make_disputed_evidence() -> federation.GetVoteEvidenceResponse:
    boards = [
        federation.BoardView(co_op=one, cut_at_close=50, cut=57, size=60, witnesses=["brook-side"], observer=one == "watchers")
        for one in ("elm-row", "mill-lane", "watchers")
    ]
    return federation.GetVoteEvidenceResponse(vote_id=VOTE, state=federation.EVIDENCE_STATE_DISPUTED, boards=boards, revision=1)


def test_a_settlement_says_how_far_a_board_counts_and_the_others_as_they_were_held_in_time() -> None:
    disputed = make_disputed_evidence()
    made = documents.read_settlement_body(build_settlement(disputed, ["mill-lane=57"], 0))
    assert (made.kind, made.revision, made.cuts, made.without) == ("cuts", 2, (("elm-row", 50), ("mill-lane", 57)), ())
    disputed.misconduct.append("fork mill-lane")
    left_out = documents.read_settlement_body(build_settlement(disputed, ["mill-lane=0"], 0))
    assert (left_out.cuts[1], left_out.without) == (("mill-lane", 0), ("mill-lane",))
    assert documents.read_settlement_body(build_settlement(disputed, [], 3)).kind == "annul"
    for wrong in ("mill-lane", "mill-lane=many", "watchers=5", "mill-lane=61"):
        with pytest.raises(CommandError) as error:
            build_settlement(disputed, [wrong], 0)
        assert error.value.code is ExitCode.USAGE


def test_what_others_signed_is_agreed_to_to_the_byte() -> None:
    disputed = make_disputed_evidence()
    with pytest.raises(CommandError, match="No other co-op has signed") as error:
        settlement_signed_by_others(disputed)
    assert error.value.code is ExitCode.CONFLICT
    disputed.settlement = build_settlement(disputed, ["elm-row=55"], 0)
    assert settlement_signed_by_others(disputed) == disputed.settlement


def test_a_vote_in_dispute_shows_what_a_settlement_can_say() -> None:
    disputed = make_disputed_evidence()
    disputed.settlement = build_settlement(disputed, ["elm-row=55"], 0)
    disputed.settled_by.append("mill-lane")
    said = "\n".join(vote_text.vote_lines(votes.Vote(vote_id=VOTE), disputed, ZoneInfo("Europe/London"), datetime.now(UTC)))
    assert "elm-row: 50 entries were held in time, 57 are held now, 60 are here, the last by brook-side." in said
    assert "Signed by mill-lane: elm-row 55, mill-lane 50." in said
    assert "watchers: 50" not in said


def test_only_one_thing_can_be_agreed_to(capsys: pytest.CaptureFixture[str]) -> None:
    for more in ([], ["--agree", "--annul", "2"]):
        assert main(["vote", "settle", "3f9c2a17", "--decision", "4", *more]) == ExitCode.USAGE
        assert "Say one of --settlement, --count, --agree, --annul." in capsys.readouterr().err


def test_a_card_prints_the_characters_in_fours_and_nothing_of_it_is_markup() -> None:
    card = VoterCard("7", "Bea <b>Kettle</b>", "worker", "0123456789ABCDEF", b'{"v":1}')
    printed = cards_page([card], make_terms(), "Elm & Row")
    assert "0123 4567 89AB CDEF" in printed
    assert "Bea &lt;b&gt;Kettle&lt;/b&gt;" in printed
    assert "Elm &amp; Row" in printed
    assert printed.count("<section>") == 1


def test_a_card_sends_its_member_to_another_co_op_to_look() -> None:
    printed = cards_page([VoterCard("7", "Bea Kettle", "worker", "0123456789ABCDEF", b"{}")], make_terms(), "Elm Row")
    assert "Do not ask only us" in printed
    assert "http" not in printed


def test_how_many_must_take_part_is_said_of_everybody_groups_and_co_ops() -> None:
    terms = make_terms()
    counting = replace(terms.rule.counting, quorum=Quorum(Fraction(1, 10), 3), class_quorums=(("worker", Quorum(Fraction(1, 3))),))
    changed = replace(terms, rule=replace(terms.rule, counting=counting, co_op_quorums={"mill-lane": Quorum(count=15)}))
    text = "Must take part: at least 10 % of those who may vote and 3 people; worker: at least 1/3 of those who may vote"
    assert list(quorum_lines(changed)) == [f"{text}; mill-lane: at least 15 people."]
    unasked = replace(terms.rule, counting=replace(terms.rule.counting, quorum=Quorum(), class_quorums=()))
    assert list(quorum_lines(replace(terms, rule=unasked))) == []


def test_one_is_a_person_and_a_ballot() -> None:
    vote = votes.Vote(vote_id=VOTE, ballots=1, groups=[votes.VoteGroup(group="member", rows=6)])
    said = "\n".join(vote_text.vote_lines(vote, make_disputed_evidence(), ZoneInfo("Europe/London"), datetime.now(UTC)))
    assert "1 ballot is recorded here." in said
    assert "On our roll: member 6." in said
    terms = make_terms()
    alone = replace(terms, rule=replace(terms.rule, counting=replace(terms.rule.counting, quorum=Quorum(count=1), class_quorums=())))
    assert list(quorum_lines(alone)) == ["Must take part: at least 1 person."]


def test_a_vote_that_was_annulled_says_so_and_what_is_next() -> None:
    line = vote_text.vote_summary(
        votes.Vote(vote_id=VOTE, state=votes.VOTE_STATE_ANNULLED, question="Shall we?"), ZoneInfo("Europe/London")
    )
    assert line.split()[1] == "annulled"


def test_an_outcome_is_said_with_its_share_its_reasons_and_a_table() -> None:
    terms = make_terms()
    outcome = {
        "result": {"passes": False, "winner": "", "tie": False, "co_ops": []},
        "reasons": [["quorum", []]],
        "tallies": [[terms.participants[0], terms.groups[0], "for", 3]],
        "figures": [["members/share_for", "499/1000"]],
        "quorums": [[terms.participants[0], terms.groups[0], 9, 4]],
    }
    said = "\n".join(
        vote_outcome_lines(json.dumps(outcome, sort_keys=True, separators=(",", ":")).encode(), terms, {terms.participants[0]: "Ours"})
    )
    assert said.startswith(f"{terms.question} It did not pass.")
    assert "49.9 % of" in said
    assert "Why not: too few took part." in said
    assert "4 of 9 who may vote took part." in said
    assert f"Ours, {terms.groups[0]}" in said
