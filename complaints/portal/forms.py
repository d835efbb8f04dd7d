"""The forms of the portal. They check shape; what a complaint must be is the verbs' business."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from typing import Any

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.validators import validate_email
from django.utils.translation import get_language, ngettext_lazy
from django.utils.translation import gettext_lazy as _
from phonenumber_field.formfields import PhoneNumberField

from complaints.cases.attachments import ALLOWED
from complaints.cases.models import Channel
from complaints.common.words import clean, clean_line
from complaints.customers.models import Customer, Reach
from complaints.customers.records import CustomerFacts
from complaints.handling.file_complaint import ComplaintFacts
from complaints.handling.keep_wishes import Wishes
from complaints.outbox.texts import languages_of_customers


class Passage(forms.CharField):
    """A text of any length, free of what cannot be seen, also when it is shown again."""

    widget: forms.Widget | type[forms.Widget] = forms.Textarea(attrs={"rows": 5, "class": "form-control"})
    tidy = staticmethod(clean)

    def clean(self, value: Any) -> Any:
        return super().clean(self.tidy(value) if isinstance(value, str) else value)

    def bound_data(self, data: Any, initial: Any) -> Any:
        typed = super().bound_data(data, initial)
        return self.tidy(typed) if isinstance(typed, str) else typed


class Line(Passage):
    """A short text in one line. The limit is told, not enforced by the browser, which would cut without a word."""

    widget: forms.Widget | type[forms.Widget] = forms.TextInput(attrs={"class": "form-control"})
    tidy = staticmethod(clean_line)
    default_error_messages = {
        "max_length": ngettext_lazy(
            "This is longer than %(limit_value)d character. Please shorten it.",
            "This is longer than %(limit_value)d characters. Please shorten it.",
            "limit_value",
        )
    }

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        attrs = super().widget_attrs(widget)
        attrs.pop("maxlength", None)
        return attrs


class Address(Line):
    """An e-mail address."""

    widget = forms.EmailInput(attrs={"class": "form-control", "autocomplete": "email"})
    default_validators = [validate_email]


class _ManyFiles(forms.FileInput):
    allow_multiple_selected = True


class Files(forms.FileField):
    """Any number of files, as they came: what we take is for the verb to say, file by file."""

    widget = _ManyFiles(
        attrs={
            "class": "form-control",
            "accept": ",".join(sorted({*ALLOWED, *(e for es in ALLOWED.values() for e in es)})),
        }
    )

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile[Any]]:
        return list(data or initial or [])


class Hour(forms.TimeField):
    """A time of day, as a browser's own control gives it."""

    widget = forms.TimeInput(attrs={"type": "time", "class": "form-control"}, format="%H:%M")
    default_error_messages = {"invalid": _("Please write the time as hours and minutes, for example 22:00.")}


class _Form(forms.Form):
    use_required_attribute = False  # a browser's own bubble would hide our sentences


class ComplaintForm(_Form):
    """What the public form asks: only who it is, how to reach them, and what went wrong is needed."""

    what_happened = Passage(
        label=_("What went wrong?"),
        help_text=_("In your own words. Where, when and who was there all help."),
        widget=forms.Textarea(attrs={"rows": 6, "class": "form-control", "aria-required": "true"}),
        error_messages={"required": _("Please say what went wrong.")},
    )
    wanted = Passage(
        label=_("What would put it right?"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "class": "form-control"}),
    )
    occurred_at = forms.DateTimeField(
        label=_("When did it happen?"),
        required=False,
        input_formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S"],
        widget=forms.DateTimeInput(attrs={"type": "date", "class": "form-control"}),
        error_messages={"invalid": _("Please write the day as year-month-day, for example 2025-03-14.")},
    )
    place = Line(label=_("Where did it happen?"), max_length=200, required=False)
    attachments = Files(
        label=_("Pictures or papers"), required=False, help_text=_("Pictures, PDF or text, up to 10 MB each.")
    )
    name = Line(
        label=_("Your name"),
        max_length=160,
        widget=forms.TextInput(attrs={"class": "form-control", "autocomplete": "name", "aria-required": "true"}),
        error_messages={"required": _("Please tell us your name.")},
    )
    email = Address(
        label=_("Your e-mail address"),
        max_length=254,
        required=False,
        help_text=_("Here we send the link to your complaint, and our answers."),
        error_messages={"invalid": _("This does not look like an e-mail address, such as name@example.com.")},
    )
    phone = PhoneNumberField(
        label=_("Telephone"),
        required=False,
        widget=forms.TextInput(attrs={"class": "form-control", "type": "tel", "autocomplete": "tel"}),
        error_messages={
            "invalid": _(
                "This does not look like a telephone number. From abroad begin with + and the country, for example +86."
            )
        },
    )
    company = Line(
        label=_("Company"),
        max_length=160,
        required=False,
        widget=forms.TextInput(attrs={"class": "form-control", "autocomplete": "organization"}),
    )
    submission = forms.CharField(required=False, widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any] | None:
        """Ask for one way at least to reach the customer."""
        if "email" not in self.errors and not self.cleaned_data.get("email") and not self.cleaned_data.get("phone"):
            self.add_error("email", _("Please give an e-mail address or a telephone number, so that we can answer."))
        return super().clean()

    @property
    def more_is_open(self) -> bool:
        """Whether the folded part holds something that must be seen."""
        return any(self[name].value() or self[name].errors for name in ("occurred_at", "place", "company"))

    def facts(self) -> ComplaintFacts:
        """The complaint as the verb takes it; the customer's language is the one the page is read in."""
        told = self.cleaned_data
        phone = str(told["phone"]) if told["phone"] else ""
        return ComplaintFacts(
            customer=CustomerFacts(
                name=told["name"],
                company=told["company"],
                email=told["email"],
                phone=phone,
                language=get_language() or "en",
            ),
            what_happened=told["what_happened"],
            wanted=told["wanted"],
            channel=Channel.WEB,
            occurred_at=told["occurred_at"],
            place=told["place"],
            submission=key_of(
                told["submission"],
                told["name"],
                told["email"],
                phone,
                told["what_happened"],
                told["wanted"],
                told["attachments"],
            ),
        )


class AnswerForm(_Form):
    """What the customer writes on the tracking page."""

    text = Passage(
        label=_("Your message"), required=False, widget=forms.Textarea(attrs={"rows": 4, "class": "form-control"})
    )
    attachments = Files(
        label=_("Pictures or papers"), required=False, help_text=_("Pictures, PDF or text, up to 10 MB each.")
    )
    submission = forms.CharField(required=False, widget=forms.HiddenInput)
    open_again = forms.BooleanField(required=False)

    def key(self) -> str:
        """The key under which the same form sent twice is one message; with the other button it is another wish."""
        told = self.cleaned_data
        wish = "open again" if told["open_again"] else ""
        return key_of(told["submission"], wish, told["text"], told["attachments"])


class VerdictForm(_Form):
    """The two questions after a proposed resolution; it shares its page with the other form, but no ids."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": "verdict_%s", **kwargs})

    solved = forms.TypedChoiceField(
        label=_("Is the matter solved?"),
        choices=[("yes", _("Yes, it is solved")), ("no", _("No, not yet"))],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
        error_messages={
            "required": _("Please say whether the matter is solved."),
            "invalid_choice": _("Please choose yes or no."),
        },
    )
    rating = forms.TypedChoiceField(
        label=_("How did we handle it?"),
        choices=[
            ("1", _("very badly")),
            ("2", _("badly")),
            ("3", _("so-so")),
            ("4", _("well")),
            ("5", _("very well")),
        ],
        coerce=int,
        empty_value=None,
        required=False,
        widget=forms.RadioSelect,
        error_messages={"invalid_choice": _("Please choose a number from 1 to 5.")},
    )
    text = Passage(
        label=_("Anything you want to add"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "class": "form-control"}),
    )


class RemedyForm(_Form):
    """Whether the customer takes what they are offered: two buttons, drawn by the page itself."""

    remedy = forms.IntegerField()
    accepted = forms.TypedChoiceField(choices=[("yes", ""), ("no", "")], coerce=lambda value: value == "yes")


class ClimbForm(_Form):
    """What the customer may say when they want somebody higher; it shares its page with other forms, but no ids."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": "climb_%s", **kwargs})

    text = Passage(
        label=_("What should they know?"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "class": "form-control"}),
    )
    step = forms.IntegerField(required=False, widget=forms.HiddenInput)
    submission = forms.CharField(required=False, widget=forms.HiddenInput)

    def key(self) -> str:
        """The key under which one form is one step, whatever words it is sent with."""
        return key_of(self.cleaned_data["submission"])


class WishesForm(_Form):
    """How the customer wants to be written to; quiet hours on the clocks of the unit."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": "wishes_%s", **kwargs})
        language = self.fields["language"]
        assert isinstance(language, forms.ChoiceField)  # noqa: S101 - declared below
        language.choices = list(languages_of_customers().items())
        if not settings.SMS:
            del self.fields["channel"]

    language = forms.ChoiceField(
        label=_("Language of our messages"), widget=forms.Select(attrs={"class": "form-select"})
    )
    channel = forms.ChoiceField(
        label=_("Write to me by"), choices=Reach, widget=forms.Select(attrs={"class": "form-select"})
    )
    quiet_from = Hour(label=_("No messages from"), required=False)
    quiet_until = Hour(label=_("Until"), required=False)
    no_progress = forms.BooleanField(
        label=_("Only write when there is an answer, a question or an offer"),
        required=False,
        widget=forms.CheckboxInput(attrs={"class": "form-check-input"}),
    )

    @classmethod
    def of(cls, customer: Customer) -> WishesForm:
        """The form with what holds now."""
        return cls(initial={name: getattr(customer, name) for name in cls.base_fields})

    def wishes(self) -> Wishes:
        """What the verb needs."""
        return Wishes(**self.cleaned_data)


class LinkForm(_Form):
    """What one needs to ask for the link again."""

    reference = Line(
        label=_("Reference"),
        max_length=40,
        help_text=_("It stands in every message from us, for example C-7K3M9QXR."),
        widget=forms.TextInput(
            attrs={
                "class": "form-control",
                "autocomplete": "off",
                "autocapitalize": "characters",
                "spellcheck": "false",
            }
        ),
        error_messages={"required": _("Please give the reference of your complaint.")},
    )
    contact = Line(
        label=_("Your e-mail address or telephone number"),
        max_length=254,
        help_text=_("The one that you gave with the complaint."),
        widget=forms.TextInput(attrs={"class": "form-control", "autocomplete": "email"}),
        error_messages={"required": _("Please give your e-mail address or telephone number.")},
    )


def key_of(submission: str, *parts: str | Sequence[UploadedFile[Any]]) -> str:
    """The key of one sending: the form's own number and what was in it.

    Sent twice it is the same; changed after going back in the browser it is another, and not lost as a repetition.
    Empty for a form that came without a number.
    """
    if not submission:
        return ""
    told = [part if isinstance(part, str) else "".join(f"{file.name}:{file.size};" for file in part) for part in parts]
    return sha256("\x00".join([submission, *told]).encode()).hexdigest()
