-- name: slots_busy
-- $1 reps, $2 from and $3 until when, in microseconds: what keeps them busy meanwhile, of the calendars that count
SELECT b.rep, (extract(epoch FROM b.starts_at) * 1000000)::bigint, (extract(epoch FROM b.ends_at) * 1000000)::bigint
FROM unnest($1::uuid[]) AS w (rep)
CROSS JOIN LATERAL ( -- each by its own index
    SELECT c.rep, c.calendar_id, c.starts_at, c.ends_at FROM salesreg.calendar_busy c
    WHERE c.rep = w.rep AND c.ends_at > timestamptz 'epoch' + $2::bigint * interval '1 microsecond'
      AND c.starts_at < timestamptz 'epoch' + $3::bigint * interval '1 microsecond' OFFSET 0) b
WHERE EXISTS (SELECT 1 FROM salesreg.calendars k WHERE k.rep = b.rep AND k.calendar_id = b.calendar_id AND k.conflicts)
ORDER BY b.rep, b.starts_at
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
