"""Form fields that clean what is typed the way the verbs do, and take several files at once."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.forms.boundfield import BoundField

from complaints.common.words import clean, clean_line


class Line(forms.CharField):
    """One line: what cannot be seen is dropped before anything is judged."""

    def to_python(self, value: Any) -> str:
        """Clean the line."""
        return clean_line(super().to_python(value) or "")


class Words(forms.CharField):
    """As many lines as it takes."""

    widget = forms.Textarea(attrs={"rows": 3})

    def to_python(self, value: Any) -> str:
        """Clean the text; its lines stay."""
        return clean(super().to_python(value) or "")


class FilesInput(forms.FileInput):
    """A choice of several files."""

    allow_multiple_selected = True

    def value_from_datadict(self, _data: Any, files: Any, name: str) -> list[UploadedFile[Any]]:
        """Every file sent under this name; what was kept of an earlier form holds none."""
        return list(files.getlist(name)) if hasattr(files, "getlist") else []


class Files(forms.Field):
    """Any number of files; `cases.attachments` judges them."""

    widget = FilesInput(attrs={"accept": "image/*,application/pdf,text/plain"})


class Styled(forms.Form):
    """A form whose fields wear the classes of our style sheet."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            widget = field.widget
            if isinstance(widget, forms.RadioSelect | forms.CheckboxInput) or widget.is_hidden:
                continue
            widget.attrs.setdefault("class", "form-select" if isinstance(widget, forms.Select) else "form-control")

    def shown(self) -> list[BoundField]:
        """The fields people see."""
        return list(self.visible_fields())
