"""The routes of all pages. The first path that matches is used, so fixed words come before ids."""

from starlette.convertors import StringConvertor, register_url_convertor

from services.web.care_routes import CARE_PAGES
from services.web.page import Access, Page
from services.web.pages import (
    about,
    acting,
    confirmed_actions,
    data_requests,
    decisions,
    disposals,
    emergency_access,
    erasures,
    first_steps,
    hats,
    helping,
    holds,
    home,
    member_detail,
    member_relationships,
    members,
    membership_applications,
    motion_ballot,
    motion_result,
    motions,
    my_account,
    my_sessions,
    new_member,
    new_motion,
    news,
    notice_state,
    paper_votes,
    passkeys,
    qualifications,
    qualifications_to_watch,
    readers,
    reading_preferences,
    recovery,
    recovery_help,
    relationships,
    second_looks,
    sign_in,
    sign_in_by_mail,
    source_code,
    stop_notices,
    system_status,
    ways_to_be_told,
)
from services.web.pages.asks import put_in_touch
from services.web.pages.ballots.carrier import QuestionT
from services.web.pages.ballots.federated import FederatedBallots
from services.web.pages.ballots.motion import MotionBallots
from services.web.pages.ballots.own_ballot import OwnBallotPages
from services.web.pages.ballots.paper import PaperBallotPages
from services.web.pages.co_ops import peer_detail, peers_and_invitations
from services.web.pages.consents import ask_consent, capacity, consent_list, lawful_decider
from services.web.pages.federated_votes import ballot as federated_ballot
from services.web.pages.federated_votes import (
    ballot_lookup,
    ballot_receipt,
    bundle_files,
    dispute,
    draft_quorums,
    draft_terms,
    settlement,
    vote_detail,
    vote_list,
    vote_steps,
    voter_cards,
)
from services.web.pages.federated_votes import vote_result as federated_result
from services.web.pages.form_page import form_page
from services.web.pages.member_changes import CHANGES
from services.web.pages.money import (
    engagement_pages,
    funding_form,
    invoice_page,
    period_pages,
)
from services.web.pages.my_data import asking as erasure_asking
from services.web.pages.my_data import page as my_data
from services.web.pages.neighbours import pairs_for_link
from services.web.pages.partners import office
from services.web.pages.records import about_me, field_access, own_record, shared_records
from services.web.pages.support import fairness
from services.web.pages.watch import ask
from services.web.pages.working_time import hours_page, opt_out_list


class VoteIdConvertor(StringConvertor):
    """The hash that identifies a federated vote."""

    regex = "[0-9a-f]{64}"


register_url_convertor("vote", VoteIdConvertor())


def _ballot_pages(path: str, pages: OwnBallotPages[QuestionT]) -> tuple[Page, Page]:
    return (
        Page(f"{path}/vote", pages.show, pages.choose, pages.choose_form),
        Page(f"{path}/check", pages.show_check, pages.cast, pages.cast_form),
    )


def _paper_record_page(path: str, pages: PaperBallotPages[QuestionT]) -> Page:
    return Page(path, pages.show_record, pages.record, pages.record_form, Access.SECRETARY)


def _paper_confirm_page(path: str, pages: PaperBallotPages[QuestionT]) -> Page:
    return Page(path, pages.show_confirm, pages.confirm, pages.confirm_form, Access.SECRETARY)


_PUBLIC_PAGES = (
    Page("/", home.show, acting=True),
    Page("/sign-in", sign_in.show, access=Access.ANYBODY),
    Page("/sign-in/code", None, sign_in.use_code, sign_in.CODE, Access.ANYBODY),
    Page("/sign-in/password", sign_in.show_password, sign_in.use_password, sign_in.PASSWORD, Access.ANYBODY),
    Page("/sign-in/send", sign_in_by_mail.show, sign_in_by_mail.send, sign_in_by_mail.SEND, Access.ANYBODY),
    Page("/sign-in/passkey", None, passkeys.sign_in, passkeys.SIGN_IN, Access.ANYBODY),
    Page("/sign-in/passkey/begin", None, passkeys.begin_sign_in, passkeys.SIGN_IN, Access.ANYBODY),
    Page("/sign-in/{code}", sign_in.show_link, access=Access.ANYBODY),
    Page("/recover", recovery.show, recovery.ask, recovery.ASK, Access.ANYBODY),
    Page("/recover/wait", recovery.show_wait, recovery.finish, recovery.FINISH, Access.ANYBODY),
    Page("/sign-out", None, sign_in.sign_out, sign_in.SIGN_OUT, Access.ANYBODY, is_limited=False),
    Page("/signed-out", sign_in.show_signed_out, access=Access.ANYBODY),
    # A preference, not an act: its form needs no token, so that it works on every page for everybody.
    Page("/comfort", reading_preferences.show, reading_preferences.save, access=Access.ANYBODY),
    # A mail program presses it too, and has no form of ours: the signature in the address is what counts.
    Page("/stop/{token}", stop_notices.show, stop_notices.stop, access=Access.ANYBODY),
    Page("/help", about.show_help, access=Access.ANYBODY),
    Page("/accessibility", about.show_accessibility, access=Access.ANYBODY),
    Page("/privacy", about.show_privacy, access=Access.ANYBODY),
    Page("/source", about.show_source, access=Access.ANYBODY),
    Page("/source/kith.tar.gz", source_code.show, access=Access.ANYBODY),
)

_SECRETARY_PAGES = (
    Page("/members", members.show, access=Access.SECRETARY),
    form_page("/members/new", new_member.NEW),
    Page("/members/{person:uuid}", member_detail.show, access=Access.SECRETARY),
    Page("/members/{person:uuid}/card", None, member_detail.print_card, member_detail.CARD, Access.SECRETARY),
    Page("/members/{person:uuid}/hats", None, hats.change_hat, hats.CHANGE_HAT, Access.SECRETARY),
    Page("/members/{person:uuid}/revoke", None, member_detail.revoke_cards, member_detail.REVOKE, Access.SECRETARY),
    Page(
        "/members/{person:uuid}/people",
        member_relationships.show,
        member_relationships.change,
        member_relationships.CHANGE,
        Access.SECRETARY,
    ),
    form_page("/members/{person:uuid}/people/new", member_relationships.RECORD),
    *(form_page(f"/members/{{person:uuid}}/{change.name}", change.ask) for change in CHANGES),
    *(form_page(f"/members/{{person:uuid}}/{change.name}/check", change.check) for change in CHANGES),
    Page("/members/{person:uuid}/consents", consent_list.show_of_person, consent_list.withdraw, consent_list.WITHDRAW, Access.SECRETARY),
    form_page("/members/{person:uuid}/consents/capacity", capacity.CAPACITY),
    form_page("/members/{person:uuid}/consents/best-interests", capacity.BEST_INTERESTS),
    form_page("/members/{person:uuid}/consents/decider", lawful_decider.TOLD),
    Page("/members/{person:uuid}/consents/begin", None, ask_consent.begin, ask_consent.BEGIN, Access.SECRETARY),
    form_page("/members/{person:uuid}/consents/new", ask_consent.WHAT),
    form_page("/members/{person:uuid}/consents/new/how", ask_consent.HOW),
    form_page("/members/{person:uuid}/consents/new/answer", ask_consent.ANSWER),
    form_page("/members/{person:uuid}/consents/new/when", ask_consent.WHEN),
    form_page("/members/{person:uuid}/consents/new/check", ask_consent.RECORD),
    *(form_page(f"/first-steps/{step}", form) for step, form in first_steps.STEP_PAGES.items()),
    form_page("/data-requests/{request:uuid}/erase", erasures.ERASE),
    Page("/erasures", erasures.show, access=Access.SECRETARY),
    Page("/erasures/{erasure:uuid}", erasures.show_report, access=Access.SECRETARY),
    Page("/holds", holds.show, holds.release, holds.RELEASE, Access.SECRETARY),
    form_page("/members/{person:uuid}/hold", holds.PLACE),
    form_page("/holds/{hold:uuid}", holds.REVIEW),
    fairness.PAGE,
    pairs_for_link.PAGE,
    *office.PAGES,
    *funding_form.PAGES,
    *engagement_pages.SECRETARY_PAGES,
    *hours_page.SECRETARY_PAGES,
    opt_out_list.PAGE,
    *period_pages.PAGES,
    invoice_page.SECRETARY_PAGE,
    put_in_touch.PAGE,
    ask.PAGE,
    Page("/disposals", disposals.show, access=Access.SECRETARY),
    Page("/data-requests", data_requests.show, data_requests.answer, data_requests.ANSWER, Access.SECRETARY),
    Page("/applications", membership_applications.show, membership_applications.admit, membership_applications.ADMIT, Access.SECRETARY),
    form_page("/motions/new", new_motion.WRITE),
    form_page("/motions/new/check", new_motion.OPEN),
    _paper_record_page("/motions/{motion:uuid}/record", paper_votes.MOTIONS),
    Page("/paper-votes", paper_votes.show, access=Access.SECRETARY),
    Page("/emergency-access", emergency_access.show, emergency_access.review, emergency_access.REVIEW, Access.SECRETARY),
    _paper_confirm_page("/paper-votes/{record:uuid}", paper_votes.MOTIONS),
    Page("/members/{person:uuid}/qualifications", qualifications.show_of_member, access=Access.SECRETARY),
    form_page("/members/{person:uuid}/qualifications/new", qualifications.ADD_FOR_MEMBER),
    Page("/qualifications", qualifications_to_watch.show, access=Access.SECRETARY),
    form_page("/qualifications/{credential:uuid}", qualifications_to_watch.DECIDE),
    Page("/qualifications/{credential:uuid}/evidence", qualifications.download_evidence, access=Access.SECRETARY),
    Page("/notices", notice_state.show, access=Access.SECRETARY),
    Page("/notices/letters", notice_state.show_letters, notice_state.mark_printed, notice_state.PRINTED, Access.SECRETARY),
    Page("/notices/texts", notice_state.show_texts, notice_state.mark_texted, notice_state.TEXTED, Access.SECRETARY),
    Page("/notices/texts/file", notice_state.download_texts, access=Access.SECRETARY),
)

_MEMBER_PAGES = (
    Page("/news", news.show),
    form_page("/you", my_account.ACCOUNT, Access.MEMBER),
    form_page("/you/password", my_account.PASSWORD, Access.MEMBER, while_helped=False),
    Page("/you/sign-in", passkeys.show, while_helped=False),
    Page("/you/sign-in/begin", None, passkeys.begin_adding, passkeys.ADD, while_helped=False),
    Page("/you/sign-in/add", None, passkeys.add, passkeys.ADD, never_kept=("credential",), while_helped=False),
    form_page("/you/sign-in/{passkey:uuid}", passkeys.RENAME, Access.MEMBER, while_helped=False),
    Page("/you/sign-in/{passkey:uuid}/remove", None, passkeys.remove, passkeys.REMOVE, while_helped=False),
    Page("/you/readers", readers.show, acting=True),
    form_page("/emergency/{person:uuid}", emergency_access.OPEN, Access.MEMBER),
    Page("/you/people", relationships.show, relationships.change, relationships.CHANGE),
    form_page("/you/people/new", relationships.GIVE, Access.MEMBER),
    Page("/acting", acting.show, acting=True),
    Page("/acting/begin", None, acting.begin, acting.BEGIN),
    Page("/acting/stop", None, acting.stop, acting.STOP, acting=True),
    Page("/you/qualifications", qualifications.show_mine),
    form_page("/you/qualifications/new", qualifications.ADD, Access.MEMBER),
    Page("/you/qualifications/{credential:uuid}/evidence", qualifications.download_evidence),
    ways_to_be_told.PAGE,
    Page("/you/sessions", my_sessions.show, my_sessions.end, my_sessions.END, is_limited=False),
    Page("/helping", helping.show, helping.begin, helping.BEGIN, never_kept=("code",), while_helped=False),
    Page("/helping/end", None, helping.end, helping.END, is_limited=False, is_change=False),
    Page("/you/data", my_data.show, acting=True),
    Page("/you/data/file", my_data.download, acting=True),
    form_page("/you/data/erase", erasure_asking.ASK, Access.MEMBER, acting=True),
    Page("/you/record", own_record.show, acting=True),
    Page("/you/record/about-me", about_me.show, acting=True),
    Page("/you/record/about-me/file", about_me.download, acting=True),
    form_page("/you/record/{section}", own_record.SECTION, Access.MEMBER, acting=True),
    form_page("/you/record/sharing/{field}", field_access.SHARING, Access.MEMBER),
    Page("/you/record/sharing/{field}/stop", None, field_access.stop, field_access.STOP),
    Page("/you/shared", shared_records.show_all),
    Page("/members/{person:uuid}/record", shared_records.show_one),
    Page("/you/consents", consent_list.show_own, consent_list.withdraw, consent_list.WITHDRAW, acting=True),
    form_page("/you/consents/decide", lawful_decider.OWN, Access.MEMBER, acting=True),
    form_page("/you/recovery", recovery_help.NAME, Access.MEMBER),
    Page("/you/recovery/people", None, recovery_help.change_people, recovery_help.PEOPLE, while_helped=False),
    Page("/you/recovery/stop", None, recovery_help.stop, recovery_help.STOP),
    form_page("/you/recovery/{person:uuid}", recovery_help.VOUCH, Access.MEMBER, while_helped=False),
    *CARE_PAGES,
    Page("/motions", motions.show),
    Page("/motions/{motion:uuid}", motions.show_one),
    *_ballot_pages("/motions/{motion:uuid}", OwnBallotPages(MotionBallots())),
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
    form_page("/co-ops/accept", peers_and_invitations.ACCEPT),
    Page("/co-ops/{co_op}", peer_detail.PEER.get),
    Page("/co-ops/{co_op}/confirm", None, peer_detail.PEER.post, peer_detail.PEER.name, Access.SECRETARY),
    confirmed_actions.confirmation_page("/co-ops/{co_op}/suspend", peer_detail.SUSPEND),
    confirmed_actions.confirmation_page("/co-ops/{co_op}/resume", peer_detail.RESUME),
    confirmed_actions.confirmation_page("/co-ops/{co_op}/sever", peer_detail.SEVER),
)

_FEDERATED_VOTE_PAGES = (
    Page("/votes", vote_list.show),
    form_page("/votes/new", draft_terms.QUESTION),
    form_page("/votes/new/answers", draft_terms.ANSWERS),
    form_page("/votes/new/who", draft_terms.PARTICIPANTS),
    form_page("/votes/new/when", draft_terms.TIMES),
    form_page("/votes/new/more", draft_terms.MORE),
    form_page("/votes/new/turnout", draft_quorums.TURNOUT),
    form_page("/votes/new/check", draft_terms.SEND),
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
    _paper_record_page("/votes/{vote:vote}/record", paper_votes.FEDERATED),
    _paper_confirm_page("/votes/{vote:vote}/paper-votes/{record:uuid}", paper_votes.FEDERATED),
    *_ballot_pages("/votes/{vote:vote}", OwnBallotPages(FederatedBallots())),
    Page("/votes/{vote:vote}/take-back", federated_ballot.show_take_back, federated_ballot.take_back, federated_ballot.TAKE_BACK),
    Page("/votes/{vote:vote}/paper", federated_ballot.show_paper),
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

_SCRUTINEER_PAGES = (Page("/second-looks", second_looks.show, second_looks.confirm, second_looks.CONFIRM, Access.SCRUTINEER),)

_OPERATOR_PAGES = (Page("/system", system_status.show, access=Access.OPERATOR, shown_without_records=True),)

PAGES = (*_PUBLIC_PAGES, *_SECRETARY_PAGES, *_MEMBER_PAGES, *_CO_OP_PAGES, *_FEDERATED_VOTE_PAGES, *_SCRUTINEER_PAGES, *_OPERATOR_PAGES)
