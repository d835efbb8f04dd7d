"""Form fields that clean what is typed the way the verbs do, and take several files at once."""

from __future__ import annotations

import re
from html import escape
from typing import Any, Final

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.forms.boundfield import BoundField
from django.forms.utils import flatatt
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy

from complaints.common.words import clean, clean_line

_THOUSANDS: Final = re.compile(r"\d{1,3}(,\d{3})+(\.\d*)?")
_DIGITS: Final = re.compile(r"\d*\.?\d*")


class Line(forms.CharField):
    """One line: what cannot be seen is dropped before anything is judged."""

    def to_python(self, value: Any) -> str:
        """Clean the line."""
        return clean_line(super().to_python(value) or "")


class Hour(forms.TimeField):
    """A time of day, as a browser's own control gives it."""

    widget = forms.TimeInput(attrs={"type": "time"}, format="%H:%M")


class Day(forms.DateField):
    """A day, picked where the browser can."""

    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class Words(forms.CharField):
    """As many lines as it takes."""

    widget = forms.Textarea(attrs={"rows": 3})

    def to_python(self, value: Any) -> str:
        """Clean the text; its lines stay."""
        return clean(super().to_python(value) or "")


class Amount(forms.DecimalField):
    """A sum as people type it: `150`, `1,850` or `1 850.00`, and never `1e3`; whether it will do, the verb judges."""

    widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})

    def __init__(self, **facts: Any) -> None:
        sentence = gettext_lazy("This is not an amount of money.")
        wrong = dict.fromkeys(("invalid", "max_digits", "max_decimal_places", "max_whole_digits", "required"), sentence)
        super().__init__(max_digits=12, decimal_places=2, error_messages=wrong, **facts)

    def to_python(self, value: Any) -> Any:
        """Read past what sets thousands apart."""
        typed = clean_line(str(value or "")).replace(" ", "")
        typed = typed.replace(",", "") if _THOUSANDS.fullmatch(typed) else typed
        if not _DIGITS.fullmatch(typed):
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        return super().to_python(typed)


class FilesInput(forms.FileInput):
    """A choice of several files."""

    allow_multiple_selected = True

    def value_from_datadict(self, _data: Any, files: Any, name: str) -> list[UploadedFile[Any]]:
        """Every file sent under this name; what was kept of an earlier form holds none."""
        return list(files.getlist(name)) if hasattr(files, "getlist") else []


class Files(forms.Field):
    """Any number of files; `cases.attachments` judges them."""

    widget = FilesInput(attrs={"accept": "image/*,application/pdf,text/plain"})


class LongSelect(forms.Select):
    """A select of hundreds of options, written in one go: Django renders a template for each, 40 ms in a thousand."""

    def render(self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None) -> SafeString:
        """The same HTML as Django's, and so the same escaping."""
        chosen = {str(one) for one in (value if isinstance(value, list) else [value]) if one is not None}
        given = flatatt({**self.build_attrs(self.attrs, attrs), "name": name})
        options = mark_safe(_options(self.choices, chosen or {""}))  # noqa: S308 - escaped one by one
        return format_html("<select{}>{}</select>", given, options)


def _options(choices: Any, chosen: set[str]) -> str:
    parts = []
    for key, label in choices:
        if isinstance(label, list | tuple):
            parts.append(f'<optgroup label="{escape(str(key))}">{_options(label, chosen)}</optgroup>')
        else:
            mark = " selected" if str(key) in chosen else ""
            parts.append(f'<option value="{escape(str(key))}"{mark}>{escape(str(label))}</option>')
    return "".join(parts)


class Styled(forms.Form):
    """A form whose fields wear the classes of our style sheet."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            widget = field.widget
            if isinstance(widget, forms.RadioSelect) or widget.is_hidden:
                continue
            is_checked, is_chosen = isinstance(widget, forms.CheckboxInput), isinstance(widget, forms.Select)
            own = "form-check-input" if is_checked else "form-select" if is_chosen else "form-control"
            widget.attrs.setdefault("class", own)

    def shown(self) -> list[BoundField]:
        """The fields people see."""
        return list(self.visible_fields())
