-- name: operator_why
-- $1 a prospect, $2 how many: their assignments, the latest first, with what each was decided by, and what is kept of its round: how many
-- prospects it gave, as which of them this one (0: nothing is kept)
SELECT a.id, (extract(epoch FROM a.started_at) * 1000000)::bigint, a.rep, salesreg.report_rep_name(a.rep),
       coalesce((extract(epoch FROM a.ended_at) * 1000000)::bigint, 0), left(a.reason, 100),
       (SELECT left(e.detail, 100) FROM salesreg.prospect_events e
        WHERE e.prospect = a.prospect AND e.assignment = a.id AND e.kind = 'assigned' ORDER BY e.id LIMIT 1),
       k.facts ->> 'rule', (k.facts ->> 'prospects')::bigint,
       (SELECT count(*) FROM salesreg.assignments b
        WHERE b.id BETWEEN k.first_assignment AND a.id AND b.started_at = a.started_at)
FROM ((SELECT l.* FROM salesreg.assignments l WHERE l.prospect = $1::varchar AND l.ended_at IS NULL)
      UNION ALL
      (SELECT l.* FROM salesreg.assignments l WHERE l.prospect = $1::varchar AND l.ended_at IS NOT NULL)) a
LEFT JOIN LATERAL (SELECT o.* FROM salesreg.assignment_rounds o WHERE o.first_assignment <= a.id
                   ORDER BY o.first_assignment DESC LIMIT 1) k ON k.at = a.started_at
ORDER BY a.id DESC LIMIT $2::integer
-- name: operator_why_reps
-- $1 an assignment: the reps who are named in its round, as they were when it was decided: those who could get it, whose turn was next first; then
-- those who could not, with the reason. What each had when the round began, and what the round had given each before
WITH given AS MATERIALIZED (
    SELECT a.id, a.rep, a.started_at, k.first_assignment, k.facts
    FROM salesreg.assignments a
    CROSS JOIN LATERAL (SELECT o.* FROM salesreg.assignment_rounds o WHERE o.first_assignment <= a.id
                        ORDER BY o.first_assignment DESC LIMIT 1) k
    WHERE a.id = $1::bigint AND k.at = a.started_at
), before AS MATERIALIZED (
    SELECT b.rep, count(*) AS prospects, max(b.id) AS last
    FROM given g JOIN salesreg.assignments b ON b.id >= g.first_assignment AND b.id < g.id AND b.started_at = g.started_at
    GROUP BY b.rep
), named AS (
    SELECT (c.row ->> 0)::uuid AS rep, (c.row ->> 1)::bigint AS open, (c.row ->> 2)::bigint AS capacity, (c.row ->> 3)::bigint AS turn, c.place,
           NULL AS why
    FROM given g CROSS JOIN LATERAL jsonb_array_elements(coalesce(nullif(g.facts -> 'candidates', 'null'), '[]')) WITH ORDINALITY AS c (row, place)
    UNION ALL
    SELECT (c.row ->> 0)::uuid, (c.row ->> 2)::bigint, (c.row ->> 3)::bigint, 9223372036854775807, c.place, nullif(c.row ->> 1, 'later')
    FROM given g CROSS JOIN LATERAL jsonb_array_elements(coalesce(nullif(g.facts -> 'others', 'null'), '[]')) WITH ORDINALITY AS c (row, place)
)
SELECT n.rep, salesreg.report_rep_name(n.rep), n.open, n.capacity, coalesce(b.prospects, 0), n.rep = g.rep, n.why
FROM given g CROSS JOIN named n LEFT JOIN before b ON b.rep = n.rep
ORDER BY n.why IS NOT NULL, CASE WHEN g.facts ->> 'rule' = 'least_loaded' THEN n.open + coalesce(b.prospects, 0) END,
         coalesce(b.last, 0), n.turn, n.place
