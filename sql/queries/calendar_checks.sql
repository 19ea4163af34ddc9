-- name: calendar_check_ask
-- $1 rep, $2 from and $3 until when, in microseconds: Google is asked; what was asked an hour ago is forgotten. The check
WITH old AS (
    DELETE FROM salesreg.calendar_checks c WHERE c.rep = $1::uuid AND c.asked_at < now() - interval '1 hour'
), asked AS (
    INSERT INTO salesreg.calendar_checks (rep, from_at, until_at)
    VALUES ($1::uuid, timestamptz 'epoch' + $2::bigint * interval '1 microsecond',
            timestamptz 'epoch' + $3::bigint * interval '1 microsecond')
    RETURNING id, rep
), queued AS (
    INSERT INTO salesreg.calendar_jobs (rep, kind) SELECT a.rep, 'check' FROM asked a RETURNING id
)
SELECT a.id, pg_catalog.pg_notify('salesreg_calendar', '') FROM asked a, queued q
-- name: calendar_check_read
-- $1 check: whether it was answered, why that says nothing, and each time at which the rep is busy, in microseconds
SELECT c.answered_at IS NOT NULL, left(c.unknown, 500), (extract(epoch FROM b.starts_at) * 1000000)::bigint,
       (extract(epoch FROM b.ends_at) * 1000000)::bigint
FROM salesreg.calendar_checks c
LEFT JOIN LATERAL unnest(c.starts_at, c.ends_at) AS b (starts_at, ends_at) ON true
WHERE c.id = $1::uuid ORDER BY b.starts_at
-- name: calendar_check_load
-- $1 rep: the oldest that somebody may still be waiting for
SELECT c.id, (extract(epoch FROM c.from_at) * 1000000)::bigint, (extract(epoch FROM c.until_at) * 1000000)::bigint
FROM salesreg.calendar_checks c
WHERE c.rep = $1::uuid AND c.answered_at IS NULL AND c.asked_at > now() - interval '1 minute'
ORDER BY c.asked_at LIMIT 1
-- name: calendar_check_answer
-- $1 check, $2 why nothing is known (NULL: it is), $3 and $4 when the rep is busy, in microseconds
UPDATE salesreg.calendar_checks c
SET answered_at = clock_timestamp(), unknown = left($2::text, 500),
    starts_at = ARRAY(SELECT timestamptz 'epoch' + f.us * interval '1 microsecond'
                      FROM unnest($3::bigint[]) WITH ORDINALITY AS f (us, n) ORDER BY f.n),
    ends_at = ARRAY(SELECT timestamptz 'epoch' + f.us * interval '1 microsecond'
                    FROM unnest($4::bigint[]) WITH ORDINALITY AS f (us, n) ORDER BY f.n)
WHERE c.id = $1::uuid AND c.answered_at IS NULL
