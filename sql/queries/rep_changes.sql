-- name: rep_changes_lock cold
-- $1 rep: as it is now, until the transaction ends; under the assignment lock, so that nothing is assigned meanwhile
SELECT r.id, left(r.name, 255), left(r.email, 255), r.telegram_id, left(r.status, 50), s.locale,
       coalesce((SELECT e.proven FROM salesreg.rep_email e WHERE e.rep = r.id), false), coalesce(d.available, true),
       (SELECT count(*) FROM public.test_prospects p
        WHERE p.assigned_rep_id = r.id AND p.status IN ('unreached', 'contacted', 'in_conversation')),
       d.capacity, d.paused_until IS NOT NULL,
       CASE WHEN isfinite(d.paused_until) THEN (extract(epoch FROM d.paused_until) * 1000000)::bigint END, r.is_admin IS TRUE
FROM public.sales_representatives r
LEFT JOIN salesreg.rep_rotation d ON d.rep = r.id
LEFT JOIN salesreg.user_sessions s ON s.user_id = r.telegram_id
WHERE r.id = $1::uuid FOR NO KEY UPDATE OF r
-- name: rep_changes_holder cold
-- $1 an e-mail's key, $2 rep: who else has it, or is suspended with its mailbox
SELECT left(r.name, 255), left(r.status, 50) FROM public.sales_representatives r
WHERE r.id <> $2::uuid
  AND (r.id IN (SELECT e.rep FROM salesreg.rep_email e WHERE e.email_key = $1::text)
       OR (r.status = 'suspended'
           AND left(regexp_replace(lower(btrim(r.email)) COLLATE "C", '^([^+@]+)[+][^@]*@', E'\\1@'), 320)
               = left(regexp_replace($1::text COLLATE "C", '^([^+@]+)[+][^@]*@', E'\\1@'), 320)))
LIMIT 1
-- name: reps_set_status cold
-- $1 reps that have another status, $2 the status
WITH changed AS (
    UPDATE public.sales_representatives r SET status = $2::varchar, updated_at = now()
    WHERE r.id = ANY ($1::uuid[]) AND r.status IS DISTINCT FROM $2::varchar
    RETURNING r.id
), goes_on AS ( -- a pause of before is over
    UPDATE salesreg.rep_rotation d SET paused_until = NULL
    FROM changed c WHERE d.rep = c.id AND $2::varchar = 'active' AND d.paused_until IS NOT NULL
)
SELECT salesreg.must((SELECT count(*) FROM changed) = cardinality($1::uuid[]))
-- name: reps_set_name cold
-- $1 reps, $2 names
WITH changed AS (
    UPDATE public.sales_representatives r SET name = f.name, updated_at = now()
    FROM unnest($1::uuid[], $2::text[]) AS f (rep, name) WHERE r.id = f.rep
    RETURNING r.id
)
SELECT salesreg.must((SELECT count(*) FROM changed) = cardinality($1::uuid[]))
-- name: reps_set_capacity cold
-- $1 reps, $2 how many open prospects each may have, or 0: as everybody
WITH changed AS (
    INSERT INTO salesreg.rep_rotation AS d (rep, capacity)
    SELECT f.rep, nullif(f.capacity, 0) FROM unnest($1::uuid[], $2::bigint[]) AS f (rep, capacity)
    ON CONFLICT (rep) DO UPDATE SET capacity = excluded.capacity
    RETURNING 1
)
SELECT pg_catalog.pg_notify('salesreg_reps', '') FROM changed
-- name: reps_set_admin cold
-- $1 rep, $2 whether they are an admin
UPDATE public.sales_representatives SET is_admin = $2::boolean, updated_at = now() WHERE id = $1::uuid
-- name: reps_other_admins cold
-- $1 rep: how many others are admins by their rows
SELECT count(*) FROM public.sales_representatives r WHERE r.is_admin AND r.status = 'active' AND r.id <> $1::uuid
-- name: reps_pause cold
-- $1 reps, $2 for so many seconds each, or -1: until a manager ends it; 0: it ends
WITH changed AS (
    INSERT INTO salesreg.rep_rotation AS d (rep, paused_until)
    SELECT f.rep, CASE WHEN f.seconds < 0 THEN 'infinity' WHEN f.seconds > 0 THEN now() + f.seconds * interval '1 second' END
    FROM unnest($1::uuid[], $2::bigint[]) AS f (rep, seconds)
    ON CONFLICT (rep) DO UPDATE SET paused_until = excluded.paused_until
    RETURNING d.paused_until
)
SELECT CASE WHEN isfinite(c.paused_until) THEN (extract(epoch FROM c.paused_until) * 1000000)::bigint END,
       pg_catalog.pg_notify('salesreg_reps', '')
FROM changed c
-- name: rep_changes_by_account cold
-- $1 a Telegram account: the rep that has it, as the bot knows it (reps_read), whether the bot has met the person, and in which language
SELECT r.id, r.name, r.status, s.user_id IS NOT NULL, s.locale
FROM (SELECT 1) AS one
LEFT JOIN LATERAL (SELECT q.id, left(q.name, 255) AS name, left(q.status, 50) AS status FROM public.sales_representatives q WHERE q.telegram_id = $1::bigint
                   ORDER BY q.status = 'removed', q.registered_at NULLS LAST, q.id LIMIT 1) r ON true
LEFT JOIN salesreg.user_sessions s ON s.user_id = $1::bigint
-- name: reps_take_over cold
-- $1 rep, $2 rep: what the first has, open or not, is the second's; outreach tells both. How many of them are open
WITH moved AS (
    UPDATE public.test_prospects SET assigned_rep_id = $2::uuid, updated_at = now() WHERE assigned_rep_id = $1::uuid
    RETURNING status
)
SELECT count(*) FILTER (WHERE status IN ('unreached', 'contacted', 'in_conversation')),
       pg_catalog.pg_notify('salesreg_reconcile', '') FROM moved
