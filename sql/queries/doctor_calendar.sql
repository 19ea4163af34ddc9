-- name: doctor_calendar_accounts
-- how many are connected, how many of them were not read for an hour, since when the oldest, and why; how many have to be connected again,
-- and how many of those because of a connection that ended after a week, as those of a project in Testing do
SELECT count(*) FILTER (WHERE a.state = 'connected'),
       count(*) FILTER (WHERE l.late), (extract(epoch FROM now() - min(l.last) FILTER (WHERE l.late)) * 1000)::bigint,
       left(min(a.reason) FILTER (WHERE l.late), 300),
       count(*) FILTER (WHERE a.state = 'reconnect'),
       count(*) FILTER (WHERE a.state = 'reconnect'
                        AND a.updated_at - a.connected_at BETWEEN interval '6 days 12 hours' AND interval '8 days')
FROM salesreg.calendar_accounts a
CROSS JOIN LATERAL (SELECT coalesce(a.synced_at, a.connected_at) AS last,
                           a.state = 'connected' AND coalesce(a.synced_at, a.connected_at) < now() - interval '1 hour' AS late) l
-- name: doctor_calendar_revocations
-- $1 seconds: grants that could not be given back for that long, or never will be; how long the oldest waits, and why
SELECT count(*), (extract(epoch FROM now() - min(j.created_at)) * 1000)::bigint, left(min(j.error), 300)
FROM salesreg.calendar_jobs j
WHERE j.kind = 'revoke' AND j.attempts > 0 AND (j.due_at = 'infinity' OR j.created_at < now() - $1::bigint * interval '1 second')
-- name: doctor_calendar_keys
-- $1 how many: keys that stored tokens say they are sealed with, and how many each
SELECT encode(substring(t.sealed FROM 2 FOR 4), 'hex'), count(*)
FROM (SELECT a.refresh_token AS sealed FROM salesreg.calendar_accounts a WHERE a.refresh_token IS NOT NULL
      UNION ALL SELECT j.payload FROM salesreg.calendar_jobs j WHERE j.kind = 'revoke' AND j.payload IS NOT NULL) t
GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT $1::integer
