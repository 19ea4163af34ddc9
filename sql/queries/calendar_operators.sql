-- name: operator_calendar_list
-- $1 rep or NULL for all, $2 how many. The key is the one that the refresh token says it is sealed with; rows of disconnected reps stay
-- listed, since they say who was connected
SELECT a.rep, left(r.name, 255), left(r.email, 255), left(a.email, 320), a.state, left(a.reason, 500),
       (extract(epoch FROM a.connected_at) * 1000000)::bigint, (extract(epoch FROM a.synced_at) * 1000000)::bigint,
       encode(substring(a.refresh_token FROM 2 FOR 4), 'hex'), left(a.time_zone, 255), a.sync_failures
FROM salesreg.calendar_accounts a LEFT JOIN public.sales_representatives r ON r.id = a.rep
WHERE $1::uuid IS NULL OR a.rep = $1::uuid
ORDER BY lower(left(r.email, 255)) NULLS LAST, a.rep LIMIT $2::integer
-- name: operator_calendar_count
SELECT count(*) FROM salesreg.calendar_accounts
-- name: operator_calendar_calendars
-- $1 rep, $2 how many
SELECT left(c.calendar_id, 320), left(c.summary, 255), c.is_primary, c.conflicts, left(c.error, 500),
       (extract(epoch FROM c.synced_at) * 1000000)::bigint, c.calendar_id IS NOT DISTINCT FROM salesreg.calendar_target($1::uuid)
FROM salesreg.calendars c WHERE c.rep = $1::uuid
ORDER BY c.is_primary DESC, c.conflicts DESC, c.summary, c.calendar_id LIMIT $2::integer
-- name: operator_calendar_jobs
-- $1 rep, $2 how many: what is to be done at Google, the next first; no time: it was given up
SELECT left(j.kind, 50), CASE WHEN j.due_at < 'infinity' THEN (extract(epoch FROM j.due_at) * 1000000)::bigint END,
       coalesce(j.leased_until > now(), false), j.attempts, left(j.error, 500)
FROM salesreg.calendar_jobs j WHERE j.rep = $1::uuid ORDER BY j.due_at, j.id LIMIT $2::integer
-- name: operator_calendar_sync
-- $1 rep or NULL for all: their calendars are read now, unless they are being read, and grants that were given up are tried once more. How
-- many accounts there are that can be read, how many will be, how many grants
WITH mine AS (
    SELECT a.rep FROM salesreg.calendar_accounts a
    WHERE a.state = 'connected' AND ($1::uuid IS NULL OR a.rep = $1::uuid) ORDER BY a.rep
), due AS (
    INSERT INTO salesreg.calendar_jobs AS j (rep, kind) SELECT m.rep, 'sync' FROM mine m
    ON CONFLICT (rep) WHERE kind = 'sync' DO UPDATE SET due_at = least(j.due_at, now())
        WHERE j.leased_until IS NULL OR j.leased_until <= now()
    RETURNING j.rep
), again AS (
    UPDATE salesreg.calendar_jobs j SET due_at = now()
    WHERE j.kind = 'revoke' AND j.due_at = 'infinity' AND ($1::uuid IS NULL OR j.rep = $1::uuid)
    RETURNING j.rep
)
SELECT (SELECT count(*) FROM mine), (SELECT count(*) FROM due), (SELECT count(*) FROM again),
       (SELECT count(*) FROM (SELECT pg_catalog.pg_notify('salesreg_calendar', '')
                              FROM (SELECT rep FROM due UNION ALL SELECT rep FROM again LIMIT 1) AS any_due) AS told)
-- name: operator_calendar_tokens
-- $1 the key that they are to be sealed with, $2 the rep they come after or NULL, $3 how many: accounts with a token that is sealed with
-- another one
SELECT a.rep, encode(a.refresh_token, 'hex'), encode(a.access_token, 'hex')
FROM salesreg.calendar_accounts a
WHERE ($2::uuid IS NULL OR a.rep > $2::uuid)
  AND (encode(substring(a.refresh_token FROM 2 FOR 4), 'hex') <> $1::text OR encode(substring(a.access_token FROM 2 FOR 4), 'hex') <> $1::text)
ORDER BY a.rep LIMIT $3::integer
-- name: operator_calendar_reseal
-- $1 rep, $2 and $3 its tokens as they were read, $4 and $5 the same ones sealed anew (the last NULL: it is got anew), $6 the key. Not
-- while a process reads the rep's calendars: it knows the token by how it is sealed, and what Google gave it for that would be lost.
-- Waits for no lock, so it ends no other's transaction. What became of it: done, changed meanwhile, or busy
WITH job AS (
    SELECT j.id, j.leased_until FROM salesreg.calendar_jobs j WHERE j.rep = $1::uuid AND j.kind = 'sync' FOR UPDATE SKIP LOCKED
), mine AS (
    SELECT a.rep, a.refresh_token, a.access_token FROM salesreg.calendar_accounts a WHERE a.rep = $1::uuid
      AND (SELECT count(*) FROM job WHERE job.leased_until IS NULL OR job.leased_until <= now()) =
          (SELECT count(*) FROM salesreg.calendar_jobs j WHERE j.rep = $1::uuid AND j.kind = 'sync')
    FOR UPDATE SKIP LOCKED
), done AS (
    UPDATE salesreg.calendar_accounts a
    SET refresh_token = decode($4::text, 'hex'), access_token = decode($5::text, 'hex'), key_id = $6::text,
        access_expires_at = CASE WHEN $5::text IS NOT NULL THEN a.access_expires_at END
    FROM mine m
    WHERE a.rep = m.rep AND m.refresh_token IS NOT DISTINCT FROM decode($2::text, 'hex')
      AND m.access_token IS NOT DISTINCT FROM decode($3::text, 'hex')
    RETURNING 1
)
SELECT CASE WHEN EXISTS (SELECT 1 FROM done) THEN 'done' WHEN EXISTS (SELECT 1 FROM mine) THEN 'changed' ELSE 'busy' END
-- name: operator_calendar_revocations
-- $1 the key, $2 the job they come after, $3 how many: grants that are to be given back, sealed with another key
SELECT j.id, j.rep, encode(j.payload, 'hex')
FROM salesreg.calendar_jobs j
WHERE j.kind = 'revoke' AND j.id > $2::bigint AND encode(substring(j.payload FROM 2 FOR 4), 'hex') <> $1::text
ORDER BY j.id LIMIT $3::integer
-- name: operator_calendar_reseal_revocation
-- $1 job, $2 its token as it was read, $3 the same one sealed anew. A process that gives it back just now has it opened already
UPDATE salesreg.calendar_jobs j SET payload = decode($3::text, 'hex')
WHERE j.id = $1::bigint AND j.payload = decode($2::text, 'hex')
RETURNING j.id
