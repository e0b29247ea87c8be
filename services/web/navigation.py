"""Where people can go: the places of their hats, and, while they act for somebody, the pages within their scopes."""

from collections.abc import Callable, Collection
from dataclasses import dataclass

from markupsafe import Markup

from libs.access.record_fields import SECTIONS

Say = Callable[..., Markup]


@dataclass(frozen=True)
class NavigationLink:
    """A link of the navigation that people with a hat see."""

    path: str
    name: Markup
    here: bool


@dataclass(frozen=True)
class NavigationGroup:
    """Links of the navigation that belong together, under a heading."""

    name: Markup
    links: tuple[NavigationLink, ...]


_EVERYBODY = ""
_NAVIGATION: tuple[tuple[str, tuple[tuple[str, str, str], ...]], ...] = (
    (
        "place.group_votes",
        (
            ("/motions", "place.motions", _EVERYBODY),
            ("/votes", "place.votes", _EVERYBODY),
            ("/paper-votes", "place.paper_votes", "secretary"),
        ),
    ),
    (
        "place.group_people",
        (
            ("/members", "place.members", "secretary"),
            ("/applications", "place.applications", "secretary"),
            ("/qualifications", "place.qualifications", "secretary"),
            ("/emergency-access", "place.emergency", "secretary"),
            ("/support/fairness", "place.fairness", "secretary"),
            ("/people/pairs", "place.neighbour_pairs", "secretary link"),
            ("/partners", "place.partners", "secretary"),
            ("/people/put-in-touch", "place.put_in_touch", "secretary link"),
            ("/second-looks", "place.second_looks", "scrutineer"),
        ),
    ),
    (
        "place.group_co_op",
        (
            ("/", "place.home", _EVERYBODY),
            ("/money/periods", "place.periods", "secretary"),
            ("/notices", "place.notices", "secretary"),
            ("/watch", "place.watch", "secretary"),
            ("/co-ops", "place.co_ops", "secretary"),
            ("/system", "place.system", "operator"),
        ),
    ),
)
"""Per group its heading and its links: path, name, and the hats that they are for; any of them is enough."""
_NAVIGATION_HATS = frozenset(hat for _, links in _NAVIGATION for _, _, hats in links for hat in hats.split())


_ACTING_PLACES: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("/you/record", "acting.place_record", tuple(SECTIONS)),
    ("/you/consents", "acting.place_consents", ("consent",)),
    ("/you/told", "acting.place_told", ("notices",)),
    ("/support/getting", "acting.place_getting", ("team",)),
    ("/you/data", "acting.place_data", ("data_rights",)),
    ("/you/readers", "acting.place_readers", ("data_rights",)),
    ("/people", "acting.place_people", ("team",)),
    ("/team", "acting.place_team", ("team",)),
    ("/week", "acting.place_week", ("team",)),
    ("/referrals", "acting.place_referrals", ("team",)),
    ("/money", "acting.place_money", ("money",)),
)
"""Pages that can be used while acting, and in which scopes; any of them is enough."""


def acting_places(scopes: Collection[str], name: str, say: Say, here: str) -> list[NavigationLink]:
    """Where somebody can go who acts for `name` within these scopes: nothing outside them."""
    within = [(path, key) for path, key, opened_by in _ACTING_PLACES if set(scopes) & set(opened_by)]
    return [NavigationLink(path, say(key, name=name), path == here) for path, key in within]


def places_of_hats(has_hat: Callable[[str], bool], say: Say, here: str) -> list[NavigationGroup]:
    """The places of all hats of a person, in groups; none for somebody without a hat, and no group that is empty."""
    if not any(map(has_hat, _NAVIGATION_HATS)):
        return []
    groups = [
        NavigationGroup(
            say(heading),
            tuple(
                NavigationLink(path, say(key), path == here)
                for path, key, hats in links
                if hats == _EVERYBODY or any(map(has_hat, hats.split()))
            ),
        )
        for heading, links in _NAVIGATION
    ]
    return [group for group in groups if group.links]
