"""The result of a vote with other co-ops: sentence, drawing and table that say the same, who signed it, and how to check it oneself."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from markupsafe import Markup
from starlette.responses import Response

from kith.federation.v1 import federation_pb2 as fed
from libs.refusals import Elsewhere, NotFound, NotNow
from libs.rulebook.counting import Threshold
from services.web.drawings.results import Bar, Part, bars, share
from services.web.pages.votes import evidence
from services.web.pages.votes.outcome import ABSTAIN, Outcome, read
from services.web.pages.votes.view import TWO_SIDED, VoteView, fetch, group_names, option_said, unbroken
from services.web.visit import Visit
from services.web.words import counting, numbers
from services.web.words.catalogue import Line

_MOST_COLUMNS = 6
_WITH_NUMBERS = {"provisional", "final", "disputed"}
"""Before it is final an outcome is what our own co-op found, and the page says so."""


@dataclass(frozen=True)
class Names:
    """What co-ops and groups are called on this page."""

    co_ops: Mapping[str, str]
    groups: Mapping[str, str]

    def of(self, name: str) -> str:
        """A co-op or a group by its key."""
        return self.co_ops.get(name) or self.groups.get(name) or name

    def row(self, co_op: str, group: str) -> str:
        """A group of a co-op."""
        return f"{self.of(co_op)}: {self.groups.get(group, group)}"


@dataclass(frozen=True)
class Share:
    """One share against what was needed, in words and drawn."""

    said: str
    needed: Markup
    drawing: Markup


async def show(visit: Visit) -> Response:
    """What was decided, by how much; or, while there is nothing final, what happens next."""
    vote = await fetch(visit)
    found = await evidence.fetch(visit, vote.id)
    answer = await _outcome(visit, vote)
    names = Names(found.names if found else {}, await group_names(visit))
    state = found.state if found else vote.state
    outcome = read(answer.outcome) if answer and answer.outcome and state in _WITH_NUMBERS else None
    return visit.page(
        "votes/result",
        vote=vote,
        state=state,
        contested=bool(found and found.contested),
        evidence=found,
        outcome=outcome,
        names=names,
        two_sided=vote.method in TWO_SIDED,
        hash=answer.hash if answer else "",
        signers=_signers(answer, names) if answer else [],
        counted=_counted(visit, vote, outcome, names) if outcome else {},
        reasons=_reasons(visit, outcome, names) if outcome else [],
        secretary=bool(visit.session and visit.session.wears("secretary")),
        settlers=vote.terms.settlers if vote.terms else "",
        concluded_from=found.concluded_from if found else None,
    )


async def _outcome(visit: Visit, vote: VoteView) -> fed.GetOutcomeResponse | None:
    try:
        answer: fed.GetOutcomeResponse = await visit.ask(visit.front.services.evidence.GetOutcome, fed.GetOutcomeRequest(vote_id=vote.id))
    except (Elsewhere, NotFound, NotNow):
        return None
    return answer


def _signers(answer: fed.GetOutcomeResponse, names: Names) -> list[tuple[str, bool]]:
    """Who signed, and whether it was this result."""
    return [(names.of(one.co_op), one.hash == answer.hash) for one in answer.signers]


def _counted(visit: Visit, vote: VoteView, outcome: Outcome, names: Names) -> dict[str, object]:
    shown = _two_sided(visit, vote, outcome, names) if vote.method in TWO_SIDED else _options(visit, vote, outcome, names)
    chosen = vote.method not in TWO_SIDED
    heads = (visit.say("vote.co_op"), visit.say("between_result.stance"), *([visit.say("between_result.answer")] if chosen else []))
    return shown | {
        "shares": _shares(visit, vote, outcome),
        "co_op_columns": [{"text": text, "number": False} for text in heads],
        "co_ops": [
            [
                unbroken(names.of(one)),
                visit.say(f"stance.{stance}"),
                *([option_said(visit, vote, choice) if choice else ""] if chosen else []),
            ]
            for one, stance, choice in outcome.result.co_ops
        ],
        "agree": outcome.stances["agrees"],
        "winner": option_said(visit, vote, outcome.result.winner) if outcome.result.winner else "",
    }


def _two_sided(visit: Visit, vote: VoteView, outcome: Outcome, names: Names) -> dict[str, object]:
    yes, no = TWO_SIDED[vote.method]
    sides = (yes, no, ABSTAIN)
    rows, drawn = [], []
    for co_op, group, size, _ in outcome.rolls:
        marks = [outcome.marks(one, co_op=co_op, group=group) for one in sides]
        rows.append([unbroken(names.row(co_op, group)), *(numbers.grouped(one) for one in marks), numbers.grouped(size)])
        kinds = ("for", "against", "abstained")
        parts = [Part(kind, Fraction(mark), str(visit.say(f"drawing.{kind}", mark))) for kind, mark in zip(kinds, marks, strict=True)]
        drawn.append(Bar(names.row(co_op, group), parts))
    total = [outcome.marks(one) for one in sides]
    facts = " ".join(visit.say("drawing.class", name=row[0], yes=row[1], no=row[2], neither=row[3]) for row in rows)
    key = [
        ("for", option_said(visit, vote, yes)),
        ("against", option_said(visit, vote, no)),
        ("abstained", str(visit.say("result.neither"))),
    ]
    return {
        "columns": [
            {"text": text, "number": at > 0}
            for at, text in enumerate(
                (
                    visit.say("between_result.who"),
                    option_said(visit, vote, yes),
                    option_said(visit, vote, no),
                    visit.say("result.neither"),
                    visit.say("result.could"),
                )
            )
        ],
        "rows": rows,
        "total": [visit.say("result.all"), *(numbers.grouped(one) for one in total), numbers.grouped(outcome.eligible)],
        "yes": total[0],
        "no": total[1],
        "neither": total[2],
        "drawing": bars(str(visit.say("between_result.drawing")), facts, drawn, key),
    }


def _options(visit: Visit, vote: VoteView, outcome: Outcome, names: Names) -> dict[str, object]:
    co_ops = list(dict.fromkeys(co_op for co_op, _, _, _ in outcome.rolls))
    columns = co_ops if len(co_ops) <= _MOST_COLUMNS else []
    rows = [
        [
            option_said(visit, vote, option),
            *(numbers.grouped(outcome.marks(option, co_op=one)) for one in columns),
            numbers.grouped(outcome.marks(option)),
        ]
        for option in vote.options
    ]
    drawn = [
        Bar(str(row[0]), [Part("for", Fraction(outcome.marks(option)), str(row[-1]))])
        for option, row in zip(vote.options, rows, strict=True)
    ]
    facts = " ".join(f"{row[0]}: {row[-1]}." for row in rows)
    heads = [visit.say("between_result.answer"), *(names.of(one) for one in columns), visit.say("result.all")]
    return {
        "columns": [{"text": text, "number": at > 0} for at, text in enumerate(heads)],
        "rows": rows,
        "total": None,
        "drawing": bars(str(visit.say("between_result.drawing")), facts, drawn),
    }


def _shares(visit: Visit, vote: VoteView, outcome: Outcome) -> list[Share]:
    rule = vote.terms.rule.counting if vote.terms else None
    if rule is None:
        return []
    wanted = (("members/share_for", "members", rule.threshold), ("co_ops/share", "co_ops", rule.co_op_threshold or rule.threshold))
    found = [(outcome.figure(name), whose, threshold) for name, whose, threshold in wanted]
    return [_share(visit, vote, whose, value, threshold) for value, whose, threshold in found if value is not None]


def _share(visit: Visit, vote: VoteView, whose: str, value: Fraction, threshold: Threshold) -> Share:
    reached = numbers.per_hundred(value, apart_from=threshold.fraction)
    kind = "more" if threshold.strict else "least"
    needed = visit.say(f"result.needed_{kind}", share=counting.share(visit.words, threshold.fraction))
    who = whose if vote.method in TWO_SIDED else f"{whose}_lead"
    said = str(visit.say(f"between_result.share_{who}", share=reached))
    title = str(visit.say(f"between_result.share_{whose}_title"))
    drawn = share(title, f"{said} {needed}", min(value, Fraction(1)), threshold.fraction, said, str(needed))
    return Share(said, needed, drawn)


def _reasons(visit: Visit, outcome: Outcome, names: Names) -> list[Line]:
    lines: list[Line] = []
    for code, about in outcome.reasons:
        key = "tie" if outcome.result.tie and code == "threshold" else code
        found = f"reason.{key}" if visit.words.knows(f"reason.{key}") else "reason.other"
        lines += visit.words.lines(found, name=", ".join(names.of(one) for one in about))
    return lines
