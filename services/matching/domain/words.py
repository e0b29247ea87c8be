"""Words that people write.

Words about somebody else's health are asked about once, gently: they may know and agree. The check looks for a relative or friend and a
word of health in one sentence. It cannot understand; it only asks.
"""

import re

from libs.refusals import invalid

_SENTENCE = re.compile(r"[^.!?\n]+")
_SOMEBODY_ELSE = re.compile(
    r"\b(husband|wife|partner|son|daughter|mother|mum|father|dad|brother|sister|friend|neighbour|child|children|grandson|granddaughter|"
    r"grandchild|grandmother|grandfather|uncle|aunt|cousin|carer|flatmate)s?\b",
    re.IGNORECASE,
)
_HEALTH = re.compile(
    r"\b(ill|illness|sick|disease|diagnos\w*|dementia|alzheimer\w*|cancer|tumour|stroke|diabet\w*|epilep\w*|depress\w*|anxiety|bipolar|"
    r"schizophreni\w*|psychosis|autis\w*|adhd|parkinson\w*|hiv|hepatitis|multiple sclerosis|addict\w*|alcoholic|incontinen\w*|dying|"
    r"disab\w*|mental health|heart attack|suicid\w*)\b",
    re.IGNORECASE,
)


def ask_about_others_health(*texts: str, others_agreed: bool) -> None:
    """Raises Invalid OTHERS_HEALTH, unless they agreed."""
    if not others_agreed and any(map(may_tell_of_others_health, texts)):
        raise invalid("others_agreed", "OTHERS_HEALTH")


def may_tell_of_others_health(words: str) -> bool:
    """Whether a sentence names a relative, friend or neighbour, and something of health."""
    return any(_SOMEBODY_ELSE.search(sentence) and _HEALTH.search(sentence) for sentence in _SENTENCE.findall(words))
