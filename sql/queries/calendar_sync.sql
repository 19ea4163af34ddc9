-- name: calendar_sync_load
-- $1 rep: the account, and whom it belongs to now; the list of its calendars is read anew every six hours
SELECT a.state, encode(a.refresh_token, 'hex'), encode(a.access_token, 'hex'),
       (extract(epoch FROM a.access_expires_at - now()))::bigint, p.id, r.id IS NOT NULL AND r.status IS DISTINCT FROM 'removed', u.locale,
       a.sync_failures, a.listed_at IS NULL OR a.listed_at < now() - interval '6 hours', left(a.email, 320),
       a.connected_at BETWEEN now() - interval '8 days' AND now() - interval '6 days 12 hours',
       (extract(epoch FROM a.connected_at) * 1000000)::bigint, a.target,
       left(coalesce((SELECT c.summary FROM salesreg.calendars c WHERE c.rep = a.rep AND c.calendar_id = a.target), a.target), 255)
FROM salesreg.calendar_accounts a
LEFT JOIN public.sales_representatives r ON r.id = a.rep
CROSS JOIN LATERAL (SELECT coalesce(r.telegram_id, -- without the row, unless it is another's now
    (SELECT a.user_id WHERE NOT EXISTS (SELECT 1 FROM public.sales_representatives o WHERE o.telegram_id = a.user_id))) AS id) p
LEFT JOIN salesreg.user_sessions u ON u.user_id = p.id
WHERE a.rep = $1::uuid
-- name: calendar_sync_calendars
-- $1 rep, $2 how many: those whose events count; without a sync token once a week, since what recurs is known for some time ahead only
SELECT c.calendar_id, c.role = 'owner', CASE WHEN c.full_at > now() - interval '7 days' THEN c.sync_token END, c.error
FROM salesreg.calendars c WHERE c.rep = $1::uuid AND c.conflicts
ORDER BY c.is_primary DESC, c.calendar_id LIMIT $2::integer
-- name: calendar_tokens_store
-- $1 rep, $2 the refresh token that they came for, $3 and $4 both tokens, sealed with the first key, $5 seconds, $6 that key. Nothing if
-- the account was connected anew meanwhile
WITH stored AS (
    UPDATE salesreg.calendar_accounts a
    SET refresh_token = decode($3::text, 'hex'), access_token = decode($4::text, 'hex'),
        access_expires_at = now() + $5::bigint * interval '1 second', key_id = $6::text, updated_at = now()
    WHERE a.rep = $1::uuid AND a.refresh_token = decode($2::text, 'hex') AND a.state = 'connected'
    RETURNING 1
)
SELECT count(*) = 1 FROM stored
-- name: calendar_token_dead
-- $1 rep, $2 the refresh token, $3 why, $4 whether the token is dead itself, and not only of no use as it is: one that lives is kept,
-- to be given back. Told once
WITH dead AS (
    UPDATE salesreg.calendar_accounts a
    SET state = 'reconnect', reason = left($3::text, 500), refresh_token = CASE WHEN $4::boolean THEN NULL ELSE a.refresh_token END,
        access_token = NULL, access_expires_at = NULL, key_id = CASE WHEN $4::boolean THEN NULL ELSE a.key_id END, updated_at = now()
    WHERE a.rep = $1::uuid AND a.refresh_token = decode($2::text, 'hex') AND a.state = 'connected'
    RETURNING 1
)
SELECT salesreg.must((SELECT count(*) FROM dead) = 1)
-- name: calendar_list_store
-- $1 rep, $2 ids, $3 names, $4 roles, $5 which is the primary one, $6 which are shown, $7 the primary one's zone, $8 since when the
-- account is connected: that of another one is not stored. What counts as busy is
-- the primary one and those of the rep's own that are shown, unless the rep chose; $9 at most, as many as a look reads
WITH f AS (
    SELECT * FROM unnest($2::text[], $3::text[], $4::text[], $5::boolean[], $6::boolean[]) AS f (id, summary, role, is_primary, selected)
), mine AS (
    SELECT a.rep FROM salesreg.calendar_accounts a
    WHERE a.rep = $1::uuid AND a.state = 'connected' AND (extract(epoch FROM a.connected_at) * 1000000)::bigint = $8::bigint FOR NO KEY UPDATE
), gone AS (
    DELETE FROM salesreg.calendars c USING mine m WHERE c.rep = m.rep AND c.calendar_id <> ALL ($2::text[])
), wanted AS ( -- what the rep chose, or else the rule
    SELECT f.*, coalesce(CASE WHEN c.chosen THEN c.conflicts END, f.is_primary OR (f.role = 'owner' AND f.selected)) AS counts,
           coalesce(c.chosen, false) AS chosen
    FROM f CROSS JOIN mine m LEFT JOIN salesreg.calendars c ON c.rep = m.rep AND c.calendar_id = f.id
), ranked AS (
    SELECT w.*, w.counts AND row_number() OVER (PARTITION BY w.counts ORDER BY w.chosen DESC, w.is_primary DESC, w.summary, w.id) <= $9::integer AS conflicts
    FROM wanted w
), stored AS (
    INSERT INTO salesreg.calendars AS c (rep, calendar_id, summary, role, is_primary, selected, conflicts)
    SELECT m.rep, f.id, left(f.summary, 255), f.role, f.is_primary, f.selected, f.conflicts
    FROM ranked f CROSS JOIN mine m
    ON CONFLICT (rep, calendar_id) DO UPDATE SET
        summary = excluded.summary, role = excluded.role, is_primary = excluded.is_primary, selected = excluded.selected,
        conflicts = excluded.conflicts
)
UPDATE salesreg.calendar_accounts a
SET listed_at = now(), time_zone = coalesce(salesreg.zone_or_null($7::text), a.time_zone)
WHERE a.rep IN (SELECT rep FROM mine)
-- name: calendar_target_gone
-- $1 rep, $2 the calendar that was to get calls, $3 since when the account is connected: calls go to the primary one from now on. Told once
WITH gone AS (
    UPDATE salesreg.calendar_accounts a SET target = NULL, updated_at = now()
    WHERE a.rep = $1::uuid AND a.target = $2::text AND (extract(epoch FROM a.connected_at) * 1000000)::bigint = $3::bigint
    RETURNING 1
)
SELECT salesreg.must((SELECT count(*) FROM gone) = 1)
-- name: calendar_events_wipe
-- $1 rep, $2 calendar, $3 whether all that is known of it goes, $4 ids that go; what is long over goes anyhow
DELETE FROM salesreg.calendar_busy b
WHERE b.rep = $1::uuid AND b.calendar_id = $2::text
  AND ($3::boolean OR b.event_id = ANY ($4::text[]) OR b.ends_at < now() - interval '1 day')
-- name: calendar_events_add
-- $1 rep, $2 calendar, $3 ids, $4 and $5 from when to when, in microseconds; $6 and $7 days of all-day ones, which begin and end at local
-- midnight, each day on its own; $8 the calendar's zone
INSERT INTO salesreg.calendar_busy (rep, calendar_id, event_id, starts_at, ends_at)
SELECT c.rep, c.calendar_id, f.id,
       coalesce(timestamptz 'epoch' + f.starts * interval '1 microsecond', (date '1970-01-01' + f.first_day)::timestamp AT TIME ZONE z.zone),
       coalesce(timestamptz 'epoch' + f.ends * interval '1 microsecond', (date '1970-01-01' + f.end_day)::timestamp AT TIME ZONE z.zone)
FROM (SELECT coalesce(salesreg.zone_or_null($8::text), a.time_zone, 'UTC') AS zone
      FROM salesreg.calendar_accounts a WHERE a.rep = $1::uuid) z
JOIN salesreg.calendars c ON c.rep = $1::uuid AND c.calendar_id = $2::text
CROSS JOIN unnest($3::text[], $4::bigint[], $5::bigint[], $6::integer[], $7::integer[]) AS f (id, starts, ends, first_day, end_day)
ON CONFLICT (rep, calendar_id, event_id) DO UPDATE SET starts_at = excluded.starts_at, ends_at = excluded.ends_at
-- name: calendar_synced
-- $1 rep, $2 calendar, $3 the next sync token, $4 whether all was read, $5 why its times are not known (NULL: they are)
UPDATE salesreg.calendars c
SET sync_token = $3::text, synced_at = CASE WHEN $5::text IS NULL THEN now() ELSE c.synced_at END,
    full_at = CASE WHEN $4::boolean THEN now() ELSE c.full_at END, error = left($5::text, 500)
WHERE c.rep = $1::uuid AND c.calendar_id = $2::text
-- name: calendar_sync_end
-- $1 rep, $2 why it failed (NULL: it did not)
UPDATE salesreg.calendar_accounts a
SET synced_at = CASE WHEN $2::text IS NULL THEN now() ELSE a.synced_at END,
    sync_failures = CASE WHEN $2::text IS NULL THEN 0 ELSE a.sync_failures + 1 END, reason = left($2::text, 500)
WHERE a.rep = $1::uuid AND a.state = 'connected'
