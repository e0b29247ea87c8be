"""What to do after `kith init`, in plain words. Kith knows the figures in the templates; it does not know your law."""

import re
import textwrap
from pathlib import Path

from libs.rulebook import read, templates
from libs.rulebook.resolutions import said
from scripts.cli.init_answers import Answers
from scripts.cli.init_folder import FILES

_WIDTH = 100


def checklist(folder: Path, answers: Answers) -> str:
    """The list for a co-op just made at `folder`."""
    made = [f"  {name:<14} {purpose}" for name, purpose in FILES.items()]
    return "\n".join([
        f"{answers.name} ({answers.id}) is made, at {folder}",
        "",
        *made,
        "",
        "1. Start it",
        f"     kith up {folder}",
        *_item(f"It prints a link with which {answers.founder} signs in, as secretary and operator."),
        "",
        "2. Keep it safe",
        *_item(f"Back up {folder / 'keys'} apart from the rest: whoever has both has everything, and without keys the rest is shut."),
        *_item("Nobody but you can read the folder. Leave it so."),
        "",
        f"3. Check the rules with an adviser: template {answers.template}",
        *_item("These figures follow British law or other co-ops' rules. Each is a default to check, not advice:"),
        *_figures(answers.template),
        *_item("The sources stand beside the figures in rulebook.toml. After every change of it:"),
        f"     kith rulebook check {folder}",
        "",
        "4. Talk through with an adviser, before you take members or money",
        *_item("FCA: registering the society and its rules takes months; this rulebook must say what your registered rules say."),
        *_item("FCA: the yearly return and accounts are due within 7 months of the year's end (a default to check)."),
        *_item("Data protection: whether to register and pay the fee with the regulator, who answers a member's request for their data."),
        *_item("Data protection: write down why you keep what, and assess the risks before keeping records of people's care."),
        *_item("Care: whether what you do must be registered with the care regulator (in England the CQC)."),
    ])  # fmt: skip


def plan(folder: Path, answers: Answers) -> str:
    """What would be made, for --dry-run."""
    made = [f"  {folder / name}: {purpose}" for name, purpose in FILES.items()]
    settings = [f"  {key}: {getattr(answers, key)}" for key in ("name", "id", "template", "zone", "phone", "address", "federation_address")]
    founder = f"  founder: {answers.founder} <{answers.founder_email}>"
    return "\n".join(["Nothing was made. This would be:", *made, "with", *settings, founder])


def _figures(template: str) -> list[str]:
    lines = []
    for one in read(templates.text(template)).resolutions:
        parts = [said(one.counting.threshold)]
        if one.second_meeting is not None:
            days = f"{one.second_meeting.earliest_days} to {one.second_meeting.latest_days} days later"
            parts.append(f"a second meeting {days} ({said(one.second_meeting.threshold)})")
        parts.append(f"{one.notice_days} days' notice")
        lines += _item(f"{one.name}: {', '.join(parts)}", indent=5)
    noted = len(re.findall(r"^# CHECK:", templates.text(template), re.MULTILINE))
    return [*lines, *_item(f"and {noted} notes marked CHECK in all, with quorums, caps and shares", indent=5)]


def _item(text: str, indent: int = 3) -> list[str]:
    return textwrap.wrap(text, _WIDTH, initial_indent=" " * indent + "- ", subsequent_indent=" " * (indent + 2), break_on_hyphens=False)
