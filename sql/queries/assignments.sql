-- name: assignment_lock cold
-- everything that changes an assignment takes this first, as a statement of its own. A row, and no advisory lock, which
-- anybody who may connect could hold.
SELECT 1 FROM salesreg.assignment_lock FOR UPDATE
-- name: assignment_lock_if
-- $1 certainly needed; $2 users who need it if they are just confirming that they leave
SELECT 1 FROM salesreg.assignment_lock
WHERE $1::boolean OR EXISTS (SELECT 1 FROM salesreg.user_sessions
                             WHERE user_id = ANY ($2::bigint[]) AND phase = 'confirm_unregister')
FOR UPDATE
-- name: assignments_read
SELECT a.id, a.rep, left(p.name, 255), left(p.telegram_id, 255), left(p.status, 50),
       a.ended_at IS NULL AND p.assigned_rep_id = a.rep AS live, -- whether it is closed, its status says
       -- by this assignment's rep: that an earlier one wrote to them says nothing
       EXISTS (SELECT 1 FROM salesreg.prospect_events e
               WHERE e.prospect = a.prospect AND e.assignment = a.id AND e.kind = 'contacted') AS contacted,
       -- may be taken back: declined a moment ago, and nobody else has done anything about it
       a.reason = 'declined' AND a.ended_at > now() - interval '30 seconds'
           AND p.status IN ('unreached', 'contacted', 'in_conversation')
           AND p.assigned_rep_id IS NOT DISTINCT FROM l.rep -- nobody was chosen by hand, which outreach has yet to see
           AND NOT EXISTS (SELECT 1 FROM salesreg.prospect_events e
                           WHERE e.prospect = a.prospect AND e.assignment <> a.id AND e.at >= a.ended_at
                             -- whoever had it left without doing anything about it; by hand is somebody's doing
                             AND (e.kind <> 'returned' OR e.detail IS NOT DISTINCT FROM 'changed')
                             AND (e.kind <> 'assigned' OR e.detail = 'by hand')) AS undoable,
       l.id, o.telegram_id, s.locale, -- who has it now
       a.ended_at IS NULL
           -- look-ups a row, up to the first who could: nearly always the first there is
           AND NOT EXISTS (SELECT 1 FROM salesreg.rep_rotation d
                           WHERE d.available AND d.paused_until IS NULL AND d.rep <> a.rep
                             AND (SELECT r.status FROM public.sales_representatives r WHERE r.id = d.rep) = 'active'
                             AND NOT EXISTS (SELECT 1 FROM salesreg.assignments n
                                             WHERE n.prospect = a.prospect AND n.rep = d.rep
                                               AND n.reason = 'declined' OFFSET 0)) AS nobody_else,
       a.reason, -- why it ended, if it did
       a.ended_at IS NOT NULL AND p.assigned_rep_id = a.rep, -- its rep has the prospect again, which outreach may have yet to see
       a.prospect, coalesce(c.owner, 'bot'), coalesce(c.version, 1), c.telegram_id, b.locale, c.blocked_at IS NOT NULL,
       y.connection, y.chat_id,
       EXISTS (SELECT 1 FROM salesreg.opt_outs x WHERE x.telegram_id = c.telegram_id OFFSET 0)
FROM salesreg.assignments a JOIN public.test_prospects p ON p.id = a.prospect
LEFT JOIN LATERAL (SELECT h.id, h.rep FROM salesreg.assignments h
                   WHERE h.prospect = a.prospect AND h.ended_at IS NULL AND h.id <> a.id LIMIT 1) l ON true
LEFT JOIN public.sales_representatives o ON o.id = l.rep
LEFT JOIN salesreg.user_sessions s ON s.user_id = o.telegram_id
LEFT JOIN LATERAL (SELECT v.* FROM salesreg.conversations v WHERE v.prospect = a.prospect OFFSET 0) c ON true
LEFT JOIN LATERAL (SELECT w.* FROM salesreg.user_sessions w WHERE w.user_id = c.telegram_id OFFSET 0) b ON true
LEFT JOIN LATERAL (SELECT w.telegram_id FROM public.sales_representatives w WHERE w.id = a.rep OFFSET 0) r ON true
LEFT JOIN LATERAL salesreg.way_as_rep(a.prospect, r.telegram_id) y ON true
WHERE a.id = ANY ($1::bigint[])
-- name: assignments_contacted
-- the assignments by their key first, whatever else the tables hold; the rest is looked at row by row
WITH wanted AS MATERIALIZED (
    SELECT id, prospect, rep, ended_at FROM salesreg.assignments WHERE id = ANY ($1::bigint[]) ORDER BY id
), done AS (
    UPDATE public.test_prospects p
    SET status = CASE WHEN p.status = 'unreached' THEN 'contacted' ELSE p.status END,
        last_contact_at = now(), updated_at = now()
    FROM wanted w
    WHERE w.ended_at IS NULL AND p.id = w.prospect AND p.assigned_rep_id = w.rep
    RETURNING p.id, w.rep, w.id AS assignment
), explained AS (
    INSERT INTO salesreg.prospect_events (prospect, rep, assignment, kind)
    SELECT id, rep, assignment, 'contacted' FROM done
)
SELECT salesreg.must(count(*) = cardinality($1::bigint[])) FROM done
-- name: assignments_decline
WITH wanted AS MATERIALIZED (
    SELECT id, ended_at FROM salesreg.assignments WHERE id = ANY ($1::bigint[]) ORDER BY id
), ended AS (
    UPDATE salesreg.assignments a SET ended_at = now(), reason = 'declined'
    FROM wanted w WHERE a.id = w.id AND w.ended_at IS NULL
    RETURNING a.id, a.prospect, a.rep
), freed AS (
    UPDATE public.test_prospects p SET assigned_rep_id = NULL, updated_at = now()
    FROM ended e WHERE p.id = e.prospect AND p.assigned_rep_id = e.rep
    RETURNING p.id
), apart AS (
    INSERT INTO salesreg.declined_prospects (prospect) SELECT id FROM freed
    ON CONFLICT (prospect) DO UPDATE SET since = clock_timestamp(), exhausted = false, escalated_at = NULL
), explained AS (
    INSERT INTO salesreg.prospect_events (prospect, rep, assignment, kind)
    SELECT prospect, rep, id, 'declined' FROM ended
)
SELECT salesreg.must(count(*) = cardinality($1::bigint[])) FROM freed
-- name: assignments_release
-- $1 rep ids, $2 why: all open prospects of these reps go back
WITH freed AS (
    UPDATE public.test_prospects SET assigned_rep_id = NULL, updated_at = now()
    WHERE assigned_rep_id = ANY ($1::uuid[]) AND status IN ('unreached', 'contacted', 'in_conversation')
    RETURNING id
), apart AS (
    INSERT INTO salesreg.declined_prospects (prospect)
    SELECT f.id FROM freed f
    WHERE EXISTS (SELECT 1 FROM salesreg.assignments d WHERE d.prospect = f.id AND d.reason = 'declined')
    ON CONFLICT DO NOTHING
), ended AS (
    UPDATE salesreg.assignments SET ended_at = now(), reason = $2::text
    WHERE ended_at IS NULL AND prospect = ANY (ARRAY(SELECT id FROM freed))
    RETURNING id, prospect, rep
), cards AS (
    INSERT INTO salesreg.stale_cards (assignment) SELECT id FROM ended ON CONFLICT DO NOTHING
), noticed AS MATERIALIZED (
    SELECT pg_catalog.pg_notify('salesreg_reconcile', '') FROM (SELECT 1 FROM ended LIMIT 1) any_ended
)
INSERT INTO salesreg.prospect_events (prospect, rep, assignment, kind, detail)
SELECT prospect, rep, id, 'returned', $2::text FROM ended
WHERE EXISTS (SELECT 1 FROM noticed)
-- name: assignments_undo_others
-- $1 declined assignments that are taken back: whoever got the prospect since loses it
WITH wanted AS (
    SELECT id, prospect FROM salesreg.assignments WHERE id = ANY ($1::bigint[]) AND reason = 'declined'
), ended AS (
    UPDATE salesreg.assignments a SET ended_at = now(), reason = 'taken back'
    FROM wanted w WHERE a.prospect = w.prospect AND a.id <> w.id AND a.ended_at IS NULL
    RETURNING a.id, a.prospect, a.rep
), cards AS (
    INSERT INTO salesreg.stale_cards (assignment) SELECT id FROM ended ON CONFLICT DO NOTHING
), noticed AS MATERIALIZED (
    SELECT pg_catalog.pg_notify('salesreg_reconcile', '') FROM (SELECT 1 FROM ended LIMIT 1) any_ended
)
INSERT INTO salesreg.prospect_events (prospect, rep, assignment, kind, detail)
SELECT prospect, rep, id, 'returned', 'taken back' FROM ended
WHERE EXISTS (SELECT 1 FROM noticed)
-- name: assignments_undo
-- $1 the same: they go on as if they had never been declined, but not where somebody was chosen by hand meanwhile. The turn
-- tells an outreach that what it counted has changed.
WITH back AS (
    UPDATE salesreg.assignments SET ended_at = NULL, reason = NULL
    WHERE id = ANY ($1::bigint[]) AND reason = 'declined'
    RETURNING id, prospect, rep
), held AS (
    UPDATE public.test_prospects p SET assigned_rep_id = b.rep, updated_at = now()
    FROM back b WHERE p.id = b.prospect
      AND (p.assigned_rep_id IS NULL
           OR p.assigned_rep_id IN (SELECT t.rep FROM salesreg.assignments t -- assignments_undo_others, just now
                                    WHERE t.prospect = b.prospect AND t.reason = 'taken back' AND t.ended_at = now()))
    RETURNING p.id
), apart AS (
    DELETE FROM salesreg.declined_prospects WHERE prospect = ANY (ARRAY(SELECT prospect FROM back))
), explained AS (
    INSERT INTO salesreg.prospect_events (prospect, rep, assignment, kind) SELECT prospect, rep, id, 'undone' FROM back
)
SELECT salesreg.must(count(*) = cardinality($1::bigint[])), nextval('salesreg.rotation_seq') FROM held
