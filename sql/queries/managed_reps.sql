-- name: operator_reps_list
-- $1 status or NULL, $2 words of a person's or NULL for all: an id; else an account, an @name, an e-mail address; else a part of the
-- name, $3 as a pattern of LIKE; $4 by what they are ordered, $5 how many at most. The last column: how many there are
WITH by_id AS (
    SELECT q.id FROM public.sales_representatives q WHERE q.id::text = lower($2::text)
), by_contact AS (
    SELECT q.id FROM public.sales_representatives q
    WHERE NOT EXISTS (SELECT 1 FROM by_id)
      AND (q.telegram_id::text = $2::text OR lower(ltrim(left(q.telegram_username, 255), '@')) = lower(ltrim($2::text, '@'))
           OR lower(btrim(left(q.email, 255))) = lower($2::text))
), by_name AS (
    SELECT q.id FROM public.sales_representatives q
    WHERE NOT EXISTS (SELECT 1 FROM by_id) AND NOT EXISTS (SELECT 1 FROM by_contact) AND left(q.name, 255) ILIKE $3::text
), wanted AS (
    SELECT id FROM by_id UNION SELECT id FROM by_contact UNION SELECT id FROM by_name
    UNION SELECT q.id FROM public.sales_representatives q WHERE $2::text IS NULL
)
SELECT r.id, left(r.name, 255), left(r.email, 255), left(r.telegram_username, 255), r.telegram_id, left(r.status, 50), h.held,
       k.state, coalesce(d.available, true), left(d.reason, 500),
       (extract(epoch FROM d.unreachable_since) * 1000000)::bigint, (extract(epoch FROM s.updated_at) * 1000000)::bigint,
       CASE WHEN isfinite(r.registered_at::timestamptz) THEN (extract(epoch FROM r.registered_at::timestamptz) * 1000000)::bigint ELSE 0 END,
       count(*) OVER (), d.capacity, d.paused_until IS NOT NULL,
       CASE WHEN isfinite(d.paused_until) THEN (extract(epoch FROM d.paused_until) * 1000000)::bigint END, r.is_admin IS TRUE
FROM wanted w
JOIN public.sales_representatives r ON r.id = w.id
LEFT JOIN salesreg.rep_rotation d ON d.rep = r.id
LEFT JOIN salesreg.user_sessions s ON s.user_id = r.telegram_id
LEFT JOIN salesreg.calendar_accounts k ON k.rep = r.id
CROSS JOIN LATERAL (SELECT count(*) AS held FROM public.test_prospects p
                    WHERE p.assigned_rep_id = r.id AND p.status IN ('unreached', 'contacted', 'in_conversation') OFFSET 0) h
WHERE $1::text IS NULL OR r.status = $1::text
ORDER BY CASE $4::text WHEN 'load' THEN -h.held END,
         CASE $4::text WHEN 'seen' THEN s.updated_at END DESC NULLS LAST,
         CASE $4::text WHEN 'registered' THEN r.registered_at::timestamptz END DESC NULLS LAST,
         CASE $4::text WHEN 'status' THEN left(r.status, 50) END,
         lower(left(r.name, 255)), r.id
LIMIT $5::integer
-- name: operator_reps_more
-- $1 rep: what the list has no room for
SELECT (SELECT count(*) FROM public.test_prospects p WHERE p.assigned_rep_id = r.id AND p.status = 'converted'),
       (SELECT count(*) FROM public.test_prospects p WHERE p.assigned_rep_id = r.id AND p.status = 'archived'),
       (SELECT (extract(epoch FROM max(e.at)) * 1000000)::bigint
        FROM public.test_prospects p JOIN salesreg.prospect_events e ON e.prospect = p.id AND e.rep = r.id AND e.kind = 'contacted'
        WHERE p.assigned_rep_id = r.id AND p.status IN ('unreached', 'contacted', 'in_conversation')),
       left(k.email, 320), left(k.reason, 500),
       (SELECT count(*) FROM salesreg.outbox o WHERE o.chat_id = r.telegram_id AND o.state IN ('queued', 'sending')),
       (SELECT count(*) FROM salesreg.outbox o WHERE o.chat_id = r.telegram_id AND o.state IN ('failed', 'held')),
       coalesce(e.proven, false)
FROM public.sales_representatives r
LEFT JOIN salesreg.calendar_accounts k ON k.rep = r.id
LEFT JOIN salesreg.rep_email e ON e.rep = r.id
WHERE r.id = $1::uuid
