-- name: prospects_found
-- $1 places, which come back, and whom each looks for: $2 words of a person's, maybe an id; $3 a Telegram account (0: none), $4 and $5 kind and normal
-- form of a contact, $6 that of an e-mail address ('': none); $7 the words as a pattern of LIKE, $8 whether each may be the beginning of
-- one; $9 who looks, $10 only if they are asked by this phase's name (NULL: in any case); $11 how many are passed over, $12 how many each at
-- most. By id; else by contact; else by the words of a name, of the newest five hundred by any part of it. Of these the contact counts as
-- it stands there, too: outreach may not have looked at it yet. The newest first; of a contact, and of words, two hundred and one are looked at
SELECT k.place, hashtextextended(p.id::text, 0), p.id, left(p.name, 255), left(p.telegram_id, 255), left(p.email, 255), left(p.status, 50),
       left(r.name, 255), c.source, left(c.campaign, 255), coalesce(c.owner, 'bot'),
       CASE WHEN isfinite(p.created_at::timestamptz) THEN (extract(epoch FROM p.created_at::timestamptz) * 1000000)::bigint ELSE 0 END,
       CASE WHEN isfinite(p.last_contact_at::timestamptz) THEN (extract(epoch FROM p.last_contact_at::timestamptz) * 1000000)::bigint ELSE 0 END
FROM (SELECT g.place, p.id, row_number() OVER (PARTITION BY g.place ORDER BY p.created_at DESC NULLS LAST, p.id COLLATE "C") - g.passed AS n
      FROM unnest($1::bigint[], $2::text[], $3::bigint[], $4::text[], $5::text[], $6::text[], $7::text[], $8::boolean[], $9::bigint[], $10::text[],
                  $11::bigint[]) AS u (place, words, account, kind, value, email, pattern, begins, asker, phase, passed)
      CROSS JOIN LATERAL (SELECT u.* WHERE u.phase IS NULL OR EXISTS (SELECT 1 FROM salesreg.user_sessions s
                                                                      WHERE s.user_id = u.asker AND s.phase = u.phase OFFSET 0) OFFSET 0) g
      CROSS JOIN LATERAL (
          SELECT b.id, b.rank, min(b.rank) OVER () AS best
          FROM (SELECT a.id, min(a.rank) AS rank
                FROM ((SELECT q.id, 1 AS rank FROM public.test_prospects q WHERE q.id = g.words::varchar)
                      UNION ALL
                      (SELECT v.prospect, 2 FROM salesreg.conversations v WHERE v.telegram_id = nullif(g.account, 0))
                      UNION ALL
                      (SELECT i.prospect, 2 FROM salesreg.prospect_identities i
                       WHERE i.kind = g.kind AND i.value = g.value AND i.kind <> 'none' LIMIT 201)
                      UNION ALL
                      (SELECT i.prospect, 2 FROM salesreg.prospect_identities i
                       WHERE i.kind = 'email' AND i.value = nullif(g.email, '') AND i.kind <> 'none' LIMIT 201)
                      UNION ALL
                      (SELECT d.prospect, 2 FROM salesreg.prospect_details d
                       WHERE g.kind = 'phone' AND d.phone = g.value AND d.phone IS NOT NULL LIMIT 201)
                      UNION ALL
                      (SELECT n.id, CASE WHEN n.same THEN 2 ELSE 3 END
                       FROM (SELECT q.id, left(q.name, 255) AS name, lower(ltrim(left(q.telegram_id, 255), '@')) = lower(ltrim(g.words, '@'))
                                                                   OR lower(btrim(left(q.email, 255))) = lower(g.words)
                                                                   OR (g.kind = 'phone' AND translate(left(q.telegram_id, 255), '+ -().', '') = ltrim(g.value, '+')) AS same
                             FROM public.test_prospects q ORDER BY q.created_at DESC, q.id COLLATE "C" DESC LIMIT 500) n
                       WHERE n.same OR n.name ILIKE g.pattern)
                      UNION ALL
                      (SELECT n.id, 3 FROM salesreg.prospects_named(g.words, g.begins, 201) AS n (id))) a
                GROUP BY a.id) b) f
      JOIN public.test_prospects p ON p.id = f.id AND f.rank = f.best) k
JOIN public.test_prospects p ON p.id = k.id AND k.n BETWEEN 1 AND $12::integer
LEFT JOIN public.sales_representatives r ON r.id = p.assigned_rep_id
LEFT JOIN salesreg.conversations c ON c.prospect = p.id
ORDER BY k.place, k.n
-- name: managed_hold
-- $1 hashes of ids: these prospects, until the transaction ends; under the assignment lock
SELECT q.id FROM public.test_prospects q WHERE hashtextextended(q.id::text, 0) = ANY ($1::bigint[]) ORDER BY q.id FOR NO KEY UPDATE
-- name: managed_reps cold
-- $1 places, which come back, $2 how many are passed over, $3 how many each: active reps with what they have, whose turn is next first
SELECT u.place, r.telegram_id, r.id, r.name,
       (SELECT count(*) FROM public.test_prospects p
        WHERE p.assigned_rep_id = r.id AND p.status IN ('unreached', 'contacted', 'in_conversation')),
       coalesce(r.capacity, 0), r.paused, NOT r.available
FROM unnest($1::bigint[], $2::bigint[]) AS u (place, passed)
CROSS JOIN LATERAL (
    SELECT w.id, w.telegram_id, left(w.name, 255) AS name, d.capacity, d.paused_until IS NOT NULL AS paused, coalesce(d.available, true) AS available,
           row_number() OVER (ORDER BY d.last_assigned_turn NULLS LAST, w.id) AS n
    FROM public.sales_representatives w LEFT JOIN salesreg.rep_rotation d ON d.rep = w.id
    WHERE w.status = 'active'
    ORDER BY d.last_assigned_turn NULLS LAST, w.id LIMIT $3::bigint OFFSET u.passed) r
ORDER BY u.place, r.n
-- name: managed_card
-- $1 places, which come back, and whose card each wants: $2 the hash of an id (NULL: none); else $3 an admin, of whose draft it is if they are asked by $4 this
-- phase's name. $5 of its history what is older than this (0: the newest), $6 how much each, $7 how long a text each, $8 the company's zone. The
-- last three: days since they came; who changed something as a manager last, as salesreg.audit has them, and when
SELECT u.place, hashtextextended(p.id::text, 0), p.id, p.name, p.telegram_id, p.email, p.context, p.notes, p.status, p.assigned_rep_id,
       r.name, r.status, r.telegram_id, a.id, coalesce(c.owner, 'bot'), c.reach, c.telegram_id,
       EXISTS (SELECT 1 FROM salesreg.opt_outs o WHERE o.telegram_id = c.telegram_id OFFSET 0), c.blocked_at IS NOT NULL, c.source,
       left(c.campaign, 255), (SELECT d.phone FROM salesreg.prospect_details d WHERE d.prospect = p.id OFFSET 0),
       to_char(p.came_at AT TIME ZONE z.zone, 'DD.MM.YYYY HH24:MI'), to_char(p.contact_at AT TIME ZONE z.zone, 'DD.MM.YYYY HH24:MI'),
       CASE WHEN EXISTS (SELECT 1 FROM salesreg.qualifications t WHERE t.prospect = p.id OFFSET 0)
            THEN salesreg.answers_given(p.id) END,
       (SELECT json_agg(json_build_array(e.id, to_char(e.at AT TIME ZONE z.zone, 'DD.MM.YYYY HH24:MI'), e.kind, left(e.detail, $7::integer),
                                         (SELECT left(w.name, 255) FROM public.sales_representatives w WHERE w.id = e.rep OFFSET 0),
                                         -- a manager's deed and its row are of one transaction
                                         (SELECT left(coalesce(x.called, x.who), 255) FROM salesreg.audit x
                                          WHERE x.prospect = p.id AND x.prospect IS NOT NULL AND x.at = e.at ORDER BY x.id LIMIT 1))
                        ORDER BY e.id DESC)::text
        FROM (SELECT h.* FROM salesreg.prospect_events h
              WHERE h.prospect = p.id AND h.id < CASE u.before WHEN 0 THEN 9223372036854775807 ELSE u.before END
              ORDER BY h.id DESC LIMIT u.events) e),
       extract(day FROM now() - p.came_at)::bigint,
       coalesce((SELECT left(w.name, 255) FROM public.sales_representatives w
                 WHERE m.actor = 'admin' AND w.telegram_id = CASE WHEN m.who ~ '^[0-9]{1,18}$' THEN m.who::bigint END LIMIT 1), m.called, m.who),
       to_char(m.at AT TIME ZONE z.zone, 'DD.MM.YYYY HH24:MI')
FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::text[], $5::bigint[], $6::bigint[]) AS u (place, hash, asker, phase, before, events)
CROSS JOIN LATERAL (
    (SELECT q.id FROM public.test_prospects q WHERE hashtextextended(q.id::text, 0) = u.hash ORDER BY q.id LIMIT 1)
    UNION ALL
    (SELECT (s.draft ->> 'client')::varchar FROM salesreg.user_sessions s WHERE u.hash IS NULL AND s.user_id = u.asker AND s.phase = u.phase)) k
CROSS JOIN LATERAL (SELECT q.id, left(q.name, 255) AS name, left(q.telegram_id, 255) AS telegram_id, left(q.email, 255) AS email,
                           left(q.context, 2000) AS context, left(q.notes, 2000) AS notes, left(q.status, 50) AS status, q.assigned_rep_id,
                           CASE WHEN isfinite(q.created_at::timestamptz) THEN q.created_at::timestamptz END AS came_at,
                           CASE WHEN isfinite(q.last_contact_at::timestamptz) THEN q.last_contact_at::timestamptz END AS contact_at
                    FROM public.test_prospects q WHERE q.id = k.id OFFSET 0) p
CROSS JOIN LATERAL (SELECT coalesce(salesreg.zone_or_null($8::text), 'UTC') AS zone OFFSET 0) z
LEFT JOIN LATERAL (SELECT left(w.name, 255) AS name, left(w.status, 50) AS status, w.telegram_id
                   FROM public.sales_representatives w WHERE w.id = p.assigned_rep_id OFFSET 0) r ON true
LEFT JOIN LATERAL (SELECT n.id FROM salesreg.assignments n
                   WHERE n.prospect = p.id AND n.ended_at IS NULL AND n.rep = p.assigned_rep_id OFFSET 0) a ON true
LEFT JOIN LATERAL (SELECT v.* FROM salesreg.conversations v WHERE v.prospect = p.id OFFSET 0) c ON true
LEFT JOIN LATERAL (SELECT x.actor, left(x.who, 255) AS who, left(x.called, 255) AS called, x.at FROM salesreg.audit x
                   WHERE x.prospect = p.id AND x.prospect IS NOT NULL ORDER BY x.id DESC LIMIT 1) m ON true
-- name: managed_waits
-- $1 how many are looked at of those whom nobody has, and of those whom reps have; $2 the company's zone: for each list of salesreg.waiting_now() how many, how many for too
-- long, since when the first waits; then failed messages, reps out of reach with the
-- names of some, and whether reps have more than were looked at
SELECT coalesce(w.list, ''), count(w.prospect), count(*) FILTER (WHERE w.late),
       to_char(nullif(min(w.since), '-infinity') AT TIME ZONE z.zone, 'DD.MM.YYYY HH24:MI'),
       (SELECT count(*) FROM (SELECT 1 FROM salesreg.outbox o WHERE o.state = 'failed' LIMIT $1::bigint) f),
       (SELECT count(*) FROM (SELECT 1 FROM salesreg.rep_rotation d WHERE d.unreachable_since IS NOT NULL LIMIT $1::bigint) r),
       (SELECT string_agg(n.name, ', ') FROM (SELECT left(r.name, 60) AS name FROM salesreg.rep_rotation d JOIN public.sales_representatives r ON r.id = d.rep
                                              WHERE d.unreachable_since IS NOT NULL ORDER BY d.unreachable_since LIMIT 5) n),
       (SELECT count(*) = $1::bigint FROM (SELECT 1 FROM public.test_prospects q
                                           WHERE q.assigned_rep_id IS NOT NULL AND q.status IN ('unreached', 'contacted', 'in_conversation') LIMIT $1::bigint) l)
FROM (SELECT coalesce(salesreg.zone_or_null($2::text), 'UTC') AS zone OFFSET 0) z
LEFT JOIN LATERAL (SELECT * FROM salesreg.waiting_now($1::bigint) OFFSET 0) w ON true
GROUP BY w.list, z.zone
-- name: managed_waiting
-- $1 places, which come back, $2 lists of salesreg.waiting_now(), $3 how many are passed over, $4 how many each, $5 how many are looked at, $6 the company's zone
SELECT u.place, hashtextextended(p.id::text, 0), p.name, p.status, p.rep, to_char(nullif(w.since, '-infinity') AT TIME ZONE z.zone, 'DD.MM.YYYY HH24:MI')
FROM unnest($1::bigint[], $2::text[], $3::bigint[]) AS u (place, list, passed)
CROSS JOIN (SELECT coalesce(salesreg.zone_or_null($6::text), 'UTC') AS zone OFFSET 0) z
CROSS JOIN LATERAL (SELECT n.prospect, n.since FROM salesreg.waiting_now($5::bigint) n WHERE n.list = u.list
                    ORDER BY n.since, n.prospect COLLATE "C" LIMIT $4::bigint OFFSET u.passed) w
CROSS JOIN LATERAL (SELECT q.id, left(q.name, 255) AS name, left(q.status, 50) AS status,
                           (SELECT left(r.name, 255) FROM public.sales_representatives r WHERE r.id = q.assigned_rep_id OFFSET 0) AS rep
                    FROM public.test_prospects q WHERE q.id = w.prospect OFFSET 0) p
ORDER BY u.place, w.since, w.prospect COLLATE "C"
