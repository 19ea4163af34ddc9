-- name: history_prune_events cold
-- $1 days; at most 10,000 at a time. Of open prospects everything stays, whatever their status is called.
WITH old AS (
    SELECT e.prospect, e.id FROM salesreg.prospect_events e
    LEFT JOIN public.test_prospects p ON p.id = e.prospect
    WHERE e.at < now() - $1::integer * interval '1 day' AND (p.id IS NULL OR p.status IN ('converted', 'archived'))
    LIMIT 10000 FOR UPDATE OF e SKIP LOCKED
), gone AS (
    DELETE FROM salesreg.prospect_events e USING old o WHERE e.prospect = o.prospect AND e.id = o.id RETURNING 1
)
SELECT count(*) FROM gone
-- name: history_prune_assignments cold
-- $1 days; the same
WITH old AS (
    SELECT a.id FROM salesreg.assignments a
    LEFT JOIN public.test_prospects p ON p.id = a.prospect
    WHERE a.ended_at < now() - $1::integer * interval '1 day' AND (p.id IS NULL OR p.status IN ('converted', 'archived'))
    LIMIT 10000 FOR UPDATE OF a SKIP LOCKED
), gone AS (
    DELETE FROM salesreg.assignments a USING old o WHERE a.id = o.id RETURNING 1
)
SELECT count(*) FROM gone
-- name: history_prune_rounds cold
-- $1 days; the oldest 10,000 at a time
WITH gone AS (
    DELETE FROM salesreg.assignment_rounds r
    WHERE r.first_assignment IN (SELECT o.first_assignment FROM salesreg.assignment_rounds o ORDER BY o.first_assignment LIMIT 10000)
      AND r.at < now() - $1::integer * interval '1 day'
    RETURNING 1
)
SELECT count(*) FROM gone
-- name: history_prune_sessions cold
-- $1 days, $2 admins; strangers who have been silent for longer and a day more (a word is noted once a day), a language chosen or not, with what else is known of them.
-- Not who waits for an admin's word, admins, and reps whatever became of them (who waits for approval is one).
WITH old AS (
    SELECT s.user_id FROM salesreg.user_sessions s
    WHERE s.updated_at < now() - ($1::integer + 1) * interval '1 day' AND s.phase <> 'claim' AND s.user_id <> ALL ($2::bigint[])
      AND NOT EXISTS (SELECT 1 FROM public.sales_representatives r WHERE r.telegram_id = s.user_id)
    LIMIT 10000 FOR UPDATE OF s SKIP LOCKED
), gone AS (
    DELETE FROM salesreg.user_sessions s USING old o WHERE s.user_id = o.user_id RETURNING s.user_id
), hidden AS (
    DELETE FROM salesreg.hidden_people h USING gone g WHERE h.telegram_id = g.user_id
), missed AS (
    DELETE FROM salesreg.missed_chats m USING gone g WHERE m.chat_id = g.user_id
)
SELECT count(*) FROM gone
-- name: history_prune_imports cold
-- $1 days: what imports replaced in each prospect, which --undo takes back; the imports stay as numbers
WITH old AS (
    SELECT r.import, r.prospect
    FROM salesreg.imports i JOIN salesreg.import_rows r ON r.import = i.id
    WHERE i.at < now() - $1::integer * interval '1 day'
    LIMIT 10000
), gone AS (
    DELETE FROM salesreg.import_rows r USING old o WHERE r.import = o.import AND r.prospect = o.prospect RETURNING 1
)
SELECT count(*) FROM gone
-- name: history_prune_broadcasts cold
-- $1 days since they were over; drafts that nobody sent within a day. What has a message that waits for an operator stays
WITH gone AS (
    DELETE FROM salesreg.broadcasts b
    WHERE (b.ended_at < now() - $1::integer * interval '1 day' OR (b.state = 'draft' AND b.created_at < now() - interval '1 day'))
      AND NOT EXISTS (SELECT 1 FROM salesreg.outbox o WHERE o.broadcast = b.id AND o.broadcast IS NOT NULL)
    RETURNING 1
)
SELECT count(*) FROM gone
