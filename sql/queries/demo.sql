-- name: demo_state
-- What the sandbox's page shows beside the chats, as one JSON object: the newest 50 rows of each kind, and totals that stop
-- at 10,000. Looks through the tables: for a demo, once a second while somebody watches.
SELECT json_build_object(
    'reps', json_build_object(
        'total', (SELECT count(*) FROM (SELECT 1 FROM public.sales_representatives LIMIT 10000) x),
        'rows', (SELECT coalesce(json_agg(json_build_object(
                            'name', r.name, 'status', r.status, 'email', r.email,
                            'available', coalesce(d.available, true),
                            'open', (SELECT count(*) FROM public.test_prospects p
                                     WHERE p.assigned_rep_id = r.id
                                       AND p.status IN ('unreached', 'contacted', 'in_conversation')))
                            ORDER BY r.registered_at DESC NULLS LAST, r.id), '[]')
                 FROM (SELECT id, name, status, email, registered_at FROM public.sales_representatives
                       ORDER BY registered_at DESC NULLS LAST, id LIMIT 50) r
                 LEFT JOIN salesreg.rep_rotation d ON d.rep = r.id)),
    'prospects', json_build_object(
        'total', (SELECT count(*) FROM (SELECT 1 FROM public.test_prospects LIMIT 10000) x),
        'rows', (SELECT coalesce(json_agg(json_build_object('name', p.name, 'status', p.status, 'rep', r.name)
                                          ORDER BY p.created_at DESC NULLS LAST, p.id), '[]')
                 FROM (SELECT id, name, status, assigned_rep_id, created_at FROM public.test_prospects
                       ORDER BY created_at DESC NULLS LAST, id LIMIT 50) p
                 LEFT JOIN public.sales_representatives r ON r.id = p.assigned_rep_id)),
    'conversations', json_build_object(
        'total', (SELECT count(*) FROM (SELECT 1 FROM salesreg.conversations LIMIT 10000) x),
        'rows', (SELECT coalesce(json_agg(json_build_object(
                            'name', p.name, 'owner', c.owner, 'version', c.version, 'reach', c.reach, 'met', c.telegram_id IS NOT NULL,
                            'opted_out', EXISTS (SELECT 1 FROM salesreg.opt_outs o WHERE o.telegram_id = c.telegram_id),
                            'asked', q.question, 'finished', q.prospect IS NOT NULL AND q.question IS NULL, 'score', q.score,
                            'as_rep', EXISTS (SELECT 1 FROM public.sales_representatives r
                                              CROSS JOIN LATERAL salesreg.way_as_rep(c.prospect, r.telegram_id)
                                              WHERE r.id = p.assigned_rep_id),
                            'timers', (SELECT coalesce(json_agg(json_build_object(
                                                  'kind', t.kind, 'step', t.step, 'failures', t.failures,
                                                  'in_s', CASE WHEN t.due_at < 'infinity'
                                                               THEN greatest(0, extract(epoch FROM t.due_at - now())::bigint) END)
                                                  ORDER BY t.due_at, t.kind), '[]')
                                       FROM salesreg.timers t -- whose reason has not gone
                                       WHERE t.prospect = c.prospect AND (t.version IS NULL OR t.version = c.version)))
                            ORDER BY c.created_at DESC, c.prospect), '[]')
                 FROM (SELECT * FROM salesreg.conversations ORDER BY created_at DESC, prospect LIMIT 50) c
                 JOIN public.test_prospects p ON p.id = c.prospect
                 LEFT JOIN salesreg.qualifications q ON q.prospect = c.prospect)),
    'outbox', json_build_object(
        'total', (SELECT count(*) FROM (SELECT 1 FROM salesreg.outbox LIMIT 10000) x),
        'queued', (SELECT count(*) FROM (SELECT 1 FROM salesreg.outbox WHERE state = 'queued' LIMIT 10000) x),
        'sending', (SELECT count(*) FROM (SELECT 1 FROM salesreg.outbox WHERE state = 'sending' LIMIT 10000) x),
        'failed', (SELECT count(*) FROM (SELECT 1 FROM salesreg.outbox WHERE state = 'failed' LIMIT 10000) x),
        'sent', (SELECT count(*) FROM (SELECT 1 FROM salesreg.outbox_history WHERE state = 'sent' LIMIT 10000) x),
        'possible_duplicates', (SELECT count(*) FROM (SELECT 1 FROM salesreg.outbox WHERE possible_duplicate
                                                      UNION ALL
                                                      SELECT 1 FROM salesreg.outbox_history WHERE possible_duplicate
                                                      LIMIT 10000) x),
        'rows', (SELECT coalesce(json_agg(json_build_object(
                            'chat', coalesce(r.name, o.chat_id::text), 'what', o.method, 'state', o.state,
                            'age_s', greatest(0, extract(epoch FROM now() - o.created_at)::bigint))
                            ORDER BY o.id), '[]')
                 FROM (SELECT id, chat_id, method, state, created_at FROM salesreg.outbox ORDER BY id LIMIT 50) o
                 LEFT JOIN public.sales_representatives r ON r.telegram_id = o.chat_id)),
    'parked', (SELECT count(*) FROM (SELECT 1 FROM salesreg.parked_updates LIMIT 10000) x)
)::text
-- name: demo_prospect
-- what the demo shows as an example, for a person to type
INSERT INTO public.test_prospects (id, telegram_id, name) VALUES (gen_random_uuid(), '@maria', 'Maria')
-- name: demo_prospect_add
-- $1 name, $2 how to reach them, $3 a note for the rep, or "": what the demo's page was told
INSERT INTO public.test_prospects (id, telegram_id, name, context)
VALUES (gen_random_uuid(), $2::text, $1::text, nullif($3::text, ''))
-- name: tx_begin_write cold
-- in a session that else only reads
BEGIN READ WRITE
