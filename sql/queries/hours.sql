-- name: hours_read
-- $1 reps, $2 reps by their Telegram ids, $3 the zone of who has none. What each has set; the hours as "weekday opens closes" in minutes, parted by commas, the days
-- off that are still to come as days since 1970. Then the zone that counts, whether it is the rep's own choice, the day there, what clocks
-- show there, the calendar's zone and $3, where they are zones
SELECT w.rep, coalesce(s.slot_minutes, 30), coalesce(s.step_minutes, 30), coalesce(s.buffer_before_minutes, 0),
       coalesce(s.buffer_after_minutes, 0), coalesce(s.notice_minutes, 120), coalesce(s.horizon_days, 14), coalesce(s.most_a_day, 0),
       (SELECT string_agg(concat_ws(' ', h.weekday, (extract(epoch FROM h.opens) / 60)::integer, (extract(epoch FROM h.closes) / 60)::integer),
                          ',' ORDER BY h.weekday, h.opens)
        FROM salesreg.rep_hours h WHERE h.rep = w.rep),
       (SELECT string_agg((o.day - date '1970-01-01')::text, ',' ORDER BY o.day)
        FROM salesreg.days_off o WHERE o.rep = w.rep AND o.day >= (now() AT TIME ZONE z.zone)::date),
       z.zone, z.own IS NOT NULL, ((now() AT TIME ZONE z.zone)::date - date '1970-01-01'), to_char(now() AT TIME ZONE z.zone, 'HH24:MI'),
       z.calendar, z.here
FROM (SELECT unnest($1::uuid[]) AS rep UNION SELECT r.id FROM public.sales_representatives r WHERE r.telegram_id = ANY ($2::bigint[])) w
LEFT JOIN salesreg.rep_schedule s ON s.rep = w.rep
LEFT JOIN salesreg.calendar_accounts c ON c.rep = w.rep
CROSS JOIN LATERAL (SELECT salesreg.zone_or_null(s.time_zone) AS own) o
CROSS JOIN LATERAL (SELECT CASE WHEN c.state <> 'disconnected' THEN salesreg.zone_or_null(c.time_zone) END AS calendar) k
CROSS JOIN LATERAL (SELECT o.own, salesreg.zone_or_null($3::text) AS here, k.calendar,
                           coalesce(o.own, salesreg.zone_or_null(c.time_zone), salesreg.zone_or_null($3::text), 'UTC') AS zone) z
-- name: hours_windows
-- $1 reps, $2 reps by their Telegram ids, $3 how many local days (NULL: as far ahead as they can be booked), $4 the zone of who has none,
-- $5 from which instant on in microseconds (0: now), $6 how many of each at most (NULL: all): when they work, the first day being the one it
-- is at that instant where the rep is. The Telegram id is 0 of $1; of $2 there is what their clocks show at each step of it, parted by
-- commas: a slot begins at one of these. Each date is made an instant on its own; what is empty, because clocks skip it, is left out.
-- OFFSET 0: a function is called once, and not wherever its result stands
SELECT w.rep, w.person, b.number, b.day - date '1970-01-01', z.zone, (extract(epoch FROM b.starts) * 1000000)::bigint,
       (extract(epoch FROM b.ends) * 1000000)::bigint,
       CASE WHEN w.person <> 0 THEN
           (SELECT string_agg(to_char(g AT TIME ZONE z.zone, 'DD.MM HH24:MI'), ',' ORDER BY g)
            FROM generate_series(b.starts, b.ends, coalesce(s.step_minutes, 30) * interval '1 minute') AS g) END
FROM (SELECT u.rep, 0::bigint AS person FROM unnest($1::uuid[]) AS u (rep)
      UNION SELECT r.id, r.telegram_id FROM public.sales_representatives r WHERE r.telegram_id = ANY ($2::bigint[])) w
CROSS JOIN (SELECT CASE WHEN $5::bigint = 0 THEN now() ELSE timestamptz 'epoch' + $5::bigint * interval '1 microsecond' END AS at) n
LEFT JOIN LATERAL (SELECT q.time_zone, q.step_minutes, q.horizon_days FROM salesreg.rep_schedule q WHERE q.rep = w.rep OFFSET 0) s ON true
LEFT JOIN LATERAL (SELECT q.time_zone FROM salesreg.calendar_accounts q WHERE q.rep = w.rep OFFSET 0) c ON true
CROSS JOIN LATERAL (SELECT coalesce(salesreg.zone_or_null(s.time_zone), salesreg.zone_or_null(c.time_zone), salesreg.zone_or_null($4::text),
                                    'UTC') AS zone OFFSET 0) z
CROSS JOIN LATERAL (
    SELECT d.number, d.day, f.starts, u.ends
    FROM (SELECT i AS number, (n.at AT TIME ZONE z.zone)::date + i AS day
          FROM generate_series(0, coalesce($3::integer - 1, s.horizon_days, 14)) AS i) d
    CROSS JOIN LATERAL ( -- each by its own index
        SELECT h.opens, h.closes FROM salesreg.rep_hours h WHERE h.rep = w.rep AND h.weekday = extract(isodow FROM d.day) OFFSET 0) h
    CROSS JOIN LATERAL (SELECT salesreg.instant(d.day + h.opens, z.zone, NULL) AS starts OFFSET 0) f
    CROSS JOIN LATERAL (SELECT salesreg.instant(d.day + h.closes, z.zone, f.starts) AS ends OFFSET 0) u
    WHERE u.ends > f.starts AND NOT EXISTS (SELECT 1 FROM salesreg.days_off o WHERE o.rep = w.rep AND o.day = d.day)
    ORDER BY f.starts LIMIT $6::integer) b
ORDER BY w.rep, b.starts
-- name: zones_read
-- $1 names: those that are zones, and what clocks show there
SELECT z.name, to_char(now() AT TIME ZONE z.name, 'HH24:MI')
FROM (SELECT DISTINCT unnest($1::text[]) AS name) z WHERE salesreg.zone_or_null(z.name) IS NOT NULL
-- name: zone_set cold
-- $1 reps, $2 their zones from now on
INSERT INTO salesreg.rep_schedule AS s (rep, time_zone) SELECT f.rep, f.zone FROM unnest($1::uuid[], $2::text[]) AS f (rep, zone)
ON CONFLICT (rep) DO UPDATE SET time_zone = excluded.time_zone, updated_at = now()
-- name: hours_clear
-- $1 reps
DELETE FROM salesreg.rep_hours WHERE rep = ANY ($1::uuid[])
-- name: hours_add cold
-- $1 reps, $2 their hours as hours_read has them; after hours_clear. 24:00 is midnight after the day
INSERT INTO salesreg.rep_hours (rep, weekday, opens, closes)
SELECT f.rep, split_part(r, ' ', 1)::smallint, make_time(split_part(r, ' ', 2)::integer / 60, split_part(r, ' ', 2)::integer % 60, 0),
       make_time(split_part(r, ' ', 3)::integer / 60, split_part(r, ' ', 3)::integer % 60, 0)
FROM unnest($1::uuid[], $2::text[]) AS f (rep, hours), unnest(string_to_array(f.hours, ',')) AS r
-- name: days_off_add cold
-- $1 reps, $2 days since 1970, parted by commas: off from now on. Days that are over are forgotten
WITH over AS (
    DELETE FROM salesreg.days_off WHERE rep = ANY ($1::uuid[]) AND day < (now() - interval '2 days')::date
)
INSERT INTO salesreg.days_off (rep, day)
SELECT f.rep, date '1970-01-01' + d::integer FROM unnest($1::uuid[], $2::text[]) AS f (rep, days), unnest(string_to_array(f.days, ',')) AS d
ON CONFLICT DO NOTHING
-- name: days_off_remove cold
-- $1 reps, $2 days: no longer off
DELETE FROM salesreg.days_off o USING unnest($1::uuid[], $2::text[]) AS f (rep, days)
WHERE o.rep = f.rep AND o.day IN (SELECT date '1970-01-01' + d::integer FROM unnest(string_to_array(f.days, ',')) AS d)
-- name: schedule_set cold
-- $1 rep; NULL: as it is: $2 zone ('' none of its own), lengths in minutes: $3 slot, $4 step, $5 buffer before, $6 after, $7 notice, $8 days,
-- $9 most a day (0: as many as fit). FALSE: the server does not know the zone, and nothing is changed
WITH zone AS ( -- by its name: AT TIME ZONE would also take "Nowhere5" for a rule
    SELECT n.name FROM pg_catalog.pg_timezone_names n
    WHERE $2::text <> '' AND lower(n.name) = lower($2::text)
      AND n.name <> ALL ('{Factory,posixrules,localtime}') AND n.name !~ '^(posix|right)/' -- names of no place
), fits AS (
    SELECT 1 WHERE $2::text IS NULL OR $2::text = '' OR EXISTS (SELECT 1 FROM zone)
), kept AS (
    INSERT INTO salesreg.rep_schedule AS s (rep, time_zone, slot_minutes, step_minutes, buffer_before_minutes, buffer_after_minutes,
                                            notice_minutes, horizon_days, most_a_day)
    SELECT $1::uuid, (SELECT name FROM zone LIMIT 1), coalesce($3::integer, 30), coalesce($4::integer, 30), coalesce($5::integer, 0),
           coalesce($6::integer, 0), coalesce($7::integer, 120), coalesce($8::integer, 14), nullif($9::integer, 0)
    FROM fits
    ON CONFLICT (rep) DO UPDATE
    SET time_zone = CASE WHEN $2::text IS NULL THEN s.time_zone ELSE excluded.time_zone END,
        slot_minutes = coalesce($3::integer, s.slot_minutes), step_minutes = coalesce($4::integer, s.step_minutes),
        buffer_before_minutes = coalesce($5::integer, s.buffer_before_minutes),
        buffer_after_minutes = coalesce($6::integer, s.buffer_after_minutes),
        notice_minutes = coalesce($7::integer, s.notice_minutes), horizon_days = coalesce($8::integer, s.horizon_days),
        most_a_day = CASE WHEN $9::integer IS NULL THEN s.most_a_day ELSE excluded.most_a_day END, updated_at = now()
    RETURNING 1
)
SELECT EXISTS (SELECT 1 FROM kept)
-- name: operator_rep_by_email
-- $1 the key of an e-mail: whose it is
SELECT r.id, left(r.name, 255), left(r.email, 255), coalesce(left(r.status, 50), '')
FROM salesreg.rep_email e JOIN public.sales_representatives r ON r.id = e.rep WHERE e.email_key = $1::text
