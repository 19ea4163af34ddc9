-- name: calendar_jobs_claim
-- $1 how many at most, $2 those this process has under way, $3 microseconds of a lease: what is due, claimed. It is due again when the
-- lease ends, unless it was ended; `attempts` counts the claims, and says in results which of them they are of
WITH due AS (
    SELECT q.id FROM salesreg.calendar_jobs q
    WHERE q.due_at <= now() AND q.id <> ALL ($2::bigint[])
    ORDER BY q.due_at LIMIT $1::integer FOR UPDATE SKIP LOCKED
)
UPDATE salesreg.calendar_jobs j
SET attempts = j.attempts + 1, leased_until = now() + $3::bigint * interval '1 microsecond',
    due_at = now() + $3::bigint * interval '1 microsecond'
FROM due WHERE j.id = due.id
RETURNING j.id, j.attempts, j.rep, j.kind, j.sub, encode(j.payload, 'hex'), extract(epoch FROM now() - j.created_at)::bigint
-- name: calendar_jobs_next
-- $1 those this process has under way: microseconds until another one is due; NULL: none will be. A job that was given up never is
SELECT (extract(epoch FROM (SELECT min(j.due_at) FROM salesreg.calendar_jobs j
                            WHERE j.due_at < 'infinity' AND j.id <> ALL ($1::bigint[])) - now())
        * 1000000)::bigint
-- name: calendar_jobs_done
-- $1 jobs, $2 the claims they were done under. Here and in the next two: nothing of a claim that was followed by another; those that
-- somebody holds a lock on are left, and returned
WITH mine AS (
    SELECT j.id FROM unnest($1::bigint[], $2::bigint[]) AS f (id, attempts)
    JOIN salesreg.calendar_jobs j ON j.id = f.id AND j.attempts = f.attempts
    FOR UPDATE OF j SKIP LOCKED
), done AS (
    DELETE FROM salesreg.calendar_jobs j USING mine m WHERE j.id = m.id
)
SELECT j.id FROM unnest($1::bigint[], $2::bigint[]) AS f (id, attempts)
JOIN salesreg.calendar_jobs j ON j.id = f.id AND j.attempts = f.attempts
WHERE NOT EXISTS (SELECT 1 FROM mine m WHERE m.id = j.id)
-- name: calendar_jobs_retry
-- $1 jobs, $2 claims, $3 microseconds until they are due again, $4 what went wrong
WITH mine AS (
    SELECT j.id, f.pause_us, f.error FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::text[]) AS f (id, attempts, pause_us, error)
    JOIN salesreg.calendar_jobs j ON j.id = f.id AND j.attempts = f.attempts
    FOR UPDATE OF j SKIP LOCKED
), again AS (
    UPDATE salesreg.calendar_jobs j
    SET due_at = now() + m.pause_us * interval '1 microsecond', leased_until = NULL, error = left(m.error, 500)
    FROM mine m WHERE j.id = m.id
)
SELECT j.id FROM unnest($1::bigint[], $2::bigint[]) AS f (id, attempts)
JOIN salesreg.calendar_jobs j ON j.id = f.id AND j.attempts = f.attempts
WHERE NOT EXISTS (SELECT 1 FROM mine m WHERE m.id = j.id)
-- name: calendar_jobs_give_up
-- $1 jobs, $2 claims, $3 what went wrong: they stay, to be looked at, and are never due
WITH mine AS (
    SELECT j.id, f.error FROM unnest($1::bigint[], $2::bigint[], $3::text[]) AS f (id, attempts, error)
    JOIN salesreg.calendar_jobs j ON j.id = f.id AND j.attempts = f.attempts
    FOR UPDATE OF j SKIP LOCKED
), over AS (
    UPDATE salesreg.calendar_jobs j SET due_at = 'infinity', leased_until = NULL, error = left(m.error, 500)
    FROM mine m WHERE j.id = m.id
)
SELECT j.id FROM unnest($1::bigint[], $2::bigint[]) AS f (id, attempts)
JOIN salesreg.calendar_jobs j ON j.id = f.id AND j.attempts = f.attempts
WHERE NOT EXISTS (SELECT 1 FROM mine m WHERE m.id = j.id)
