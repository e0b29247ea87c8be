"""The names of pages on which somebody can change something, for the list of what was done with somebody's help."""

from collections.abc import Mapping

from markupsafe import Markup

from services.web.localisation.catalogue import Catalogue

_KEYS: Mapping[str, str] = {
    "/emergency": "emergency.title",
    "/motions": "place.motions",
    "/votes": "place.votes",
    "/you": "you.title",
    "/you/consents": "consent.title",
    "/you/data": "data.title",
    "/you/password": "sign_in.password",
    "/you/people": "people.title",
    "/you/qualifications": "qualifications.title",
    "/you/record": "record.title",
    "/you/record/sharing": "helping.page_sharing",
    "/you/recovery": "recovery_help.title",
    "/you/sessions": "sessions.title",
    "/you/told": "told.title",
    "/people/find": "find.title",
    "/people/suggested": "suggested.title",
    "/people/suggested/team": "team_cover.title",
    "/people/reviews": "reviews.title",
    "/people/call-outs": "call_outs.title",
    "/people/neighbours": "neighbours.title",
    "/people/pairs": "neighbours.link_title",
    "/partners": "partners.title",
    "/today": "my_day.title",
    "/watch": "watch.title",
    "/watch/open": "watch_open.title",
    "/partner": "partners.own_title",
    "/referrals": "referrals.title",
    "/people/other-co-ops": "asks.title",
    "/people/asked": "asked.title",
    "/support/getting": "support.getting",
    "/support/giving": "support.giving",
    "/helping": "helping.title",
    "/people": "meet.title",
    "/team": "team.title",
    "/week": "week.title",
    "/week/hours": "hours.title",
    "/visits": "week.title",
    "/visits/series": "series.title",
    "/visits/distances": "distance.title",
    "/visits/sharing": "sharing.title",
    "/together": "together.title",
    "/money": "money.title",
    "/money/work": "engagement.title",
    "/activities": "activities.title",
}
"""By the beginning of a page's path; the longest that fits counts."""


def page_name(catalogue: Catalogue, path: str) -> Markup:
    """The name of the page with this path; of one that is no more, "another page"."""
    parts = path.strip("/").split("/")
    for length in range(len(parts), 0, -1):
        if key := _KEYS.get("/" + "/".join(parts[:length])):
            return catalogue.say(key)
    return catalogue.say("helping.page_other")
