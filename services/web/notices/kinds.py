"""The kinds of notices: what each is about, where it leads, and whether it waits for the end of quiet hours.

The words are in the catalogues: `notice.<kind>.subject` and `notice.<kind>.text`.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from kith.identity.v1.enums import NoticeTopic

SIGN_IN_LINK = "sign_in_link"
DAY_SHEET, DAY_SHEET_AGAIN = "day_sheet", "day_sheet_again"


@dataclass(frozen=True)
class NoticeKind:
    """`path` is the page to which the notice leads; `{about}` in it is the id of the motion."""

    topic: NoticeTopic
    path: str
    at_once: bool = False
    """Somebody is waiting for it: no quiet hours, and it does not go with a topic that somebody stopped."""
    why: str = ""
    """Why they get it, where the topic does not say: `notice.why.<why>`."""
    is_sealed: bool = False
    """Who prints it must not learn what it is about: a letter says that there is something to read, and nothing else."""


KINDS: Mapping[str, NoticeKind] = {
    "code_issued": NoticeKind(NoticeTopic.SECURITY, "/you"),
    "codes_revoked": NoticeKind(NoticeTopic.SECURITY, "/you"),
    "password_set": NoticeKind(NoticeTopic.SECURITY, "/you"),
    "passkey_added": NoticeKind(NoticeTopic.SECURITY, "/you/sign-in"),
    "passkey_removed": NoticeKind(NoticeTopic.SECURITY, "/you/sign-in"),
    "passkey_copy": NoticeKind(NoticeTopic.SECURITY, "/you/sign-in"),
    "details_corrected": NoticeKind(NoticeTopic.SECURITY, "/you"),
    "persons_merged": NoticeKind(NoticeTopic.SECURITY, "/you"),
    "new_device": NoticeKind(NoticeTopic.SECURITY, "/you/sessions"),
    "help_began": NoticeKind(NoticeTopic.SECURITY, "/you/sessions"),
    "ways_changed": NoticeKind(NoticeTopic.SECURITY, "/you/told"),
    "motion_opened": NoticeKind(NoticeTopic.MOTIONS, "/motions/{about}"),
    "motion_closing": NoticeKind(NoticeTopic.MOTIONS, "/motions/{about}"),
    "vote_recorded": NoticeKind(NoticeTopic.BALLOTS, "/motions/{about}/receipt"),
    "vote_changed": NoticeKind(NoticeTopic.BALLOTS, "/motions/{about}/receipt"),
    "review_asked": NoticeKind(NoticeTopic.TEAM, "/people/reviews"),
    "task_ended": NoticeKind(NoticeTopic.TEAM, "/team"),
    "peer_link_told": NoticeKind(NoticeTopic.TEAM, "/people/pairs"),
    "peer_paired": NoticeKind(NoticeTopic.TEAM, "/people/neighbours/mine"),
    "peer_talk_asked": NoticeKind(NoticeTopic.TEAM, "/people/neighbours/mine"),
    "peer_ended": NoticeKind(NoticeTopic.TEAM, "/people/neighbours/mine"),
    "partner_place_given": NoticeKind(NoticeTopic.TEAM, "/partner/{about}"),
    "space_for_partner": NoticeKind(NoticeTopic.TEAM, "/partner"),
    "space_for_co_op": NoticeKind(NoticeTopic.TEAM, "/partners"),
    "referral_received": NoticeKind(NoticeTopic.TEAM, "/partners/referrals/{about}"),
    "referral_withdrawn": NoticeKind(NoticeTopic.TEAM, "/partners/referrals/{about}"),
    "referral_refused": NoticeKind(NoticeTopic.TEAM, "/partners/referrals/{about}"),
    "referral_about_you": NoticeKind(NoticeTopic.TEAM, "/referrals/{about}"),
    "referral_for_partner": NoticeKind(NoticeTopic.TEAM, "/referrals/{about}"),
    "referral_answered": NoticeKind(NoticeTopic.TEAM, "/referrals/{about}"),
    "referral_called_off": NoticeKind(NoticeTopic.TEAM, "/referrals/{about}"),
    "referral_taken_back": NoticeKind(NoticeTopic.TEAM, "/referrals/{about}"),
    "referral_outcome": NoticeKind(NoticeTopic.TEAM, "/referrals/{about}"),
    "ask_replied": NoticeKind(NoticeTopic.TEAM, "/people/other-co-ops", is_sealed=True),
    "ask_agreed": NoticeKind(NoticeTopic.TEAM, "/people/asked"),
    "ask_link_told": NoticeKind(NoticeTopic.TEAM, "/people/put-in-touch"),
    "matching_day_announced": NoticeKind(NoticeTopic.TEAM, "/people/days/{about}"),
    "matching_day_run": NoticeKind(NoticeTopic.TEAM, "/people/days/{about}"),
    "team_question_asked": NoticeKind(NoticeTopic.TEAM, "/team/questions/{about}", is_sealed=True),
    "team_question_closed": NoticeKind(NoticeTopic.TEAM, "/team/questions/{about}", is_sealed=True),
    "concern_step": NoticeKind(NoticeTopic.TEAM, "/team/concerns", is_sealed=True),
    "concern_waiting": NoticeKind(NoticeTopic.TEAM, "/team/concerns", is_sealed=True),
    "concern_look_back": NoticeKind(NoticeTopic.TEAM, "/team/concerns", is_sealed=True),
    "concern_overdue": NoticeKind(NoticeTopic.TEAM, "/team/concerns", is_sealed=True),
    "cover_needed": NoticeKind(NoticeTopic.VISITS, "/visits/covers"),
    "visit_proposed": NoticeKind(NoticeTopic.VISITS, "/visits/{about}"),
    "visit_agreed": NoticeKind(NoticeTopic.VISITS, "/visits/{about}"),
    "visit_declined": NoticeKind(NoticeTopic.VISITS, "/visits/{about}"),
    "visit_move_proposed": NoticeKind(NoticeTopic.VISITS, "/visits/{about}"),
    "visit_moved": NoticeKind(NoticeTopic.VISITS, "/visits/{about}"),
    "visit_cancelled": NoticeKind(NoticeTopic.VISITS, "/visits/{about}"),
    "visit_taken": NoticeKind(NoticeTopic.VISITS, "/visits/{about}"),
    "visit_given_back": NoticeKind(NoticeTopic.VISITS, "/visits/{about}"),
    "visit_uncleared": NoticeKind(NoticeTopic.VISITS, "/you/qualifications"),
    "visit_task_ended": NoticeKind(NoticeTopic.VISITS, "/team"),
    "visits_given_back": NoticeKind(NoticeTopic.VISITS, "/week"),
    "visit_asked": NoticeKind(NoticeTopic.VISITS, "/visits/{about}"),
    "visit_swapped": NoticeKind(NoticeTopic.VISITS, "/visits/{about}"),
    "swap_offered": NoticeKind(NoticeTopic.VISITS, "/week/swaps"),
    "swap_accepted": NoticeKind(NoticeTopic.VISITS, "/week/mine"),
    "swap_declined": NoticeKind(NoticeTopic.VISITS, "/week/swaps"),
    "visit_recorded": NoticeKind(NoticeTopic.VISITS, "/visits/{about}"),
    "visit_confirmed": NoticeKind(NoticeTopic.VISITS, "/visits/{about}"),
    "visit_timer_confirmed": NoticeKind(NoticeTopic.VISITS, "/visits/{about}"),
    "visit_disputed": NoticeKind(NoticeTopic.VISITS, "/visits/{about}"),
    "visit_stood_by": NoticeKind(NoticeTopic.VISITS, "/visits/{about}"),
    "series_proposed": NoticeKind(NoticeTopic.VISITS, "/visits/series/{about}"),
    "series_agreed": NoticeKind(NoticeTopic.VISITS, "/visits/series/{about}"),
    "series_declined": NoticeKind(NoticeTopic.VISITS, "/visits/series/{about}"),
    "series_withdrawn": NoticeKind(NoticeTopic.VISITS, "/visits/series/{about}"),
    "series_ended": NoticeKind(NoticeTopic.VISITS, "/visits/series/{about}"),
    "series_taken": NoticeKind(NoticeTopic.VISITS, "/visits/series/{about}"),
    "series_given_back": NoticeKind(NoticeTopic.VISITS, "/visits/series/{about}"),
    "standing_taken": NoticeKind(NoticeTopic.VISITS, "/visits/series/{about}"),
    "standing_ended": NoticeKind(NoticeTopic.VISITS, "/visits/series/{about}"),
    "standing_open": NoticeKind(NoticeTopic.VISITS, "/visits/series/{about}"),
    "standing_refused": NoticeKind(NoticeTopic.VISITS, "/visits/series/{about}"),
    "gap_proposed": NoticeKind(NoticeTopic.VISITS, "/visits/distances/{about}"),
    "gap_agreed": NoticeKind(NoticeTopic.VISITS, "/visits/distances/{about}"),
    "gap_declined": NoticeKind(NoticeTopic.VISITS, "/visits/distances/{about}"),
    "gap_ended": NoticeKind(NoticeTopic.VISITS, "/visits/distances/{about}"),
    "gap_broken": NoticeKind(NoticeTopic.VISITS, "/visits/{about}"),
    "sharing_proposed": NoticeKind(NoticeTopic.VISITS, "/visits/sharing/{about}"),
    "sharing_agreed": NoticeKind(NoticeTopic.VISITS, "/visits/sharing/{about}"),
    "sharing_ended": NoticeKind(NoticeTopic.VISITS, "/visits/sharing/{about}"),
    "sharing_moved": NoticeKind(NoticeTopic.VISITS, "/visits/sharing/{about}"),
    "activity_called_off": NoticeKind(NoticeTopic.VISITS, "/together/{about}"),
    "funding_proposed": NoticeKind(NoticeTopic.VISITS, "/money"),
    "funding_answered": NoticeKind(NoticeTopic.VISITS, "/members/{about}/funding"),
    "shared_budget_proposed": NoticeKind(NoticeTopic.VISITS, "/money/shared"),
    "shared_budget_agreed": NoticeKind(NoticeTopic.VISITS, "/money/shared"),
    "shared_budget_ended": NoticeKind(NoticeTopic.VISITS, "/money/shared"),
    "engagement_proposed": NoticeKind(NoticeTopic.VISITS, "/money/work"),
    "engagement_answered": NoticeKind(NoticeTopic.VISITS, "/money/work"),
    "engagement_from_worker": NoticeKind(NoticeTopic.VISITS, "/members/{about}/engagement"),
    "pay_ready": NoticeKind(NoticeTopic.VISITS, "/money/pay/{about}"),
    "watch_asked": NoticeKind(NoticeTopic.VISITS, "/watch"),
    "watch_late": NoticeKind(NoticeTopic.VISITS, "/watch/open", at_once=True, why="watch"),
    "watch_missed": NoticeKind(NoticeTopic.VISITS, "/watch/open", at_once=True, why="watch"),
    "watch_lone": NoticeKind(NoticeTopic.VISITS, "/watch/open", at_once=True, why="watch"),
    "watch_answered": NoticeKind(NoticeTopic.VISITS, "/watch/open", at_once=True, why="watch"),
    "visit_on_way_asked": NoticeKind(NoticeTopic.VISITS, "/visits/{about}/on-way", at_once=True, why="visit_now"),
    "visit_comes_late": NoticeKind(NoticeTopic.VISITS, "/visits/{about}", at_once=True, why="visit_now"),
    "visit_safe_asked": NoticeKind(NoticeTopic.VISITS, "/visits/{about}", at_once=True, why="visit_now"),
    DAY_SHEET: NoticeKind(NoticeTopic.VISITS, "/today/sheet?day={about}", at_once=True, why=DAY_SHEET),
    DAY_SHEET_AGAIN: NoticeKind(NoticeTopic.VISITS, "/today/sheet?day={about}", at_once=True, why=DAY_SHEET),
    "draft_asked": NoticeKind(NoticeTopic.VISITS, "/week/proposals"),
    "draft_shown": NoticeKind(NoticeTopic.VISITS, "/week/proposals"),
    "draft_published": NoticeKind(NoticeTopic.VISITS, "/week"),
    SIGN_IN_LINK: NoticeKind(NoticeTopic.SECURITY, "/sign-in/{about}", at_once=True, why="sign_in_link"),
}
