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
