"""Reads thresholds and class rules (none, a cap, fixed shares, or agreement of each class) from a rulebook."""

from enum import StrEnum
from fractions import Fraction

from libs.rulebook.counting import ClassCap, ClassRule, Denominator, EachClass, FixedShares, OneMemberOneVote, SilentClass, Threshold
from libs.rulebook.fraction_text import format_fraction
from libs.rulebook.toml_table import TomlTable

_EXAMPLE_THRESHOLD = '{ more_than = "1/2" }'


class _Kind(StrEnum):
    NONE = "none"
    CAP = "cap"
    FIXED_SHARES = "fixed_shares"
    EACH_CLASS = "each_class"


def read_threshold(table: TomlTable, key: str) -> Threshold:
    """Reads the share of votes that must be in favour: `{ more_than = "1/2" }` is strict, `{ at_least = "75 %" }` is not."""
    fallback = Threshold(Fraction(1, 2), strict=True)
    inner = table.table(key, f"{key} = {_EXAMPLE_THRESHOLD}")
    if inner is None:
        return fallback
    strict, plain = inner.has("more_than"), inner.has("at_least")
    more_than = inner.share("more_than", "1/2", one=False) if strict else None
    at_least = inner.share("at_least", "3/4") if plain else None
    of = inner.choice("of", Denominator, Denominator.CAST)
    if strict and plain:
        inner.note("", 'A threshold is either "more_than" or "at_least", not both.', "Keep one of the two.")
    elif not strict and not plain:
        inner.note("", "The threshold does not say how much is needed.", f'Write {key} = {_EXAMPLE_THRESHOLD}, or with at_least = "75 %".')
    # Looked up, so that `reject_unknown_keys` can suggest them.
    inner.take("more_than")
    inner.take("at_least")
    inner.reject_unknown_keys()
    exact = more_than if strict else at_least
    return Threshold(exact, strict=strict, of=of) if exact is not None else fallback


def read_class_rule(table: TomlTable, every: tuple[str, ...], on_the_roll: tuple[str, ...]) -> ClassRule:
    """Reads the rule between classes; without one, every ballot weighs one.

    `every` are all classes; only those `on_the_roll` have a vote here.
    """
    inner = table.table("class_rule")
    if inner is None:
        return OneMemberOneVote()
    rule: ClassRule
    kind = inner.choice("kind", _Kind)
    if kind is _Kind.CAP:
        rule = _cap(inner, every, on_the_roll)
    elif kind is _Kind.FIXED_SHARES:
        rule = _fixed_shares(inner, every, on_the_roll)
    elif kind is _Kind.EACH_CLASS:
        rule = EachClass(read_threshold(inner, "threshold"), silent_blocks=inner.flag("silent_blocks", default=False))
    else:
        rule = OneMemberOneVote()
    # With an unknown kind, the other keys cannot be checked.
    if inner.take("kind") in list(_Kind):
        inner.reject_unknown_keys()
    return rule


def _cap(table: TomlTable, every: tuple[str, ...], on_the_roll: tuple[str, ...]) -> ClassCap:
    classes = table.names("classes", every, "class", required=True)
    for key in classes:
        if key not in on_the_roll:
            table.note("classes", f'The class "{key}" has no vote here, so it cannot be capped.', f'Take "{key}" out of the list.')
    if "classes" in table.keys and not classes:
        table.note("classes", "A cap must name the classes it holds down.", 'Write classes = ["investor"].')
    elif on_the_roll and set(classes) >= set(on_the_roll):
        problem = "The cap names every class that votes, so there is nothing left to measure it against."
        table.note("classes", problem, "Leave at least one class out.")
    fraction = table.share("fraction", "10 %", one=False)
    measured_on = table.choice("measured_on", Denominator, Denominator.CAST)
    return ClassCap(classes, fraction if fraction is not None else Fraction(1, 10), measured_on)


def _fixed_shares(table: TomlTable, every: tuple[str, ...], on_the_roll: tuple[str, ...]) -> FixedShares:
    silent = table.choice("silent", SilentClass, SilentClass.FORFEIT)
    inner = table.table("shares", 'shares = { worker = "1/2", client = "1/2" }')
    if inner is None:
        return FixedShares((), silent)
    shares: list[tuple[str, Fraction]] = []
    valid = True
    for key in inner.keys:
        if not inner.is_known(key, key, every, "class"):
            valid = False
            continue
        if key not in on_the_roll:
            problem = f'The class "{key}" has no vote here, so it cannot have a share.'
            inner.note(key, problem, f'Take "{key}" out and share its part among the others.')
            valid = False
        share = inner.share(key, "1/4")
        valid = valid and share is not None
        if share is not None:
            shares.append((key, share))
    for key in on_the_roll:
        if valid and key not in inner.keys:
            inner.note("", f'The class "{key}" has a vote but no share.', f'Add {key} = "1/4" and lower the others, or exclude it.')
            valid = False
    total = sum((share for _, share in shares), Fraction(0))
    if valid and total != 1:
        less_or_more = "less" if total < 1 else "more"
        difference = f"{format_fraction(abs(1 - total))} ({float(abs(1 - total) * 100):.4g} %)"
        problem = f"The shares sum to {format_fraction(total)}, not to one: {difference} {less_or_more} than all."
        inner.note("", problem, "Change one share so that they sum to 100 %.")
    return FixedShares(tuple(shares), silent)
