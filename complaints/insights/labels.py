"""What a case counts as: one statement of SQL that draws every label from the record of some cases.

A label is a word, or a word and what it is of, with colons between: `all`, `channel:web`, `close:14`. Every number on
the page of measures is the number of cases that bear one label, so each has a list, and there is one definition of it.
`words` tells them for people. What is not known yet has a label of its own and is never left out of a share.
"""

from __future__ import annotations

from typing import Final

from complaints.cases.states import Outcome, Status
from complaints.remedies.states import UNTOLD, RemedyStatus
from complaints.standards.models import ClockKind

REPEAT_DAYS: Final = 365
"""Who complained within so many days before complains repeatedly."""

WITHIN_DAYS: Final = (7, 30)
"""Calendar days within which complaints are closed, as it is asked for most."""

_GIVEN: Final = (RemedyStatus.ACCEPTED, RemedyStatus.FULFILLED)


def _listed(words: object) -> str:
    return ", ".join(f"'{word}'" for word in sorted(map(str, words)))  # type: ignore[call-overload]


def _fact(rule: str) -> str:
    """What an imported record says of itself by a rule of its mapping: yes, no or unknown; NULL without the rule.

    What was filed here has no rules at all, which SQL takes for neither having one nor not.
    """
    value = f"(seen.facts ->> (seen.rules #>> '{{{rule},column}}'))"
    return (
        f"CASE WHEN (seen.rules ? '{rule}') IS NOT TRUE THEN NULL"
        f" WHEN (seen.rules #> '{{{rule},yes}}') ? {value} THEN 'yes'"
        f" WHEN (seen.rules #> '{{{rule},no}}') ? {value} THEN 'no' ELSE 'unknown' END"
    )


def _minutes(until: str) -> str:
    """Minutes from the filing to a moment: exact for two hours, then down to ten minutes, an hour, a day."""
    exact = f"floor(greatest(extract(epoch FROM {until} - told.filed_at), 0) / 60)::bigint"
    return (
        f"(SELECT CASE WHEN m < 120 THEN m WHEN m < 1440 THEN m / 10 * 10 WHEN m < 20160 THEN m / 60 * 60"
        f" ELSE m / 1440 * 1440 END FROM (SELECT {exact} AS m) AS exact)"
    )


MEASURED: Final = f"""
WITH seen AS MATERIALIZED (
  SELECT c.id, c.customer_id, c.unit_id, c.filed_at, c.status, c.outcome, c.channel, c.tier, c.step, c.solved,
    c.complainer, c.handling_rating AS rating, c.reopened_count > 0 AS reopened, c.acknowledged_at, c.resolved_at,
    c.status = '{Status.CLOSED}' AS ended,
    string_to_array(trim(trailing '.' from u.path), '.')::bigint[] AS units,
    c.filed_at AT TIME ZONE u.time_zone AS here,
    (c.closed_at AT TIME ZONE u.time_zone)::date AS closed_on,
    (c.resolved_at AT TIME ZONE u.time_zone)::date AS resolved_on,
    coalesce(f.parent_id, f.id, 0) AS area, coalesce(f.id, 0) AS type,
    coalesce(nullif(f.touchpoint, ''), area.touchpoint, '') AS touchpoint,
    s.case_id IS NOT NULL AS imported, s.facts, m.rules,
    s.case_id IS NULL OR coalesce(m.rules ? 'closed_at', FALSE) AS end_known
  FROM complaints_case c
  JOIN complaints_unit u ON u.id = c.unit_id
  LEFT JOIN complaints_failuretype f ON f.id = c.failure_type_id
  LEFT JOIN complaints_failuretype area ON area.id = f.parent_id
  LEFT JOIN complaints_sourcerecord s ON s.case_id = c.id
  LEFT JOIN complaints_columnmapping m ON m.name = s.source
  WHERE c.id = ANY(%(cases)s)
),
promised AS MATERIALIZED (
  SELECT case_id, max(fate) FILTER (WHERE kind = '{ClockKind.ACKNOWLEDGE}') AS acknowledge,
    max(fate) FILTER (WHERE kind = '{ClockKind.ANSWER}') AS answer,
    max(fate) FILTER (WHERE kind = '{ClockKind.RESOLVE}') AS resolve,
    max(ended_at) FILTER (WHERE kind = '{ClockKind.ANSWER}') AS answered_at
  FROM (
    SELECT case_id, kind, min(ended_at) AS ended_at,
      CASE WHEN bool_or(coalesce(ended_at > due_at, missed_at IS NOT NULL)) THEN 'missed'
        WHEN bool_or(ended_at IS NULL) THEN 'pending' ELSE 'met' END AS fate
    FROM complaints_clock WHERE case_id = ANY(%(cases)s) AND NOT dropped GROUP BY case_id, kind
  ) AS by_kind GROUP BY case_id
),
given AS MATERIALIZED (
  SELECT r.case_id, seen.area, seen.unit_id, r.kind, r.amount_currency AS currency,
    bool_or(r.status IN ({_listed(_GIVEN)})) AS taken,
    bool_or(r.status = '{RemedyStatus.DECLINED}') AS declined,
    sum(r.amount) FILTER (WHERE r.status IN ({_listed(_GIVEN)})) AS amount,
    sum(coalesce(r.cost, r.amount)) FILTER (WHERE r.status IN ({_listed(_GIVEN)})) AS cost
  FROM complaints_remedy r JOIN seen ON seen.id = r.case_id
  WHERE r.status NOT IN ({_listed(UNTOLD)})
  GROUP BY r.case_id, seen.area, seen.unit_id, r.kind, r.amount_currency
),
gifts AS MATERIALIZED (
  SELECT case_id, array_agg(DISTINCT kind) AS kinds, array_agg(DISTINCT label ORDER BY label) AS labels
  FROM given CROSS JOIN LATERAL (VALUES
    ('remedy:' || kind),
    (CASE WHEN taken THEN 'remedytaken:' || kind WHEN declined THEN 'remedydeclined:' || kind
      ELSE 'remedyunknown:' || kind END)
  ) AS said(label) GROUP BY case_id
),
worth AS MATERIALIZED (
  SELECT case_id, jsonb_object_agg(label, amount) AS amounts FROM (
    SELECT case_id, label, sum(CASE WHEN label LIKE '%%cost:%%' THEN cost ELSE amount END) AS amount
    FROM given CROSS JOIN LATERAL (VALUES
      ('paid:' || currency), ('cost:' || currency),
      ('kindpaid:' || kind || ':' || currency), ('kindcost:' || kind || ':' || currency),
      ('areapaid:' || area || ':' || currency), ('unitpaid:' || unit_id || ':' || currency)
    ) AS names(label)
    WHERE amount > 0 GROUP BY case_id, label
  ) AS sums GROUP BY case_id
),
told AS (
  SELECT seen.*, promised.acknowledge, promised.answer, promised.resolve, promised.answered_at, gifts.kinds,
    gifts.labels AS remedies, coalesce(worth.amounts, '{{}}') AS amounts,
    here::date AS day, closed_on - here::date AS days,
    coalesce(CASE WHEN solved THEN 'yes' WHEN NOT solved THEN 'no' END, {_fact("solved")}, 'unknown') AS solved_word,
    coalesce({_fact("relief")}, CASE WHEN NOT ended THEN 'unknown'
      WHEN worth.case_id IS NOT NULL THEN 'yes' ELSE 'no' END) AS relief,
    CASE {_fact("timely")} WHEN 'yes' THEN 'met' WHEN 'no' THEN 'missed' WHEN 'unknown' THEN 'pending' END AS timely,
    NOT imported AND EXISTS (
      SELECT FROM complaints_case e
      WHERE e.customer_id = seen.customer_id AND (e.filed_at, e.id) < (seen.filed_at, seen.id)
        AND e.filed_at >= seen.filed_at - INTERVAL '{REPEAT_DAYS} days' AND e.outcome <> '{Outcome.DUPLICATE}'
        AND NOT EXISTS (SELECT FROM complaints_sourcerecord WHERE case_id = e.id)) AS repeated
  FROM seen LEFT JOIN promised ON promised.case_id = seen.id LEFT JOIN gifts ON gifts.case_id = seen.id
    LEFT JOIN worth ON worth.case_id = seen.id
)
SELECT id AS case_id, unit_id, units, customer_id, area AS area_id, day,
  CASE WHEN end_known THEN closed_on END AS closed_on,
  array_remove(ARRAY[
    'all', 'area:' || area, 'type:' || type, 'touchpoint:' || touchpoint, 'channel:' || channel, 'unit:' || unit_id,
    CASE WHEN imported AND here::time = '00:00' THEN 'hour:' || extract(isodow FROM here) || ':'
      ELSE 'hour:' || extract(isodow FROM here) || ':' || extract(hour FROM here) END,
    CASE WHEN ended THEN 'ended' ELSE 'unended' END,
    CASE WHEN ended THEN 'outcome:' || outcome ELSE 'open:' || area END,
    CASE WHEN ended AND end_known THEN 'close:' || greatest(days, 0) END,
    CASE WHEN NOT end_known THEN 'end:unknown' WHEN ended THEN 'over' ELSE 'goingon' END,
    CASE WHEN end_known AND NOT ended THEN 'wait:' || area END,
    CASE WHEN acknowledged_at IS NOT NULL THEN 'acked' END, CASE WHEN resolved_at IS NOT NULL THEN 'proposed' END,
    CASE WHEN ended AND end_known THEN 'areaclose:' || area || ':' || greatest(days, 0) END,
    {"".join(f"CASE WHEN ended AND end_known AND days <= {days} THEN 'within:{days}' END, " for days in WITHIN_DAYS)}
    'complainer:' || complainer, 'complainersolved:' || complainer || ':' || solved_word,
    'solved:' || solved_word, 'rating:' || coalesce(rating::text, 'unknown'),
    'relief:' || relief, 'arearelief:' || area || ':' || relief,
    CASE WHEN reopened THEN 'reopened' END, CASE WHEN repeated THEN 'repeat' END,
    CASE WHEN solved_word = 'yes' AND NOT imported THEN 'solvedat:' || tier END,
    CASE WHEN imported THEN NULL
      WHEN reopened OR step > 0 OR solved_word = 'no' OR coalesce(resolved_on, closed_on) > day THEN 'first:no'
      WHEN ended AND outcome IN ('{Outcome.SOLVED}', '{Outcome.NO_ANSWER}') THEN 'first:yes'
      WHEN ended THEN NULL ELSE 'first:unknown' END,
    CASE WHEN acknowledged_at IS NOT NULL THEN 'acktime:' || {_minutes("told.acknowledged_at")}
      WHEN NOT ended AND NOT imported THEN 'ackwait' END,
    CASE WHEN resolved_at IS NOT NULL THEN 'resolvetime:' || {_minutes("told.resolved_at")}
      WHEN NOT ended AND NOT imported THEN 'resolvewait' END,
    'acknowledge:' || acknowledge, 'answer:' || coalesce(timely, answer), 'resolve:' || resolve,
    CASE WHEN answered_at IS NOT NULL THEN 'answered' WHEN answer IS NOT NULL THEN 'answerwait' END,
    CASE WHEN answered_at IS NOT NULL THEN 'answertime:' || {_minutes("told.answered_at")} END
  ], NULL)
  || coalesce(remedies, ARRAY[]::text[])
  || ARRAY(SELECT 'remedysolved:' || kind || ':' || told.solved_word FROM unnest(kinds) AS offered(kind) ORDER BY 1)
  || ARRAY(SELECT jsonb_object_keys(amounts) ORDER BY 1) AS labels,
  amounts
FROM told
"""
"""Takes `cases`, their ids; columns as those of `MeasuredCase`. A case that is gone has no row."""
