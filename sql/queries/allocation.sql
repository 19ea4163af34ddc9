-- name: allocation_candidates
-- $1 how many, $2 left out: the oldest waiting prospects nobody declined, each with the id its assignment will have. Rows that another session
-- has locked wait for the next round: an open psql must not stop the assigning.
SELECT w.id, w.telegram_id, w.name, w.context, w.notes, w.email,
       nextval('salesreg.assignments_id_seq'), w.place,
       (SELECT string_agg(DISTINCT a.rep::text || CASE WHEN EXISTS (
                    SELECT 1 FROM salesreg.prospect_events e
                    WHERE e.prospect = a.prospect AND e.assignment = a.id AND e.kind = 'contacted') THEN '+' ELSE '' END, ' ')
        FROM salesreg.assignments a
        WHERE a.prospect = w.id AND a.ended_at IS NOT NULL),
       -- whose bot a link can lead to: of whom the bot has met, none is needed
       CASE WHEN NOT EXISTS (SELECT 1 FROM salesreg.conversations v WHERE v.prospect = w.id AND v.telegram_id IS NOT NULL OFFSET 0)
            THEN (SELECT b.username FROM salesreg.bot_state b LIMIT 1) END,
       -- the last of what they wrote to the bot
       (SELECT string_agg(y.said, E'\n' ORDER BY y.id)
        FROM (SELECT e.id, left(e.detail, 1000) AS said FROM salesreg.prospect_events e
              WHERE e.prospect = w.id AND e.kind = 'said' ORDER BY e.id DESC LIMIT 5) y),
       -- what they answered to the bot's questions
       CASE WHEN EXISTS (SELECT 1 FROM salesreg.qualifications t WHERE t.prospect = w.id OFFSET 0)
            THEN salesreg.answers_given(w.id) END,
       -- they want a person, and there was none
       EXISTS (SELECT 1 FROM salesreg.conversations v WHERE v.prospect = w.id AND v.owner = 'nobody' OFFSET 0),
       EXISTS (SELECT 1 FROM salesreg.conversations v WHERE v.prospect = w.id AND v.source = 'own' OFFSET 0)
FROM (
    SELECT p.id, left(p.telegram_id, 255) AS telegram_id, left(p.name, 255) AS name, left(p.context, 2000) AS context,
           left(p.notes, 2000) AS notes, left(p.email, 255) AS email, p.created_at, p.ctid AS place
    FROM public.test_prospects p
    WHERE p.assigned_rep_id IS NULL AND p.status IN ('unreached', 'contacted', 'in_conversation')
      -- OFFSET 0: a look-up a row, however few declines there were when this was planned
      AND NOT EXISTS (SELECT 1 FROM salesreg.assignments a WHERE a.prospect = p.id AND a.reason = 'declined' OFFSET 0)
      AND p.id <> ALL ($2::varchar[])
    ORDER BY p.created_at, p.id COLLATE "C"
    LIMIT $1::integer
    FOR NO KEY UPDATE SKIP LOCKED
) w
ORDER BY w.created_at, w.id COLLATE "C"
-- name: allocation_next
-- $1 left out: the id of the first that allocation_candidates would find, and nothing else of the row
SELECT p.id FROM public.test_prospects p
WHERE p.assigned_rep_id IS NULL AND p.status IN ('unreached', 'contacted', 'in_conversation')
  AND NOT EXISTS (SELECT 1 FROM salesreg.assignments a WHERE a.prospect = p.id AND a.reason = 'declined' OFFSET 0)
  AND p.id <> ALL ($1::varchar[])
ORDER BY p.created_at, p.id COLLATE "C"
LIMIT 1
FOR NO KEY UPDATE SKIP LOCKED
-- name: allocation_waiting
-- how many prospects wait for a rep (10,000 stands for that many or more), and for how many milliseconds the oldest has:
-- asked every few seconds where somebody reads the metrics
SELECT count(*), (extract(epoch FROM now() - min(w.created_at)) * 1000)::bigint
FROM (SELECT created_at FROM public.test_prospects
      WHERE assigned_rep_id IS NULL AND status IN ('unreached', 'contacted', 'in_conversation')
      ORDER BY created_at, id COLLATE "C" LIMIT 10000) w
-- name: allocation_reps cold
-- $1 capacity of who has none of their own, $2 how many prospects may be assigned at most, or NULL for all reps with room. In turn: the first so many
-- with room, longest unserved first, are all that round robin can need; after allocation_candidates, whose rows are among those that
-- are counted here: one that came in between would find only the reps that the others need. How much each holds is counted here, under the
-- assignment lock, but for $3 reps of whom it is known to be $4. Whom an open psql holds, by either row, gets nothing for now.
SELECT r.id, r.telegram_id, d.last_assigned_turn, held.prospects, s.locale, coalesce(d.capacity, $1::bigint)
FROM salesreg.rep_rotation d
JOIN public.sales_representatives r ON r.id = d.rep AND r.status = 'active'
LEFT JOIN salesreg.user_sessions s ON s.user_id = r.telegram_id
CROSS JOIN LATERAL (
    SELECT coalesce(((SELECT jsonb_object($3::text[], $4::text[])) ->> d.rep::text)::bigint, (
        SELECT count(*) FROM (SELECT 1 FROM public.test_prospects p
        WHERE p.assigned_rep_id = d.rep AND p.status IN ('unreached', 'contacted', 'in_conversation')
        LIMIT coalesce(d.capacity, $1::bigint)) h
    )) AS prospects OFFSET 0
) held
WHERE d.available AND d.paused_until IS NULL AND held.prospects < coalesce(d.capacity, $1::bigint)
ORDER BY d.last_assigned_turn, d.rep
LIMIT CASE WHEN $3::text[] <> '{}' THEN $2::integer -- amid many rounds, for a full one
           WHEN $2::integer IS NOT NULL THEN
      (SELECT count(*) FROM (SELECT 1 FROM public.test_prospects w
       WHERE w.assigned_rep_id IS NULL AND w.status IN ('unreached', 'contacted', 'in_conversation')
       LIMIT $2::integer) enough) END
FOR NO KEY UPDATE OF d SKIP LOCKED FOR KEY SHARE OF r SKIP LOCKED
-- name: allocation_identify
-- $1 prospects, whose rows this transaction has locked, $2 kinds, $3 values; one row an identity, and none twice. Nobody else
-- writes what is known of a locked row, and a look-up costs less than ON CONFLICT, which prepares for somebody who does.
INSERT INTO salesreg.prospect_identities (prospect, kind, value)
SELECT f.prospect, f.kind, f.value FROM unnest($1::varchar[], $2::text[], $3::text[]) AS f (prospect, kind, value)
WHERE NOT EXISTS (SELECT 1 FROM salesreg.prospect_identities i
                  WHERE i.prospect = f.prospect AND i.kind = f.kind AND i.value = f.value OFFSET 0)
-- name: allocation_unidentified cold
-- $1 how many: open prospects that have a rep and that are not known by what makes them a person: they came to it past
-- us, or their contact has changed
SELECT p.id, left(p.telegram_id, 255), left(p.email, 255)
FROM public.test_prospects p
WHERE p.assigned_rep_id IS NOT NULL AND p.status IN ('unreached', 'contacted', 'in_conversation')
  AND NOT EXISTS (SELECT 1 FROM salesreg.prospect_identities i WHERE i.prospect = p.id)
LIMIT $1::integer
FOR NO KEY UPDATE SKIP LOCKED
-- name: allocation_known
-- $1 kinds, $2 values, $3 the prospects they are of: for each the rep who has another prospect of this person, the oldest, and
-- that one's name. Whose row somebody holds is named without a Telegram id: that prospect waits. The last column names a rep
-- who is out of reach: gets nothing new, so it goes to a colleague.
WITH known AS MATERIALIZED (
    SELECT f.place, f.prospect, h.rep, h.name, h.available, h.rep_name
    FROM (SELECT u.kind, u.value, u.prospect, u.place
          FROM unnest($1::text[], $2::text[], $3::varchar[]) WITH ORDINALITY AS u (kind, value, prospect, place)
          -- the first look-up is enough nearly always: nobody else has it
          WHERE CASE WHEN NOT EXISTS (SELECT 1 FROM salesreg.prospect_identities i
                                      WHERE i.kind = u.kind AND i.value = u.value AND i.kind <> 'none'
                                        AND i.prospect <> u.prospect OFFSET 0)
                     THEN false
                     WHEN EXISTS (SELECT 1 FROM salesreg.prospect_identities i
                                  WHERE i.kind = u.kind AND i.value = u.value AND i.kind <> 'none' OFFSET 10)
                     THEN NOT salesreg.is_nobodys(u.kind, u.value) ELSE true END
          OFFSET 0) f
    CROSS JOIN LATERAL (
        SELECT q.assigned_rep_id AS rep, left(q.name, 255) AS name, d.available, left(r.name, 255) AS rep_name
        FROM salesreg.prospect_identities i
        JOIN public.test_prospects q ON q.id = i.prospect AND q.status IN ('unreached', 'contacted', 'in_conversation')
        JOIN public.sales_representatives r ON r.id = q.assigned_rep_id AND r.status = 'active'
        JOIN salesreg.rep_rotation d ON d.rep = r.id
        WHERE i.kind = f.kind AND i.value = f.value AND i.kind <> 'none' AND i.prospect <> f.prospect
        ORDER BY d.available DESC, q.created_at, q.id COLLATE "C"
        LIMIT 1
    ) h
), held AS MATERIALIZED (
    SELECT r.id, r.telegram_id, s.locale
    FROM public.sales_representatives r
    LEFT JOIN salesreg.user_sessions s ON s.user_id = r.telegram_id
    WHERE r.id IN (SELECT rep FROM known WHERE available)
    FOR KEY SHARE OF r SKIP LOCKED
)
SELECT k.prospect, k.rep, k.name, h.telegram_id, h.locale, CASE WHEN NOT k.available THEN k.rep_name END
FROM known k LEFT JOIN held h ON h.id = k.rep AND k.available
ORDER BY k.place
-- name: allocation_shared
-- $1 kinds, $2 values: those of them that are nobody's
SELECT u.kind, u.value FROM unnest($1::text[], $2::text[]) AS u (kind, value)
WHERE CASE WHEN EXISTS (SELECT 1 FROM salesreg.prospect_identities i
                        WHERE i.kind = u.kind AND i.value = u.value AND i.kind <> 'none' OFFSET 10)
           THEN salesreg.is_nobodys(u.kind, u.value) ELSE false END
-- name: allocation_turn cold
SELECT nextval('salesreg.rotation_seq')
-- name: allocation_round cold
-- before anything of a round is written. $1 its first assignment, $2 by what it was decided, $3 capacity of who has none of their own, $4 how many
-- prospects it gives, $5 reps with room: those whose turn is next, in order, $6 what each had, $7 the turn and $8 the capacity of each; $9 how
-- many others are named at most, longest unserved first: who is not at work, is out of reach, paused, has no room, or whose row somebody
-- holds; and who would have been next (later): no more were read than the round needs
INSERT INTO salesreg.assignment_rounds (first_assignment, facts)
SELECT $1::bigint,
       jsonb_build_object(
           'rule', $2::text, 'prospects', $4::bigint,
           'candidates', (SELECT jsonb_agg(jsonb_build_array(f.rep, f.open, f.capacity, f.turn) ORDER BY f.place)
                          FROM unnest($5::uuid[], $6::bigint[], $7::bigint[], $8::bigint[]) WITH ORDINALITY AS f (rep, open, turn, capacity, place)),
           'others', (SELECT jsonb_agg(jsonb_build_array(x.rep, CASE WHEN x.status IS DISTINCT FROM 'active' THEN coalesce(x.status, 'no status')
                                                                     WHEN NOT x.available THEN 'out of reach'
                                                                     WHEN x.paused THEN 'paused'
                                                                     WHEN h.held >= x.capacity THEN 'full'
                                                                     WHEN x.turn > x.last THEN 'later' ELSE 'held' END, h.held, x.capacity)
                                  ORDER BY x.turn, x.rep)
                      FROM (SELECT d.*, r.status, (SELECT max(m.turn) FROM unnest($7::bigint[]) AS m (turn)) AS last
                            -- in order first: so few are looked up
                            FROM (SELECT o.rep, o.available, o.paused_until IS NOT NULL AS paused, coalesce(o.capacity, $3::bigint) AS capacity,
                                         o.last_assigned_turn AS turn
                                  FROM salesreg.rep_rotation o WHERE o.rep <> ALL ($5::uuid[]) ORDER BY o.last_assigned_turn, o.rep OFFSET 0) d
                            CROSS JOIN LATERAL (SELECT left(w.status, 50) AS status FROM public.sales_representatives w
                                                WHERE w.id = d.rep AND w.status IS DISTINCT FROM 'removed' OFFSET 0) r
                            ORDER BY d.turn, d.rep LIMIT $9::integer) x
                      CROSS JOIN LATERAL (SELECT count(*) AS held
                                          FROM (SELECT 1 FROM public.test_prospects p
                                                WHERE p.assigned_rep_id = x.rep AND p.status IN ('unreached', 'contacted', 'in_conversation')
                                                LIMIT x.capacity) n) h))
-- name: allocation_round_declined cold
-- the same of one that somebody declined: $1 the assignment, $2 the prospect, $3 capacity, $4 how many are named at most, from the one on who
-- has been longest without such a one
INSERT INTO salesreg.assignment_rounds (first_assignment, facts)
SELECT $1::bigint,
       jsonb_build_object(
           'rule', 'after a decline', 'prospects', 1,
           'candidates', jsonb_agg(jsonb_build_array(x.rep, h.held, x.capacity, x.turn) ORDER BY x.turn, x.next, x.rep) FILTER (WHERE w.why IS NULL),
           'others', jsonb_agg(jsonb_build_array(x.rep, w.why, h.held, x.capacity) ORDER BY x.turn, x.next, x.rep) FILTER (WHERE w.why IS NOT NULL))
FROM (SELECT d.rep, d.available, d.last_reassigned_turn AS turn, d.last_assigned_turn AS next, left(r.status, 50) AS status,
             d.paused_until IS NOT NULL AS paused, coalesce(d.capacity, $3::bigint) AS capacity
      FROM salesreg.rep_rotation d JOIN public.sales_representatives r ON r.id = d.rep
      WHERE r.status IS DISTINCT FROM 'removed'
      ORDER BY d.last_reassigned_turn, d.last_assigned_turn, d.rep LIMIT $4::integer) x
CROSS JOIN LATERAL (SELECT count(*) AS held
                    FROM (SELECT 1 FROM public.test_prospects p
                          WHERE p.assigned_rep_id = x.rep AND p.status IN ('unreached', 'contacted', 'in_conversation') LIMIT x.capacity) n) h
CROSS JOIN LATERAL (SELECT CASE WHEN EXISTS (SELECT 1 FROM salesreg.assignments a
                                             WHERE a.prospect = $2::varchar AND a.rep = x.rep AND a.reason = 'declined' OFFSET 0) THEN 'declined it'
                                WHEN x.status IS DISTINCT FROM 'active' THEN coalesce(x.status, 'no status')
                                WHEN NOT x.available THEN 'out of reach'
                                WHEN x.paused THEN 'paused'
                                WHEN h.held >= x.capacity THEN 'full' END AS why) w
-- name: allocation_write cold
-- $1 prospects, $2 reps, $3 assignment ids, $4 what the event says, $5 where the rows are: this transaction has locked
-- them, so they cannot move, and a look-up by place costs a fraction of one by id. A live assignment left over from a change by hand
-- makes this fail with 23505; allocation_reconcile_assignments fixes it. A row that is without a rep all the same was left so by a
-- trigger of somebody's.
WITH given AS (
    SELECT * FROM unnest($1::varchar[], $2::uuid[], $3::bigint[], $5::tid[]) AS f (prospect, rep, assignment, place)
), moved AS (
    UPDATE public.test_prospects p SET assigned_rep_id = f.rep, updated_at = now()
    FROM given f WHERE p.ctid = f.place AND p.id = f.prospect AND p.assigned_rep_id IS NULL
    RETURNING p.assigned_rep_id
), made AS (
    INSERT INTO salesreg.assignments (id, prospect, rep) SELECT assignment, prospect, rep FROM given
), explained AS (
    INSERT INTO salesreg.prospect_events (prospect, rep, assignment, kind, detail)
    SELECT prospect, rep, assignment, 'assigned', $4::text FROM given
)
SELECT salesreg.must_stay((SELECT count(assigned_rep_id) FROM moved) = (SELECT count(*) FROM given))
-- name: allocation_stayed
-- $1 prospects, just given to a rep: none of them is without one again, by a trigger that ran after the whole statement. Looked at
-- only where there is such a trigger of somebody else's.
SELECT salesreg.must_stay(CASE WHEN salesreg.others_run_after()
    THEN NOT EXISTS (SELECT 1 FROM unnest($1::varchar[]) AS f (prospect)
                     WHERE (SELECT p.assigned_rep_id FROM public.test_prospects p WHERE p.id = f.prospect OFFSET 0) IS NULL)
    ELSE true END)
-- name: allocation_kept cold
-- open prospects written in this transaction that a rep has who is not at work: just taken back, and given there again by a trigger
-- that ran after the whole statement. Looked at only where there is such a trigger of somebody else's.
SELECT q.id
FROM public.sales_representatives r
LEFT JOIN salesreg.rep_rotation d ON d.rep = r.id
CROSS JOIN LATERAL (SELECT p.id FROM public.test_prospects p
                    WHERE p.assigned_rep_id = r.id AND p.status IN ('unreached', 'contacted', 'in_conversation')
                      AND p.updated_at >= now() OFFSET 0) q
WHERE (r.status IS NULL OR r.status NOT IN ('active', 'pending') OR (NOT d.available AND d.unreachable_since IS NULL))
  AND (SELECT salesreg.others_run_after())
LIMIT 200
-- name: allocation_served
-- $1 reps, $2 their turns
UPDATE salesreg.rep_rotation d SET last_assigned_turn = f.turn
FROM unnest($1::uuid[], $2::bigint[]) AS f (rep, turn) WHERE d.rep = f.rep
-- name: allocation_reopen_exhausted cold
-- a rep came, or came back: what this one has not declined can be reassigned
UPDATE salesreg.declined_prospects SET exhausted = false, escalated_at = NULL
WHERE prospect IN (
    SELECT x.prospect FROM salesreg.declined_prospects x
    WHERE x.exhausted
      AND EXISTS (SELECT 1 FROM salesreg.rep_rotation d
                  JOIN public.sales_representatives r ON r.id = d.rep AND r.status = 'active'
                  WHERE d.available AND d.paused_until IS NULL
                    AND NOT EXISTS (SELECT 1 FROM salesreg.assignments a
                                    WHERE a.prospect = x.prospect AND a.rep = d.rep AND a.reason = 'declined'))
    FOR NO KEY UPDATE SKIP LOCKED)
-- name: allocation_declined
-- $1 capacity, $2 left out: one prospect that somebody declined, and who gets it: not a decliner; who has this very person
-- already, else longest without such a one. Of those that wait apart, as many as $6 beyond $3 (since, in microseconds) and $4
-- (the prospect) are looked at, and as many that came after $5. Who has room is found once, and for each prospect only as many
-- of them are looked at as have declined it, and one. The last column: who has this person and is out of reach.
WITH room AS MATERIALIZED (
    SELECT array_agg(d.rep ORDER BY d.last_reassigned_turn, d.last_assigned_turn, d.rep) AS reps
    FROM salesreg.rep_rotation d
    JOIN public.sales_representatives r ON r.id = d.rep AND r.status = 'active'
    WHERE d.available AND d.paused_until IS NULL
      -- mostly none, and nothing is looked at
      AND (SELECT EXISTS (SELECT 1 FROM (SELECT 1 FROM salesreg.declined_prospects WHERE NOT exhausted
                                         ORDER BY since, prospect COLLATE "C" LIMIT 1) any_news))
      AND (SELECT count(*) FROM (SELECT 1 FROM public.test_prospects h
           WHERE h.assigned_rep_id = d.rep AND h.status IN ('unreached', 'contacted', 'in_conversation')
           LIMIT coalesce(d.capacity, $1::bigint)) held) < coalesce(d.capacity, $1::bigint)
)
SELECT p.id, left(p.telegram_id, 255), left(p.name, 255), left(p.context, 2000), left(p.notes, 2000), left(p.email, 255),
       nextval('salesreg.assignments_id_seq'), p.ctid,
       (SELECT string_agg(DISTINCT a.rep::text || CASE WHEN EXISTS (
                    SELECT 1 FROM salesreg.prospect_events e
                    WHERE e.prospect = a.prospect AND e.assignment = a.id AND e.kind = 'contacted') THEN '+' ELSE '' END, ' ')
        FROM salesreg.assignments a
        WHERE a.prospect = p.id AND a.ended_at IS NOT NULL),
       -- whose bot a link can lead to: of whom the bot has met, none is needed
       CASE WHEN NOT EXISTS (SELECT 1 FROM salesreg.conversations v WHERE v.prospect = p.id AND v.telegram_id IS NOT NULL OFFSET 0)
            THEN (SELECT b.username FROM salesreg.bot_state b LIMIT 1) END,
       -- the last of what they wrote to the bot
       (SELECT string_agg(y.said, E'\n' ORDER BY y.id)
        FROM (SELECT e.id, left(e.detail, 1000) AS said FROM salesreg.prospect_events e
              WHERE e.prospect = p.id AND e.kind = 'said' ORDER BY e.id DESC LIMIT 5) y),
       -- what they answered to the bot's questions
       CASE WHEN EXISTS (SELECT 1 FROM salesreg.qualifications t WHERE t.prospect = p.id OFFSET 0)
            THEN salesreg.answers_given(p.id) END,
       EXISTS (SELECT 1 FROM salesreg.conversations v WHERE v.prospect = p.id AND v.owner = 'nobody' OFFSET 0),
       EXISTS (SELECT 1 FROM salesreg.conversations v WHERE v.prospect = p.id AND v.source = 'own' OFFSET 0),
       coalesce(k.rep, f.rep), coalesce(k.telegram_id, f.telegram_id),
       (SELECT s.locale FROM salesreg.user_sessions s WHERE s.user_id = coalesce(k.telegram_id, f.telegram_id)), k.name,
       CASE WHEN k.rep IS NULL THEN (
           SELECT left(r.name, 255)
           FROM salesreg.prospect_identities i
           JOIN salesreg.prospect_identities j ON j.kind = i.kind AND j.value = i.value AND j.kind <> 'none'
                                              AND j.prospect <> i.prospect
           JOIN public.test_prospects q ON q.id = j.prospect AND q.status IN ('unreached', 'contacted', 'in_conversation')
           JOIN public.sales_representatives r ON r.id = q.assigned_rep_id AND r.status = 'active'
           JOIN salesreg.rep_rotation d ON d.rep = r.id AND NOT d.available
           WHERE i.prospect = p.id AND NOT salesreg.is_nobodys(i.kind, i.value)
           ORDER BY q.created_at, q.id COLLATE "C" LIMIT 1) END
FROM (
    SELECT u.prospect, u.since FROM (
        (SELECT y.prospect, y.since FROM salesreg.declined_prospects y
         WHERE NOT y.exhausted
           AND (y.since, y.prospect COLLATE "C") > (timestamptz 'epoch' + $3::bigint * interval '1 microsecond', $4::varchar COLLATE "C")
         ORDER BY y.since, y.prospect COLLATE "C" LIMIT $6::bigint)
        UNION
        (SELECT y.prospect, y.since FROM salesreg.declined_prospects y
         WHERE NOT y.exhausted AND y.since > timestamptz 'epoch' + $5::bigint * interval '1 microsecond'
         ORDER BY y.since, y.prospect COLLATE "C" LIMIT $6::bigint)
    ) u
    WHERE (SELECT reps IS NOT NULL FROM room)
    ORDER BY u.since, u.prospect COLLATE "C" OFFSET 0
) x
JOIN public.test_prospects p ON p.id = x.prospect AND p.assigned_rep_id IS NULL
                            -- coalesce: by its key, not by an index of all that wait
                            AND coalesce(p.status, '') IN ('unreached', 'contacted', 'in_conversation')
LEFT JOIN LATERAL (
    SELECT d.rep, r.telegram_id, left(q.name, 255) AS name
    FROM (SELECT o.prospect, o.kind, o.value FROM salesreg.prospect_identities o
          WHERE o.prospect = p.id
            AND NOT CASE WHEN EXISTS (SELECT 1 FROM salesreg.prospect_identities n
                                      WHERE n.kind = o.kind AND n.value = o.value AND n.kind <> 'none' OFFSET 10)
                         THEN salesreg.is_nobodys(o.kind, o.value) ELSE false END
          OFFSET 0) i
    JOIN salesreg.prospect_identities j ON j.kind = i.kind AND j.value = i.value AND j.kind <> 'none'
                                       AND j.prospect <> i.prospect
    JOIN public.test_prospects q ON q.id = j.prospect AND q.status IN ('unreached', 'contacted', 'in_conversation')
    JOIN salesreg.rep_rotation d ON d.rep = q.assigned_rep_id AND d.available
    JOIN public.sales_representatives r ON r.id = d.rep AND r.status = 'active'
    WHERE NOT EXISTS (SELECT 1 FROM salesreg.assignments a
                      WHERE a.prospect = p.id AND a.rep = d.rep AND a.reason = 'declined' OFFSET 0)
    ORDER BY d.last_reassigned_turn, d.last_assigned_turn, d.rep
    LIMIT 1
    FOR NO KEY UPDATE OF d SKIP LOCKED FOR KEY SHARE OF r SKIP LOCKED
) k ON true
LEFT JOIN LATERAL (
    SELECT l.rep, l.telegram_id
    FROM unnest((SELECT reps FROM room)) WITH ORDINALITY AS n (rep, place)
    CROSS JOIN LATERAL (
        SELECT d.rep, r.telegram_id
        FROM salesreg.rep_rotation d JOIN public.sales_representatives r ON r.id = d.rep
        WHERE d.rep = n.rep AND k.rep IS NULL
          AND NOT EXISTS (SELECT 1 FROM salesreg.assignments a
                          WHERE a.prospect = p.id AND a.rep = n.rep AND a.reason = 'declined' OFFSET 0)
        FOR NO KEY UPDATE OF d SKIP LOCKED FOR KEY SHARE OF r SKIP LOCKED
    ) l
    ORDER BY n.place
    LIMIT 1
) f ON true
WHERE coalesce(k.rep, f.rep) IS NOT NULL AND p.id <> ALL ($2::varchar[])
ORDER BY x.since, x.prospect COLLATE "C"
LIMIT 1
FOR NO KEY UPDATE OF p SKIP LOCKED
-- name: allocation_apart_end
-- $1 and $2 as $3 and $4 of allocation_declined, $3 as its $6: where that slice ends (NULL: there is no more beyond it), and since
-- when the newest of all waits
SELECT (extract(epoch FROM e.since) * 1000000)::bigint, e.prospect,
       (SELECT (extract(epoch FROM n.since) * 1000000)::bigint FROM salesreg.declined_prospects n WHERE NOT n.exhausted
        ORDER BY n.since DESC, n.prospect COLLATE "C" DESC LIMIT 1)
FROM (SELECT 1) AS one
LEFT JOIN (SELECT y.since, y.prospect FROM salesreg.declined_prospects y
           WHERE NOT y.exhausted
             AND (y.since, y.prospect COLLATE "C") > (timestamptz 'epoch' + $1::bigint * interval '1 microsecond', $2::varchar COLLATE "C")
           ORDER BY y.since, y.prospect COLLATE "C" OFFSET $3::bigint - 1 LIMIT 1) e ON true
-- name: allocation_reassigned
-- $1 rep, $2 prospect
WITH turn AS (
    UPDATE salesreg.rep_rotation SET last_reassigned_turn = nextval('salesreg.rotation_seq')
    WHERE rep = $1::uuid
)
DELETE FROM salesreg.declined_prospects WHERE prospect = $2::varchar
-- name: allocation_exhausted
-- waiting prospects that every active, reachable rep declined and that are not known as such yet ($3 to $6 as those of
-- allocation_declined), or, $1 if there are admins, not to them; $2 at most
SELECT p.id, p.telegram_id, p.name, p.context, p.email
FROM (
    SELECT x.prospect, x.since, false AS exhausted FROM (
        (SELECT y.prospect, y.since FROM salesreg.declined_prospects y
         WHERE NOT y.exhausted
           AND (y.since, y.prospect COLLATE "C") > (timestamptz 'epoch' + $3::bigint * interval '1 microsecond', $4::varchar COLLATE "C")
         ORDER BY y.since, y.prospect COLLATE "C" LIMIT $6::bigint)
        UNION
        (SELECT y.prospect, y.since FROM salesreg.declined_prospects y
         WHERE NOT y.exhausted AND y.since > timestamptz 'epoch' + $5::bigint * interval '1 microsecond'
         ORDER BY y.since, y.prospect COLLATE "C" LIMIT $6::bigint)
    ) x
    UNION ALL
    (SELECT u.prospect, u.since, true FROM salesreg.declined_prospects u WHERE $1::boolean AND u.exhausted AND u.escalated_at IS NULL
     ORDER BY u.since LIMIT $2::integer)
) x
CROSS JOIN LATERAL ( -- a look-up a row, however small the table was when this was planned
    SELECT q.id, left(q.telegram_id, 255) AS telegram_id, left(q.name, 255) AS name, left(q.context, 500) AS context,
           left(q.email, 255) AS email, q.assigned_rep_id, left(q.status, 50) AS status
    FROM public.test_prospects q
    WHERE q.id = x.prospect OFFSET 0
) p
WHERE p.assigned_rep_id IS NULL AND p.status IN ('unreached', 'contacted', 'in_conversation')
  AND (x.exhausted
       -- up to the first who has not declined it
       OR NOT EXISTS (SELECT 1 FROM salesreg.rep_rotation d
                      WHERE d.available AND d.paused_until IS NULL
                        AND (SELECT r.status FROM public.sales_representatives r WHERE r.id = d.rep) = 'active'
                        AND NOT EXISTS (SELECT 1 FROM salesreg.assignments a
                                        WHERE a.prospect = p.id AND a.rep = d.rep AND a.reason = 'declined' OFFSET 0)))
ORDER BY x.since, p.id COLLATE "C"
LIMIT $2::integer
-- name: allocation_skipped_locked
-- $1 capacity, $2 left out: whether a prospect waits that nobody declined while a rep has room: somebody held the one or the other
SELECT EXISTS (SELECT 1 FROM salesreg.rep_rotation d
               JOIN public.sales_representatives r ON r.id = d.rep AND r.status = 'active'
               WHERE d.available AND d.paused_until IS NULL
                 AND (SELECT count(*) FROM (SELECT 1 FROM public.test_prospects h
                      WHERE h.assigned_rep_id = d.rep AND h.status IN ('unreached', 'contacted', 'in_conversation')
                      LIMIT coalesce(d.capacity, $1::bigint)) held) < coalesce(d.capacity, $1::bigint))
   AND EXISTS (SELECT 1 FROM public.test_prospects p
               WHERE p.assigned_rep_id IS NULL AND p.status IN ('unreached', 'contacted', 'in_conversation')
                 AND p.id <> ALL ($2::varchar[])
                 AND NOT EXISTS (SELECT 1 FROM salesreg.assignments a
                                 WHERE a.prospect = p.id AND a.reason = 'declined' OFFSET 0))
-- name: allocation_escalated
-- $1 prospects nobody takes, $2 whether there are admins, who are told of them
UPDATE salesreg.declined_prospects SET exhausted = true, escalated_at = CASE WHEN $2::boolean THEN now() END
WHERE prospect = ANY ($1::varchar[])
-- name: allocation_reconcile_assignments cold
-- $1 seconds of grace, $2 left out. What was changed by hand, first part: live assignments whose prospect has another rep now, or none,
-- or whose rep may not hold prospects (those are given back, also if another hand gave them to that rep): not at work, or given
-- up. What the old system assigned has no row here and is left alone. One row a prospect lost, rep by rep; then those that a trigger
-- of somebody's keeps with such a rep, with their id in the place of the name.
WITH expired AS (
    SELECT d.rep, d.unreachable_since, r.telegram_id FROM salesreg.rep_rotation d
    JOIN public.sales_representatives r ON r.id = d.rep
    WHERE NOT d.available AND d.unreachable_since IS NOT NULL AND salesreg.is_given_up(d.unreachable_since, $1::bigint)
), moved AS (
    UPDATE public.test_prospects p SET assigned_rep_id = NULL, updated_at = now()
    FROM (SELECT q.id, r.id AS rep, r.status
          FROM public.sales_representatives r
          LEFT JOIN salesreg.rep_rotation d ON d.rep = r.id
          JOIN public.test_prospects q ON q.assigned_rep_id = r.id
                                      AND q.status IN ('unreached', 'contacted', 'in_conversation')
          -- whatever status is none of ours means: not at work
          WHERE (r.status IS NULL OR r.status NOT IN ('active', 'pending')
                 OR (NOT d.available AND (d.unreachable_since IS NULL OR r.id IN (SELECT rep FROM expired))))
            AND q.id <> ALL ($2::varchar[])
            -- each by its own index
            AND (EXISTS (SELECT 1 FROM salesreg.assignments a WHERE a.prospect = q.id AND a.ended_at IS NULL OFFSET 0)
                 OR EXISTS (SELECT 1 FROM salesreg.assignments a WHERE a.prospect = q.id AND a.ended_at IS NOT NULL OFFSET 0))
          FOR NO KEY UPDATE OF q SKIP LOCKED) due -- what somebody holds waits for the next time
    WHERE p.id = due.id
    RETURNING p.id, due.rep, CASE WHEN due.status = 'removed' THEN 'unregistered'
                                  WHEN due.status IN ('active', 'pending') THEN 'unavailable' ELSE 'suspended' END AS reason,
              p.assigned_rep_id IS NULL AS is_free
), freed AS (
    SELECT id, rep, reason FROM moved WHERE is_free
), ended AS (
    UPDATE salesreg.assignments a
    SET ended_at = now(), reason = CASE WHEN f.rep = b.rep THEN f.reason ELSE 'changed' END
    FROM salesreg.assignments b LEFT JOIN public.test_prospects p ON p.id = b.prospect
    LEFT JOIN freed f ON f.id = b.prospect
    WHERE b.ended_at IS NULL AND b.id = a.id AND (f.id IS NOT NULL OR p.assigned_rep_id IS DISTINCT FROM b.rep)
    RETURNING a.id, a.prospect, a.rep, a.reason
), explained AS (
    INSERT INTO salesreg.prospect_events (prospect, rep, assignment, kind, detail)
    SELECT prospect, rep, id, 'returned', reason FROM ended
    UNION ALL
    SELECT f.id, f.rep, NULL, 'returned', f.reason FROM freed f
    WHERE NOT EXISTS (SELECT 1 FROM ended e WHERE e.prospect = f.id AND e.rep = f.rep)
), passed_on AS (
    UPDATE salesreg.rep_rotation d SET passed_on_since = coalesce(d.passed_on_since, now())
    WHERE d.rep IN (SELECT rep FROM ended WHERE reason = 'unavailable')
), unsent AS (
    DELETE FROM salesreg.outbox o
    USING (SELECT q.id FROM expired e JOIN salesreg.outbox q ON q.chat_id = e.telegram_id AND q.state = 'queued'
           FOR UPDATE OF q SKIP LOCKED) w
    WHERE o.id = w.id
    RETURNING o.id, o.chat_id, o.method, o.payload, o.priority, o.attempts, o.possible_duplicate, o.error, o.created_at
), kept AS (
    INSERT INTO salesreg.outbox_history (id, chat_id, method, payload, priority, state, attempts, possible_duplicate,
                                         error, created_at)
    SELECT id, chat_id, method,
           CASE WHEN payload::text LIKE ANY ('{%?start=%,%start_3D%,%start?s=%}') THEN salesreg.redacted(payload) ELSE payload END,
           priority, 'gone', attempts, possible_duplicate, error, created_at FROM unsent
)
SELECT l.id, l.reason, l.rep_name, l.telegram_id, l.locale, l.name, l.holder, l.deleted, l.matters
FROM (
SELECT r.id AS rep, e.id, e.reason, left(r.name, 255) AS rep_name, r.telegram_id, s.locale,
       coalesce(left(p.name, 255), left(c.name, 255)) AS name,
       CASE WHEN e.reason = 'changed' AND NOT EXISTS (SELECT 1 FROM freed f WHERE f.id = e.prospect)
            THEN left(h.name, 255) END AS holder,
       p.id IS NULL AS deleted,
       -- of what was done with already nobody is told
       coalesce(p.status IN ('unreached', 'contacted', 'in_conversation'), c.kind IS DISTINCT FROM 'closed') AS matters
FROM ended e JOIN public.sales_representatives r ON r.id = e.rep
LEFT JOIN salesreg.user_sessions s ON s.user_id = r.telegram_id
LEFT JOIN public.test_prospects p ON p.id = e.prospect
LEFT JOIN public.sales_representatives h ON h.id = p.assigned_rep_id
LEFT JOIN salesreg.prospect_changes c ON c.prospect = e.prospect AND p.id IS NULL
UNION ALL
SELECT NULL, NULL, 'kept', NULL, NULL, NULL, m.id, NULL, false, false FROM moved m WHERE NOT m.is_free
) l
ORDER BY l.rep NULLS LAST, l.id
-- name: allocation_expiry cold
-- $1 seconds of grace: microseconds until the next rep has been out of reach for so long (NULL: none is), and for how many
-- it has passed and nothing is moved
SELECT ((extract(epoch FROM min(d.unreachable_since) FILTER (WHERE d.unreachable_since > now() - $1::bigint * interval '1 second')
                            - now()) + $1::bigint) * 1000000)::bigint,
       count(*) FILTER (WHERE d.unreachable_since <= now() - $1::bigint * interval '1 second'
                          AND EXISTS (SELECT 1 FROM salesreg.assignments a JOIN public.test_prospects p ON p.id = a.prospect
                                      WHERE p.assigned_rep_id = d.rep AND a.rep = d.rep AND a.ended_at IS NULL
                                        AND p.status IN ('unreached', 'contacted', 'in_conversation')))
FROM salesreg.rep_rotation d WHERE NOT d.available AND d.unreachable_since IS NOT NULL
-- name: allocation_returned cold
-- reps who can be reached again after their prospects went on, with each of those and who has it now
WITH back AS (
    UPDATE salesreg.rep_rotation d SET passed_on_since = NULL
    FROM (SELECT rep, passed_on_since FROM salesreg.rep_rotation WHERE available AND passed_on_since IS NOT NULL
          FOR NO KEY UPDATE SKIP LOCKED) f
    WHERE d.rep = f.rep
    RETURNING d.rep, f.passed_on_since
)
SELECT r.telegram_id, s.locale, left(p.name, 255), left(h.name, 255)
FROM back b JOIN public.sales_representatives r ON r.id = b.rep AND r.status = 'active'
LEFT JOIN salesreg.user_sessions s ON s.user_id = r.telegram_id
JOIN salesreg.assignments a ON a.rep = b.rep AND a.reason = 'unavailable' AND a.ended_at >= b.passed_on_since
JOIN public.test_prospects p ON p.id = a.prospect AND p.assigned_rep_id IS DISTINCT FROM b.rep
LEFT JOIN public.sales_representatives h ON h.id = p.assigned_rep_id
ORDER BY r.telegram_id, a.id
-- name: allocation_by_hand cold
-- second part, $1 at most: open prospects that were assigned once, or that a manager gave away, and that somebody has given to a rep by
-- hand get their assignment, so that this rep hears of them and has buttons
WITH given AS MATERIALIZED (
    SELECT p.id, left(p.telegram_id, 255) AS telegram_id, left(p.name, 255) AS name, left(p.context, 2000) AS context,
           left(p.notes, 2000) AS notes, left(p.email, 255) AS email, p.created_at, p.assigned_rep_id AS rep,
           r.telegram_id AS rep_telegram_id, s.locale
    FROM (SELECT q.id FROM public.test_prospects q
          WHERE q.status IN ('unreached', 'contacted', 'in_conversation') AND q.assigned_rep_id IS NOT NULL
            AND NOT EXISTS (SELECT 1 FROM salesreg.assignments a WHERE a.prospect = q.id AND a.ended_at IS NULL)
            AND EXISTS (SELECT 1 FROM salesreg.assignments a WHERE a.prospect = q.id AND a.ended_at IS NOT NULL)
          UNION
          -- few: by their own index
          SELECT e.prospect FROM salesreg.prospect_events e WHERE e.kind = 'given') i
    JOIN public.test_prospects p ON p.id = i.id
    JOIN public.sales_representatives r ON r.id = p.assigned_rep_id AND r.status = 'active'
    LEFT JOIN salesreg.user_sessions s ON s.user_id = r.telegram_id
    WHERE p.status IN ('unreached', 'contacted', 'in_conversation')
      AND NOT EXISTS (SELECT 1 FROM salesreg.assignments a WHERE a.prospect = p.id AND a.ended_at IS NULL)
    ORDER BY p.assigned_rep_id, p.created_at, p.id
    LIMIT $1::integer
), numbered AS MATERIALIZED (
    SELECT nextval('salesreg.assignments_id_seq') AS assignment, g.* FROM given g
), made AS (
    INSERT INTO salesreg.assignments (id, prospect, rep) SELECT assignment, id, rep FROM numbered
), explained AS (
    INSERT INTO salesreg.prospect_events (prospect, rep, assignment, kind, detail)
    SELECT id, rep, assignment, 'assigned', 'by hand' FROM numbered
)
SELECT n.id, n.telegram_id, n.name, n.context, n.notes, n.email, n.assignment, NULL,
       (SELECT string_agg(DISTINCT a.rep::text || CASE WHEN EXISTS (
                    SELECT 1 FROM salesreg.prospect_events e
                    WHERE e.prospect = a.prospect AND e.assignment = a.id AND e.kind = 'contacted') THEN '+' ELSE '' END, ' ')
        FROM salesreg.assignments a
        WHERE a.prospect = n.id AND a.ended_at IS NOT NULL),
       -- whose bot a link can lead to: of whom the bot has met, none is needed
       CASE WHEN NOT EXISTS (SELECT 1 FROM salesreg.conversations v WHERE v.prospect = n.id AND v.telegram_id IS NOT NULL OFFSET 0)
            THEN (SELECT b.username FROM salesreg.bot_state b LIMIT 1) END,
       -- the last of what they wrote to the bot
       (SELECT string_agg(y.said, E'\n' ORDER BY y.id)
        FROM (SELECT e.id, left(e.detail, 1000) AS said FROM salesreg.prospect_events e
              WHERE e.prospect = n.id AND e.kind = 'said' ORDER BY e.id DESC LIMIT 5) y),
       -- what they answered to the bot's questions
       CASE WHEN EXISTS (SELECT 1 FROM salesreg.qualifications t WHERE t.prospect = n.id OFFSET 0)
            THEN salesreg.answers_given(n.id) END,
       EXISTS (SELECT 1 FROM salesreg.conversations v WHERE v.prospect = n.id AND v.owner = 'nobody' OFFSET 0),
       EXISTS (SELECT 1 FROM salesreg.conversations v WHERE v.prospect = n.id AND v.source = 'own' OFFSET 0),
       n.rep, n.rep_telegram_id, n.locale,
       (SELECT left(q.name, 255)
        FROM salesreg.prospect_identities i
        JOIN salesreg.prospect_identities j ON j.kind = i.kind AND j.value = i.value AND j.kind <> 'none'
                                           AND j.prospect <> i.prospect
        JOIN public.test_prospects q ON q.id = j.prospect AND q.assigned_rep_id = n.rep
                                    AND q.status IN ('unreached', 'contacted', 'in_conversation')
        WHERE i.prospect = n.id AND NOT salesreg.is_nobodys(i.kind, i.value)
        ORDER BY q.created_at, q.id COLLATE "C" LIMIT 1)
FROM numbered n
ORDER BY n.rep, n.created_at, n.id
-- name: allocation_changed
-- $1 at most: prospects that another hand changed or closed and who has them, and whether they said that they contacted
-- them; what found nobody any more is forgotten with it. One that was deleted and put in again with its rep, as a table is
-- loaded anew, counts as changed if a rep is shown something else of it now. Whose prospect was closed has nothing more to do: the assignment ends
-- here, as it does where the rep says so (assignments_close), and the history has it, unless a manager's command or button wrote it there.
WITH due AS (
    SELECT c.prospect, c.kind FROM salesreg.prospect_changes c ORDER BY c.prospect LIMIT $1::integer FOR UPDATE SKIP LOCKED
), taken AS (
    DELETE FROM salesreg.prospect_changes c USING due
    WHERE c.prospect = due.prospect
      -- one that was deleted since the step before: the next time ends its assignment
      AND (due.kind <> 'deleted'
           OR NOT EXISTS (SELECT 1 FROM salesreg.assignments a
                          WHERE a.prospect = c.prospect AND a.ended_at IS NULL
                            AND NOT EXISTS (SELECT 1 FROM public.test_prospects q
                                            WHERE q.id = a.prospect AND q.assigned_rep_id = a.rep)))
    RETURNING c.prospect, c.kind, c.name IS NOT NULL AS was_deleted, c.was
), ended AS (
    UPDATE salesreg.assignments a
    SET ended_at = now(), reason = CASE WHEN p.status = 'converted' THEN 'converted' WHEN p.status = 'archived' THEN 'archived' ELSE 'closed' END
    FROM taken t JOIN public.test_prospects p ON p.id = t.prospect
    WHERE a.prospect = t.prospect AND a.ended_at IS NULL AND a.rep = p.assigned_rep_id
      AND (p.status IS NULL OR p.status NOT IN ('unreached', 'contacted', 'in_conversation'))
    RETURNING a.id, a.prospect, a.rep, a.reason, a.started_at
), explained AS (
    INSERT INTO salesreg.prospect_events (prospect, rep, assignment, kind)
    SELECT e.prospect, e.rep, e.id, e.reason FROM ended e
    WHERE e.reason <> 'closed'
      AND NOT EXISTS (SELECT 1 FROM salesreg.prospect_events v
                      WHERE v.prospect = e.prospect AND v.kind = e.reason AND v.at >= e.started_at OFFSET 0)
)
SELECT p.id, left(p.telegram_id, 255), left(p.name, 255), left(p.context, 2000), left(p.notes, 2000), left(p.email, 255),
       a.id, NULL, NULL,
       -- whose bot a link can lead to: of whom the bot has met, none is needed
       CASE WHEN NOT EXISTS (SELECT 1 FROM salesreg.conversations v WHERE v.prospect = p.id AND v.telegram_id IS NOT NULL OFFSET 0)
            THEN (SELECT b.username FROM salesreg.bot_state b LIMIT 1) END,
       -- the last of what they wrote to the bot
       (SELECT string_agg(y.said, E'\n' ORDER BY y.id)
        FROM (SELECT e.id, left(e.detail, 1000) AS said FROM salesreg.prospect_events e
              WHERE e.prospect = p.id AND e.kind = 'said' ORDER BY e.id DESC LIMIT 5) y),
       -- what they answered to the bot's questions
       CASE WHEN EXISTS (SELECT 1 FROM salesreg.qualifications t WHERE t.prospect = p.id OFFSET 0)
            THEN salesreg.answers_given(p.id) END,
       EXISTS (SELECT 1 FROM salesreg.conversations v WHERE v.prospect = p.id AND v.owner = 'nobody' OFFSET 0),
       EXISTS (SELECT 1 FROM salesreg.conversations v WHERE v.prospect = p.id AND v.source = 'own' OFFSET 0),
       r.id, r.telegram_id, s.locale, NULL, o.closed,
       EXISTS (SELECT 1 FROM salesreg.prospect_events e
               WHERE e.prospect = p.id AND e.assignment = a.id AND e.kind = 'contacted')
FROM taken t
JOIN salesreg.assignments a ON a.prospect = t.prospect AND a.ended_at IS NULL AND a.started_at < now()
JOIN public.test_prospects p ON p.id = t.prospect AND p.assigned_rep_id = a.rep
CROSS JOIN LATERAL (SELECT p.status IS NULL OR p.status NOT IN ('unreached', 'contacted', 'in_conversation') AS closed) o
JOIN public.sales_representatives r ON r.id = a.rep AND r.status = 'active'
LEFT JOIN salesreg.user_sessions s ON s.user_id = r.telegram_id
WHERE CASE t.kind WHEN 'changed' THEN NOT o.closed WHEN 'closed' THEN o.closed AND NOT t.was_deleted
                  ELSE o.closed OR t.was IS DISTINCT FROM pg_catalog.hashtextextended(
                      ROW (p.telegram_id, p.name, p.email, p.context, p.notes)::text, 0) END
ORDER BY r.id, o.closed, a.id
-- name: allocation_cards
-- $1 assignments whose buttons go, $2 in which chats (0: their rep's; one that is the rep's again keeps them): the messages that carry them, and the buttons' data that stay there, those of their
-- rep's other open prospects. A message that the history holds no more is left as it is: its buttons answer that they are
-- stale. Each message is read once, however many buttons it has; "= true" makes a hash of what is looked for, as a join planned
-- for few need not.
WITH gone AS MATERIALIZED (
    SELECT DISTINCT a.id, CASE w.chat_id WHEN 0 THEN r.telegram_id ELSE w.chat_id END AS chat_id, w.chat_id AS given,
           a.started_at, a.shown_at
    FROM unnest($1::bigint[], $2::bigint[]) AS w (id, chat_id)
    JOIN salesreg.assignments a ON a.id = w.id
    JOIN public.sales_representatives r ON r.id = a.rep AND r.telegram_id <> w.chat_id
), shown AS MATERIALIZED (
    SELECT DISTINCT g.chat_id, t.at
    FROM gone g
    CROSS JOIN LATERAL (VALUES (g.started_at), (g.shown_at)) t (at)
    WHERE t.at < now()
), sent AS MATERIALIZED (
    SELECT k.chat_id, k.message_id, k.payload
    FROM shown m
    CROSS JOIN LATERAL (
        SELECT h.chat_id, h.message_id, h.payload::text AS payload FROM salesreg.outbox_history h
        WHERE h.chat_id = m.chat_id AND h.priority = 1 AND h.created_at = m.at
          AND h.method = 'sendMessage' AND h.message_id IS NOT NULL OFFSET 0) k
), buttons AS MATERIALIZED (
    SELECT s.chat_id, s.message_id, m[1]::bigint AS assignment
    FROM sent s CROSS JOIN LATERAL regexp_matches(s.payload, '"a:([0-9]{1,18}):[di]"', 'g') m
), found AS MATERIALIZED (
    SELECT DISTINCT b.chat_id, b.message_id FROM buttons b
    WHERE ((b.assignment, b.chat_id) IN (SELECT id, chat_id FROM gone)) = true
), stays AS MATERIALIZED (
    SELECT b.chat_id, b.message_id,
           string_agg(' a:' || e.id || ':d  a:' || e.id || ':i  a:' || e.id || ':f ' || CASE WHEN EXISTS (
                   SELECT 1 FROM salesreg.prospect_events v
                   WHERE v.prospect = e.prospect AND v.assignment = e.id AND v.kind = 'contacted')
                   THEN '' ELSE ' a:' || e.id || ':c ' END, '') AS data
    FROM buttons b
    JOIN salesreg.assignments e ON e.id = b.assignment AND e.ended_at IS NULL
    JOIN public.test_prospects q ON q.id = e.prospect AND q.assigned_rep_id = e.rep
                                AND q.status IN ('unreached', 'contacted', 'in_conversation')
    JOIN public.sales_representatives w ON w.id = e.rep AND w.telegram_id = b.chat_id
    WHERE ((b.assignment, b.chat_id) IN (SELECT id, chat_id FROM gone)) = false
      AND ((b.chat_id, b.message_id) IN (SELECT chat_id, message_id FROM found)) = true
    GROUP BY b.chat_id, b.message_id
)
SELECT DISTINCT ON (s.chat_id, s.message_id) s.chat_id, s.message_id, s.payload, t.data
FROM sent s LEFT JOIN stays t ON t.chat_id = s.chat_id AND t.message_id = s.message_id
WHERE ((s.chat_id, s.message_id) IN (SELECT chat_id, message_id FROM found)) = true
ORDER BY s.chat_id, s.message_id
-- name: allocation_cards_unsent
-- $1 assignments, $2 chats, as above: the messages with their buttons that are not sent yet, one row an assignment in each. Without
-- the payload: it is being sent, or somebody holds it, and is to be looked at again.
WITH gone AS MATERIALIZED (
    SELECT DISTINCT a.id, CASE w.chat_id WHEN 0 THEN r.telegram_id ELSE w.chat_id END AS chat_id, w.chat_id AS given,
           a.started_at, a.shown_at
    FROM unnest($1::bigint[], $2::bigint[]) AS w (id, chat_id)
    JOIN salesreg.assignments a ON a.id = w.id
    JOIN public.sales_representatives r ON r.id = a.rep AND r.telegram_id <> w.chat_id
), shown AS MATERIALIZED (
    SELECT DISTINCT g.chat_id, t.at
    FROM gone g
    CROSS JOIN LATERAL (VALUES (g.started_at), (g.shown_at)) t (at)
    WHERE t.at < now()
), unsent AS MATERIALIZED (
    SELECT k.id, c.chat_id, k.payload::text AS payload
    FROM (SELECT DISTINCT chat_id FROM shown) c
    CROSS JOIN LATERAL (
        SELECT q.id, q.payload, q.created_at, q.priority FROM salesreg.outbox q
        WHERE q.chat_id = c.chat_id AND q.state IN ('queued', 'sending') AND q.method = 'sendMessage'
        UNION ALL
        SELECT q.id, q.payload, q.created_at, q.priority FROM salesreg.outbox q
        WHERE q.state = 'failed' AND q.chat_id = c.chat_id AND q.method = 'sendMessage'
        UNION ALL
        SELECT q.id, q.payload, q.created_at, q.priority FROM salesreg.outbox q
        WHERE q.state = 'held' AND q.chat_id = c.chat_id AND q.method = 'sendMessage') k
    -- a card may go with a reply (outbox_promote)
    WHERE k.created_at < now()
      AND (k.priority = 1 OR ((c.chat_id, k.created_at) IN (SELECT chat_id, at FROM shown)) = true)
), buttons AS MATERIALIZED (
    SELECT u.id, u.chat_id, m[1]::bigint AS assignment
    FROM unsent u CROSS JOIN LATERAL regexp_matches(u.payload, '"a:([0-9]{1,18}):[di]"', 'g') m
), found AS MATERIALIZED (
    SELECT DISTINCT b.id, b.assignment, b.chat_id FROM buttons b
    WHERE ((b.assignment, b.chat_id) IN (SELECT id, chat_id FROM gone)) = true
), ours AS MATERIALIZED (
    SELECT q.id, q.payload::text AS payload FROM salesreg.outbox q
    WHERE q.id = ANY (ARRAY(SELECT id FROM found)) AND q.state <> 'sending'
    ORDER BY q.id FOR NO KEY UPDATE SKIP LOCKED
), stays AS MATERIALIZED (
    SELECT b.id,
           string_agg(' a:' || e.id || ':d  a:' || e.id || ':i  a:' || e.id || ':f ' || CASE WHEN EXISTS (
                   SELECT 1 FROM salesreg.prospect_events v
                   WHERE v.prospect = e.prospect AND v.assignment = e.id AND v.kind = 'contacted')
                   THEN '' ELSE ' a:' || e.id || ':c ' END, '') AS data
    FROM buttons b
    JOIN salesreg.assignments e ON e.id = b.assignment AND e.ended_at IS NULL
    JOIN public.test_prospects q ON q.id = e.prospect AND q.assigned_rep_id = e.rep
                                AND q.status IN ('unreached', 'contacted', 'in_conversation')
    JOIN public.sales_representatives w ON w.id = e.rep AND w.telegram_id = b.chat_id
    WHERE ((b.assignment, b.chat_id) IN (SELECT id, chat_id FROM gone)) = false AND (b.id IN (SELECT id FROM found)) = true
    GROUP BY b.id
)
SELECT f.id, f.assignment, o.payload, t.data,
       CASE WHEN o.payload IS NULL
            THEN (SELECT max(g.given) FROM gone g WHERE g.id = f.assignment AND g.chat_id = f.chat_id) END
FROM found f LEFT JOIN ours o ON o.id = f.id LEFT JOIN stays t ON t.id = f.id
ORDER BY f.id, f.assignment
-- name: allocation_cards_rewrite
-- $1 messages that are not sent yet, $2 what is to be sent instead
UPDATE salesreg.outbox o SET payload = f.payload::json
FROM unnest($1::bigint[], $2::text[]) AS f (id, payload) WHERE o.id = f.id
-- name: allocation_cards_due
-- $1 at most: assignments whose buttons still are where they were, and in which chat that is (0: the rep's)
DELETE FROM salesreg.stale_cards c
USING (SELECT s.assignment, s.chat_id FROM salesreg.stale_cards s ORDER BY s.assignment, s.chat_id LIMIT $1::integer
       FOR UPDATE SKIP LOCKED) due
WHERE c.assignment = due.assignment AND c.chat_id = due.chat_id
RETURNING c.assignment, c.chat_id
-- name: allocation_cards_later
-- $1 assignments, $2 chats: their buttons could not be taken away this time
INSERT INTO salesreg.stale_cards (assignment, chat_id) SELECT * FROM unnest($1::bigint[], $2::bigint[]) ON CONFLICT DO NOTHING
-- name: allocation_shown
-- $1 assignments: their cards are made anew in this transaction
UPDATE salesreg.assignments SET shown_at = now() WHERE id = ANY ($1::bigint[])
-- name: allocation_reconcile_apart cold
-- third part: declined prospects that lost their rep some other way go apart, those that have one (or are done with)
-- leave
WITH apart AS (
    INSERT INTO salesreg.declined_prospects (prospect)
    SELECT DISTINCT p.id FROM salesreg.assignments a
    JOIN public.test_prospects p ON p.id = a.prospect AND p.assigned_rep_id IS NULL
                                AND p.status IN ('unreached', 'contacted', 'in_conversation')
    WHERE a.reason = 'declined'
    ON CONFLICT DO NOTHING
)
DELETE FROM salesreg.declined_prospects x USING public.test_prospects p
WHERE p.id = x.prospect
  AND (p.assigned_rep_id IS NOT NULL OR p.status NOT IN ('unreached', 'contacted', 'in_conversation'))
-- name: allocation_pauses_end cold
-- fourth part: pauses whose time is over
WITH ended AS (
    UPDATE salesreg.rep_rotation d SET paused_until = NULL
    FROM (SELECT e.rep FROM salesreg.rep_rotation e WHERE e.paused_until <= now() FOR NO KEY UPDATE SKIP LOCKED) over_
    WHERE d.rep = over_.rep
    RETURNING 1
)
SELECT pg_catalog.pg_notify('salesreg_reps', '') FROM (SELECT 1 FROM ended LIMIT 1) AS any_ended
-- name: allocation_new_reps cold
-- fifth part: reps that came in past the triggers
INSERT INTO salesreg.rep_rotation (rep)
SELECT r.id FROM public.sales_representatives r
WHERE NOT EXISTS (SELECT 1 FROM salesreg.rep_rotation d WHERE d.rep = r.id)
ORDER BY r.registered_at NULLS LAST, r.id
-- name: outbox_queue
-- $1 chats, $2 methods, $3 payloads, $4 priority of all, $5 about whom each is (outbox.relay), or NULL
INSERT INTO salesreg.outbox (chat_id, method, payload, priority, relay)
SELECT chat_id, method, payload::json, $4::smallint, relay::json
FROM unnest($1::bigint[], $2::text[], $3::text[], $5::text[]) WITH ORDINALITY AS f (chat_id, method, payload, relay, place)
ORDER BY place
