"""How many must take part in a vote with other co-ops, so that its result counts: in all, in a co-op, in a group. Written, and in words."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from starlette.responses import Response

from kith.governance.v1 import governance_pb2 as gov
from kith.governance.v1 import votes_pb2 as pb
from libs.boards.forms import said
from libs.rulebook import exact
from libs.rulebook.counting import Basis
from services.web.door.forms import Form
from services.web.pages.co_ops.view import names_of_co_ops, own
from services.web.pages.votes import draft_kept
from services.web.pages.votes.draft_kept import TAKES_PART, group_line, is_number, kept, lines, number, parts
from services.web.visit import Problem, Visit
from services.web.words import counting
from services.web.words.catalogue import Line

TURNOUT = "vote-turnout"
EVERYBODY, OF_CO_OP, OF_GROUP = "all", "co-op-", "group-"


@dataclass(frozen=True)
class Place:
    """Somewhere people must take part: all of us together, a co-op, or a group. `key` begins the names of its two fields."""

    key: str
    of: str
    name: str

    @property
    def share(self) -> str:
        """The field for a share."""
        return f"{self.key}-share"

    @property
    def people(self) -> str:
        """The field for a number of people."""
        return f"{self.key}-people"


@dataclass(frozen=True)
class Places:
    """Every place of this draft. Co-ops have none where all votes are counted together."""

    co_ops: list[Place]
    groups: list[Place]

    @property
    def everywhere(self) -> list[Place]:
        """All of them."""
        return [Place(EVERYBODY, "", ""), *self.co_ops, *self.groups]


async def show(visit: Visit) -> Response:
    """Hardly anybody changes it, and whoever does may only ask for more than our own rules do."""
    return await _page(visit, await kept(visit), [])


async def write(visit: Visit, form: Form) -> Response:
    """A share, a number of people, or both; empty is as the rules say."""
    fields = await kept(visit)
    places = await places_of(visit, fields, await rules_of(visit))
    names = tuple(name for one in places.everywhere for name in (one.share, one.people))
    fields = await draft_kept.keep(visit, form, names)
    problems = [
        visit.problem(one.share, "turnout.share_wrong") for one in places.everywhere if _share(fields.get(one.share, "")) is None
    ] + [
        visit.problem(one.people, "draft.number_wrong")
        for one in places.everywhere
        if fields.get(one.people, "") and not is_number(fields[one.people])
    ]
    return await _page(visit, fields, problems, 422) if problems else visit.go("/votes/new/check")


async def rules_of(visit: Visit) -> gov.GetRulebookResponse:
    """Those in force."""
    rules: gov.GetRulebookResponse = await visit.ask(visit.front.services.governance.GetRulebook, gov.GetRulebookRequest())
    return rules


def kind_of(fields: Mapping[str, str], rules: gov.GetRulebookResponse) -> gov.ResolutionType:
    """The kind of resolution that was chosen, empty before."""
    return next((one for one in rules.resolution_types if one.key == fields["resolution_type"]), gov.ResolutionType())


async def places_of(visit: Visit, fields: Mapping[str, str], rules: gov.GetRulebookResponse) -> Places:
    """The co-ops that take part and the groups that vote, by what was said so far."""
    by_itself = (fields["basis"] or Basis.POOLED) != Basis.POOLED
    names = await names_of_co_ops(visit)
    ids = [(await own(visit)).co_op, *parts(fields, TAKES_PART)] if by_itself else []
    called = {one.key: one.name for one in rules.classes}
    return Places(
        co_ops=[Place(f"{OF_CO_OP}{one}", one, names.get(one, one)) for one in ids],
        groups=[Place(f"{OF_GROUP}{one}", one, called.get(one, one)) for one in _groups(fields, rules)],
    )


def ask(request: pb.DraftVoteRequest, fields: Mapping[str, str], places: Places) -> None:
    """Writes into the request what was filled in."""
    whole = _quorum(fields, Place(EVERYBODY, "", ""))
    if whole is not None:
        request.quorum.CopyFrom(whole)
    request.group_quorums.extend(found for one in places.groups if (found := _quorum(fields, one)))
    request.co_op_quorums.extend(found for one in places.co_ops if (found := _quorum(fields, one)))


def in_words(visit: Visit, fields: Mapping[str, str], rules: gov.GetRulebookResponse, places: Places) -> list[Line]:
    """What will hold: what was filled in, and our own rules where nothing was."""
    request = pb.DraftVoteRequest()
    ask(request, fields, places)
    kind = kind_of(fields, rules)
    rule = gov.CountingRule(quorum_fraction=kind.counting.quorum_fraction, quorum_count=kind.counting.quorum_count)
    if request.HasField("quorum"):
        rule = gov.CountingRule(quorum_fraction=request.quorum.fraction, quorum_count=request.quorum.count)
    figures = {_group_of(fields, one.member_class): one for one in kind.counting.class_quorums}
    figures |= {one.of: gov.ClassFigure(fraction=one.fraction, count=one.count) for one in request.group_quorums}
    rule.class_quorums.extend(gov.ClassFigure(member_class=group, fraction=one.fraction, count=one.count) for group, one in figures.items())
    found = counting.quorum(visit.words, rule, {one.of: one.name for one in places.groups})
    names = {one.of: one.name for one in places.co_ops}
    for one in request.co_op_quorums:
        found += counting.co_op_quorum(visit.words, names[one.of], Fraction(one.fraction or 0), one.count)
    return found or visit.words.lines("turnout.any")


async def _page(visit: Visit, fields: Mapping[str, str], problems: list[Problem], code: int = 200) -> Response:
    rules = await rules_of(visit)
    places = await places_of(visit, fields, rules)
    kind = kind_of(fields, rules)
    names = {one.key: one.name for one in rules.classes}
    return visit.page(
        "votes/draft_turnout",
        code,
        problems=problems,
        fields=fields,
        ours=counting.quorum(visit.words, kind.counting, names) or visit.words.lines("turnout.any"),
        everybody=Place(EVERYBODY, "", str(visit.say("turnout.each_co_op" if places.co_ops else "turnout.everybody"))),
        co_ops=places.co_ops,
        groups=places.groups,
        form=TURNOUT,
    )


def _groups(fields: Mapping[str, str], rules: gov.GetRulebookResponse) -> Iterable[str]:
    """In the order written. Whoever has no vote under this kind of resolution is not asked to take part."""
    written = [group_line(line) for line in lines(fields["groups"])]
    left_out = set(kind_of(fields, rules).counting.excluded_classes)
    if not written:
        return [one.key for one in rules.classes if one.votes and one.key not in left_out]
    return dict.fromkeys(group for _, member_class, group in written if member_class not in left_out)


def _group_of(fields: Mapping[str, str], member_class: str) -> str:
    """In which group a class of ours votes."""
    written = {name: group for co_op, name, group in map(group_line, lines(fields["groups"])) if not co_op}
    return written.get(member_class, member_class)


def _quorum(fields: Mapping[str, str], place: Place) -> pb.VoteQuorum | None:
    share, people = _share(fields.get(place.share, "")) or Fraction(0), number(fields.get(place.people, ""))
    return pb.VoteQuorum(of=place.of, fraction=said(share) if share else "", count=people) if share or people else None


def _share(text: str) -> Fraction | None:
    """So many of every 100, or a fraction such as 1/3; 0 where nothing is written. None for what is no share."""
    if not text:
        return Fraction(0)
    found = exact.fraction(text if "/" in text or "%" in text else f"{text} %")
    return found if found is not None and found <= 1 else None
