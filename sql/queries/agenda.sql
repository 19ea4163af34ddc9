-- name: agenda_busy
-- $1 people, $2 from and $3 until when, in microseconds, $4 how many of each at most: what keeps these reps busy meanwhile, as far ahead
-- as they can be booked
SELECT r.telegram_id, (extract(epoch FROM b.starts_at) * 1000000)::bigint, (extract(epoch FROM b.ends_at) * 1000000)::bigint
FROM public.sales_representatives r
LEFT JOIN LATERAL (SELECT q.horizon_days FROM salesreg.rep_schedule q WHERE q.rep = r.id OFFSET 0) s ON true
CROSS JOIN LATERAL (
    SELECT e.starts_at, e.ends_at
    FROM ( -- each by its own index
        SELECT c.calendar_id, c.starts_at, c.ends_at FROM salesreg.calendar_busy c
        WHERE c.rep = r.id AND c.ends_at > timestamptz 'epoch' + $2::bigint * interval '1 microsecond'
          AND c.starts_at < least(timestamptz 'epoch' + $3::bigint * interval '1 microsecond',
                                  now() + (coalesce(s.horizon_days, 14) + 2) * interval '1 day') OFFSET 0) e
    WHERE EXISTS (SELECT 1 FROM salesreg.calendars k WHERE k.rep = r.id AND k.calendar_id = e.calendar_id AND k.conflicts)
    ORDER BY e.starts_at LIMIT $4::integer) b
WHERE r.telegram_id = ANY ($1::bigint[])
ORDER BY r.telegram_id, b.starts_at
-- name: agenda_days
-- $1 people, $2 the zone of who has none, $3 how many of each on a day at most: what keeps these reps busy today (0) and tomorrow (1)
-- where they are, joined, as their clocks show it
SELECT r.telegram_id, d.number, to_char(lower(t.span) AT TIME ZONE z.zone, 'HH24:MI'),
       CASE WHEN upper(t.span) = f.ends THEN '24:00' ELSE to_char(upper(t.span) AT TIME ZONE z.zone, 'HH24:MI') END
FROM public.sales_representatives r
LEFT JOIN LATERAL (SELECT q.time_zone FROM salesreg.rep_schedule q WHERE q.rep = r.id OFFSET 0) s ON true
LEFT JOIN LATERAL (SELECT q.time_zone FROM salesreg.calendar_accounts q WHERE q.rep = r.id OFFSET 0) c ON true
CROSS JOIN LATERAL (SELECT coalesce(salesreg.zone_or_null(s.time_zone), salesreg.zone_or_null(c.time_zone), salesreg.zone_or_null($2::text),
                                    'UTC') AS zone OFFSET 0) z
CROSS JOIN LATERAL (SELECT i AS number, (now() AT TIME ZONE z.zone)::date + i AS day FROM generate_series(0, 1) AS i) d
CROSS JOIN LATERAL (SELECT salesreg.instant(d.day::timestamp, z.zone, NULL) AS starts,
                           salesreg.instant((d.day + 1)::timestamp, z.zone, NULL) AS ends OFFSET 0) f
CROSS JOIN LATERAL (
    SELECT j.span
    FROM (SELECT unnest(range_agg(tstzrange(greatest(b.starts_at, f.starts), least(b.ends_at, f.ends)))) AS span
          FROM (SELECT c2.calendar_id, c2.starts_at, c2.ends_at FROM salesreg.calendar_busy c2
                WHERE c2.rep = r.id AND c2.ends_at > f.starts AND c2.starts_at < f.ends OFFSET 0) b
          WHERE EXISTS (SELECT 1 FROM salesreg.calendars k WHERE k.rep = r.id AND k.calendar_id = b.calendar_id AND k.conflicts)) j
    ORDER BY lower(j.span) LIMIT $3::integer) t
WHERE r.telegram_id = ANY ($1::bigint[])
ORDER BY r.telegram_id, d.number, lower(t.span)
-- name: agenda_windows
-- $1 people, $2 how many local days from today on at most, $3 the zone of who has none, $4 how many of each at most: when these reps work,
-- as far ahead as they can be booked, and what their clocks show at each step of it, parted by commas: a slot begins at one of these
SELECT r.telegram_id, w.number, (extract(epoch FROM w.starts) * 1000000)::bigint, (extract(epoch FROM w.ends) * 1000000)::bigint,
       (SELECT string_agg(to_char(g AT TIME ZONE z.zone, 'DD.MM HH24:MI'), ',' ORDER BY g)
        FROM generate_series(w.starts, w.ends, greatest(coalesce(s.step_minutes, 30), 5) * interval '1 minute') AS g)
FROM public.sales_representatives r
LEFT JOIN LATERAL (SELECT q.time_zone, q.step_minutes, q.horizon_days FROM salesreg.rep_schedule q WHERE q.rep = r.id OFFSET 0) s ON true
LEFT JOIN LATERAL (SELECT q.time_zone FROM salesreg.calendar_accounts q WHERE q.rep = r.id OFFSET 0) c ON true
CROSS JOIN LATERAL (SELECT coalesce(salesreg.zone_or_null(s.time_zone), salesreg.zone_or_null(c.time_zone), salesreg.zone_or_null($3::text),
                                    'UTC') AS zone OFFSET 0) z
CROSS JOIN LATERAL (
    SELECT d.number, f.starts, u.ends
    FROM (SELECT i AS number, (now() AT TIME ZONE z.zone)::date + i AS day
          FROM generate_series(0, least(coalesce(s.horizon_days, 14), $2::integer - 1)) AS i) d
    CROSS JOIN LATERAL (
        SELECT h.opens, h.closes FROM salesreg.rep_hours h WHERE h.rep = r.id AND h.weekday = extract(isodow FROM d.day) OFFSET 0) h
    CROSS JOIN LATERAL (SELECT salesreg.instant(d.day + h.opens, z.zone, NULL) AS starts OFFSET 0) f
    CROSS JOIN LATERAL (SELECT salesreg.instant(d.day + h.closes, z.zone, f.starts) AS ends OFFSET 0) u
    WHERE u.ends > f.starts AND NOT EXISTS (SELECT 1 FROM salesreg.days_off o WHERE o.rep = r.id AND o.day = d.day)
    ORDER BY f.starts LIMIT $4::integer) w
WHERE r.telegram_id = ANY ($1::bigint[])
ORDER BY r.telegram_id, w.starts
