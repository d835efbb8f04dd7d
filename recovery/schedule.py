"""Every periodic job, in one table.

Beat keeps no memory of its own: after a start every job waits one full interval. A job therefore runs often and finds
out from the database what is due; what belongs to a day or a month asks the calendar of the unit, not this table.
"""

from typing import Any, NamedTuple


class Periodic(NamedTuple):
    """A job that beat asks for again and again."""

    name: str
    task: str
    seconds: int


JOBS = (
    Periodic("send messages that were missed", "messages.send_missed", 10),
    Periodic("fetch and sort mail", "mail.fetch", 30),
    Periodic("order what was missed from systems outside", "fulfilments.send_missed", 20),
    Periodic("hand up what ran out", "deadlines.sweep", 15),
    Periodic("remind of what draws near", "deadlines.remind", 30),
    Periodic("take undecided approvals up", "remedies.pass_up", 60),
    Periodic("let remedies expire", "remedies.expire", 15 * 60),
    Periodic("warn of trainings that expire", "trainings.warn", 60 * 60),
    Periodic("look after causes and actions", "causes.watch", 60),
    Periodic("tell people of their day", "staff.tell_days", 10 * 60),
    Periodic("ask how it was handled", "cases.survey", 15 * 60),
    Periodic("prove the ledger once a night", "ledger.prove", 15 * 60),
    Periodic("count what remedies did", "remedies.tally", 15 * 60),
    Periodic("reckon anew what was changed", "deadlines.recompute", 60),
    Periodic("look for customers who are on file twice", "customers.look_for_doubles", 60),
    Periodic("let older complaints be found by all that was written", "cases.renew_texts", 30),
    Periodic("count what changed", "insights.refresh", 10),
    Periodic("close complaints that nobody answered", "cases.close_unanswered", 15 * 60),
)


def beat_schedule() -> dict[str, dict[str, Any]]:
    """Write the table as Celery reads it. A turn that no worker took before the next one is due is dropped."""
    return {
        job.name: {"task": job.task, "schedule": float(job.seconds), "options": {"expires": job.seconds}}
        for job in JOBS
    }
