"""The pages of care: finding one another, teams, visits and their money. `routes.py` has all the others."""

from services.web.page import Access, Page
from services.web.pages import (
    confirmed_actions,
    introductions,
)
from services.web.pages.asks import asked, new_ask, own_asks
from services.web.pages.calendars import feed, my_calendar
from services.web.pages.concerns import concern_forms, concern_page
from services.web.pages.distances import distance_form, distance_pages
from services.web.pages.form_page import form_page
from services.web.pages.matching_days import announce, day_list, day_page, taking_part
from services.web.pages.money import (
    activities,
    engagement_pages,
    invoice_page,
    own_money,
    pay_page,
    shared_budget_pages,
    statement_page,
)
from services.web.pages.my_day import facts as day_facts
from services.web.pages.my_day import page as my_day
from services.web.pages.my_day import send as day_send
from services.web.pages.my_day import sheet as day_sheet
from services.web.pages.my_day import worker as day_worker
from services.web.pages.neighbours import board, own, write_post
from services.web.pages.partners import partner_page, referral_forms, referral_page
from services.web.pages.reviews import review_forms, review_list
from services.web.pages.sharing import propose_sharing, sharing_pages
from services.web.pages.support import call_outs, find, getting, giving, suggested, team_cover
from services.web.pages.teams import question_pages, task_form, team_forms, team_page
from services.web.pages.together import together_pages
from services.web.pages.visits import (
    away,
    cover_page,
    record_forms,
    record_section,
    record_timer,
    series_forms,
    series_list,
    series_page,
    swap_list,
    swap_offer,
    visit_forms,
    visit_page,
    visit_task_form,
    week,
    who_came,
    who_could_page,
    worker_week,
)
from services.web.pages.watch import choice, holders, open_alerts, visit_alerts
from services.web.pages.week_drafts import (
    draft_check,
    draft_choose,
    draft_list,
    draft_page,
    draft_publish,
    draft_reasons,
    draft_wishes,
    draft_without,
    proposals,
)
from services.web.pages.working_time import hours_page
from services.web.pages.working_time.rest_reason import asking_for_reason

CARE_PAGES = (
    find.PAGE,
    suggested.PAGE,
    call_outs.PAGE,
    call_outs.WRITE_PAGE,
    suggested.FILE,
    team_cover.PAGE,
    getting.PAGE,
    giving.PAGE,
    Page("/people", introductions.show, introductions.change, introductions.CHANGE, acting=True),
    *together_pages.PAGES,
    day_list.PAGE,
    *announce.PAGES,
    *taking_part.PAGES,
    *day_page.PAGES,
    board.PAGE,
    write_post.PAGE,
    own_asks.PAGE,
    new_ask.PAGE,
    new_ask.CHECK_PAGE,
    asked.PAGE,
    own.PAGE,
    own.END_PAGE,
    *partner_page.PAGES,
    *referral_forms.PAGES,
    *referral_page.PAGES,
    review_list.PAGE,
    review_forms.ANSWER_PAGE,
    review_forms.VISIT_PAGE,
    asking_for_reason(Page("/week", week.show, week.take, week.CHANGE, acting=True)),
    my_day.PAGE,
    day_facts.PAGE,
    day_send.PAGE,
    day_worker.PAGE,
    worker_week.PAGE,
    day_sheet.PAGE,
    form_page("/today/sheets", day_sheet.CHOICE, Access.MEMBER, acting=True),
    my_calendar.PAGE,
    feed.PAGE,
    who_came.PAGE,
    *away.PAGES,
    *hours_page.PAGES,
    swap_list.PAGE,
    swap_offer.PAGE,
    who_could_page.PAGE,
    draft_list.PAGE,
    draft_wishes.PAGE,
    *draft_check.PAGES,
    draft_page.PAGE,
    draft_page.DROP_PAGE,
    draft_publish.PAGE,
    draft_reasons.PAGE,
    draft_choose.PAGE,
    draft_without.PAGE,
    proposals.PAGE,
    form_page("/visits/new", visit_forms.PROPOSE, Access.MEMBER, acting=True),
    asking_for_reason(Page("/visits/{visit:uuid}", visit_page.show, visit_page.change, visit_page.CHANGE, acting=True)),
    Page("/visits/confirming", record_timer.show, record_timer.change, record_timer.CHANGE, acting=True),
    Page("/visits/{visit:uuid}/record/step", None, record_section.take_step, record_section.STEP, acting=True),
    form_page("/visits/{visit:uuid}/tasks", visit_task_form.OF_VISIT, Access.MEMBER, acting=True),
    form_page("/visits/{visit:uuid}/record", record_forms.WRITE, Access.MEMBER),
    form_page("/visits/{visit:uuid}/record/wrong", record_forms.DISPUTE, Access.MEMBER, acting=True),
    form_page("/visits/{visit:uuid}/record/stand-by", record_forms.STAND_BY, Access.MEMBER),
    holders.PAGE,
    open_alerts.PAGE,
    open_alerts.SORT_PAGE,
    *choice.PAGES,
    *visit_alerts.PAGES,
    form_page("/visits/{visit:uuid}/move", visit_forms.MOVE, Access.MEMBER, acting=True),
    Page("/visits/series", series_list.show, acting=True),
    form_page("/visits/series/new", series_forms.NEW, Access.MEMBER, acting=True),
    form_page("/visits/series/new/check", series_forms.CHECK, Access.MEMBER, acting=True),
    Page("/visits/series/{series:uuid}", series_page.show, series_page.change, series_page.CHANGE, acting=True),
    form_page("/visits/series/{series:uuid}/tasks", visit_task_form.OF_SERIES, Access.MEMBER, acting=True),
    form_page("/visits/series/{series:uuid}/end", series_forms.END, Access.MEMBER, acting=True),
    form_page("/visits/series/{series:uuid}/standing/end", series_forms.END_STANDING, Access.MEMBER),
    *distance_pages.PAGES,
    *distance_form.PAGES,
    *sharing_pages.PAGES,
    *propose_sharing.PAGES,
    *own_money.PAGES,
    *shared_budget_pages.PAGES,
    *engagement_pages.PAGES,
    *pay_page.PAGES,
    invoice_page.PAGE,
    statement_page.PAGE,
    *activities.PAGES,
    Page("/team", team_page.show, team_page.change, team_page.CHANGE, acting=True),
    *question_pages.PAGES,
    form_page("/team/invite", team_forms.INVITE, Access.MEMBER),
    form_page("/team/{team:uuid}/agreement", team_forms.AGREEMENT, Access.MEMBER, acting=True),
    form_page("/team/{team:uuid}/hand-back/{hat}", team_forms.HAND_BACK, Access.MEMBER, acting=True),
    form_page("/team/{team:uuid}/members/{person:uuid}/task", task_form.ASSIGN, Access.MEMBER, acting=True),
    form_page("/team/{team:uuid}/members/{person:uuid}/hat", team_forms.OFFER, Access.MEMBER, acting=True),
    confirmed_actions.confirmation_page("/team/{team:uuid}/members/{person:uuid}/end", team_page.END),
    confirmed_actions.confirmation_page("/team/{team:uuid}/leave", team_page.LEAVE),
    concern_page.LIST_PAGE,
    concern_page.PAGE,
    concern_page.ASIDE_PAGE,
    concern_page.END_PAGE,
    concern_forms.RAISE_PAGE,
    concern_forms.NAME_PAGE,
    concern_forms.WRITE_PAGE,
    concern_forms.PROPOSE_PAGE,
    cover_page.PAGE,
)
