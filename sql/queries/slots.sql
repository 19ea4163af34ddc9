-- name: slots_busy
-- $1 reps, $2 reps by their Telegram ids, $3 as of which instant in microseconds (0: now), $4 how many of each at most (NULL: all): what
-- keeps them busy from a day before on, as far ahead as they can be booked, of the calendars that count. The Telegram id is 0 of $1
SELECT w.rep, w.person, (extract(epoch FROM b.starts_at) * 1000000)::bigint, (extract(epoch FROM b.ends_at) * 1000000)::bigint
FROM (SELECT u.rep, 0::bigint AS person FROM unnest($1::uuid[]) AS u (rep)
      UNION SELECT r.id, r.telegram_id FROM public.sales_representatives r WHERE r.telegram_id = ANY ($2::bigint[])) w
CROSS JOIN (SELECT CASE WHEN $3::bigint = 0 THEN now() ELSE timestamptz 'epoch' + $3::bigint * interval '1 microsecond' END AS at) n
LEFT JOIN LATERAL (SELECT q.horizon_days FROM salesreg.rep_schedule q WHERE q.rep = w.rep OFFSET 0) s ON true
CROSS JOIN LATERAL (
    SELECT e.starts_at, e.ends_at
    FROM ( -- each by its own index
        SELECT c.calendar_id, c.starts_at, c.ends_at FROM salesreg.calendar_busy c
        WHERE c.rep = w.rep AND c.ends_at > n.at - interval '1 day'
          -- a slot that begins on the last day is over, with what is kept free after it, within another two
          AND c.starts_at < n.at + (coalesce(s.horizon_days, 14) + 2) * interval '1 day' OFFSET 0) e
    WHERE EXISTS (SELECT 1 FROM salesreg.calendars k WHERE k.rep = w.rep AND k.calendar_id = e.calendar_id AND k.conflicts)
    ORDER BY e.starts_at LIMIT $4::integer) b
ORDER BY w.rep, b.starts_at
-- name: slots_unknown
-- $1 reps: those of whom it is not known when they are busy, and why
SELECT w.rep, d.doubt
FROM unnest($1::uuid[]) AS w (rep)
CROSS JOIN LATERAL (SELECT salesreg.calendar_doubt(w.rep) AS doubt OFFSET 0) d -- asked once
WHERE d.doubt IS NOT NULL
-- name: slots_local cold
-- $1 instants in microseconds, $2 a zone: what its clocks show then, in the same order; reads no table
SELECT to_char((timestamptz 'epoch' + i.at * interval '1 microsecond') AT TIME ZONE $2::text, 'YYYY-MM-DD HH24:MI')
FROM unnest($1::bigint[]) WITH ORDINALITY AS i (at, place) ORDER BY i.place
