"""Our own small set of Easy Read pictures: line drawings on a 48 by 48 grid, one weight, accent fill.

Each is a handful of SVG shapes. `class="fill"` is tinted with the accent, `class="solid"` is filled with it; everything else is a line.
"""

from functools import cache

from markupsafe import Markup

PICTURE_SHAPES: dict[str, str] = {
    "person": '<circle cx="24" cy="14" r="8" class="fill"/><path d="M8 43c1-11 7-16 16-16s15 5 16 16z"/>',
    "people": (
        '<circle cx="16" cy="16" r="7" class="fill"/><circle cx="34" cy="18" r="5.500"/>'
        '<path d="M3 42c1-10 5-15 13-15s12 5 13 15z"/><path d="M32 29c7-1 12 4 13 13H34"/>'
    ),
    "paper": '<path d="M11 4h18l8 8v32H11z" class="fill"/><path d="M29 4v8h8M17 21h14M17 28h14M17 35h9"/>',
    "ballot": '<path d="M15 4h18v20H15z" class="fill"/><path d="M6 24h36v20H6z"/><path d="M11 24h26M20 13l3 4 6-8"/>',
    "tick": '<circle cx="24" cy="24" r="19" class="fill"/><path d="M14 25l7 8 13-17"/>',
    "cross": '<circle cx="24" cy="24" r="19" class="fill"/><path d="M16 16l16 16M32 16L16 32"/>',
    "pause": '<circle cx="24" cy="24" r="19" class="fill"/><path d="M15 24h18"/>',
    "clock": '<circle cx="24" cy="24" r="19" class="fill"/><path d="M24 12v12l8 6"/>',
    "phone": ('<path d="M12 5l8 2 2 9-5 4c2 5 6 9 11 11l4-5 9 2 2 8c-1 4-4 6-8 6C19 41 6 28 5 13c0-4 3-7 7-8z" class="fill"/>'),
    "question": '<circle cx="24" cy="24" r="19" class="fill"/><path d="M18 19c0-8 12-8 12 0 0 6-6 5-6 10"/><circle cx="24" cy="35" r="1"/>',
    "key": '<circle cx="15" cy="24" r="9" class="fill"/><path d="M24 24h20v8M36 24v6"/><circle cx="14" cy="24" r="2.500"/>',
    "calendar": (
        '<path d="M6 10h36v33H6z"/><path d="M6 10h36v9H6z" class="fill"/><path d="M15 5v9M33 5v9M14 27h5M24 27h5M14 35h5M24 35h5M34 27h2"/>'
    ),
    "hands": (
        '<path d="M3 30l9-3 10 5c3 2 1 5-2 5l-6-1"/><path d="M20 37l15-9c4-1 6 3 3 6L24 44 3 42"/>'
        '<path d="M31 8c3-6 13-3 11 4-1 5-7 8-11 11-4-3-10-6-11-11-2-7 8-10 11-4z" class="fill"/>'
    ),
    "house": '<path d="M9 21v22h30V21"/><path d="M4 25L24 6l20 19" /><path d="M20 43V30h8v13z" class="fill"/>',
    "letter": '<path d="M4 11h40v27H4z" class="fill"/><path d="M4 12l20 15 20-15"/>',
    "talk": '<path d="M5 7h30v21H20l-9 8v-8H5z" class="fill"/><path d="M40 17h4v19h-5v6l-7-6H22"/>',
    "eye": '<path d="M3 24c10-17 32-17 42 0-10 17-32 17-42 0z"/><circle cx="24" cy="24" r="7" class="fill"/>',
    "book": '<path d="M24 11C18 6 10 6 5 8v32c5-2 13-2 19 3z" class="fill"/><path d="M24 11c6-5 14-5 19-3v32c-5-2-13-2-19 3z"/>',
    "count": '<path d="M6 42V28h9v14zM19.500 42V18h9v24z" class="fill"/><path d="M33 42V8h9v34zM3 42h42"/>',
    "scales": '<path d="M24 6v36M14 42h20M8 12h32"/><path d="M8 12L2 27h12zM40 12l-6 15h12z" class="fill"/>',
    "change": '<path d="M39 18A17 17 0 0 0 9 16M9 30a17 17 0 0 0 30 2"/><path d="M9 6v10h10M39 42V32H29"/>',
    "lock": '<path d="M9 21h30v22H9z" class="fill"/><path d="M15 21v-6c0-12 18-12 18 0v6M24 29v6"/>',
    "letters": '<path d="M4 38L14 10l10 28M8 29h12"/><path d="M28 38l7-18 7 18M30 32h10" class="fill"/>',
    "computer": '<path d="M5 8h38v25H5z" class="fill"/><path d="M24 33v8M14 42h20"/>',
    "wash": '<path d="M24 5c8 10 14 17 14 24a14 14 0 0 1-28 0c0-7 6-14 14-24z" class="fill"/><path d="M17 29a7 7 0 0 0 7 7"/>',
    "pill": '<path d="M9 39a9 9 0 0 1 0-13L26 9a9 9 0 0 1 13 13L22 39a9 9 0 0 1-13 0z" class="fill"/><path d="M17 17l14 14"/>',
    "cup": '<path d="M7 17h27v15c0 7-5 11-13.500 11S7 39 7 32z" class="fill"/><path d="M34 21h3c7 0 7 12 0 12h-3M15 5v6M25 5v6"/>',
    "walk": (
        '<circle cx="27" cy="8" r="5" class="fill"/><path d="M26 14l-5 14 8 7 3 10M22 29l-3 8-8 8"/><path d="M14 26l4-8 8-3 6 8 8 2"/>'
    ),
    "bell": '<path d="M10 35c4-4 3-9 4-15 1-15 19-15 20 0 1 6 0 11 4 15z" class="fill"/><path d="M20 35c0 8 8 8 8 0M24 5v3"/>',
}

_STATUS_SHAPES = {
    "yes": '<path d="M3 9l4 4 7-9"/>',
    "no": '<path d="M3 3l10 10M13 3L3 13"/>',
    "wait": '<circle cx="8" cy="8" r="6.500"/><path d="M8 4.500V8l2.500 1.500"/>',
    "calm": '<circle cx="8" cy="8" r="3"/>',
}


@cache
def picture(name: str) -> Markup:
    """The picture with this name. It stands beside its sentence and is hidden from screen readers."""
    shapes = Markup(PICTURE_SHAPES[name])  # noqa: S704 - our own shapes
    return Markup('<svg class="picture" viewBox="0 0 48 48" aria-hidden="true" focusable="false">{}</svg>').format(shapes)


@cache
def status_icon(kind: str) -> Markup:
    """The small icon of a status: yes, no, wait or calm."""
    shapes = Markup(_STATUS_SHAPES[kind])  # noqa: S704 - our own shapes
    return Markup(
        '<svg viewBox="0 0 16 16" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round"'
        ' aria-hidden="true" focusable="false">{}</svg>'
    ).format(shapes)
