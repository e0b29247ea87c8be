"""The routes of all pages. The first path that matches is used, so fixed words come before ids."""

from itertools import chain

from starlette.convertors import StringConvertor, register_url_convertor

from services.web.page import Access, Page
from services.web.pages import (
    about,
    confirmed_actions,
    decisions,
    first_steps,
    hats,
    home,
    member_detail,
    members,
    membership_applications,
    motion_ballot,
    motion_result,
    motions,
    my_account,
    new_member,
    new_motion,
    news,
    paper_votes,
    reading_preferences,
    sign_in,
    source_code,
    system_status,
)
from services.web.pages.co_ops import peer_detail, peers_and_invitations
from services.web.pages.federated_votes import ballot as federated_ballot
from services.web.pages.federated_votes import (
    ballot_lookup,
    ballot_receipt,
    bundle_files,
    dispute,
    draft_quorums,
    draft_terms,
    paper_ballots,
    settlement,
    vote_detail,
    vote_list,
    vote_steps,
    voter_cards,
)
from services.web.pages.federated_votes import vote_result as federated_result
from services.web.pages.member_changes import CHANGES
from services.web.pages.member_changes.member_change import change_pages


class VoteIdConvertor(StringConvertor):
    """The hash that identifies a federated vote."""

    regex = "[0-9a-f]{64}"


register_url_convertor("vote", VoteIdConvertor())

_PUBLIC_PAGES = (
    Page("/", home.show),
    Page("/sign-in", sign_in.show, access=Access.ANYBODY),
    Page("/sign-in/code", None, sign_in.use_code, sign_in.CODE, Access.ANYBODY),
    Page("/sign-in/password", sign_in.show_password, sign_in.use_password, sign_in.PASSWORD, Access.ANYBODY),
    Page("/sign-in/{code}", sign_in.show_link, access=Access.ANYBODY),
    Page("/sign-out", None, sign_in.sign_out, sign_in.SIGN_OUT, Access.ANYBODY),
    Page("/signed-out", sign_in.show_signed_out, access=Access.ANYBODY),
    # A preference, not an act: its form needs no token, so that it works on every page for everybody.
    Page("/comfort", reading_preferences.show, reading_preferences.save, access=Access.ANYBODY),
    Page("/help", about.show_help, access=Access.ANYBODY),
    Page("/accessibility", about.show_accessibility, access=Access.ANYBODY),
    Page("/privacy", about.show_privacy, access=Access.ANYBODY),
    Page("/source", about.show_source, access=Access.ANYBODY),
    Page("/source/kith.tar.gz", source_code.show, access=Access.ANYBODY),
)

_SECRETARY_PAGES = (
    Page("/members", members.show, access=Access.SECRETARY),
    Page("/members/new", new_member.show, new_member.admit, new_member.NEW, Access.SECRETARY),
    Page("/members/{person:uuid}", member_detail.show, access=Access.SECRETARY),
    Page("/members/{person:uuid}/card", None, member_detail.print_card, member_detail.CARD, Access.SECRETARY),
    Page("/members/{person:uuid}/hats", None, hats.change_hat, hats.CHANGE_HAT, Access.SECRETARY),
    Page("/members/{person:uuid}/revoke", None, member_detail.revoke_cards, member_detail.REVOKE, Access.SECRETARY),
    *chain.from_iterable(map(change_pages, CHANGES)),
    Page("/first-steps/address", first_steps.show_address, first_steps.tick_address, "first-address", Access.SECRETARY),
    Page("/first-steps/backup", first_steps.show_backup, first_steps.tick_backup, "first-backup", Access.SECRETARY),
    Page("/applications", membership_applications.show, membership_applications.admit, membership_applications.ADMIT, Access.SECRETARY),
    Page("/motions/new", new_motion.show, new_motion.save, new_motion.SAVE, Access.SECRETARY),
    Page("/motions/new/check", new_motion.show_check, new_motion.open_motion, new_motion.OPEN, Access.SECRETARY),
    Page("/motions/{motion:uuid}/record", paper_votes.show_record, paper_votes.record, paper_votes.RECORD, Access.SECRETARY),
    Page("/paper-votes", paper_votes.show, access=Access.SECRETARY),
    Page("/paper-votes/{record:uuid}", paper_votes.show_confirm, paper_votes.confirm, paper_votes.CONFIRM, Access.SECRETARY),
)

_MEMBER_PAGES = (
    Page("/news", news.show),
    Page("/you", my_account.show, my_account.apply, my_account.APPLY),
    Page("/you/password", my_account.show_password, my_account.set_password, my_account.PASSWORD),
    Page("/motions", motions.show),
    Page("/motions/{motion:uuid}", motions.show_one),
    Page("/motions/{motion:uuid}/vote", motion_ballot.show_vote, motion_ballot.choose, motion_ballot.CHOOSE),
    Page("/motions/{motion:uuid}/check", motion_ballot.show_check, motion_ballot.cast, motion_ballot.CAST),
    Page("/motions/{motion:uuid}/receipt", motion_ballot.show_receipt),
    Page("/motions/{motion:uuid}/paper", motion_ballot.show_paper),
    Page("/motions/{motion:uuid}/result", motion_result.show),
    Page("/motions/{motion:uuid}/counted", motion_result.show_counted),
    Page("/decisions", decisions.show),
    Page("/rulebook", decisions.show_rulebook),
)

_CO_OP_PAGES = (
    Page("/co-ops", peers_and_invitations.show),
    Page("/co-ops/invite", peers_and_invitations.show_invite, access=Access.SECRETARY),
    Page("/co-ops/invite/file", peers_and_invitations.download_invitation, access=Access.SECRETARY),
    Page(
        "/co-ops/accept",
        peers_and_invitations.show_accept,
        peers_and_invitations.accept,
        peers_and_invitations.ACCEPT,
        Access.SECRETARY,
        takes_file=True,
    ),
    Page("/co-ops/{co_op}", peer_detail.show),
    Page("/co-ops/{co_op}/confirm", None, peer_detail.confirm, peer_detail.CONFIRM, Access.SECRETARY),
    confirmed_actions.confirmation_page("/co-ops/{co_op}/suspend", peer_detail.SUSPEND),
    confirmed_actions.confirmation_page("/co-ops/{co_op}/resume", peer_detail.RESUME),
    confirmed_actions.confirmation_page("/co-ops/{co_op}/sever", peer_detail.SEVER),
)

_FEDERATED_VOTE_PAGES = (
    Page("/votes", vote_list.show),
    Page("/votes/new", draft_terms.show_question, draft_terms.save_question, draft_terms.QUESTION, Access.SECRETARY),
    Page("/votes/new/answers", draft_terms.show_answers, draft_terms.save_answers, draft_terms.ANSWERS, Access.SECRETARY),
    Page("/votes/new/who", draft_terms.show_participants, draft_terms.save_participants, draft_terms.PARTICIPANTS, Access.SECRETARY),
    Page("/votes/new/when", draft_terms.show_times, draft_terms.save_times, draft_terms.TIMES, Access.SECRETARY),
    Page("/votes/new/more", draft_terms.show_more, draft_terms.save_more, draft_terms.MORE, Access.SECRETARY),
    Page("/votes/new/turnout", draft_quorums.show, draft_quorums.save, draft_quorums.TURNOUT, Access.SECRETARY),
    Page("/votes/new/check", draft_terms.show_check, draft_terms.send, draft_terms.SEND, Access.SECRETARY),
    Page("/votes/{vote:vote}", vote_detail.show),
    confirmed_actions.confirmation_page("/votes/{vote:vote}/join", vote_steps.JOIN),
    confirmed_actions.confirmation_page("/votes/{vote:vote}/watch", vote_steps.WATCH),
    confirmed_actions.confirmation_page("/votes/{vote:vote}/freeze", vote_steps.FREEZE),
    confirmed_actions.confirmation_page("/votes/{vote:vote}/attest", vote_steps.ATTEST),
    confirmed_actions.confirmation_page("/votes/{vote:vote}/ready", vote_steps.READY),
    confirmed_actions.confirmation_page("/votes/{vote:vote}/withdraw", vote_steps.WITHDRAW),
    confirmed_actions.confirmation_page("/votes/{vote:vote}/object", vote_steps.OBJECT),
    Page("/votes/{vote:vote}/cards", voter_cards.show_all, access=Access.SECRETARY),
    Page("/votes/{vote:vote}/cards/{person:uuid}", voter_cards.download, access=Access.SECRETARY),
    Page("/votes/{vote:vote}/record", paper_ballots.show_record, paper_ballots.record, paper_ballots.RECORD, Access.SECRETARY),
    Page(
        "/votes/{vote:vote}/paper-votes/{record:uuid}",
        paper_ballots.show_confirm,
        paper_ballots.confirm,
        paper_ballots.CONFIRM,
        Access.SECRETARY,
    ),
    Page("/votes/{vote:vote}/vote", federated_ballot.show, federated_ballot.choose, federated_ballot.CHOOSE),
    Page("/votes/{vote:vote}/check", federated_ballot.show_check, federated_ballot.cast, federated_ballot.CAST),
    Page("/votes/{vote:vote}/take-back", federated_ballot.show_take_back, federated_ballot.take_back, federated_ballot.TAKE_BACK),
    Page("/votes/{vote:vote}/paper", paper_ballots.show_paper),
    Page("/votes/{vote:vote}/receipt", ballot_receipt.show),
    Page("/votes/{vote:vote}/receipt/file", ballot_receipt.download),
    Page("/votes/{vote:vote}/card", voter_cards.show_mine),
    Page("/votes/{vote:vote}/card/file", voter_cards.download_mine),
    Page("/votes/{vote:vote}/result", federated_result.show),
    Page("/votes/{vote:vote}/bundle", bundle_files.download_bundle),
    Page("/votes/{vote:vote}/pins", bundle_files.download_pins),
    Page("/votes/{vote:vote}/dispute", dispute.show),
    Page("/votes/{vote:vote}/settle", settlement.show, settlement.settle, settlement.SETTLE, Access.SECRETARY),
    Page("/look-up", ballot_lookup.show, access=Access.ANYBODY),
)

_OPERATOR_PAGES = (Page("/system", system_status.show, access=Access.OPERATOR),)

PAGES = (*_PUBLIC_PAGES, *_SECRETARY_PAGES, *_MEMBER_PAGES, *_CO_OP_PAGES, *_FEDERATED_VOTE_PAGES, *_OPERATOR_PAGES)
