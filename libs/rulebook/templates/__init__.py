"""Rulebook templates. Every British figure in them is a default to check with an adviser; a comment beside it says so."""

from importlib.resources import files

_SUMMARIES = {
    "equal-care-like": "People supported, advocates, workers and investors; investors are held to 10 % of the votes.",
    "somerset-like": "Each class has a fixed share of the vote, whatever its head count.",
    "fairshares-like": "Weighty decisions need 75 % of all and a majority in every class.",
    "single-class": "Everybody is simply a member, one member one vote.",
}


def template_names() -> tuple[str, ...]:
    """The names of all templates."""
    return tuple(_SUMMARIES)


def template_summary(name: str) -> str:
    """One sentence that describes the template. Raises `KeyError` for an unknown name."""
    return _SUMMARIES[name]


def template_text(name: str) -> str:
    """The template's text, a valid rulebook. Raises `KeyError` for an unknown name."""
    if name not in _SUMMARIES:
        raise KeyError(name)
    return files(__name__).joinpath(f"{name}.toml").read_text(encoding="utf-8")
