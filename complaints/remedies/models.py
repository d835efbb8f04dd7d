from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar, Final

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from djmoney.models.fields import MoneyField
from djmoney.money import Money

from complaints.cases.models import Case, notes_the_change
from complaints.common.money import money_words
from complaints.common.rulebook import makes_an_edition
from complaints.customers.models import Customer
from complaints.remedies.catalogue import INTANGIBLE, RemedyKind, name_of_remedy
from complaints.remedies.guards import BALANCE, LEDGER_DECLARES, LEDGER_ENTRY, ONE_AUTHORITY_AT_A_TIME
from complaints.remedies.states import LAPSING, UNDECIDED, RemedyStatus
from complaints.staff.models import Course, Employee, Tier, Unit
from complaints.standards.models import FailureType, Severity

_MAY_BE_FREE: Final = Q(kind__in=INTANGIBLE) | ~Q(kind__in=RemedyKind.values)
"""What may cost no money: of the kinds that a house added, their rows say whether they do, and a trigger looks."""


def _as_the_catalogue_has_it(costs: str) -> pgtrigger.Trigger:
    """Refuse what names a kind that is not in the catalogue, or takes money where the catalogue says it takes none.

    `costs` is the condition, in SQL, under which the row takes money. The kinds of every house are left to a CHECK.
    """
    return pgtrigger.Trigger(
        name="in_the_catalogue",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.Update,
        condition=~pgtrigger.Q(new__kind__in=RemedyKind.values),
        func=f"""
            IF NOT EXISTS (
                SELECT FROM complaints_remedytype WHERE code = NEW.kind AND is_tangible = ({costs})
            ) THEN
                RAISE EXCEPTION 'catalogue: no % like this', NEW.kind USING ERRCODE = 'check_violation';
            END IF;
            RETURN NEW;
        """,
    )


class Playbook(models.Model):
    """What analysts advise where a failure happens: written for a failure or an area, and for a severity or any.

    The most specific one in force is shown beside a case: a failure before its area, then one that names the severity.
    What it says stands in its versions.
    """

    name = models.CharField(_("name"), max_length=160)
    failure_type = models.ForeignKey(
        FailureType,
        verbose_name=_("failure type or area"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    severity = models.PositiveSmallIntegerField(_("severity"), choices=Severity, null=True, blank=True)
    is_active = models.BooleanField(_("in force"), default=True)

    class Meta:
        triggers: ClassVar = [makes_an_edition()]
        verbose_name = _("playbook")
        verbose_name_plural = _("playbooks")
        ordering = ("name",)
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["failure_type", "severity"],
                condition=Q(is_active=True),
                nulls_distinct=False,
                name="one_playbook_for_the_same_cases",
                violation_error_message=_("Another playbook in force is for exactly the same cases."),
            )
        ]

    def __str__(self) -> str:
        return self.name


class PlaybookVersion(models.Model):
    """What a playbook said from one moment on; never changed: what is written anew is the next version."""

    playbook = models.ForeignKey(Playbook, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=160, blank=True, default="")
    is_current = models.BooleanField(default=True)
    apology = models.TextField(_("words for the apology"), blank=True, default="")
    apology_zh = models.TextField(_("words for the apology, in Chinese"), blank=True, default="")
    questions = models.TextField(_("questions to ask"), blank=True, default="")
    avoid = models.TextField(_("what to avoid"), blank=True, default="")

    class Meta:
        triggers: ClassVar = [
            makes_an_edition(),
            pgtrigger.ReadOnly(name="as_written", exclude=["is_current"]),
            pgtrigger.Protect(name="kept", operation=pgtrigger.Delete),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["playbook", "number"], name="one_playbook_version_per_number"),
            models.UniqueConstraint(
                fields=["playbook"], condition=Q(is_current=True), name="one_current_playbook_version"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.playbook} ({self.number})"


class Advice(models.Model):
    """One remedy that a version of a playbook advises; the order is that of the keys.

    What costs money has a range, both ends included, in one currency; what costs none has no range.
    """

    version = models.ForeignKey(PlaybookVersion, on_delete=models.PROTECT, related_name="advice")
    kind = models.CharField(_("remedy"), max_length=20)
    least = models.DecimalField(_("worth from"), max_digits=12, decimal_places=2, null=True, blank=True)
    most = models.DecimalField(_("worth up to"), max_digits=12, decimal_places=2, null=True, blank=True)
    currency = models.CharField(_("currency"), max_length=3, blank=True, default="")
    fits = models.CharField(_("for whom it fits"), max_length=200, blank=True, default="")

    class Meta:
        triggers: ClassVar = [
            makes_an_edition(),
            pgtrigger.Protect(name="as_written", operation=pgtrigger.Update | pgtrigger.Delete),
            _as_the_catalogue_has_it("NEW.least IS NOT NULL"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=(_MAY_BE_FREE & Q(least__isnull=True, most__isnull=True, currency=""))
                | (
                    ~Q(kind__in=INTANGIBLE)
                    & Q(least__isnull=False, most__isnull=False)  # or nothing said would be nothing refused
                    & Q(least__gt=0, most__gte=F("least"), currency__regex="^[A-Z]{3}$")
                ),
                name="advice_has_a_range",
                violation_error_message=_(
                    "What costs money has a range, from less to more, and a currency; what costs none has neither."
                ),
            )
        ]

    def __str__(self) -> str:
        return self.get_kind_display()

    def get_kind_display(self) -> str:
        """The name of the remedy in the language that is active."""
        return name_of_remedy(self.kind)

    @property
    def worth_words(self) -> str:
        """The range in the reader's language: `$50.00 – $150.00`; nothing for what costs no money."""
        if self.least is None or self.most is None:
            return ""
        ends = sorted({self.least, self.most})
        return " – ".join(money_words(Money(end, self.currency)) for end in ends)


class TroubleRate(models.Model):
    """What a customer's trouble of complaining is reckoned at, in one currency: the weights of `remedies.worth`."""

    currency = models.CharField(_("currency"), max_length=3, unique=True, help_text=_("ISO code, such as USD."))
    per_contact = models.DecimalField(_("each time they had to turn to us"), max_digits=12, decimal_places=2)
    per_day = models.DecimalField(_("each day of waiting"), max_digits=12, decimal_places=2)
    low = models.DecimalField(_("for a failure of low severity"), max_digits=12, decimal_places=2)
    medium = models.DecimalField(_("of medium severity"), max_digits=12, decimal_places=2)
    high = models.DecimalField(_("of high severity"), max_digits=12, decimal_places=2)
    critical = models.DecimalField(_("of critical severity"), max_digits=12, decimal_places=2)

    class Meta:
        triggers: ClassVar = [makes_an_edition()]
        verbose_name = _("cost of complaining")
        verbose_name_plural = _("costs of complaining")
        ordering = ("currency",)
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(per_contact__gte=0, per_day__gte=0, low__gte=0)
                & Q(medium__gte=F("low"), high__gte=F("medium"), critical__gte=F("high")),
                name="trouble_grows_with_severity",
                violation_error_message=_("What is worse is never worth less, and nothing is worth less than nothing."),
            ),
            models.CheckConstraint(
                condition=Q(currency__regex="^[A-Z]{3}$"),
                name="trouble_currency_is_a_code",
                violation_error_message=_("A currency is three capital letters, such as USD."),
            ),
        ]

    def __str__(self) -> str:
        return self.currency


class Remedy(models.Model):
    """What a customer is given on a case, from the proposal to the day it is given, or what became of it.

    Only `remedies.lifecycle` changes one, under the lock of its case. One that was taken over with an imported record
    was given already, by nobody we know, and is in no ledger of ours.
    """

    case = models.ForeignKey(Case, verbose_name=_("complaint"), on_delete=models.PROTECT, related_name="remedies")
    kind = models.CharField(_("kind"), max_length=20)
    status = models.CharField(_("status"), max_length=10, choices=RemedyStatus)
    amount = MoneyField(  # type: ignore[no-untyped-call] # the library has no types
        _("amount"),
        max_digits=12,
        decimal_places=2,
        default_currency="USD",
        null=True,
        blank=True,
        help_text=_("What it is worth to the customer; this counts against the authority."),
    )
    cost = models.DecimalField(
        _("cost to us"), max_digits=12, decimal_places=2, null=True, blank=True, help_text=_("In the same currency.")
    )
    words = models.TextField(_("what the customer is told"), blank=True, default="")
    reason = models.TextField(_("why"), blank=True, default="")
    proposed_by = models.ForeignKey(
        Employee, verbose_name=_("proposed by"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    proposed_at = models.DateTimeField(_("proposed at"), null=True, blank=True)
    lapses_at = models.DateTimeField(_("lapses at"), null=True, blank=True)
    given_at = models.DateTimeField(_("given at"), null=True, blank=True)
    proof = models.CharField(_("reference of what was given"), max_length=120, blank=True, default="")
    submission = models.CharField(max_length=64, null=True, blank=True, editable=False)
    playbook = models.ForeignKey(
        PlaybookVersion,
        verbose_name=_("playbook it was proposed under"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
        editable=False,
    )
    reckoning: models.JSONField[Any] = models.JSONField(
        null=True, blank=True, editable=False, help_text=_("What it should be worth, part by part.")
    )

    objects: ClassVar[models.Manager[Remedy]] = models.Manager()

    class Meta:
        verbose_name = _("remedy")
        verbose_name_plural = _("remedies")
        triggers: ClassVar = [
            _as_the_catalogue_has_it("NEW.amount IS NOT NULL"),
            pgtrigger.Protect(
                name="worth_as_authorised",  # it is what the ledger has spent
                operation=pgtrigger.Update,
                condition=~pgtrigger.Q(old__status__in=sorted(UNDECIDED))
                & (
                    pgtrigger.Q(old__amount__df=pgtrigger.F("new__amount"))
                    | pgtrigger.Q(old__amount_currency__df=pgtrigger.F("new__amount_currency"))
                    | pgtrigger.Q(old__kind__df=pgtrigger.F("new__kind"))
                ),
            ),
            *notes_the_change("case_id"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=(_MAY_BE_FREE & Q(amount__isnull=True))
                # or nothing said would be nothing refused
                | (~Q(kind__in=INTANGIBLE) & Q(amount__isnull=False, amount__gt=0)),
                name="remedy_worth_something",
            ),
            models.CheckConstraint(condition=Q(status__in=RemedyStatus.values), name="remedy_status_known"),
            models.UniqueConstraint(fields=["case", "submission"], name="remedy_proposed_once"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["lapses_at", "id"], condition=Q(status__in=sorted(LAPSING)), name="remedy_lapsing"),
            models.Index(fields=["id"], condition=Q(status=RemedyStatus.ACCEPTED), name="remedy_to_give"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.amount or ''}".rstrip()

    def get_kind_display(self) -> str:
        """The name of its kind in the language that is active."""
        return name_of_remedy(self.kind)


class Authority(models.Model):
    """What somebody may spend on their own: a rule for a tier, or the exception for one employee.

    The most specific one holds: for the employee before the tier, for a unit before those it stands in. Two for the
    same people at the same time are refused, by the database too. All sums are in one currency.
    """

    tier = models.CharField(_("tier"), max_length=10, choices=Tier, blank=True, default="")
    employee = models.ForeignKey(
        Employee, verbose_name=_("employee"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    unit = models.ForeignKey(
        Unit,
        verbose_name=_("for complaints of"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text=_("The unit and what is below; empty: everywhere."),
    )
    currency = models.CharField(_("currency"), max_length=3, help_text=_("ISO code, such as USD."))
    per_failure = models.DecimalField(
        _("for one service failure"),
        max_digits=12,
        decimal_places=2,
        help_text=_("Everything counts that anybody gave for it, on its duplicates too."),
    )
    per_customer = models.DecimalField(
        _("for one customer"), max_digits=12, decimal_places=2, null=True, blank=True, help_text=_("Within the days.")
    )
    customer_days = models.PositiveIntegerField(_("within days"), null=True, blank=True)
    per_month = models.DecimalField(
        _("in a calendar month"), max_digits=12, decimal_places=2, help_text=_("What one employee may spend.")
    )
    kinds = ArrayField(
        models.CharField(max_length=20),
        verbose_name=_("kinds of remedy"),
        blank=True,
        default=list,
        help_text=_("Empty: every kind."),
    )
    course = models.ForeignKey(
        Course,
        verbose_name=_("required training"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text=_("Whose training has expired spends nothing until it is renewed."),
    )
    valid_from = models.DateTimeField(_("valid from"))
    valid_until = models.DateTimeField(_("valid until"), null=True, blank=True)

    class Meta:
        verbose_name = _("authority")
        verbose_name_plural = _("authorities")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=(Q(tier="") & Q(employee__isnull=False)) | (~Q(tier="") & Q(employee__isnull=True)),
                name="authority_of_tier_or_employee",
                violation_error_message=_("Name a tier or an employee, not both."),
            ),
            models.CheckConstraint(
                condition=Q(per_failure__gte=0, per_month__gte=0) & (Q(per_customer=None) | Q(per_customer__gte=0)),
                name="authority_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(per_customer__isnull=True, customer_days__isnull=True)
                | Q(per_customer__isnull=False, customer_days__isnull=False, customer_days__gt=0),
                name="authority_customer_window",
                violation_error_message=_("A cap for one customer needs the days it is counted over."),
            ),
            models.CheckConstraint(
                condition=Q(valid_until=None) | Q(valid_until__gt=F("valid_from")),
                name="authority_ends_after_it_begins",
                violation_error_message=_("An authority ends after it begins."),
            ),
            models.CheckConstraint(
                condition=Q(currency__regex="^[A-Z]{3}$"),
                name="authority_currency_is_a_code",
                violation_error_message=_("A currency is three capital letters, such as USD."),
            ),
        ]
        triggers: ClassVar = [
            pgtrigger.Trigger(
                name="one_at_a_time",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                func=ONE_AUTHORITY_AT_A_TIME,
            ),
            pgtrigger.Protect(name="kept", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        who = self.employee.name if self.employee else str(Tier(self.tier).label)
        return " · ".join([who, *([self.unit.name] if self.unit else []), self.currency])

    @property
    def specificity(self) -> tuple[int, int]:
        """How closely it describes an employee and a case; of those that fit, no two in a currency are equal."""
        return (int(self.employee_id is not None), 0 if self.unit is None else len(self.unit.ancestor_ids))

    def clean(self) -> None:
        """Refuse a second authority for the same people at the same time, with a sentence."""
        began: Any = self.valid_from
        if began is None:  # a form's field with a fault of its own
            return
        same = Authority.objects.filter(
            tier=self.tier, employee=self.employee, unit=self.unit, currency=self.currency
        ).exclude(pk=self.pk)
        overlapping = Q(valid_until=None) | Q(valid_until__gt=began)
        if self.valid_until is not None:
            overlapping &= Q(valid_from__lt=self.valid_until)
        if same.filter(overlapping).exists():
            raise ValidationError(_("Another authority is meant for the same people at the same time."))


class ExchangeRate(models.Model):
    """What one unit of a currency comes to in another, from a moment on; without one, nothing is converted."""

    source = models.CharField(_("from"), max_length=3)
    target = models.CharField(_("to"), max_length=3)
    rate = models.DecimalField(_("rate"), max_digits=18, decimal_places=8)
    since = models.DateTimeField(_("since"))
    origin = models.CharField(_("where it comes from"), max_length=120, blank=True, default="")

    class Meta:
        verbose_name = _("exchange rate")
        verbose_name_plural = _("exchange rates")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["source", "target", "since"], name="one_rate_at_a_moment"),
            models.CheckConstraint(condition=Q(rate__gt=0), name="rate_is_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.source} → {self.target} {self.rate}"


def _never_emptied() -> pgtrigger.Trigger:
    """Refuse a TRUNCATE, of this table or by a CASCADE from another: it asks no trigger of a row."""
    return pgtrigger.Trigger(
        name="never_emptied",
        level=pgtrigger.Statement,
        when=pgtrigger.Before,
        operation=pgtrigger.Truncate,
        func="RAISE EXCEPTION 'the ledger is never emptied' USING ERRCODE = 'insufficient_privilege';",
    )


class LedgerKind(models.TextChoices):
    HOLD = "hold", _("Set aside")
    SPEND = "spend", _("Spent")
    RELEASE = "release", _("Released")
    REVERSE = "reverse", _("Given back")


class GivenBackFor(models.TextChoices):
    """Why a sum went back, where nobody decided on it."""

    VOUCHER_EXPIRED = "voucher_expired", _("The voucher expired unused")


class LedgerEntry(models.Model):
    """One movement of somebody's authority. Never changed and never deleted: the database refuses both.

    A hold sets a sum aside; each later entry names it and repeats its facts, which a trigger fills in. The same trigger
    keeps the balances and refuses an entry that would take one of them below zero.
    """

    kind = models.CharField(max_length=8, choices=LedgerKind)
    remedy = models.ForeignKey(Remedy, on_delete=models.PROTECT, related_name="ledger")
    hold = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="followed_by")
    authority = models.ForeignKey(Authority, on_delete=models.PROTECT, related_name="+")
    holder = models.ForeignKey(Employee, on_delete=models.PROTECT, related_name="+")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+", db_index=False)
    amount = models.DecimalField(max_digits=12, decimal_places=2)
    currency = models.CharField(max_length=3)
    rate = models.DecimalField(
        max_digits=18, decimal_places=8, null=True, help_text=_("What the remedy's currency was converted at.")
    )
    month = models.DateField(help_text=_("First day of the month it counts in, in the zone of the complaint's unit."))
    taken_at = models.DateTimeField(help_text=_("When it was set aside."))
    why = models.CharField(max_length=20, choices=GivenBackFor, blank=True, default="", db_default="")
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="ledger_moves_something"),
            models.CheckConstraint(
                condition=Q(kind="hold", hold__isnull=True)
                | Q(kind__in=["spend", "release", "reverse"], hold__isnull=False),
                name="ledger_follows_a_hold",
            ),
            models.UniqueConstraint(fields=["hold"], condition=Q(kind="spend"), name="spent_once"),
            models.UniqueConstraint(
                fields=["hold"], condition=Q(kind__in=["release", "reverse"]), name="given_back_once"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["customer", "taken_at"], name="ledger_of_customer"),
            models.Index(fields=["authority", "holder", "month"], name="ledger_of_month"),
            models.Index(fields=["month", "id"], name="ledger_by_month"),
        ]
        triggers: ClassVar = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
            _never_emptied(),
            pgtrigger.Trigger(
                name="keeps_balances",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                declare=list(LEDGER_DECLARES),
                func=LEDGER_ENTRY,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.amount} {self.currency}"


class Scope(models.TextChoices):
    """What a balance is kept of."""

    CUSTOMER = "customer", _("Customer")
    FAILURE = "failure", _("Service failure")
    MONTH = "month", _("Month of an employee")


class Balance(models.Model):
    """What stands in the ledger for a customer, a complaint, or a month of an employee's authority.

    Written by the ledger's trigger alone. `taken` is what counted against `cap` when money was last taken: of a
    customer the rolling window, of a failure all its duplicates; of a month it is always what is held and spent. The
    case has no foreign key: checking it would lock the other case of a duplicate, out of turn.
    """

    scope = models.CharField(max_length=8, choices=Scope)
    customer = models.ForeignKey(Customer, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    case = models.ForeignKey(
        Case, null=True, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    authority = models.ForeignKey(Authority, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    holder = models.ForeignKey(Employee, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    month = models.DateField(null=True)
    currency = models.CharField(max_length=3)
    cap = models.DecimalField(max_digits=12, decimal_places=2, null=True)
    held = models.DecimalField(max_digits=14, decimal_places=2)
    spent = models.DecimalField(max_digits=14, decimal_places=2)
    taken = models.DecimalField(max_digits=14, decimal_places=2)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["customer", "currency"], condition=Q(scope="customer"), name="one_balance_per_customer"
            ),
            models.UniqueConstraint(
                fields=["case", "currency"], condition=Q(scope="failure"), name="one_balance_per_failure"
            ),
            models.UniqueConstraint(
                fields=["authority", "holder", "month"], condition=Q(scope="month"), name="one_balance_per_month"
            ),
            models.CheckConstraint(condition=Q(held__gte=0, spent__gte=0, taken__gte=0), name="balance_not_negative"),
            models.CheckConstraint(condition=Q(cap=None) | Q(taken__lte=F("cap")), name="balance_within_cap"),
            models.CheckConstraint(condition=~Q(scope="month") | Q(taken=F("held") + F("spent")), name="month_adds_up"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["holder", "month"], condition=Q(scope="month"), name="months_of_holder")
        ]
        triggers: ClassVar = [
            pgtrigger.Trigger(
                name="by_the_ledger_alone",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                func=BALANCE,
            ),
            _never_emptied(),
        ]

    def __str__(self) -> str:
        return f"{self.scope} {self.held} + {self.spent} {self.currency}"


class LedgerProof(models.Model):
    """That the balances of a day were compared with their entries, and what was found: nothing, while all is well."""

    day = models.DateField(unique=True)
    proved_at = models.DateTimeField()
    discrepancies = models.JSONField(default=list)

    class Meta:
        ordering = ("-day",)

    def __str__(self) -> str:
        return f"{self.day} {len(self.discrepancies)}"


class Decision(models.TextChoices):
    """What became of a request for approval."""

    APPROVED = "approved", _("Approved")
    REFUSED = "refused", _("Refused")
    ASKED_BACK = "asked_back", _("Asked back")
    PASSED_UP = "passed_up", _("Not decided in time")
    DROPPED = "dropped", _("No longer asked for")


class Approval(models.Model):
    """One request to decide on a remedy beyond somebody's authority: whom it went to, by when, and what came of it."""

    remedy = models.ForeignKey(Remedy, on_delete=models.PROTECT, related_name="approvals")
    asked_of = models.ForeignKey(
        Employee,
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text=_("Nobody: it waits for any who may."),
    )
    tier = models.CharField(max_length=10, choices=Tier, blank=True, default="")
    asked_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    amount_asked = models.DecimalField(max_digits=12, decimal_places=2)
    decision = models.CharField(max_length=10, choices=Decision, blank=True, default="")
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(Employee, null=True, on_delete=models.PROTECT, related_name="+")
    reason = models.TextField(blank=True, default="")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["remedy"], condition=Q(decision=""), name="one_live_approval"),
            models.CheckConstraint(
                condition=Q(decision="", decided_at=None) | (~Q(decision="") & Q(decided_at__isnull=False)),
                name="decided_has_moment",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["asked_of", "asked_at", "id"], condition=Q(decision=""), name="approval_inbox"),
            models.Index(fields=["due_at", "id"], condition=Q(decision=""), name="approval_due"),
        ]

    def __str__(self) -> str:
        return f"{self.remedy_id} → {self.asked_of_id}"

    @property
    def waits_until(self) -> datetime:
        """Where it stands among others: by its deadline, or without one by the moment it was asked."""
        return self.due_at or self.asked_at


class Voucher(models.Model):
    """A voucher as it was given: whoever shows the code gets its worth, once."""

    remedy = models.OneToOneField(Remedy, on_delete=models.PROTECT, related_name="voucher")
    code = models.CharField(_("code"), max_length=19, unique=True)
    issued_at = models.DateTimeField(_("issued at"))
    expires_at = models.DateTimeField(_("expires at"))
    redeemed_at = models.DateTimeField(_("redeemed at"), null=True, blank=True)
    redeemed_by = models.ForeignKey(
        Employee, verbose_name=_("redeemed by"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    redeemed_for = models.CharField(_("redeemed for"), max_length=120, blank=True, default="")
    void_at = models.DateTimeField(_("void since"), null=True, blank=True)
    expired_at = models.DateTimeField(
        _("expired unused"), null=True, blank=True, help_text=_("When what it was worth was given back.")
    )

    class Meta:
        verbose_name = _("voucher")
        verbose_name_plural = _("vouchers")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(redeemed_at=None, void_at=None)
                | Q(redeemed_at=None, expired_at=None)
                | Q(void_at=None, expired_at=None),
                name="voucher_ends_one_way",
            ),
            models.CheckConstraint(
                condition=Q(expired_at=None) | Q(expired_at__gte=F("expires_at")), name="voucher_expires_on_its_day"
            ),
            models.CheckConstraint(
                condition=Q(redeemed_at=None) | Q(redeemed_at__lt=F("expires_at")), name="voucher_redeemed_in_time"
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["expires_at", "id"],
                condition=Q(redeemed_at=None, void_at=None, expired_at=None),
                name="voucher_running_out",
            )
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def amount(self) -> Money:
        """What it is worth."""
        amount: Money = self.remedy.amount
        return amount

    def is_good(self, *, at: datetime) -> bool:
        """Whether it can be redeemed at a moment."""
        return self.is_out and at < self.expires_at

    @property
    def is_out(self) -> bool:
        """Whether it was neither redeemed nor taken back, and its worth not given back after its day."""
        return self.redeemed_at is None and self.void_at is None and self.expired_at is None
