"""A chart shows the same as its table, and its labels fit."""

import re
from fractions import Fraction
from xml.etree import ElementTree as ET

import pytest

from services.web.drawings import label_layout
from services.web.drawings.bar_charts import Bar, BarSegment, bar_chart, share_chart
from services.web.drawings.pictures import PICTURE_SHAPES, picture, status_icon


def make_bar(*counts: int, name: str = "Worker member") -> Bar:
    kinds = (("for", "yes"), ("against", "no"), ("abstained", "neither"))
    return Bar(name, [BarSegment(kind, Fraction(count), f"{count} {word}") for (kind, word), count in zip(kinds, counts, strict=True)])


def parse_rem(value: str | None) -> float:
    return float((value or "0rem").removesuffix("rem"))


def bar_widths(drawn: str) -> list[float]:
    return [float(found) for found in re.findall(r'width="([\d.]+)%"', drawn)]


def test_bars_are_as_long_as_their_numbers_on_one_scale() -> None:
    drawn = bar_chart("Votes", "Facts.", [make_bar(30, 10, 0), make_bar(10, 5, 5)])
    assert bar_widths(drawn) == [75.0, 25.0, 25.0, 12.5, 12.5]


def test_a_drawing_has_a_name_and_its_facts_for_those_who_cannot_see_it() -> None:
    drawn = ET.fromstring(str(bar_chart("Votes by class", "Worker member: 3 yes.", [make_bar(3, 25, 0)])))  # noqa: S314 - our own drawing
    assert drawn.get("role") == "img"
    assert [drawn.findtext("title"), drawn.findtext("desc")] == ["Votes by class", "Worker member: 3 yes."]


@pytest.mark.parametrize("counts", [(1, 0, 0), (0, 0, 0), (300_000, 1, 1), (3, 25, 0), (134, 46, 5)])
def test_every_label_fits_the_narrowest_drawing(counts: tuple[int, int, int]) -> None:
    name = "People who give support, and the families who stand beside them"
    drawn = ET.fromstring(str(bar_chart("Votes", "Facts.", [make_bar(*counts, name=name), make_bar(7, 7, 7)])))  # noqa: S314 - our own drawing
    for text in drawn.iter("text"):
        start = float((text.get("x") or "0%").removesuffix("%")) / 100 * label_layout.NARROWEST_DRAWING + parse_rem(text.get("dx"))
        assert (
            start + label_layout.label_width(text.text or "", bold=text.get("class") == "name") <= label_layout.NARROWEST_DRAWING + 0.01
        ), text.text
        assert parse_rem(text.get("y")) <= parse_rem(drawn.get("height"))


def test_a_label_stands_in_its_bar_only_when_all_of_its_row_fit() -> None:
    assert 'class="on"' in bar_chart("Votes", "Facts.", [make_bar(50, 50, 0)])
    assert 'class="on"' not in bar_chart("Votes", "Facts.", [make_bar(50, 1, 0)])


@pytest.mark.parametrize("needed", [Fraction(1, 100), Fraction(1, 2), Fraction(2, 3), Fraction(99, 100)])
def test_the_threshold_line_is_at_the_right_position(needed: Fraction) -> None:
    drawn = ET.fromstring(str(share_chart("Share", "Facts.", Fraction(79, 160), needed, "Yes: 49", "More than so much was needed.")))  # noqa: S314 - our own drawing
    line = next(drawn.iter("line"))
    assert float((line.get("x1") or "").removesuffix("%")) == pytest.approx(float(needed * 100), abs=0.01)


def test_labels_cannot_smuggle_markup_into_a_drawing() -> None:
    assert "<script>" not in bar_chart("<script>", "<script>", [make_bar(1, 1, 1, name="<script>")])


@pytest.mark.parametrize("name", PICTURE_SHAPES)
def test_every_picture_is_a_drawing_hidden_from_screen_readers(name: str) -> None:
    assert ET.fromstring(str(picture(name))).get("aria-hidden") == "true"  # noqa: S314 - our own drawing


@pytest.mark.parametrize("kind", ["yes", "no", "wait", "calm"])
def test_every_status_has_a_sign_beside_its_word(kind: str) -> None:
    assert ET.fromstring(str(status_icon(kind))).get("aria-hidden") == "true"  # noqa: S314 - our own drawing
