-- name: calendar_accounts_read
-- $1 people: the calendar of each that is a rep; whether nothing has been read of it yet, and whether it is unknown when they are busy
SELECT r.telegram_id, a.state, left(a.email, 320), a.synced_at IS NULL AND d.doubt IS NOT DISTINCT FROM 'unread', d.doubt IS NOT NULL
FROM public.sales_representatives r
JOIN salesreg.calendar_accounts a ON a.rep = r.id
CROSS JOIN LATERAL (SELECT salesreg.calendar_doubt(a.rep) AS doubt OFFSET 0) d -- asked once
WHERE r.telegram_id = ANY ($1::bigint[])
-- name: calendar_choices
-- $1 people, $2 how many at most: their calendars, which of them count, which can be written to, and to which of these calls go
SELECT r.telegram_id, c.id, left(c.summary, 60), c.conflicts, c.is_primary, c.writable, c.calendar_id = t.target
FROM public.sales_representatives r
CROSS JOIN LATERAL (SELECT salesreg.calendar_target(r.id) AS target OFFSET 0) t -- asked once
CROSS JOIN LATERAL (SELECT q.id, q.calendar_id, q.summary, q.conflicts, q.is_primary, q.role IN ('owner', 'writer') AS writable
                    FROM salesreg.calendars q WHERE q.rep = r.id
                    ORDER BY q.is_primary DESC, q.calendar_id = t.target DESC, q.conflicts DESC, q.role IN ('owner', 'writer') DESC, q.summary,
                             q.calendar_id LIMIT $2::integer) c
WHERE r.telegram_id = ANY ($1::bigint[])
-- name: calendar_pick
-- $1 calendars, $2 reps, $3 how many may count: whether it counts is turned round, by the rep, so that a later list of Google's does not change it. Of one that
-- counts from now on nothing is known until it is read, so that is done now, also while a look is under way, which knows nothing of it:
-- the job is another claim's then, and is not put off by the end of that one
WITH picked AS (
    UPDATE salesreg.calendars c
    SET conflicts = NOT c.conflicts, chosen = true, sync_token = NULL, synced_at = NULL, full_at = NULL, error = NULL
    FROM (SELECT u.id, u.rep, (SELECT count(*) FROM (SELECT o.conflicts FROM salesreg.calendars o WHERE o.rep = u.rep
                                                     ORDER BY o.rep, o.calendar_id OFFSET 0) k WHERE k.conflicts) AS counting
          FROM unnest($1::bigint[], $2::uuid[]) AS u (id, rep) OFFSET 0) f
    WHERE c.rep = f.rep AND c.id = f.id AND (c.conflicts OR f.counting < $3::integer)
    RETURNING c.rep, c.calendar_id, c.conflicts
), forgotten AS (
    DELETE FROM salesreg.calendar_busy b USING picked p
    WHERE b.rep = p.rep AND b.calendar_id = p.calendar_id AND NOT p.conflicts
), due AS (
    UPDATE salesreg.calendar_jobs j SET due_at = least(j.due_at, now()), attempts = j.attempts + 1
    WHERE j.kind = 'sync' AND j.rep = ANY (ARRAY(SELECT rep FROM picked))
)
SELECT pg_catalog.pg_notify('salesreg_calendar', '') FROM (SELECT 1 FROM picked LIMIT 1) AS any_picked
-- name: calendar_target
-- $1 calendars, $2 reps: calls go there. The primary one is not named, so that it is whichever is primary then
UPDATE salesreg.calendar_accounts a
SET target = CASE WHEN c.is_primary THEN NULL ELSE c.calendar_id END, updated_at = now()
FROM unnest($1::bigint[], $2::uuid[]) AS f (id, rep)
JOIN salesreg.calendars c ON c.rep = f.rep AND c.id = f.id
WHERE a.rep = f.rep AND c.role IN ('owner', 'writer')
-- name: calendar_connect_lock
-- $1 rep: first of all, as who changes reps does, or two would wait for one another
SELECT 1 FROM public.sales_representatives r WHERE r.id = $1::uuid FOR NO KEY UPDATE
-- name: calendar_connect_replace
-- $1 rep, $2 sub: another account than before: the grant of that one is given back, and its calendars are forgotten
WITH other AS (
    SELECT a.rep, a.sub, a.refresh_token FROM salesreg.calendar_accounts a
    WHERE a.rep = $1::uuid AND a.sub <> $2::text FOR UPDATE
), revoked AS (
    INSERT INTO salesreg.calendar_jobs (rep, kind, sub, payload)
    SELECT o.rep, 'revoke', o.sub, o.refresh_token FROM other o
    WHERE o.refresh_token IS NOT NULL
      AND NOT EXISTS (SELECT 1 FROM salesreg.calendar_accounts a
                      WHERE a.sub = o.sub AND a.rep <> o.rep AND a.refresh_token IS NOT NULL)
), forgotten AS (
    DELETE FROM salesreg.calendars c WHERE c.rep = ANY (ARRAY(SELECT rep FROM other))
)
SELECT count(*) FROM other
-- name: calendar_connect
-- $1 rep, $2 person, $3 sub, $4 email, $5 scopes, $6 and $7 the tokens, sealed, as hexadecimal digits (the first may be NULL: the one
-- of before stays), $8 seconds that the second is good for, $9 the key. A grant given anew is not given back: that would end the new
-- one, too, as revoking is for an account and a project; while that is being done just now, nothing is stored.
WITH mine AS (
    SELECT r.id FROM public.sales_representatives r
    WHERE r.id = $1::uuid AND r.telegram_id = $2::bigint AND r.status = 'active' FOR NO KEY UPDATE
), kept AS (
    DELETE FROM salesreg.calendar_jobs j
    WHERE j.sub = $3::text AND j.kind = 'revoke' AND (j.leased_until IS NULL OR j.leased_until <= now())
    RETURNING j.id
), stored AS (
    INSERT INTO salesreg.calendar_accounts AS a (rep, sub, email, scopes, refresh_token, access_token, access_expires_at, key_id, user_id)
    SELECT m.id, $3::text, $4::text, $5::text, decode($6::text, 'hex'), decode($7::text, 'hex'),
           now() + $8::bigint * interval '1 second', $9::text, $2::bigint
    FROM mine m WHERE $6::text IS NOT NULL OR (SELECT b.refresh_token IS NOT NULL -- by its key: EXISTS here may hash the whole table
                                               FROM salesreg.calendar_accounts b WHERE b.rep = m.id AND b.sub = $3::text)
    ON CONFLICT (rep) DO UPDATE SET
        sub = excluded.sub, email = excluded.email, scopes = excluded.scopes,
        refresh_token = coalesce(excluded.refresh_token, a.refresh_token), access_token = excluded.access_token,
        access_expires_at = excluded.access_expires_at, key_id = excluded.key_id, user_id = excluded.user_id, state = 'connected',
        reason = NULL, mass_at = NULL, time_zone = CASE WHEN a.sub = excluded.sub THEN a.time_zone END,
        target = CASE WHEN a.sub = excluded.sub THEN a.target END,
        synced_at = NULL, listed_at = NULL, sync_failures = 0, connected_at = now(), updated_at = now()
    RETURNING rep
), named AS (
    UPDATE public.sales_representatives r SET calendar_account_name = left($4::text, 255)
    WHERE r.id = ANY (ARRAY(SELECT rep FROM stored)) AND r.calendar_account_name IS DISTINCT FROM left($4::text, 255)
), synced AS (
    INSERT INTO salesreg.calendar_jobs AS j (rep, kind) SELECT rep, 'sync' FROM stored
    ON CONFLICT (rep) WHERE kind = 'sync' DO UPDATE SET due_at = least(j.due_at, now()), attempts = j.attempts + 1
), told AS (
    SELECT pg_catalog.pg_notify('salesreg_calendar', '') FROM stored
)
SELECT salesreg.must((SELECT count(*) FROM stored) = 1
                     AND (SELECT count(*) FROM kept) = (SELECT count(*) FROM salesreg.calendar_jobs j
                                                        WHERE j.sub = $3::text AND j.kind = 'revoke')),
       (SELECT count(*) FROM told)
-- name: calendar_revocations_drop
-- $1 sub, $2 whether those go, too, that somebody seems to be sending: whether one is being sent still
WITH gone AS (
    DELETE FROM salesreg.calendar_jobs j
    WHERE j.sub = $1::text AND j.kind = 'revoke' AND ($2::boolean OR j.leased_until IS NULL OR j.leased_until <= now())
    RETURNING j.id
)
SELECT (SELECT count(*) FROM gone) < (SELECT count(*) FROM salesreg.calendar_jobs j WHERE j.sub = $1::text AND j.kind = 'revoke')
-- name: calendar_disconnect
-- $1 reps: forgotten here at once, given back at Google by a job, unless another rep has the same account
WITH gone AS (
    UPDATE salesreg.calendar_accounts a
    SET state = 'disconnected', refresh_token = NULL, access_token = NULL, access_expires_at = NULL, key_id = NULL, reason = NULL,
        synced_at = NULL, updated_at = now()
    FROM (SELECT o.rep, o.sub, o.refresh_token FROM salesreg.calendar_accounts o WHERE o.rep = ANY ($1::uuid[])
          ORDER BY o.rep FOR UPDATE) b
    WHERE a.rep = b.rep AND a.state <> 'disconnected'
    RETURNING a.rep, b.sub, b.refresh_token
), revoked AS (
    INSERT INTO salesreg.calendar_jobs (rep, kind, sub, payload)
    SELECT g.rep, 'revoke', g.sub, g.refresh_token FROM gone g
    WHERE g.refresh_token IS NOT NULL
      AND NOT EXISTS (SELECT 1 FROM salesreg.calendar_accounts a
                      WHERE a.sub = g.sub AND a.rep <> ALL ($1::uuid[]) AND a.refresh_token IS NOT NULL)
), forgotten AS (
    DELETE FROM salesreg.calendars c WHERE c.rep = ANY (ARRAY(SELECT rep FROM gone))
), resting AS (
    DELETE FROM salesreg.calendar_jobs j WHERE j.rep = ANY (ARRAY(SELECT rep FROM gone)) AND j.kind = 'sync'
), named AS (
    UPDATE public.sales_representatives r SET calendar_account_name = NULL
    WHERE r.id = ANY (ARRAY(SELECT rep FROM gone)) AND r.calendar_account_name IS NOT NULL
)
SELECT pg_catalog.pg_notify('salesreg_calendar', '') FROM (SELECT 1 FROM gone LIMIT 1) AS any_gone
