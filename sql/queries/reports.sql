-- name: operator_snapshot
BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY
-- name: operator_snapshot_time
-- $1 milliseconds for each statement of a transaction: a report goes through all that came in its time
SELECT set_config('statement_timeout', $1::text, true)
-- name: operator_report_waiting
-- $1 a rep, or NULL: of all. Then when it is now
SELECT w.without_rep, (extract(epoch FROM nullif(w.without_rep_since, '-infinity')) * 1000000)::bigint, w.without_rep_late, w.without_contact,
       (extract(epoch FROM nullif(w.without_contact_since, '-infinity')) * 1000000)::bigint, w.without_contact_late, w.stale,
       (extract(epoch FROM now()) * 1000000)::bigint
FROM (SELECT * FROM salesreg.report_of_waiting() WHERE $1::uuid IS NULL
      UNION ALL
      SELECT 0, NULL, 0, l.without_contact, l.without_contact_since, l.without_contact_late, l.stale
      FROM salesreg.report_of_load() l WHERE l.rep = $1::uuid) w
-- name: operator_report_arrivals
-- $1 of how many seconds, $2 the company's zone, $3 a rep, or NULL: of all; how long things take in milliseconds, NULL: nothing is known
SELECT a.period, a.section, a.rep, salesreg.report_rep_name(a.rep), a.hours, a.source, a.campaign, a.arrived, a.assigned, a.contacted, a.in_conversation,
       a.converted, a.archived, coalesce((extract(epoch FROM a.to_rep_p50) * 1000)::bigint, -1), coalesce((extract(epoch FROM a.to_rep_p95) * 1000)::bigint, -1),
       coalesce((extract(epoch FROM a.to_contact_p50) * 1000)::bigint, -1), coalesce((extract(epoch FROM a.to_contact_p95) * 1000)::bigint, -1)
FROM salesreg.report_of_arrivals(now() - $1::bigint * interval '1 second', now(), $2::text, $3::uuid) a
ORDER BY a.section, a.hours, a.source, a.campaign NULLS FIRST, 4 NULLS FIRST, a.rep, a.period DESC
-- name: operator_report_load
-- $1 a rep, or NULL: all
SELECT l.rep, l.name, l.status, l.available, l.open, l.without_contact, (extract(epoch FROM nullif(l.without_contact_since, '-infinity')) * 1000000)::bigint,
       l.without_contact_late, l.stale, l.capacity, l.paused
FROM salesreg.report_of_load() l WHERE $1::uuid IS NULL OR l.rep = $1::uuid
ORDER BY l.open DESC, l.name, l.rep
-- name: operator_report_ended
-- $1 of how many seconds, $2 a rep, or NULL: of all
SELECT e.period, e.rep, salesreg.report_rep_name(e.rep), e.reason, e.ended
FROM salesreg.report_of_ended(now() - $1::bigint * interval '1 second', now()) e WHERE $2::uuid IS NULL OR e.rep = $2::uuid
ORDER BY e.reason, 3, e.rep, e.period DESC
