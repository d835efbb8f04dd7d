"""What the database itself does for money: the ledger keeps its balances, and nothing else may.

Each is the body of a trigger. The names of columns are PostgreSQL's; who renames one meets the tests of the ledger.
"""

from __future__ import annotations

from typing import Final

from complaints.cases.models import SAME_FAILURE

LEDGER_ENTRY: Final = """
IF NEW.kind = 'hold' THEN
    -- whose complaint it is and which month it falls into are facts, not what the INSERT says
    SELECT c.id, c.customer_id, u.time_zone, u.path INTO NEW.case_id, NEW.customer_id, zone, place
        FROM complaints_remedy AS r JOIN complaints_case AS c ON c.id = r.case_id
        JOIN complaints_unit AS u ON u.id = c.unit_id WHERE r.id = NEW.remedy_id;
    SELECT * INTO rule FROM complaints_authority WHERE id = NEW.authority_id;
    IF (
        rule.valid_from <= NEW."at" AND (rule.valid_until IS NULL OR rule.valid_until > NEW."at")
        AND (rule.employee_id = NEW.holder_id
            OR EXISTS (SELECT FROM complaints_employee WHERE id = NEW.holder_id AND role = rule.tier))
        AND (rule.unit_id IS NULL
            OR EXISTS (SELECT FROM complaints_unit WHERE id = rule.unit_id AND starts_with(place, path)))
    ) IS NOT TRUE THEN
        RAISE EXCEPTION 'ledger: not an authority of this employee, here and then' USING ERRCODE = 'check_violation';
    END IF;
    NEW.hold_id := NULL;
    NEW.currency := rule.currency;
    NEW.taken_at := NEW."at";
    NEW.month := date_trunc('month', NEW."at" AT TIME ZONE zone)::date;
ELSE
    SELECT * INTO origin FROM complaints_ledgerentry WHERE id = NEW.hold_id AND kind = 'hold';
    IF NOT FOUND THEN
        RAISE EXCEPTION 'ledger: % without a hold', NEW.kind USING ERRCODE = 'check_violation';
    END IF;
    NEW.remedy_id := origin.remedy_id;
    NEW.case_id := origin.case_id;
    NEW.customer_id := origin.customer_id;
    NEW.authority_id := origin.authority_id;
    NEW.holder_id := origin.holder_id;
    NEW.amount := origin.amount;
    NEW.currency := origin.currency;
    NEW.rate := origin.rate;
    NEW.taken_at := origin.taken_at;
    NEW.month := origin.month;
    SELECT * INTO rule FROM complaints_authority WHERE id = NEW.authority_id;
END IF;

-- what is one failure does not change before this is committed; the oldest complaint stands for all of them
PERFORM pg_advisory_xact_lock_shared(hashtext('complaints_same_failure'));
failure := ARRAY(__SAME_FAILURE__);
root := (SELECT MIN(id) FROM unnest(failure) AS id);
-- whose complaint it is by now: a hold made before a merge stays with the file it was made for, and counts here
SELECT customer_id INTO person FROM complaints_case WHERE id = NEW.case_id;

-- one scope after the other, and the scarcest last: whoever comes second waits here, and sees what the first one took
INSERT INTO complaints_balance (scope, customer_id, currency, held, spent, taken)
    VALUES ('customer', LEAST(person, NEW.customer_id), NEW.currency, 0, 0, 0),
        ('customer', GREATEST(person, NEW.customer_id), NEW.currency, 0, 0, 0) ON CONFLICT DO NOTHING;
PERFORM FROM complaints_balance WHERE scope = 'customer' AND customer_id IN (person, NEW.customer_id)
    ORDER BY id FOR UPDATE;
INSERT INTO complaints_balance (scope, case_id, currency, held, spent, taken)
    VALUES ('failure', root, NEW.currency, 0, 0, 0), ('failure', NEW.case_id, NEW.currency, 0, 0, 0)
    ON CONFLICT DO NOTHING;
PERFORM FROM complaints_balance WHERE scope = 'failure' AND case_id IN (root, NEW.case_id) ORDER BY id FOR UPDATE;
-- of all that one employee takes, by whichever rule, one entry is written at a time: no two rules make two budgets
PERFORM pg_advisory_xact_lock(hashtextextended('complaints_holder ' || NEW.holder_id, 0));
INSERT INTO complaints_balance (scope, authority_id, holder_id, month, currency, held, spent, taken)
    VALUES ('month', NEW.authority_id, NEW.holder_id, NEW.month, NEW.currency, 0, 0, 0) ON CONFLICT DO NOTHING;
PERFORM FROM complaints_balance WHERE scope = 'month' AND authority_id = NEW.authority_id
    AND holder_id = NEW.holder_id AND month = NEW.month FOR UPDATE;

was_spent := EXISTS (SELECT FROM complaints_ledgerentry WHERE hold_id = NEW.hold_id AND kind = 'spend');
IF NEW.kind = 'spend' AND EXISTS (
    SELECT FROM complaints_ledgerentry WHERE hold_id = NEW.hold_id AND kind IN ('release', 'reverse')
) THEN
    RAISE EXCEPTION 'ledger: this hold was given back' USING ERRCODE = 'check_violation';
END IF;
IF NEW.kind = 'reverse' AND NOT was_spent THEN
    RAISE EXCEPTION 'ledger: nothing was spent' USING ERRCODE = 'check_violation';
END IF;
more_held := CASE NEW.kind WHEN 'hold' THEN NEW.amount WHEN 'spend' THEN -NEW.amount
    WHEN 'release' THEN CASE WHEN was_spent THEN 0 ELSE -NEW.amount END ELSE 0 END;
more_spent := CASE NEW.kind WHEN 'spend' THEN NEW.amount WHEN 'reverse' THEN -NEW.amount
    WHEN 'release' THEN CASE WHEN was_spent THEN -NEW.amount ELSE 0 END ELSE 0 END;

UPDATE complaints_balance SET held = held + more_held, spent = spent + more_spent
    WHERE scope = 'customer' AND customer_id = NEW.customer_id AND currency = NEW.currency;
UPDATE complaints_balance SET held = held + more_held, spent = spent + more_spent
    WHERE scope = 'failure' AND case_id = NEW.case_id AND currency = NEW.currency;
IF NEW.kind NOT IN ('hold', 'spend') THEN
    UPDATE complaints_balance SET held = held + more_held, spent = spent + more_spent, taken = taken - NEW.amount
        WHERE scope = 'month' AND authority_id = NEW.authority_id AND holder_id = NEW.holder_id AND month = NEW.month;
    RETURN NEW;
END IF;

-- who takes money is held to the caps of their authority as it is now, whichever they took the rest of the month by
taken_before := 0;
IF NEW.kind = 'hold' THEN
    SELECT COALESCE(SUM(taken), 0) INTO taken_before FROM complaints_balance
        WHERE scope = 'month' AND holder_id = NEW.holder_id AND month = NEW.month AND currency = NEW.currency
        AND authority_id <> rule.id;
END IF;
UPDATE complaints_balance SET held = held + more_held, spent = spent + more_spent,
        taken = held + more_held + spent + more_spent, cap = rule.per_month - taken_before
    WHERE scope = 'month' AND authority_id = NEW.authority_id AND holder_id = NEW.holder_id AND month = NEW.month;
SELECT COALESCE(SUM(CASE WHEN e.kind = 'hold' THEN e.amount ELSE -e.amount END)
               FILTER (WHERE e.currency = NEW.currency), 0),
       COALESCE(SUM(CASE WHEN e.kind = 'hold' THEN e.amount ELSE -e.amount END)
               FILTER (WHERE e.currency <> NEW.currency), 0)
    INTO taken_here, taken_elsewhere FROM complaints_ledgerentry AS e
    WHERE e.kind <> 'spend' AND e.case_id = ANY(failure);
IF taken_elsewhere <> 0 THEN
    RAISE EXCEPTION 'ledger: this failure is accounted for in another currency' USING ERRCODE = 'check_violation';
END IF;
UPDATE complaints_balance SET cap = rule.per_failure,
        taken = taken_here + CASE NEW.kind WHEN 'hold' THEN NEW.amount ELSE 0 END
    WHERE scope = 'failure' AND case_id = root AND currency = NEW.currency;
SELECT COALESCE(SUM(CASE WHEN e.kind = 'hold' THEN e.amount ELSE -e.amount END), 0)
    INTO taken_here FROM complaints_ledgerentry AS e JOIN complaints_case AS c ON c.id = e.case_id
    WHERE e.kind <> 'spend' AND c.customer_id = person AND e.currency = NEW.currency
    AND e.customer_id IN (
        SELECT id FROM complaints_customer WHERE id = person
        UNION ALL SELECT other.id FROM complaints_customer AS one
            JOIN complaints_customer AS other ON other.circle = one.circle AND other.id <> one.id WHERE one.id = person
    )
    AND e.taken_at > NEW."at" - make_interval(days => rule.customer_days);
UPDATE complaints_balance SET cap = rule.per_customer,
        taken = taken_here + CASE NEW.kind WHEN 'hold' THEN NEW.amount ELSE 0 END
    WHERE scope = 'customer' AND customer_id = person AND currency = NEW.currency;
RETURN NEW;
""".replace("__SAME_FAILURE__", SAME_FAILURE.format(case="NEW.case_id"))

LEDGER_DECLARES: Final = (
    ("rule", "complaints_authority%ROWTYPE"),
    ("origin", "complaints_ledgerentry%ROWTYPE"),
    ("zone", "text"),
    ("place", "text"),
    ("failure", "bigint[]"),
    ("root", "bigint"),
    ("person", "bigint"),
    ("was_spent", "boolean"),
    ("more_held", "numeric"),
    ("more_spent", "numeric"),
    ("taken_here", "numeric"),
    ("taken_elsewhere", "numeric"),
    ("taken_before", "numeric"),
)

BALANCE: Final = """
IF pg_trigger_depth() > 1 THEN
    RETURN COALESCE(NEW, OLD);
END IF;
RAISE EXCEPTION 'balances are written by the ledger alone' USING ERRCODE = 'insufficient_privilege';
"""

ONE_AUTHORITY_AT_A_TIME: Final = """
PERFORM pg_advisory_xact_lock(hashtext('complaints_authority'));
IF EXISTS (
    SELECT FROM complaints_authority AS other
    WHERE other.id IS DISTINCT FROM NEW.id AND other.tier = NEW.tier AND other.currency = NEW.currency
    AND other.employee_id IS NOT DISTINCT FROM NEW.employee_id AND other.unit_id IS NOT DISTINCT FROM NEW.unit_id
    AND tstzrange(other.valid_from, other.valid_until) && tstzrange(NEW.valid_from, NEW.valid_until)
) THEN
    RAISE EXCEPTION 'another authority is meant for the same people at the same time'
        USING ERRCODE = 'exclusion_violation';
END IF;
RETURN NEW;
"""
