from __future__ import annotations

import segno
from django.utils.safestring import SafeString, mark_safe

MARGIN = 4  # what a scanner needs around the code, in its own squares


def qr_svg(text: str) -> SafeString:
    """A text as a QR code, to be set into a page: black on white, whatever colours the page has."""
    drawn = segno.make(text, error="m", micro=False).svg_inline(border=MARGIN, light="#fff", omitsize=True)
    return mark_safe(drawn)  # noqa: S308 - squares only: nothing of the text is in the markup
