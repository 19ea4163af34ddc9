-- name: reps_read
-- $1 Telegram ids. Where an old table has one id twice, the row that is not removed and oldest counts.
SELECT r.telegram_id, r.id, r.name, r.email, coalesce(r.status, ''), r.telegram_username, coalesce(d.available, true),
       CASE WHEN r.status = 'removed' THEN 0 ELSE
       (SELECT count(*) FROM public.test_prospects p
        WHERE p.assigned_rep_id = r.id AND p.status IN ('unreached', 'contacted', 'in_conversation')) END
FROM public.sales_representatives r LEFT JOIN salesreg.rep_dealing d ON d.rep = r.id
WHERE r.telegram_id = ANY ($1::bigint[])
ORDER BY r.id FOR NO KEY UPDATE OF r
-- name: rep_emails_read
SELECT email_key, rep FROM salesreg.rep_email WHERE email_key = ANY ($1::text[])
-- name: rep_subjects_read
-- reps an admin decides about; $1 Telegram ids
SELECT r.id, r.name, r.email, r.telegram_id, coalesce(r.status, ''), s.locale
FROM public.sales_representatives r LEFT JOIN salesreg.user_sessions s ON s.user_id = r.telegram_id
WHERE r.telegram_id = ANY ($1::bigint[])
ORDER BY r.id FOR NO KEY UPDATE OF r
-- name: reps_register
-- $1 Telegram ids, $2 usernames, $3 names, $4 e-mails, $5 keys, $6 statuses
WITH fresh AS (
    SELECT * FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[])
        AS f (telegram_id, username, name, email, email_key, status)
), added AS (
    INSERT INTO public.sales_representatives (telegram_id, telegram_username, name, email, status, approved_at)
    SELECT telegram_id, username, name, email, status, CASE WHEN status = 'active' THEN now() END FROM fresh
    RETURNING id, telegram_id
)
INSERT INTO salesreg.rep_email (email_key, rep)
SELECT f.email_key, a.id FROM added a JOIN fresh f USING (telegram_id)
-- name: reps_rejoin
-- $1 rep ids, $2 usernames, $3 names, $4 e-mails, $5 keys, $6 statuses
WITH fresh AS (
    SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[])
        AS f (rep, username, name, email, email_key, status)
), back AS (
    UPDATE public.sales_representatives r
    SET telegram_username = f.username, name = f.name, email = f.email, status = f.status, registered_at = now(),
        approved_at = CASE WHEN f.status = 'active' THEN now() END, approved_by = NULL, updated_at = now()
    FROM fresh f WHERE r.id = f.rep AND r.status = 'removed'
    RETURNING r.id
), reachable AS (
    INSERT INTO salesreg.rep_dealing (rep) SELECT id FROM back
    ON CONFLICT (rep) DO UPDATE SET available = true, reason = NULL, back_at = now()
), keyed AS (
    INSERT INTO salesreg.rep_email (email_key, rep)
    SELECT f.email_key, f.rep FROM fresh f JOIN back b ON b.id = f.rep
    ON CONFLICT (rep) DO UPDATE SET email_key = excluded.email_key, created_at = now()
)
SELECT salesreg.must((SELECT count(*) FROM back) = (SELECT count(*) FROM fresh))
-- name: reps_email
-- $1 rep ids, $2 e-mails, $3 keys
WITH fresh AS (
    SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[]) AS f (rep, email, email_key)
), changed AS (
    UPDATE public.sales_representatives r SET email = f.email, updated_at = now()
    FROM fresh f WHERE r.id = f.rep
)
INSERT INTO salesreg.rep_email (email_key, rep) SELECT email_key, rep FROM fresh
ON CONFLICT (rep) DO UPDATE SET email_key = excluded.email_key, created_at = now()
-- name: reps_leave
-- $1 rep ids; their prospects are released by assignments_release in the same transaction
WITH gone AS (
    UPDATE public.sales_representatives SET status = 'removed', updated_at = now()
    WHERE id = ANY ($1::uuid[]) RETURNING id
)
DELETE FROM salesreg.rep_email WHERE rep IN (SELECT id FROM gone)
-- name: reps_decide
-- $1 rep ids, $2 new statuses, $3 Telegram ids of the admins
WITH fresh AS (
    SELECT * FROM unnest($1::uuid[], $2::text[], $3::bigint[]) AS f (rep, status, admin)
), decided AS (
    UPDATE public.sales_representatives r
    SET status = f.status, updated_at = now(),
        approved_at = CASE WHEN f.status = 'active' THEN now() END,
        approved_by = (SELECT a.id FROM public.sales_representatives a WHERE a.telegram_id = f.admin LIMIT 1)
    FROM fresh f WHERE r.id = f.rep AND r.status = 'pending'
    RETURNING r.id, r.status
), unkeyed AS (
    DELETE FROM salesreg.rep_email WHERE rep IN (SELECT id FROM decided WHERE status = 'removed')
)
SELECT salesreg.must((SELECT count(*) FROM decided) = (SELECT count(*) FROM fresh))
-- name: reps_username
UPDATE public.sales_representatives r SET telegram_username = f.username, updated_at = now()
FROM unnest($1::uuid[], $2::text[]) AS f (rep, username) WHERE r.id = f.rep
-- name: reps_available
-- $1 rep ids: they wrote again
WITH back AS (
    INSERT INTO salesreg.rep_dealing (rep) SELECT unnest($1::uuid[])
    ON CONFLICT (rep) DO UPDATE SET available = true, reason = NULL, back_at = now()
    RETURNING 1
)
SELECT pg_catalog.pg_notify('salesreg_reps', '') FROM (SELECT 1 FROM back LIMIT 1) AS any_back
-- name: reps_unavailable
-- $1 rep ids, $2 why
INSERT INTO salesreg.rep_dealing (rep, available, reason) SELECT unnest($1::uuid[]), false, $2::text
ON CONFLICT (rep) DO UPDATE SET available = false, reason = excluded.reason
-- name: reps_unreachable
-- $1 chats Telegram says are gone: their reps, if they are reps, get nothing more and keep nothing. Not those who wrote
-- a moment ago that they are back: the answer is older than that.
WITH lost AS (
    SELECT r.id FROM public.sales_representatives r
    WHERE r.telegram_id = ANY ($1::bigint[]) AND r.status IN ('active', 'pending')
      AND NOT EXISTS (SELECT 1 FROM salesreg.rep_dealing d WHERE d.rep = r.id AND d.back_at > now() - interval '10 seconds')
), marked AS (
    INSERT INTO salesreg.rep_dealing (rep, available, reason) SELECT id, false, 'Telegram cannot reach this rep' FROM lost
    ON CONFLICT (rep) DO UPDATE SET available = false, reason = excluded.reason
), freed AS (
    UPDATE public.test_prospects p SET assigned_rep_id = NULL, updated_at = now()
    FROM (SELECT q.id FROM public.test_prospects q
          WHERE q.assigned_rep_id IN (SELECT id FROM lost) AND q.status IN ('unreached', 'contacted', 'in_conversation')
          FOR NO KEY UPDATE SKIP LOCKED) free -- the sweep gives back what somebody holds now
    WHERE p.id = free.id
    RETURNING p.id
), apart AS (
    INSERT INTO salesreg.prospects_apart (prospect)
    SELECT f.id FROM freed f
    WHERE EXISTS (SELECT 1 FROM salesreg.assignments d WHERE d.prospect = f.id AND d.reason = 'declined')
    ON CONFLICT DO NOTHING
), ended AS (
    UPDATE salesreg.assignments SET ended_at = now(), reason = 'unavailable'
    WHERE ended_at IS NULL AND prospect IN (SELECT id FROM freed)
    RETURNING id, prospect, rep
)
INSERT INTO salesreg.prospect_events (prospect, rep, assignment, kind, detail)
SELECT prospect, rep, id, 'returned', 'unavailable' FROM ended
-- name: admins_missed
-- $1 admins: those whom a notification did not reach
SELECT chat_id FROM salesreg.missed_chats WHERE chat_id = ANY ($1::bigint[])
-- name: admins_heard
-- $1 admins: they have been shown what they missed
DELETE FROM salesreg.missed_chats WHERE chat_id = ANY ($1::bigint[])
-- name: applications_read
-- $1 how many at most, $2 admins, $3 whether one of them asks: else only if one of them has missed something or never
-- spoke. Who waits for approval, longest first; the last column: how many there are
SELECT r.telegram_id, r.name, r.email, r.telegram_username, count(*) OVER ()
FROM public.sales_representatives r
WHERE r.status = 'pending'
  AND ($3::boolean OR EXISTS (SELECT 1 FROM unnest($2::bigint[]) AS a (id)
                              WHERE EXISTS (SELECT 1 FROM salesreg.missed_chats m WHERE m.chat_id = a.id)
                                 OR NOT EXISTS (SELECT 1 FROM salesreg.user_sessions s WHERE s.user_id = a.id)))
ORDER BY r.registered_at NULLS LAST, r.id LIMIT $1::integer
-- name: nobody_takes_read
-- the same for prospects that every rep has declined
SELECT p.name, p.telegram_id, left(p.context, 500), p.email
FROM salesreg.prospects_apart x
JOIN public.test_prospects p ON p.id = x.prospect AND p.assigned_rep_id IS NULL
                            AND p.status IN ('unreached', 'contacted', 'in_conversation')
WHERE x.nobody
  AND ($3::boolean OR EXISTS (SELECT 1 FROM unnest($2::bigint[]) AS a (id)
                              WHERE EXISTS (SELECT 1 FROM salesreg.missed_chats m WHERE m.chat_id = a.id)
                                 OR NOT EXISTS (SELECT 1 FROM salesreg.user_sessions s WHERE s.user_id = a.id)))
ORDER BY x.since, p.id LIMIT $1::integer
-- name: reps_make_way
-- $1 accounts that reps move to: what an account was before, a removed rep, steps aside for a moment
UPDATE public.sales_representatives SET telegram_id = -telegram_id
WHERE telegram_id = ANY ($1::bigint[]) AND status = 'removed'
-- name: reps_move
-- $1 reps, $2 their accounts, $3 new ones: the same people. Prospects, history and e-mail belong to the rep and move with
-- it; what still waits to be sent goes to the new account
WITH f AS (
    SELECT * FROM unnest($1::uuid[], $2::bigint[], $3::bigint[]) AS f (rep, old, new)
), moved AS (
    UPDATE public.sales_representatives r SET telegram_id = f.new, telegram_username = NULL, updated_at = now()
    FROM f WHERE r.id = f.rep AND r.telegram_id = f.old
    RETURNING r.id
), settled AS (
    UPDATE salesreg.user_sessions s SET phase = 'none', draft_name = NULL, draft_email = NULL, updated_at = now()
    FROM f WHERE s.user_id IN (f.old, f.new)
), queued AS (
    UPDATE salesreg.outbox o
    SET chat_id = f.new, payload = pg_catalog.jsonb_set(o.payload::jsonb, '{chat_id}', pg_catalog.to_jsonb(f.new))::json
    FROM f WHERE o.chat_id = f.old AND o.state = 'queued' AND o.priority = 1 AND o.method = 'sendMessage'
)
SELECT salesreg.must((SELECT count(*) FROM moved) = (SELECT count(*) FROM f))
-- name: reps_made_way
-- $1 old accounts, $2 new ones: who stepped aside takes the place that came free
UPDATE public.sales_representatives r SET telegram_id = f.old
FROM unnest($1::bigint[], $2::bigint[]) AS f (old, new) WHERE r.telegram_id = -f.new AND r.status = 'removed'
