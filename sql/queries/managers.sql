-- name: operator_prospects_find
-- $1 words of a person's: an id; else an @name, a number, an e-mail address, an account; else a part of the name, $2 as a pattern of
-- LIKE; $3 how many at most
WITH by_id AS (
    SELECT q.id FROM public.test_prospects q WHERE q.id = $1::varchar
), by_contact AS (
    SELECT q.id FROM public.test_prospects q
    WHERE NOT EXISTS (SELECT 1 FROM by_id)
      AND (lower(ltrim(left(q.telegram_id, 255), '@')) = lower(ltrim($1::text, '@')) OR lower(btrim(left(q.email, 255))) = lower($1::text)
           OR q.id IN (SELECT c.prospect FROM salesreg.conversations c WHERE c.telegram_id::text = $1::text))
    LIMIT $3::integer
), by_name AS (
    SELECT q.id FROM public.test_prospects q
    WHERE NOT EXISTS (SELECT 1 FROM by_id) AND NOT EXISTS (SELECT 1 FROM by_contact) AND left(q.name, 255) ILIKE $2::text
    ORDER BY q.created_at DESC NULLS LAST, q.id COLLATE "C" LIMIT $3::integer
)
SELECT p.id, left(p.name, 255), left(p.telegram_id, 255), left(p.email, 255), left(p.status, 50), left(r.name, 255), c.source,
       left(c.campaign, 255), coalesce(c.owner, 'bot'),
       CASE WHEN isfinite(p.created_at::timestamptz) THEN (extract(epoch FROM p.created_at::timestamptz) * 1000000)::bigint ELSE 0 END,
       CASE WHEN isfinite(p.last_contact_at::timestamptz) THEN (extract(epoch FROM p.last_contact_at::timestamptz) * 1000000)::bigint ELSE 0 END
FROM (SELECT id FROM by_id UNION ALL SELECT id FROM by_contact UNION ALL SELECT id FROM by_name) f
JOIN public.test_prospects p ON p.id = f.id
LEFT JOIN public.sales_representatives r ON r.id = p.assigned_rep_id
LEFT JOIN salesreg.conversations c ON c.prospect = p.id
ORDER BY p.created_at DESC NULLS LAST, p.id COLLATE "C"
-- name: operator_prospects_more
-- $1 prospect: what the list has no room for
SELECT left(p.context, 4000), left(p.notes, 4000), c.reach, c.telegram_id,
       EXISTS (SELECT 1 FROM salesreg.opt_outs o WHERE o.telegram_id = c.telegram_id), c.blocked_at IS NOT NULL,
       q.score, q.question, q.finished_at IS NOT NULL,
       (SELECT count(*) FROM salesreg.assignments a WHERE a.prospect = p.id), d.phone, d.extra::text
FROM public.test_prospects p
LEFT JOIN salesreg.conversations c ON c.prospect = p.id
LEFT JOIN salesreg.qualifications q ON q.prospect = p.id
LEFT JOIN salesreg.prospect_details d ON d.prospect = p.id
WHERE p.id = $1::varchar
-- name: operator_prospects_answers
-- $1 prospect: its questions and answers, in the order of the answers
SELECT left(a.question, 100), left(a.answer, 4000) FROM salesreg.answers a
WHERE a.prospect = $1::varchar ORDER BY a.answered_at, a.question LIMIT 200
-- name: operator_prospects_history
-- $1 prospect, $2 how many: what happened, the latest first
SELECT (extract(epoch FROM e.at) * 1000000)::bigint, e.kind, left(r.name, 255), e.assignment, left(e.detail, 4000)
FROM salesreg.prospect_events e
LEFT JOIN public.sales_representatives r ON r.id = e.rep
WHERE e.prospect = $1::varchar ORDER BY e.id DESC LIMIT $2::integer
