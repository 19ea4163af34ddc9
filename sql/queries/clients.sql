-- name: clients_page
-- $1 places, which come back, $2 Telegram ids of reps, $3 and $4 where each goes on (NULL: at the beginning), $5 whether newer ones are
-- meant, $6 how many each, $7 the company's zone, $8 only for who is asked something by this phase's name (NULL: for anybody), $9 whether what they answered is searched, too: open prospects of each, from the newest on, or those that are newer, the next one first.
-- Where a prospect stands is when it was made, in microseconds since 1970, and a hash of its id: both fit a button. The largest
-- numbers stand for what is no number: infinity; -infinity, and below it no time at all. When the rep wanted to come back to it
SELECT u.place, r.telegram_id, p.at, p.hash, a.id, d.name, d.telegram_id, d.email, d.status,
       EXISTS (SELECT 1 FROM salesreg.prospect_events e
               WHERE e.prospect = p.id AND e.assignment = a.id AND e.kind = 'contacted' OFFSET 0),
       coalesce(c.owner, 'bot'),
       (SELECT to_char(t.due_at AT TIME ZONE z.zone, 'DD.MM.YYYY HH24:MI') FROM salesreg.timers t
        WHERE t.prospect = p.id AND t.kind = 'follow_up' AND t.rep = r.id AND t.due_at < 'infinity' OFFSET 0),
       CASE WHEN $9::boolean THEN salesreg.answered_contacts(p.id) END
FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::boolean[], $8::text[]) AS u (place, rep, at, hash, newer, phase)
CROSS JOIN LATERAL (SELECT w.id, w.telegram_id FROM public.sales_representatives w
                    WHERE w.telegram_id = u.rep AND w.status = 'active'
                      AND (u.phase IS NULL OR EXISTS (SELECT 1 FROM salesreg.user_sessions s
                                                      WHERE s.user_id = u.rep AND s.phase = u.phase OFFSET 0))
                    ORDER BY w.id LIMIT 1) r
CROSS JOIN LATERAL (SELECT CASE u.at WHEN 9223372036854775807 THEN 'infinity' WHEN -9223372036854775807 THEN '-infinity' WHEN (-9223372036854775807 - 1) THEN NULL
                                ELSE timestamptz 'epoch' + u.at * interval '1 microsecond' END AS at,
                           coalesce(u.at <= (-9223372036854775807 - 1), false) AS never, u.at IS NULL AS begins OFFSET 0) f
CROSS JOIN LATERAL (
    SELECT b.id, b.hash, b.created_at,
           CASE WHEN b.created_at IS NULL THEN (-9223372036854775807 - 1) WHEN b.created_at = 'infinity' THEN 9223372036854775807
                WHEN b.created_at = '-infinity' THEN -9223372036854775807
                ELSE (extract(epoch FROM b.created_at::timestamptz) * 1000000)::bigint END AS at
    FROM ((SELECT q.id, q.created_at, hashtextextended(q.id::text, 0) AS hash
           FROM public.test_prospects q
           WHERE q.assigned_rep_id = r.id AND q.status IN ('unreached', 'contacted', 'in_conversation') AND NOT u.newer AND f.begins
             AND q.created_at IS NOT NULL
           ORDER BY q.created_at DESC, hashtextextended(q.id::text, 0) DESC LIMIT $6::integer)
          UNION ALL
          (SELECT q.id, q.created_at, hashtextextended(q.id::text, 0)
           FROM public.test_prospects q
           WHERE q.assigned_rep_id = r.id AND q.status IN ('unreached', 'contacted', 'in_conversation') AND NOT u.newer AND NOT f.never
             AND (q.created_at, hashtextextended(q.id::text, 0)) < (f.at, u.hash)
           ORDER BY q.created_at DESC, hashtextextended(q.id::text, 0) DESC LIMIT $6::integer)
          UNION ALL
          (SELECT q.id, q.created_at, hashtextextended(q.id::text, 0)
           FROM public.test_prospects q
           WHERE q.assigned_rep_id = r.id AND q.status IN ('unreached', 'contacted', 'in_conversation') AND NOT u.newer
             AND q.created_at IS NULL
             AND hashtextextended(q.id::text, 0) < CASE WHEN f.never THEN u.hash ELSE 9223372036854775807 END
           ORDER BY q.created_at DESC, hashtextextended(q.id::text, 0) DESC LIMIT $6::integer)
          UNION ALL
          (SELECT q.id, q.created_at, hashtextextended(q.id::text, 0)
           FROM public.test_prospects q
           WHERE q.assigned_rep_id = r.id AND q.status IN ('unreached', 'contacted', 'in_conversation') AND u.newer AND NOT f.never
             AND (q.created_at, hashtextextended(q.id::text, 0)) > (f.at, u.hash)
           ORDER BY q.created_at, hashtextextended(q.id::text, 0) LIMIT $6::integer)
          UNION ALL
          (SELECT q.id, q.created_at, hashtextextended(q.id::text, 0)
           FROM public.test_prospects q
           WHERE q.assigned_rep_id = r.id AND q.status IN ('unreached', 'contacted', 'in_conversation') AND u.newer AND f.never
             AND q.created_at IS NULL AND hashtextextended(q.id::text, 0) > u.hash
           ORDER BY q.created_at, hashtextextended(q.id::text, 0) LIMIT $6::integer)
          UNION ALL
          (SELECT q.id, q.created_at, hashtextextended(q.id::text, 0)
           FROM public.test_prospects q
           WHERE q.assigned_rep_id = r.id AND q.status IN ('unreached', 'contacted', 'in_conversation') AND u.newer AND f.never
             AND q.created_at IS NOT NULL
           ORDER BY q.created_at, hashtextextended(q.id::text, 0) LIMIT $6::integer)) b
    ORDER BY CASE WHEN u.newer THEN b.created_at END NULLS FIRST, CASE WHEN u.newer THEN b.hash END,
             b.created_at DESC NULLS LAST, b.hash DESC
    LIMIT $6::integer) p
CROSS JOIN LATERAL (SELECT left(q.name, 255) AS name, left(q.telegram_id, 255) AS telegram_id, left(q.email, 255) AS email,
                           left(q.status, 50) AS status
                    FROM public.test_prospects q WHERE q.id = p.id OFFSET 0) d
CROSS JOIN LATERAL (SELECT coalesce(salesreg.zone_or_null((SELECT s.time_zone FROM salesreg.rep_schedule s WHERE s.rep = r.id)),
                                    salesreg.zone_or_null((SELECT s.time_zone FROM salesreg.calendar_accounts s WHERE s.rep = r.id)),
                                    salesreg.zone_or_null($7::text), 'UTC') AS zone OFFSET 0) z
LEFT JOIN LATERAL (SELECT n.id FROM salesreg.assignments n
                   WHERE n.prospect = p.id AND n.ended_at IS NULL AND n.rep = r.id OFFSET 0) a ON true
LEFT JOIN LATERAL (SELECT v.owner FROM salesreg.conversations v WHERE v.prospect = p.id OFFSET 0) c ON true
ORDER BY u.place, CASE WHEN u.newer THEN p.created_at END NULLS FIRST, CASE WHEN u.newer THEN p.hash END,
         p.created_at DESC NULLS LAST, p.hash DESC
-- name: clients_card
-- $1 places, which come back, $2 Telegram ids of reps, and whose card each wants: $3 by an assignment (0: none), $4 by a link ('': none;
-- as links_read has them), $5 and $6 by a place in the list (NULL: none), if that is an open prospect of this rep's. $7 of its history what is
-- older than this (0: the newest), $8 how much, $9 how long a text each, $10 the company's zone
SELECT u.place, p.id, p.at, p.name, p.telegram_id, p.email, p.context, p.notes, p.status, a.id,
       EXISTS (SELECT 1 FROM salesreg.prospect_events e
               WHERE e.prospect = p.id AND e.assignment = a.id AND e.kind = 'contacted' OFFSET 0),
       coalesce(c.owner, 'bot'), c.blocked_at IS NOT NULL, c.reach, c.telegram_id IS NOT NULL,
       coalesce(c.private_forwards, false), coalesce(c.no_voices, false), coalesce(c.message_stars, 0), c.source, left(c.campaign, 255),
       (SELECT to_char(t.due_at AT TIME ZONE z.zone, 'DD.MM.YYYY HH24:MI') FROM salesreg.timers t
        WHERE t.prospect = p.id AND t.kind = 'follow_up' AND t.rep = r.id AND t.due_at < 'infinity' OFFSET 0), z.zone,
       CASE WHEN EXISTS (SELECT 1 FROM salesreg.qualifications t WHERE t.prospect = p.id OFFSET 0)
            THEN salesreg.answers_given(p.id) END,
       (SELECT json_agg(json_build_array(e.id, to_char(e.at AT TIME ZONE z.zone, 'DD.MM.YYYY HH24:MI'), e.kind, left(e.detail, $9::integer),
                                         (SELECT left(w.name, 255) FROM public.sales_representatives w WHERE w.id = e.rep OFFSET 0))
                        ORDER BY e.id DESC)::text
        FROM (SELECT h.* FROM salesreg.prospect_events h
              WHERE h.prospect = p.id AND h.id < CASE u.before WHEN 0 THEN 9223372036854775807 ELSE u.before END
              ORDER BY h.id DESC LIMIT $8::integer) e)
FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::text[], $5::bigint[], $6::bigint[], $7::bigint[])
    AS u (place, rep, assignment, link, at, hash, before)
CROSS JOIN LATERAL (SELECT w.id FROM public.sales_representatives w
                    WHERE w.telegram_id = u.rep AND w.status = 'active' ORDER BY w.id LIMIT 1) r
CROSS JOIN LATERAL (SELECT CASE u.at WHEN 9223372036854775807 THEN 'infinity' WHEN -9223372036854775807 THEN '-infinity' WHEN (-9223372036854775807 - 1) THEN NULL
                                ELSE timestamptz 'epoch' + u.at * interval '1 microsecond' END AS at,
                           CASE WHEN u.link ~ '^bizChat[0-9]{1,15}$' THEN substr(u.link, 8)::bigint END AS account OFFSET 0) f
CROSS JOIN LATERAL (
    (SELECT n.prospect FROM salesreg.assignments n WHERE n.id = u.assignment AND n.rep = r.id AND n.ended_at IS NULL)
    UNION ALL
    (SELECT l.prospect FROM salesreg.links l WHERE l.token_hash = u.link AND l.removed_at IS NULL)
    UNION ALL
    (SELECT h.prospect FROM salesreg.business_chats h WHERE h.chat_id = f.account ORDER BY h.incoming_at DESC NULLS LAST LIMIT 1)
    UNION ALL
    (SELECT v.prospect FROM salesreg.conversations v WHERE v.telegram_id = f.account)
    UNION ALL
    (SELECT i.prospect FROM salesreg.prospect_identities i
     WHERE i.kind = 'telegram_id' AND i.value = f.account::text AND i.kind <> 'none' LIMIT 1)
    UNION ALL
    (SELECT q.id FROM public.test_prospects q
     WHERE q.assigned_rep_id = r.id AND q.status IN ('unreached', 'contacted', 'in_conversation')
       AND q.created_at = f.at AND hashtextextended(q.id::text, 0) = u.hash LIMIT 1)
    UNION ALL
    (SELECT q.id FROM public.test_prospects q
     WHERE q.assigned_rep_id = r.id AND q.status IN ('unreached', 'contacted', 'in_conversation')
       AND u.at = (-9223372036854775807 - 1) AND q.created_at IS NULL AND hashtextextended(q.id::text, 0) = u.hash LIMIT 1)
    LIMIT 1) k
CROSS JOIN LATERAL (SELECT q.id, left(q.name, 255) AS name, left(q.telegram_id, 255) AS telegram_id, left(q.email, 255) AS email,
                           left(q.context, 2000) AS context, left(q.notes, 2000) AS notes, left(q.status, 50) AS status, q.assigned_rep_id,
                           CASE WHEN isfinite(q.created_at::timestamptz)
                                THEN (extract(epoch FROM q.created_at::timestamptz) * 1000000)::bigint END AS at
                    FROM public.test_prospects q WHERE q.id = k.prospect OFFSET 0) p
CROSS JOIN LATERAL (SELECT coalesce(salesreg.zone_or_null((SELECT s.time_zone FROM salesreg.rep_schedule s WHERE s.rep = r.id)),
                                    salesreg.zone_or_null((SELECT s.time_zone FROM salesreg.calendar_accounts s WHERE s.rep = r.id)),
                                    salesreg.zone_or_null($10::text), 'UTC') AS zone OFFSET 0) z
LEFT JOIN LATERAL (SELECT n.id FROM salesreg.assignments n
                   WHERE n.prospect = p.id AND n.ended_at IS NULL AND n.rep = r.id OFFSET 0) a ON true
LEFT JOIN LATERAL (SELECT v.* FROM salesreg.conversations v WHERE v.prospect = p.id OFFSET 0) c ON true
WHERE p.assigned_rep_id = r.id AND p.status IN ('unreached', 'contacted', 'in_conversation')
-- name: notes_add
-- $1 prospects, $2 their reps, $3 what these noted, $4 in which chats and $5 messages
INSERT INTO salesreg.prospect_events (prospect, rep, assignment, kind, detail, chat_id, message_id)
SELECT f.prospect, f.rep, (SELECT a.id FROM salesreg.assignments a WHERE a.prospect = f.prospect AND a.ended_at IS NULL LIMIT 1),
       'note', f.text, f.chat_id, f.message_id
FROM unnest($1::varchar[], $2::uuid[], $3::text[], $4::bigint[], $5::bigint[]) AS f (prospect, rep, text, chat_id, message_id)
-- name: notes_change
-- $1 chats, $2 messages that were notes, $3 what they say now
UPDATE salesreg.prospect_events e SET detail = f.text
FROM unnest($1::bigint[], $2::bigint[], $3::text[]) AS f (chat_id, message_id, text)
WHERE e.chat_id = f.chat_id AND e.message_id = f.message_id AND e.kind = 'note'
-- name: own_clients_read
-- $1 reps' accounts, $2 whom each has chosen, $3 that one's @name in lower case or '', one row for each: whether the chosen one is a rep; who
-- is known as a prospect by the account, or by what the table has as their contact: of several the open one that somebody has, then the
-- open one, the one that was converted, the latest; whether the bot has met them, whether this rep has them, whether somebody has, whether
-- it is open, archived, and converted; which assignment goes on; when the row was made. Where there is none the id it would get, and now; the last: an
-- assignment's id that is nobody's
SELECT u.rep, u.person,
       EXISTS (SELECT 1 FROM public.sales_representatives w
               WHERE w.telegram_id = u.person AND coalesce(w.status, '') NOT IN ('removed', '')),
       coalesce(k.id, 'tg' || u.person || CASE WHEN EXISTS (SELECT 1 FROM public.test_prospects o WHERE o.id = 'tg' || u.person)
                                               THEN '-' || (extract(epoch FROM clock_timestamp()) * 1000)::bigint ELSE '' END),
       k.id IS NOT NULL, coalesce(k.met, false), coalesce(k.assigned_rep_id = r.id, false),
       EXISTS (SELECT 1 FROM public.sales_representatives w WHERE w.id = k.assigned_rep_id AND w.status IN ('active', 'pending') OFFSET 0),
       coalesce(k.open, false), coalesce(k.archived, false), coalesce(k.converted, false),
       (SELECT a.id FROM salesreg.assignments a WHERE a.prospect = k.id AND a.ended_at IS NULL LIMIT 1),
       CASE WHEN k.id IS NULL THEN (extract(epoch FROM now()) * 1000000)::bigint ELSE k.at END,
       nextval('salesreg.assignments_id_seq')
FROM unnest($1::bigint[], $2::bigint[], $3::text[]) AS u (rep, person, username)
LEFT JOIN LATERAL (SELECT w.id FROM public.sales_representatives w
                   WHERE w.telegram_id = u.rep AND w.status = 'active' ORDER BY w.id LIMIT 1) r ON true
LEFT JOIN LATERAL (
    SELECT q.id, m.met, q.assigned_rep_id, q.status IN ('unreached', 'contacted', 'in_conversation') AS open, q.status = 'archived' AS archived,
           q.status = 'converted' AS converted,
           CASE WHEN isfinite(q.created_at::timestamptz) THEN (extract(epoch FROM q.created_at::timestamptz) * 1000000)::bigint END AS at
    FROM (SELECT v.prospect, true AS met FROM salesreg.conversations v WHERE v.telegram_id = u.person
          UNION ALL
          (SELECT i.prospect, false FROM salesreg.prospect_identities i
           WHERE i.kind = 'telegram_id' AND i.value = u.person::text AND i.kind <> 'none' LIMIT 20)
          UNION ALL
          (SELECT i.prospect, false FROM salesreg.prospect_identities i
           WHERE i.kind = 'username' AND i.value = u.username AND u.username <> '' AND i.kind <> 'none' LIMIT 20)) m
    JOIN public.test_prospects q ON q.id = m.prospect
    ORDER BY q.status IN ('unreached', 'contacted', 'in_conversation') AND q.assigned_rep_id IS NOT NULL DESC NULLS LAST,
             q.status IN ('unreached', 'contacted', 'in_conversation') DESC NULLS LAST, q.status = 'converted' DESC NULLS LAST,
             m.met DESC, q.created_at DESC, q.id DESC
    LIMIT 1) k ON true
-- name: own_clients_end
-- $1 prospects, before own_clients_add: whose row was archived by hand may have an assignment still
UPDATE salesreg.assignments a SET ended_at = now(), reason = 'archived'
WHERE a.prospect = ANY ($1::varchar[]) AND a.ended_at IS NULL
-- name: own_clients_add
-- $1 prospects, $2 whether there is a row of each, $3 accounts, $4 usernames or NULL, $5 names, $6 reps, $7 assignments: clients whom reps have
-- chosen from their own lists. Under the assignment lock: each was nobody's when that was looked at
WITH f AS (
    SELECT * FROM unnest($1::varchar[], $2::boolean[], $3::bigint[], $4::text[], $5::text[], $6::uuid[], $7::bigint[])
        AS f (prospect, known, telegram_id, username, name, rep, assignment)
), added AS (
    INSERT INTO public.test_prospects (id, telegram_id, name, status, assigned_rep_id)
    SELECT f.prospect, left(coalesce('@' || f.username, f.telegram_id::text), 255), left(f.name, 255), 'unreached', f.rep FROM f WHERE NOT f.known
    RETURNING id
), taken AS (
    UPDATE public.test_prospects p
    SET assigned_rep_id = f.rep, status = CASE WHEN p.status = 'archived' THEN 'unreached' ELSE p.status END, updated_at = now()
    FROM f WHERE f.known AND p.id = f.prospect
      -- coalesce: by its key
      AND coalesce(p.status, '') IN ('unreached', 'contacted', 'in_conversation', 'archived')
    RETURNING p.id
), made AS (
    INSERT INTO salesreg.assignments (id, prospect, rep) SELECT f.assignment, f.prospect, f.rep FROM f
), explained AS (
    INSERT INTO salesreg.prospect_events (prospect, rep, assignment, kind, detail)
    SELECT f.prospect, f.rep, f.assignment, 'assigned', 'own contact' FROM f
), sources AS (
    INSERT INTO salesreg.conversations (prospect, source) SELECT f.prospect, 'own' FROM f WHERE NOT f.known
    ON CONFLICT DO NOTHING
), identified AS (
    INSERT INTO salesreg.prospect_identities (prospect, kind, value)
    SELECT f.prospect, 'telegram_id', f.telegram_id::text FROM f WHERE NOT f.known
    UNION ALL
    SELECT f.prospect, 'username', lower(f.username) FROM f WHERE NOT f.known AND f.username IS NOT NULL
    ON CONFLICT DO NOTHING
), apart AS (
    DELETE FROM salesreg.declined_prospects WHERE prospect = ANY ($1::varchar[])
)
SELECT salesreg.must((SELECT count(*) FROM added) + (SELECT count(*) FROM taken) = (SELECT count(*) FROM f))
-- name: own_clients_told
-- $1 prospects: what their rep has just done themselves is no change by another hand, and nothing to be told of
DELETE FROM salesreg.prospect_changes WHERE prospect = ANY ($1::varchar[])
