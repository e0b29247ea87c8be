"""Every page there is. The first path that fits is taken, so words come before ids."""

from services.web.page import Page, Who
from services.web.pages import (
    about,
    applications,
    ballot,
    comfort,
    decisions,
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

_OPERATOR = (Page("/system", system.show, who=Who.OPERATOR),)

PAGES = (*_ENTRY, *_SECRETARY, *_MEMBER, *_OPERATOR)
