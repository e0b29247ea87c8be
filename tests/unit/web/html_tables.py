"""Reads rows of HTML tables as text, independent of their markup."""

import re


def row_cells(page: str, name: str) -> list[str]:
    """The cells of the first table row whose heading matches `name` (a regular expression); empty if there is none."""
    match = re.search(rf'<th scope="row"[^>]*>{name}</th>(.*?)</tr>', page, re.DOTALL)
    return re.findall(r"<td[^>]*>(.*?)</td>", match[1], re.DOTALL) if match else []
