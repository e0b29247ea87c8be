"""Tables of a page as rows of text, however their cells are marked up."""

import re


def row_cells(page: str, name: str) -> list[str]:
    """The cells of the row with this name, a regular expression, in the first table that has one. Empty where there is none."""
    match = re.search(rf'<th scope="row"[^>]*>{name}</th>(.*?)</tr>', page, re.DOTALL)
    return re.findall(r"<td[^>]*>(.*?)</td>", match[1], re.DOTALL) if match else []
