"""What the periodic jobs do, at the moments of a clock that is handed in: the tasks hand in the real one."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from functools import partial
from typing import TypeVar

import structlog
from django.conf import settings

from complaints.cases.texts import old_ids
from complaints.causes.search import unfound_ids
from complaints.customers.doubles import unlooked_ids
from complaints.escalation.ladder import Ladders
from complaints.handling.deliver_message import deliver_due
from complaints.handling.escalate_overdue import escalate_overdue, overdue_ids, put_off
from complaints.handling.expire_remedy import expire_remedy, lapsed_ids
from complaints.handling.expire_voucher import expire_voucher, unused_ids
from complaints.handling.fetch_mail import fetch_mail as fetch_from
from complaints.handling.let_rest import let_rest, resting_ids
from complaints.handling.look_for_doubles import look_for_doubles
from complaints.handling.pass_up_approval import pass_up_approval, undecided_ids
from complaints.handling.prove_mail import prove_mail
from complaints.handling.recompute_clocks import changed, recompute_clocks
from complaints.handling.remind import fall_due, people_to_tell, reminding_ids, skip_reminder, tell_reminders
from complaints.handling.renew_text import renew_cause, renew_text
from complaints.handling.send_order import send_due
from complaints.handling.sort_mail import put_off as put_mail_off
from complaints.handling.sort_mail import sort_mail
from complaints.handling.survey import survey, surveying_ids
from complaints.handling.tell_the_day import tell_the_day, whose_day_begins
from complaints.handling.warn_of_training import expiring_ids, warn_of_training
from complaints.handling.watch_causes import (
    actions_to_watch,
    hearings_to_watch,
    investigations_to_watch,
    put_off_action,
    put_off_hearing,
    put_off_investigation,
    watch_action,
    watch_hearing,
    watch_investigation,
)
from complaints.incoming.queries import unsorted_ids
from complaints.staff.queries import Roster

log = structlog.get_logger(__name__)
T = TypeVar("T")
Now = Callable[[], datetime]


def hand_up(*, clock: Now) -> int:
    """Hand up every case whose clock has run out, the longest overdue first, until nothing is due any more.

    Before that deadlines are reckoned anew where a calendar or a time zone was changed: nothing goes up the ladder by
    hours that do not hold any more. Who stands on the ladders is read once for a batch, which takes about a second.
    """
    recompute(clock=clock)
    done = 0
    while ids := overdue_ids(at=clock()):
        taken = _hand_up(ids, Ladders(at=clock()), clock=clock)
        done += taken
        if not taken:
            break
    return done


def remind(*, clock: Now) -> int:
    """Tell people that deadlines draw near, one by one or in a summary; how many people."""
    while ids := reminding_ids(at=clock()):
        if not _fall_due(ids, Roster(at=clock()), clock=clock):
            break
    return each(people_to_tell(), lambda person: tell_reminders(person, at=clock()))


def close_unanswered(*, clock: Now, limit: int | None = 200) -> int:
    """Close cases whose proposed resolution nobody has answered."""
    return each(resting_ids(at=clock(), limit=limit), lambda case_id: let_rest(case_id, at=clock()))


def send_missed(*, clock: Now, goes_on: Callable[[int], bool] = bool) -> int:
    """Send what no hint has reached: the broker was away, a worker died, or it is time to try again.

    Batch after batch, until nothing is due or `goes_on` says after one that it was enough; how many were taken up.
    """
    done = 0
    while taken := deliver_due(clock=clock):
        done += taken
        if not goes_on(taken):
            break
    return done


def fetch_mail(*, clock: Now, limit: int | None = 200) -> int:
    """Fetch mail from the configured mailbox, and sort what was stored before by somebody who did not get to it.

    At the end what was seen is held against what was dealt with.
    """
    done = fetch_from(settings.MAIL_IN_IMAP, clock=clock) if settings.MAIL_IN_IMAP else 0
    waiting = unsorted_ids(at=clock(), limit=limit)
    done += each(waiting, lambda one: sort_mail(one, at=clock()), on_failure=lambda one: put_mail_off(one, at=clock()))
    prove_mail(at=clock())
    return done


def send_orders(*, clock: Now) -> int:
    """Send the systems outside what no hint has reached; how many orders were tried."""
    return send_due(clock=clock)


def pass_up(*, clock: Now, limit: int | None = 200) -> int:
    """Take requests for approval that nobody decided on in time to the next one up."""
    return each(undecided_ids(at=clock(), limit=limit), lambda remedy_id: pass_up_approval(remedy_id, at=clock()))


def expire(*, clock: Now, limit: int | None = 200) -> int:
    """Let go of remedies that nobody decided on or answered for too long, and of vouchers nobody used in time."""
    lapsed, unused = lapsed_ids(at=clock(), limit=limit), unused_ids(at=clock(), limit=limit)
    return each(lapsed, lambda remedy_id: expire_remedy(remedy_id, at=clock())) + each(
        unused, lambda voucher_id: expire_voucher(voucher_id, at=clock())
    )


def warn_of_trainings(*, clock: Now, limit: int | None = 200) -> int:
    """Tell people that the training their authority needs expires within a month."""
    return each(expiring_ids(at=clock(), limit=limit), lambda one: warn_of_training(one, at=clock()))


def watch_causes(*, clock: Now, limit: int | None = 200) -> int:
    """Remind of causes and actions that are due, take them up the ladder, measure effects, reopen what had none.

    And remind who is waited for in a hearing.
    """
    rows = (
        (investigations_to_watch, watch_investigation, put_off_investigation),
        (actions_to_watch, watch_action, put_off_action),
        (hearings_to_watch, watch_hearing, put_off_hearing),
    )
    done = 0
    for waiting, watch, put_off_one in rows:
        due = waiting(at=clock(), limit=limit)
        done += each(due, partial(watch, at=clock()), on_failure=partial(put_off_one, at=clock()))
    return done


def look_for_customers_twice(*, clock: Now, limit: int = 500) -> int:
    """Look for doubles of customers whose files were written since the last turn; how many files."""
    return each(unlooked_ids(limit=limit), lambda one: look_for_doubles(one, at=clock()))


def renew_texts(*, goes_on: Callable[[], bool] = lambda: True, limit: int = 200) -> int:
    """Let what is of an older make be found by all that was written on it, until none is left or it was enough."""
    done = each(unfound_ids(limit=limit), renew_cause)
    while ids := old_ids(limit=limit):
        taken = each(ids, renew_text)
        done += taken
        if not taken or not goes_on():
            break
    return done


def tell_days(*, clock: Now) -> int:
    """Tell people in the morning of a working day which complaints are theirs; how many people."""
    return each(whose_day_begins(at=clock()), lambda one: tell_the_day(one, at=clock()))


def ask_how_it_was(*, clock: Now, limit: int | None = 200) -> int:
    """Ask customers the two questions some days after closing, where they did not say; how many customers."""
    return each(surveying_ids(at=clock(), limit=limit), lambda one: survey(one, at=clock()))


def recompute(*, clock: Now) -> int:
    """Reckon open deadlines anew where a calendar or a time zone was changed; how many complaints it moved.

    What failed on a complaint is looked at again the next time.
    """
    done = 0
    for one in changed():
        last, failed = 0, list[int]()
        while ids := one.cases(beyond=last):
            done += _recompute(ids, why=one.why, clock=clock, on_failure=failed.append)
            last = ids[-1]
        if not failed:
            one.settle()
    return done


def _hand_up(ids: Iterable[int], ladders: Ladders, *, clock: Now) -> int:
    return each(
        ids,
        lambda one: escalate_overdue(one, at=clock(), ladders=ladders),
        on_failure=lambda one: put_off(one, at=clock()),
    )


def _recompute(ids: Iterable[int], *, why: str, clock: Now, on_failure: Callable[[int], None]) -> int:
    return each(ids, lambda one: recompute_clocks(one, why=why, at=clock()), on_failure=on_failure)


def _fall_due(ids: Iterable[int], roster: Roster, *, clock: Now) -> int:
    return each(ids, lambda one: fall_due(one, at=clock(), roster=roster), on_failure=skip_reminder)


def each(ids: Iterable[T], step: Callable[[T], bool], *, on_failure: Callable[[T], None] | None = None) -> int:
    """Take the rows one by one, each in its own transaction; one that fails is logged and stops nobody else.

    `on_failure` puts such a row off, so that it does not come first again and again.
    """
    done = 0
    for row in ids:
        try:
            done += step(row)
        except Exception:
            log.exception("job.row_failed", row=str(row))
            if on_failure is not None:
                on_failure(row)
    return done
