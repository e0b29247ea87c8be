"""The quorums of a drafted vote: how many must take part in all, in a co-op or in a group. The form, and the quorums in words."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from kith.governance.v1 import governance_pb2 as gov
from kith.governance.v1 import votes_pb2 as pb
from libs.boards.document_fields import format_fraction
from libs.rulebook import fraction_text
from libs.rulebook.counting import Basis
from services.web.localisation import counting_rules
from services.web.localisation.catalogue import Sentence
from services.web.page_context import PageContext
from services.web.pages.co_ops.peer_view import co_op_names, fetch_own_identity
from services.web.pages.federated_votes.saved_draft import (
    DRAFT,
    PARTICIPANT,
    co_ops_with_role,
    is_small_integer,
    non_empty_lines,
    parse_group_line,
    parse_integer,
)
from services.web.pages.form_page import Fields, FormPage, require
from services.web.pages.rulebook_lookup import class_names, fetch_rulebook

EVERYBODY, CO_OP_PREFIX, GROUP_PREFIX = "all", "co-op-", "group-"


@dataclass(frozen=True)
class QuorumScope:
    """Whose turnout a quorum counts: everybody's, a co-op's, or a group's. The names of its two fields begin with `key`."""

    key: str
    of: str
    name: str

    @property
    def share(self) -> str:
        """The name of the field for a share."""
        return f"{self.key}-share"

    @property
    def people(self) -> str:
        """The name of the field for a number of people."""
        return f"{self.key}-people"


@dataclass(frozen=True)
class QuorumScopes:
    """All scopes of the draft. There are none for co-ops where all votes are counted together."""

    co_ops: list[QuorumScope]
    groups: list[QuorumScope]

    @property
    def all_scopes(self) -> list[QuorumScope]:
        """The scopes in the order of the form."""
        return [QuorumScope(EVERYBODY, "", ""), *self.co_ops, *self.groups]


async def _save(ctx: PageContext, fields: Fields, _request_id: str) -> str:
    """Save the quorums: a share, a number of people, or both; empty means as the rules say."""
    scopes = (await list_scopes(ctx, fields, await fetch_rulebook(ctx))).all_scopes
    wrong_shares = [scope.share for scope in scopes if _parse_share(fields.get(scope.share, "")) is None]
    wrong_numbers = [scope.people for scope in scopes if not is_small_integer(fields.get(scope.people, "") or "0")]
    require(
        [ctx.form_problem(name, "turnout.share_wrong") for name in wrong_shares]
        + [ctx.form_problem(name, "draft.number_wrong") for name in wrong_numbers]
    )
    return "/votes/new/check"


def find_resolution_type(fields: Fields, rules: gov.GetRulebookResponse) -> gov.ResolutionType:
    """The resolution type that was chosen; an empty one before that."""
    return next((kind for kind in rules.resolution_types if kind.key == fields["resolution_type"]), gov.ResolutionType())


async def list_scopes(ctx: PageContext, fields: Fields, rules: gov.GetRulebookResponse) -> QuorumScopes:
    """The scopes for the co-ops that take part and the groups that vote, from the fields so far."""
    counts_by_co_op = (fields["basis"] or Basis.POOLED) != Basis.POOLED
    names = await co_op_names(ctx)
    ids = [(await fetch_own_identity(ctx)).co_op, *co_ops_with_role(fields, PARTICIPANT)] if counts_by_co_op else []
    group_names = class_names(rules)
    return QuorumScopes(
        co_ops=[QuorumScope(f"{CO_OP_PREFIX}{co_op}", co_op, names.get(co_op, co_op)) for co_op in ids],
        groups=[QuorumScope(f"{GROUP_PREFIX}{key}", key, group_names.get(key, key)) for key in _groups(fields, rules)],
    )


def add_quorums(request: pb.DraftVoteRequest, fields: Fields, scopes: QuorumScopes) -> None:
    """Add the quorums that were filled in to the request."""
    everybody = _quorum(fields, QuorumScope(EVERYBODY, "", ""))
    if everybody is not None:
        request.quorum.CopyFrom(everybody)
    request.group_quorums.extend(quorum for group in scopes.groups if (quorum := _quorum(fields, group)))
    request.co_op_quorums.extend(quorum for co_op in scopes.co_ops if (quorum := _quorum(fields, co_op)))


def describe_quorums(ctx: PageContext, fields: Fields, rules: gov.GetRulebookResponse, scopes: QuorumScopes) -> list[Sentence]:
    """The quorums that will apply: those filled in, or our own rules' where a field is empty."""
    request = pb.DraftVoteRequest()
    add_quorums(request, fields, scopes)
    kind = find_resolution_type(fields, rules)
    rule = gov.CountingRule(quorum_fraction=kind.counting.quorum_fraction, quorum_count=kind.counting.quorum_count)
    if request.HasField("quorum"):
        rule = gov.CountingRule(quorum_fraction=request.quorum.fraction, quorum_count=request.quorum.count)
    figures = {_group_of(fields, quorum.member_class): quorum for quorum in kind.counting.class_quorums}
    figures |= {quorum.of: gov.ClassFigure(fraction=quorum.fraction, count=quorum.count) for quorum in request.group_quorums}
    rule.class_quorums.extend(
        gov.ClassFigure(member_class=group, fraction=figure.fraction, count=figure.count) for group, figure in figures.items()
    )
    sentences = counting_rules.describe_quorum(ctx.catalogue, rule, {group.of: group.name for group in scopes.groups})
    names = {co_op.of: co_op.name for co_op in scopes.co_ops}
    for quorum in request.co_op_quorums:
        sentences += counting_rules.describe_co_op_quorum(ctx.catalogue, names[quorum.of], Fraction(quorum.fraction or 0), quorum.count)
    return sentences or ctx.catalogue.sentences("turnout.any")


async def _page_values(ctx: PageContext, fields: Fields) -> Mapping[str, object]:
    rules = await fetch_rulebook(ctx)
    scopes = await list_scopes(ctx, fields, rules)
    kind = find_resolution_type(fields, rules)
    return {
        "ours": counting_rules.describe_quorum(ctx.catalogue, kind.counting, class_names(rules)) or ctx.catalogue.sentences("turnout.any"),
        "everybody": QuorumScope(EVERYBODY, "", str(ctx.say("turnout.each_co_op" if scopes.co_ops else "turnout.everybody"))),
        "co_ops": scopes.co_ops,
        "groups": scopes.groups,
    }


def _groups(fields: Fields, rules: gov.GetRulebookResponse) -> Iterable[str]:
    """The groups in the order written, without classes that have no vote under this resolution type."""
    class_groups = [parse_group_line(line) for line in non_empty_lines(fields["groups"])]
    left_out = set(find_resolution_type(fields, rules).counting.excluded_classes)
    if not class_groups:
        return [member_class.key for member_class in rules.classes if member_class.votes and member_class.key not in left_out]
    return dict.fromkeys(group for _, member_class, group in class_groups if member_class not in left_out)


def _group_of(fields: Fields, member_class: str) -> str:
    """The group in which a class of our co-op votes."""
    group_by_class = {name: group for co_op, name, group in map(parse_group_line, non_empty_lines(fields["groups"])) if not co_op}
    return group_by_class.get(member_class, member_class)


def _quorum(fields: Fields, scope: QuorumScope) -> pb.VoteQuorum | None:
    share, people = _parse_share(fields.get(scope.share, "")) or Fraction(0), parse_integer(fields.get(scope.people, ""))
    return pb.VoteQuorum(of=scope.of, fraction=format_fraction(share) if share else "", count=people) if share or people else None


def _parse_share(text: str) -> Fraction | None:
    """A share: a percentage, or a fraction such as 1/3; 0 for an empty text. None when it is not a share."""
    if not text:
        return Fraction(0)
    share = fraction_text.parse_fraction(text if "/" in text or "%" in text else f"{text} %")
    return share if share is not None and share <= 1 else None


TURNOUT = FormPage(
    "vote-turnout",
    "votes/draft_turnout",
    _page_values,
    _save,
    prefixes=(f"{EVERYBODY}-", CO_OP_PREFIX, GROUP_PREFIX),
    draft=DRAFT,
)
"""Few people change the quorums, and they may only require more than our own rules do."""
