"""A QR code as an SVG drawing: black on white whatever the colours of the page, because cameras read it so."""

from markupsafe import Markup, escape

QUIET = 4
"""Modules of white around it, as ISO/IEC 18004 asks for."""


def qr_code(text: str, label: str) -> Markup:
    """The drawing; `label` says to a screen reader what it leads to. Error correction M or better: a fold in the paper does no harm."""
    import segno  # here: only a printed card needs it

    code = segno.make(text, error="m", micro=False)
    side = code.symbol_size(border=QUIET)[0]
    rows = [f"M{column + QUIET} {row + QUIET}h1v1h-1z" for row, line in enumerate(code.matrix) for column, dark in enumerate(line) if dark]
    return Markup('<svg class="qr" viewBox="0 0 {0} {0}" role="img" aria-label="{1}">').format(side, escape(label)) + Markup(
        '<path fill="#fff" d="M0 0h{0}v{0}H0z"/><path fill="#000" d="{1}"/></svg>'
    ).format(side, "".join(rows))
