"""Every page there is. The first path that fits is taken, so words come before ids."""

from starlette.convertors import StringConvertor, register_url_convertor

from services.web.page import Page, Who
from services.web.pages import (
    about,
    applications,
    ballot,
    comfort,
    decisions,
    deeds,
    hats,
    home,
    members,
    motions,
    new_motion,
    news,
    paper_votes,
    result,
    sign_in,
    source,
    system,
    you,
)
from services.web.pages.co_ops import lists as co_ops
from services.web.pages.co_ops import one as co_op
from services.web.pages.votes import ballot as ballot_between
from services.web.pages.votes import (
    cards,
    dispute,
    draft,
    draft_turnout,
    files,
    look_up,
    one,
    paper,
    receipt,
    settle,
    steps,
)
from services.web.pages.votes import lists as votes
from services.web.pages.votes import result as result_between


class VoteId(StringConvertor):
    """The hash that names a vote with other co-ops."""

    regex = "[0-9a-f]{64}"


register_url_convertor("vote", VoteId())

_ENTRY = (
    Page("/", home.show),
    Page("/sign-in", sign_in.show, who=Who.ANYBODY),
    Page("/sign-in/code", None, sign_in.use_code, sign_in.CODE, Who.ANYBODY),
    Page("/sign-in/password", sign_in.show_password, sign_in.use_password, sign_in.PASSWORD, Who.ANYBODY),
    Page("/sign-in/{code}", sign_in.show_link, who=Who.ANYBODY),
    Page("/sign-out", None, sign_in.sign_out, sign_in.OUT, Who.ANYBODY),
    Page("/signed-out", sign_in.show_signed_out, who=Who.ANYBODY),
    # A preference, not an act: its form needs no token, so that it works on every page for everybody.
    Page("/comfort", comfort.show, comfort.change, who=Who.ANYBODY),
    Page("/help", about.show_help, who=Who.ANYBODY),
    Page("/accessibility", about.show_accessibility, who=Who.ANYBODY),
    Page("/privacy", about.show_privacy, who=Who.ANYBODY),
    Page("/source", about.show_source, who=Who.ANYBODY),
    Page("/source/kith.tar.gz", source.show, who=Who.ANYBODY),
)

_SECRETARY = (
    Page("/members", members.show, who=Who.SECRETARY),
    Page("/members/new", members.show_new, members.admit, members.NEW, Who.SECRETARY),
    Page("/members/{person:uuid}", members.show_one, who=Who.SECRETARY),
    Page("/members/{person:uuid}/card", None, members.print_card, members.CARD, Who.SECRETARY),
    Page("/members/{person:uuid}/hats", None, hats.change, hats.CHANGE, Who.SECRETARY),
    Page("/members/{person:uuid}/revoke", None, members.revoke_cards, members.REVOKE, Who.SECRETARY),
    Page("/applications", applications.show, applications.admit, applications.ADMIT, Who.SECRETARY),
    Page("/motions/new", new_motion.show, new_motion.write, new_motion.WRITE, Who.SECRETARY),
    Page("/motions/new/check", new_motion.show_check, new_motion.open_it, new_motion.OPEN, Who.SECRETARY),
    Page("/motions/{motion:uuid}/record", paper_votes.show_record, paper_votes.record, paper_votes.RECORD, Who.SECRETARY),
    Page("/paper-votes", paper_votes.show, who=Who.SECRETARY),
    Page("/paper-votes/{record:uuid}", paper_votes.show_confirm, paper_votes.confirm, paper_votes.CONFIRM, Who.SECRETARY),
)

_MEMBER = (
    Page("/news", news.show),
    Page("/you", you.show, you.apply, you.APPLY),
    Page("/you/password", you.show_password, you.set_password, you.PASSWORD),
    Page("/motions", motions.show),
    Page("/motions/{motion:uuid}", motions.show_one),
    Page("/motions/{motion:uuid}/vote", ballot.show_vote, ballot.choose, ballot.CHOOSE),
    Page("/motions/{motion:uuid}/check", ballot.show_check, ballot.cast, ballot.CAST),
    Page("/motions/{motion:uuid}/receipt", ballot.show_receipt),
    Page("/motions/{motion:uuid}/paper", ballot.show_paper),
    Page("/motions/{motion:uuid}/result", result.show),
    Page("/motions/{motion:uuid}/counted", result.show_counted),
    Page("/decisions", decisions.show),
    Page("/rulebook", decisions.show_rulebook),
)

_CO_OPS = (
    Page("/co-ops", co_ops.show),
    Page("/co-ops/invite", co_ops.show_invite, who=Who.SECRETARY),
    Page("/co-ops/invite/file", co_ops.download_invitation, who=Who.SECRETARY),
    Page("/co-ops/accept", co_ops.show_accept, co_ops.accept, co_ops.ACCEPT, Who.SECRETARY, takes_file=True),
    Page("/co-ops/{co_op}", co_op.show),
    Page("/co-ops/{co_op}/confirm", None, co_op.confirm, co_op.CONFIRM, Who.SECRETARY),
    deeds.page("/co-ops/{co_op}/suspend", co_op.SUSPEND),
    deeds.page("/co-ops/{co_op}/resume", co_op.RESUME),
    deeds.page("/co-ops/{co_op}/sever", co_op.SEVER),
)

_VOTES = (
    Page("/votes", votes.show),
    Page("/votes/new", draft.show_ask, draft.ask, draft.ASK, Who.SECRETARY),
    Page("/votes/new/answers", draft.show_answers, draft.answers, draft.ANSWERS, Who.SECRETARY),
    Page("/votes/new/who", draft.show_invite, draft.invite, draft.INVITE, Who.SECRETARY),
    Page("/votes/new/when", draft.show_times, draft.times, draft.TIMES, Who.SECRETARY),
    Page("/votes/new/more", draft.show_more, draft.more, draft.MORE, Who.SECRETARY),
    Page("/votes/new/turnout", draft_turnout.show, draft_turnout.write, draft_turnout.TURNOUT, Who.SECRETARY),
    Page("/votes/new/check", draft.show_check, draft.send, draft.SEND, Who.SECRETARY),
    Page("/votes/{vote:vote}", one.show),
    deeds.page("/votes/{vote:vote}/join", steps.JOIN),
    deeds.page("/votes/{vote:vote}/watch", steps.WATCH),
    deeds.page("/votes/{vote:vote}/freeze", steps.FREEZE),
    deeds.page("/votes/{vote:vote}/attest", steps.ATTEST),
    deeds.page("/votes/{vote:vote}/ready", steps.READY),
    deeds.page("/votes/{vote:vote}/withdraw", steps.WITHDRAW),
    deeds.page("/votes/{vote:vote}/object", steps.OBJECT),
    Page("/votes/{vote:vote}/cards", cards.show_all, who=Who.SECRETARY),
    Page("/votes/{vote:vote}/cards/{person:uuid}", cards.download, who=Who.SECRETARY),
    Page("/votes/{vote:vote}/record", paper.show_record, paper.record, paper.RECORD, Who.SECRETARY),
    Page("/votes/{vote:vote}/paper-votes/{record:uuid}", paper.show_confirm, paper.confirm, paper.CONFIRM, Who.SECRETARY),
    Page("/votes/{vote:vote}/vote", ballot_between.show, ballot_between.choose, ballot_between.CHOOSE),
    Page("/votes/{vote:vote}/check", ballot_between.show_check, ballot_between.cast, ballot_between.CAST),
    Page("/votes/{vote:vote}/take-back", ballot_between.show_take_back, ballot_between.take_back, ballot_between.TAKE_BACK),
    Page("/votes/{vote:vote}/paper", paper.show_paper),
    Page("/votes/{vote:vote}/receipt", receipt.show),
    Page("/votes/{vote:vote}/receipt/file", receipt.download),
    Page("/votes/{vote:vote}/card", cards.show_mine),
    Page("/votes/{vote:vote}/card/file", cards.download_mine),
    Page("/votes/{vote:vote}/result", result_between.show),
    Page("/votes/{vote:vote}/bundle", files.download_bundle),
    Page("/votes/{vote:vote}/pins", files.download_pins),
    Page("/votes/{vote:vote}/dispute", dispute.show),
    Page("/votes/{vote:vote}/settle", settle.show, settle.settle, settle.SETTLE, Who.SECRETARY),
    Page("/look-up", look_up.show, who=Who.ANYBODY),
)

_OPERATOR = (Page("/system", system.show, who=Who.OPERATOR),)

PAGES = (*_ENTRY, *_SECRETARY, *_MEMBER, *_CO_OPS, *_VOTES, *_OPERATOR)
