-- name: reps_read
-- $1 Telegram ids. Where an old table has one id twice, the row that is not removed and oldest counts. The last column: nobody else is an admin by
-- their row, which stays so while the assignment lock is held, if it was taken before this.
SELECT r.telegram_id, r.id, left(r.name, 255), left(r.email, 255), coalesce(left(r.status, 50), ''),
       left(r.telegram_username, 255), coalesce(d.available, true),
       CASE WHEN r.status = 'removed' THEN 0 ELSE
       (SELECT count(*) FROM public.test_prospects p
        WHERE p.assigned_rep_id = r.id AND p.status IN ('unreached', 'contacted', 'in_conversation')) END,
       d.capacity, d.paused_until IS NOT NULL, r.is_admin IS TRUE,
       CASE WHEN r.is_admin AND r.status = 'active'
            THEN NOT EXISTS (SELECT 1 FROM public.sales_representatives o WHERE o.is_admin AND o.status = 'active' AND o.id <> r.id) ELSE false END
FROM public.sales_representatives r LEFT JOIN salesreg.rep_rotation d ON d.rep = r.id
WHERE r.telegram_id = ANY ($1::bigint[])
ORDER BY r.id FOR NO KEY UPDATE OF r
-- name: rep_emails_read
SELECT email_key, rep FROM salesreg.rep_email WHERE email_key = ANY ($1::text[])
-- name: rep_subjects_read
-- reps an admin decides about; $1 Telegram ids
SELECT r.id, left(r.name, 255), left(r.email, 255), r.telegram_id, coalesce(left(r.status, 50), ''), s.locale,
       (SELECT CASE d.reason WHEN 'application declined' THEN 'declined' WHEN 'application withdrawn' THEN 'withdrawn' END
        FROM salesreg.rep_rotation d WHERE d.rep = r.id AND r.status = 'removed'),
       coalesce((SELECT e.proven FROM salesreg.rep_email e WHERE e.rep = r.id), false),
       (SELECT coalesce((SELECT left(q.name, 255) FROM public.sales_representatives q
                         WHERE q.telegram_id = CASE x.actor WHEN 'admin' THEN x.who::bigint END AND q.status <> 'removed' LIMIT 1),
                        left(x.called, 255), left(x.who, 255))
        FROM salesreg.audit x WHERE x.rep = r.id AND x.action IN ('approve', 'reject')
          AND x.action = CASE r.status WHEN 'active' THEN 'approve' WHEN 'removed' THEN 'reject' END ORDER BY x.id DESC LIMIT 1),
       r.is_admin IS TRUE
FROM public.sales_representatives r LEFT JOIN salesreg.user_sessions s ON s.user_id = r.telegram_id
WHERE r.telegram_id = ANY ($1::bigint[])
ORDER BY r.id FOR NO KEY UPDATE OF r
-- name: reps_register cold
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
-- name: reps_rejoin cold
-- $1 rep ids, $2 usernames, $3 names, $4 e-mails, $5 keys, $6 statuses
WITH fresh AS (
    SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[])
        AS f (rep, username, name, email, email_key, status)
), back AS (
    UPDATE public.sales_representatives r
    SET telegram_username = f.username, name = f.name, email = f.email, status = f.status, registered_at = now(),
        approved_at = CASE WHEN f.status = 'active' THEN now() END, approved_by = NULL, is_admin = false, updated_at = now()
    FROM fresh f WHERE r.id = f.rep AND r.status = 'removed'
    RETURNING r.id
), reachable AS (
    INSERT INTO salesreg.rep_rotation (rep) SELECT id FROM back
    ON CONFLICT (rep) DO UPDATE SET available = true, reason = NULL, back_at = now(), unreachable_since = NULL,
                                    passed_on_since = NULL, paused_until = NULL
), keyed AS (
    INSERT INTO salesreg.rep_email (email_key, rep)
    SELECT f.email_key, f.rep FROM fresh f JOIN back b ON b.id = f.rep
    ON CONFLICT (rep) DO UPDATE SET email_key = excluded.email_key, proven = false, created_at = now()
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
ON CONFLICT (rep) DO UPDATE SET email_key = excluded.email_key, proven = false, created_at = now()
-- name: rep_emails_proven
-- $1 keys, which reps have since this transaction or before it
UPDATE salesreg.rep_email SET proven = true WHERE email_key = ANY ($1::text[]) AND NOT proven
-- name: reps_leave
-- $1 rep ids; their prospects are released by assignments_release in the same transaction
WITH gone AS (
    UPDATE public.sales_representatives r SET status = 'removed', updated_at = now()
    FROM (SELECT id, status FROM public.sales_representatives WHERE id = ANY ($1::uuid[])) before
    WHERE r.id = before.id RETURNING r.id, before.status
), withdrawn AS ( -- what an admin reads who presses a button of it later
    UPDATE salesreg.rep_rotation SET reason = 'application withdrawn'
    WHERE rep IN (SELECT id FROM gone WHERE status = 'pending')
), unlinked AS ( -- links that would connect a calendar
    DELETE FROM salesreg.oauth_states s WHERE s.rep = ANY ($1::uuid[])
)
DELETE FROM salesreg.rep_email WHERE rep = ANY (ARRAY(SELECT id FROM gone))
-- name: reps_decide cold
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
), declined AS (
    UPDATE salesreg.rep_rotation SET reason = 'application declined'
    WHERE rep IN (SELECT id FROM decided WHERE status = 'removed')
), unkeyed AS (
    DELETE FROM salesreg.rep_email WHERE rep IN (SELECT id FROM decided WHERE status = 'removed')
)
SELECT salesreg.must((SELECT count(*) FROM decided) = (SELECT count(*) FROM fresh))
-- name: reps_username
UPDATE public.sales_representatives r SET telegram_username = f.username, updated_at = now()
FROM unnest($1::uuid[], $2::text[]) AS f (rep, username) WHERE r.id = f.rep
-- name: reps_available
-- $1 rep ids: they wrote again; what waits for them goes now
WITH back AS (
    INSERT INTO salesreg.rep_rotation (rep) SELECT unnest($1::uuid[])
    ON CONFLICT (rep) DO UPDATE SET available = true, reason = NULL, back_at = now(), unreachable_since = NULL
    RETURNING rep
), due AS (
    UPDATE salesreg.outbox o SET due_at = now()
    FROM (SELECT q.id FROM back b JOIN public.sales_representatives r ON r.id = b.rep
          JOIN salesreg.outbox q ON q.chat_id = r.telegram_id AND q.state = 'queued' AND q.due_at > now()
          FOR UPDATE OF q SKIP LOCKED) w
    WHERE o.id = w.id
    RETURNING 1
)
SELECT pg_catalog.pg_notify('salesreg_reps', ''),
       (SELECT pg_catalog.pg_notify('salesreg_outbox', '') FROM (SELECT 1 FROM due LIMIT 1) any_due)
FROM (SELECT 1 FROM back LIMIT 1) AS any_back
-- name: reps_reachable
-- $1 chats that a message has reached: who was out of reach is so no longer
WITH back AS (
    UPDATE salesreg.rep_rotation d SET available = true, reason = NULL, back_at = now(), unreachable_since = NULL
    FROM (SELECT e.rep FROM salesreg.rep_rotation e JOIN public.sales_representatives r ON r.id = e.rep
          WHERE r.telegram_id = ANY ($1::bigint[]) AND e.unreachable_since IS NOT NULL
          FOR NO KEY UPDATE OF e SKIP LOCKED) f
    WHERE d.rep = f.rep
    RETURNING 1
)
SELECT pg_catalog.pg_notify('salesreg_reps', '') FROM (SELECT 1 FROM back LIMIT 1) AS any_back
-- name: reps_unavailable
-- $1 rep ids, $2 why: nothing new for them; what they have they keep for a while (allocation_reconcile_assignments)
WITH marked AS (
    INSERT INTO salesreg.rep_rotation AS d (rep, available, reason, unreachable_since)
    SELECT unnest($1::uuid[]), false, $2::text, now()
    ON CONFLICT (rep) DO UPDATE SET available = false, reason = excluded.reason,
                                    unreachable_since = coalesce(d.unreachable_since, now())
    RETURNING 1
)
SELECT pg_catalog.pg_notify('salesreg_reconcile', '') FROM (SELECT 1 FROM marked LIMIT 1) AS any_marked
-- name: reps_unreachable
-- $1 chats that Telegram cannot find: their reps, if they are reps, get nothing new for now. Not those who wrote a moment
-- ago that they are back: the answer is older than that. Whose row an open psql holds is marked by the next answer.
WITH lost AS (
    SELECT d.rep FROM salesreg.rep_rotation d JOIN public.sales_representatives r ON r.id = d.rep
    WHERE r.telegram_id = ANY ($1::bigint[]) AND r.status IN ('active', 'pending')
      AND coalesce(d.back_at < now() - interval '10 seconds', true) AND (d.available OR d.unreachable_since IS NULL)
    FOR NO KEY UPDATE OF d SKIP LOCKED
), marked AS (
    UPDATE salesreg.rep_rotation d
    SET available = false, reason = 'Telegram cannot reach this rep', unreachable_since = coalesce(d.unreachable_since, now())
    FROM lost l WHERE d.rep = l.rep
    RETURNING 1
)
SELECT pg_catalog.pg_notify('salesreg_reconcile', '') FROM (SELECT 1 FROM marked LIMIT 1) AS any_marked
-- name: admins_read cold
-- the accounts of reps who are admins, $1 at most
SELECT r.telegram_id FROM public.sales_representatives r WHERE r.is_admin AND r.status = 'active' ORDER BY r.id LIMIT $1::integer
-- name: admins_missed
-- $1 admins: those whom a notification did not reach
SELECT chat_id FROM salesreg.missed_chats WHERE chat_id = ANY ($1::bigint[])
-- name: admins_heard
-- $1 admins: they have been shown what they missed
DELETE FROM salesreg.missed_chats WHERE chat_id = ANY ($1::bigint[])
-- name: applications_read cold
-- $1 how many at most, $2 admins, $3 whether one of them asks: else only if one of them has missed something or never
-- spoke. Who waits for approval, longest first; the last column: how many there are
SELECT r.telegram_id, left(r.name, 255), left(r.email, 255), left(r.telegram_username, 255), count(*) OVER ()
FROM public.sales_representatives r
WHERE r.status = 'pending'
  AND ($3::boolean OR EXISTS (SELECT 1 FROM unnest($2::bigint[]) AS a (id)
                              WHERE EXISTS (SELECT 1 FROM salesreg.missed_chats m WHERE m.chat_id = a.id)
                                 OR NOT EXISTS (SELECT 1 FROM salesreg.user_sessions s WHERE s.user_id = a.id)))
ORDER BY r.registered_at NULLS LAST, r.id LIMIT $1::integer
-- name: nobody_takes_read cold
-- the same for prospects that every rep has declined
SELECT left(p.name, 255), left(p.telegram_id, 255), left(p.context, 500), left(p.email, 255)
FROM salesreg.declined_prospects x
JOIN public.test_prospects p ON p.id = x.prospect AND p.assigned_rep_id IS NULL
                            AND p.status IN ('unreached', 'contacted', 'in_conversation')
WHERE x.exhausted
  AND ($3::boolean OR EXISTS (SELECT 1 FROM unnest($2::bigint[]) AS a (id)
                              WHERE EXISTS (SELECT 1 FROM salesreg.missed_chats m WHERE m.chat_id = a.id)
                                 OR NOT EXISTS (SELECT 1 FROM salesreg.user_sessions s WHERE s.user_id = a.id)))
ORDER BY x.since, p.id LIMIT $1::integer
-- name: reps_make_way
-- $1 accounts that reps move to: what an account was before, a removed rep, steps aside for a moment
UPDATE public.sales_representatives SET telegram_id = -telegram_id
WHERE telegram_id = ANY ($1::bigint[]) AND status = 'removed'
-- name: reps_move
-- $1 reps, $2 their accounts, $3 new ones, $4 names or NULL: the same people. Prospects, history and e-mail belong to the rep and move with
-- it; prospects that still wait to be sent, or for an operator, go to the new account. An admin's rights do not: whoever gives them, gives
-- them to an account
WITH f AS (
    SELECT * FROM unnest($1::uuid[], $2::bigint[], $3::bigint[], $4::text[]) AS f (rep, old, new, name)
), moved AS (
    UPDATE public.sales_representatives r
    SET telegram_id = f.new, telegram_username = NULL, name = coalesce(f.name, r.name), is_admin = false, updated_at = now()
    FROM f WHERE r.id = f.rep AND r.telegram_id = f.old
    RETURNING r.id
), settled AS (
    UPDATE salesreg.user_sessions s
    SET kind = 'unknown', phase = 'none', draft = '{}', claim_email = NULL, claim_rep = NULL, claim_username = NULL, wrong_emails = 0,
        paused_until = NULL, looked_emails = 0, updated_at = now()
    FROM f CROSS JOIN LATERAL (VALUES (f.old), (f.new)) AS u (id) WHERE s.user_id = u.id
), invited AS ( -- there is nothing left to be used for
    UPDATE salesreg.invites i SET used_at = now() FROM f WHERE i.held_by = f.new AND i.used_at IS NULL
), others AS ( -- who else says to be them said so of the old account
    UPDATE salesreg.user_sessions s SET claim_rep = NULL
    FROM f WHERE s.claim_email IS NOT NULL AND s.claim_rep = f.rep AND s.user_id <> f.old AND s.user_id <> f.new
), queued AS (
    UPDATE salesreg.outbox o
    SET chat_id = f.new, payload = pg_catalog.jsonb_set(o.payload::jsonb, '{chat_id}', pg_catalog.to_jsonb(f.new))::json
    FROM f CROSS JOIN LATERAL ( -- each by its own index
        SELECT q.id FROM salesreg.outbox q WHERE q.chat_id = f.old AND q.state = 'queued'
        UNION ALL SELECT q.id FROM salesreg.outbox q WHERE q.chat_id = f.old AND q.state = 'held'
        UNION ALL SELECT q.id FROM salesreg.outbox q WHERE q.chat_id = f.old AND q.state = 'failed' OFFSET 0) w
    -- cards of assignments and nothing else: what an account is told besides is not the rep's (an admin's applications)
    WHERE o.id = w.id AND o.payload::text ~ '"a:[0-9]{1,18}:[di]"' AND o.method = 'sendMessage'
)
SELECT salesreg.must((SELECT count(*) FROM moved) = (SELECT count(*) FROM f))
-- name: reps_made_way
-- $1 old accounts, $2 new ones: who stepped aside takes the place that came free
UPDATE public.sales_representatives r SET telegram_id = f.old
FROM unnest($1::bigint[], $2::bigint[]) AS f (old, new) WHERE r.telegram_id = -f.new AND r.status = 'removed'
