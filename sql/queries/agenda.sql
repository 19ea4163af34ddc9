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
