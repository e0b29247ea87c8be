"""Keys that are equal for the same name, e-mail address or phone number, however it was typed or copied.

| key    | what makes no difference                                                                                          |
|--------|-------------------------------------------------------------------------------------------------------------------|
| name   | case, width, spacing; which apostrophe or hyphen it is; characters that are not seen, unless they join two letters |
| e-mail | case, width; characters that are not seen; whether the domain is written in letters or in ASCII (IDNA, UTS 46)     |
| phone  | spaces and signs; the country's own code, or the zero instead of it                                                |

Characters that are not seen are those of Unicode's category Cf. A zero-width joiner or non-joiner between letters is spelling in many
scripts.
"""

import re
import unicodedata

_JOINERS = "\u200c\u200d"
_APOSTROPHES = r"\u0027\u0060\u00b4\u02b9\u02bb-\u02bd\u02c8\u2018\u2019\u201b\u2032\uff07"
_HYPHENS = r"\-\u2010-\u2015\u2212\ufe58\ufe63\uff0d"
_APOSTROPHES_AND_HYPHENS = re.compile(f"[{_APOSTROPHES}{_HYPHENS}]")
_ONE_OF_THEM = "-"


def fold_name(name: str) -> str:
    """The key of a name, or of a part of one."""
    folded = without_unseen(unicodedata.normalize("NFKC", name)).casefold()
    return " ".join(_APOSTROPHES_AND_HYPHENS.sub(_ONE_OF_THEM, folded).split())


def fold_email(email: str) -> str:
    """The key of an e-mail address; empty for none."""
    folded = "".join(without_unseen(unicodedata.normalize("NFKC", email), joiners="").casefold().split())
    local, at, domain = folded.rpartition("@")
    return f"{local}{at}{_ascii_domain(domain)}"


def fold_phone(phone: str, country: str) -> str:
    """The key of a phone number: its international digits. `country` is the co-op's (ISO 3166), for numbers without a country code.

    Without a country, or for what is no number there, the digits as they are.
    """
    digits = "".join(filter(str.isdigit, phone))
    if not country and not phone.lstrip().startswith("+"):
        return digits
    # Its tables cost 7 MB and 70 ms, and only registering and correcting people need them.
    import phonenumbers

    try:
        number = phonenumbers.parse(phone, country or None)
    except phonenumbers.NumberParseException:
        return digits
    zero = "0" * (number.number_of_leading_zeros or 1) if number.italian_leading_zero else ""
    return f"{number.country_code}{zero}{number.national_number}"


def without_unseen(text: str, joiners: str = _JOINERS) -> str:
    """The text without characters that nobody sees; `joiners` stay where they join two letters."""
    kept = []
    for index, character in enumerate(text):
        if unicodedata.category(character) == "Cf":
            between = text[index - 1 : index].isalpha() and text[index + 1 : index + 2].isalpha()
            if character not in joiners or not between:
                continue
        kept.append(character)
    return "".join(kept)


def _ascii_domain(domain: str) -> str:
    """The domain as it is asked for; as it is where it is no domain."""
    if domain.isascii():
        return domain
    import idna

    try:
        return idna.encode(domain, uts46=True).decode("ascii")
    except idna.IDNAError:
        return domain
