"""Reads what holds for partners of the co-op and for referrals."""

from dataclasses import dataclass

from libs.rulebook.toml_table import TomlTable

_MAX_DAYS = 366


@dataclass(frozen=True)
class PartnerRules:
    """`answer_days`: within so many days a referral is to be answered, before it shows as late."""

    answer_days: int = 14


def read_partners(root: TomlTable) -> PartnerRules:
    """The section `[partners]`; what it leaves out is as usual."""
    table, usual = root.table("partners"), PartnerRules()
    if table is None:
        return usual
    days = table.integer("answer_days", 1, _MAX_DAYS, example=usual.answer_days, default=usual.answer_days)
    table.reject_unknown_keys()
    return PartnerRules(days)
