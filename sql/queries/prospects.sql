-- name: prospects_met
-- $1 Telegram ids: which prospect each of them is, if any: by their conversation, else by what the table has as their contact,
-- id or username ($2, in lower case, '' if none). Of several the open one, the latest. The last: whom a message is for.
SELECT u.telegram_id, p.id, left(p.name, 255), c.telegram_id IS NOT NULL,
       EXISTS (SELECT 1 FROM salesreg.opt_outs o WHERE o.telegram_id = u.telegram_id), c.blocked_at IS NOT NULL,
       p.context <> '' OR EXISTS (SELECT 1 FROM salesreg.prospect_events e
                                  WHERE e.prospect = p.id AND e.kind = 'said' OFFSET 0),
       coalesce(c.owner, 'bot'), coalesce(c.version, 1),
       (SELECT a.id FROM salesreg.assignments a WHERE a.prospect = p.id AND a.ended_at IS NULL LIMIT 1),
       left(r.name, 255), r.telegram_id, s.locale,
       p.open, p.archived
FROM unnest($1::bigint[], $2::text[]) AS u (telegram_id, username)
CROSS JOIN LATERAL (
    SELECT m.prospect, m.met
    FROM (SELECT v.prospect, true AS met FROM salesreg.conversations v WHERE v.telegram_id = u.telegram_id
          UNION ALL
          (SELECT i.prospect, false FROM salesreg.prospect_identities i
           WHERE i.kind = 'telegram_id' AND i.value = u.telegram_id::text AND i.kind <> 'none' LIMIT 20)
          UNION ALL
          (SELECT i.prospect, false FROM salesreg.prospect_identities i
           WHERE i.kind = 'username' AND i.value = u.username AND u.username <> '' AND i.kind <> 'none' LIMIT 20)) m
    JOIN public.test_prospects q ON q.id = m.prospect
    WHERE m.met OR NOT EXISTS (SELECT 1 FROM salesreg.conversations w
                               WHERE w.prospect = q.id AND w.telegram_id IS NOT NULL)
    ORDER BY m.met DESC, q.status IN ('unreached', 'contacted', 'in_conversation') DESC, q.created_at DESC, q.id DESC
    LIMIT 1) k
CROSS JOIN LATERAL (SELECT q.id, left(q.name, 255) AS name, left(q.context, 1) AS context, q.assigned_rep_id,
                           q.status IN ('unreached', 'contacted', 'in_conversation') AS open, q.status = 'archived' AS archived
                    FROM public.test_prospects q WHERE q.id = k.prospect OFFSET 0) p
LEFT JOIN LATERAL (SELECT v.* FROM salesreg.conversations v WHERE v.prospect = p.id OFFSET 0) c ON true
LEFT JOIN LATERAL (SELECT left(w.name, 255) AS name, w.telegram_id FROM public.sales_representatives w
                   WHERE w.id = p.assigned_rep_id AND w.status = 'active' OFFSET 0) r ON true
LEFT JOIN LATERAL (SELECT t.* FROM salesreg.user_sessions t WHERE t.user_id = r.telegram_id OFFSET 0) s ON true
-- name: links_read
-- $1 hashes of links that were opened: a campaign's, or whose own it is, with who came by it first; bizChat<account>: Telegram's own, out
-- of a chat of a rep's own account: which prospect that is, and nothing more
SELECT l.token_hash, l.campaign, p.id, left(p.name, 255), c.telegram_id,
       EXISTS (SELECT 1 FROM salesreg.prospect_events e WHERE e.prospect = l.prospect AND e.kind = 'forwarded'
                                                          AND e.at > now() - interval '1 day' OFFSET 0),
       p.context IS NOT NULL AND p.context <> '',
       coalesce(c.owner, 'bot'), coalesce(c.version, 1),
       (SELECT a.id FROM salesreg.assignments a WHERE a.prospect = p.id AND a.ended_at IS NULL LIMIT 1),
       left(r.name, 255), r.telegram_id, s.locale,
       p.open
FROM unnest($1::text[]) AS u (hash)
CROSS JOIN LATERAL (SELECT k.* FROM salesreg.links k
                    WHERE k.token_hash = u.hash AND k.removed_at IS NULL OFFSET 0) l
LEFT JOIN LATERAL (SELECT q.id, left(q.name, 255) AS name, left(q.context, 1) AS context, q.assigned_rep_id,
                           q.status IN ('unreached', 'contacted', 'in_conversation') AS open
                   FROM public.test_prospects q WHERE q.id = l.prospect OFFSET 0) p ON true
LEFT JOIN LATERAL (SELECT v.* FROM salesreg.conversations v WHERE v.prospect = p.id OFFSET 0) c ON true
LEFT JOIN LATERAL (SELECT left(w.name, 255) AS name, w.telegram_id FROM public.sales_representatives w
                   WHERE w.id = p.assigned_rep_id AND w.status = 'active' OFFSET 0) r ON true
LEFT JOIN LATERAL (SELECT t.* FROM salesreg.user_sessions t WHERE t.user_id = r.telegram_id OFFSET 0) s ON true
WHERE l.campaign IS NOT NULL OR p.id IS NOT NULL
UNION ALL
SELECT u.hash, NULL, k.prospect, '', 0, false, false, 'bot', 1, 0, NULL, 0, NULL, true
FROM unnest($1::text[]) AS u (hash)
CROSS JOIN LATERAL (
    (SELECT h.prospect FROM salesreg.business_chats h WHERE h.chat_id = substr(u.hash, 8)::bigint
     ORDER BY h.incoming_at DESC NULLS LAST LIMIT 1)
    UNION ALL
    (SELECT v.prospect FROM salesreg.conversations v WHERE v.telegram_id = substr(u.hash, 8)::bigint)
    UNION ALL
    (SELECT i.prospect FROM salesreg.prospect_identities i
     WHERE i.kind = 'telegram_id' AND i.value = substr(u.hash, 8) AND i.kind <> 'none' LIMIT 1)
    LIMIT 1) k
WHERE u.hash ~ '^bizChat[0-9]{1,15}$'
-- name: links_create
-- $1 hashes, $2 the prospects whose own they are; some may be known
INSERT INTO salesreg.links (token_hash, prospect) SELECT DISTINCT * FROM unnest($1::text[], $2::varchar[]) ON CONFLICT DO NOTHING
-- name: prospects_create
-- $1 Telegram ids, $2 usernames or NULL, $3 names, $4 sources, $5 campaigns or NULL: people who became prospects by writing
WITH fresh AS (
    -- a row of that id that is somebody else's stays theirs
    SELECT f.*, 'tg' || f.telegram_id
                || CASE WHEN EXISTS (SELECT 1 FROM public.test_prospects o WHERE o.id = 'tg' || f.telegram_id)
                        THEN '-' || (extract(epoch FROM clock_timestamp()) * 1000)::bigint ELSE '' END AS id
    FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::text[]) AS f (telegram_id, username, name, source, campaign)
), added AS (
    INSERT INTO public.test_prospects (id, telegram_id, name, context, status, last_contact_at)
    SELECT f.id, coalesce('@' || f.username, f.telegram_id::text), f.name, f.campaign, 'in_conversation', now() FROM fresh f
    RETURNING 1
), met AS (
    INSERT INTO salesreg.conversations (prospect, telegram_id, source, campaign, met_at)
    SELECT f.id, f.telegram_id, f.source, f.campaign, now() FROM fresh f
    RETURNING 1
)
SELECT salesreg.must((SELECT count(*) FROM met) = (SELECT count(*) FROM fresh)) FROM (SELECT count(*) FROM added) a
-- name: prospects_meet
-- $1 prospects, $2 Telegram ids of who they turn out to be: whoever comes first
WITH f AS (
    SELECT * FROM unnest($1::varchar[], $2::bigint[]) AS f (prospect, telegram_id)
), met AS (
    INSERT INTO salesreg.conversations AS c (prospect, telegram_id, met_at)
    SELECT f.prospect, f.telegram_id, now() FROM f
    ON CONFLICT (prospect) DO UPDATE SET telegram_id = excluded.telegram_id, met_at = now()
    WHERE c.telegram_id IS NULL OR c.telegram_id = excluded.telegram_id
    RETURNING 1
), came AS ( -- who has come needs no first word
    DELETE FROM salesreg.timers t USING f WHERE t.prospect = f.prospect AND t.kind = 'reach_out'
), answered AS (
    UPDATE public.test_prospects p SET status = 'in_conversation', last_contact_at = now(), updated_at = now()
    FROM f WHERE p.id = f.prospect AND p.status IN ('unreached', 'contacted')
    RETURNING 1
)
SELECT salesreg.must((SELECT count(*) FROM met) = (SELECT count(*) FROM f)) FROM (SELECT count(*) FROM answered) a
-- name: chats_to_ask cold
-- prospects' accounts that the bot has met, and Telegram has not been asked about: some of them
SELECT c.telegram_id FROM salesreg.conversations c
WHERE c.asked_at IS NULL AND c.met_at IS NOT NULL AND c.telegram_id IS NOT NULL ORDER BY c.met_at LIMIT 20
-- name: chats_asked cold
-- $1 accounts that were, $2 whether there is no link to them by their number, $3 whether they take no voice and video messages, $4 how
-- many stars a message costs
UPDATE salesreg.conversations c
SET asked_at = now(), private_forwards = f.private_forwards, no_voices = f.no_voices, message_stars = f.stars
FROM unnest($1::bigint[], $2::boolean[], $3::boolean[], $4::bigint[]) AS f (telegram_id, private_forwards, no_voices, stars)
WHERE c.telegram_id = f.telegram_id
-- name: conversations_own
-- $1 prospects, $2 who leads their conversations from now on, $3 the versions this was decided on. Under the assignment lock. Whoever
-- leads was another one: the caller looked
WITH f AS (
    SELECT * FROM unnest($1::varchar[], $2::text[], $3::bigint[]) AS f (prospect, owner, version)
), owned AS (
    INSERT INTO salesreg.conversations AS c (prospect, owner, version)
    SELECT f.prospect, f.owner, f.version + 1 FROM f
    ON CONFLICT (prospect) DO UPDATE SET owner = excluded.owner, version = excluded.version
    WHERE c.version = excluded.version - 1
    RETURNING 1
)
SELECT salesreg.must((SELECT count(*) FROM owned) = (SELECT count(*) FROM f))
-- name: prospects_unclaimed
-- $1 prospects whom nobody had when it was decided what becomes of their words: locked, so that whoever is assigned them reads those
SELECT salesreg.must((SELECT count(*) FROM (SELECT 1 FROM public.test_prospects p
                                            WHERE p.id = ANY ($1::varchar[])
                                              AND NOT EXISTS (SELECT 1 FROM public.sales_representatives r
                                                              WHERE r.id = p.assigned_rep_id AND r.status = 'active' OFFSET 0)
                                            FOR NO KEY UPDATE OF p) l) = (SELECT count(DISTINCT u.id) FROM unnest($1::varchar[]) AS u (id)))
-- name: prospects_said
-- $1 prospects, $2 what they said, $3 in which chats, $4 in which messages, or 0, $5 whether these hold more than the words
INSERT INTO salesreg.prospect_events (prospect, kind, detail, chat_id, message_id, attached)
SELECT f.prospect, 'said', f.said, CASE WHEN f.message_id <> 0 THEN f.chat_id END, nullif(f.message_id, 0), f.attached
FROM unnest($1::varchar[], $2::text[], $3::bigint[], $4::bigint[], $5::boolean[]) AS f (prospect, said, chat_id, message_id, attached)
-- name: prospects_heard_before
-- $1 prospects, $2 the chats of their new reps, $3 what these are told first, with "{count}": what does not stand on the card, of the last
-- twenty messages: files, and all words where they are more than it has room for. They are copied from where they were said; one that has
-- been deleted since, or can't be copied, is not there: the number says so
WITH f AS (
    SELECT u.* FROM unnest($1::varchar[], $2::bigint[], $3::text[]) WITH ORDINALITY AS u (prospect, chat_id, head, place)
), said AS (
    SELECT f.prospect, f.chat_id, f.head, f.place, e.id, e.from_chat, e.message_id
    FROM f CROSS JOIN LATERAL (
        SELECT max(m.id) AS id, m.chat_id AS from_chat, m.message_id
        FROM (SELECT n.*, count(*) OVER () > 5 OR sum(length(n.detail) + 1) OVER () > 1100 AS too_much
              FROM (SELECT h.id, h.chat_id, h.message_id, h.detail, h.attached FROM salesreg.prospect_events h
                    WHERE h.prospect = f.prospect AND h.kind = 'said' ORDER BY h.id DESC LIMIT 20) n) m
        WHERE m.message_id IS NOT NULL AND (m.attached OR m.too_much)
        GROUP BY m.chat_id, m.message_id) e
)
INSERT INTO salesreg.outbox (chat_id, method, payload, priority, relay)
SELECT n.chat_id, n.method, n.payload, 1, n.relay
FROM (SELECT g.chat_id, g.place, 0::bigint AS id, 'sendMessage' AS method,
             replace(g.head, '{count}', count(*)::text)::json AS payload, json_build_object('prospect', g.prospect) AS relay
      FROM said g GROUP BY g.chat_id, g.place, g.head, g.prospect
      UNION ALL
      -- at once: one by one they would hold up whatever else there is for the rep
      SELECT g.chat_id, g.place, min(g.id), 'copyMessages',
             json_build_object('chat_id', g.chat_id, 'from_chat_id', g.from_chat,
                               'message_ids', json_agg(g.message_id ORDER BY g.message_id)),
             json_build_object('prospect', g.prospect, 'chat', g.from_chat, 'messages', json_agg(g.message_id ORDER BY g.message_id),
                               'refused', json_build_object())
      FROM said g GROUP BY g.chat_id, g.place, g.prospect, g.from_chat) n
ORDER BY n.place, n.id
-- name: prospects_reopen
-- $1 prospects who have written: what was archived is open again; who was converted stays so
UPDATE public.test_prospects SET status = 'in_conversation', last_contact_at = now(), updated_at = now()
WHERE id = ANY ($1::varchar[]) AND status = 'archived'
-- name: prospects_leave
-- $1 Telegram ids: whoever they were as prospects, their account is another one's from now on
UPDATE salesreg.conversations SET telegram_id = NULL, version = version + 1 WHERE telegram_id = ANY ($1::bigint[])
-- name: prospects_joined
-- $1 Telegram ids of who is a rep now: as a prospect nobody has to look after them
WITH closed AS (
    UPDATE public.test_prospects p SET status = 'archived', updated_at = now()
    FROM salesreg.conversations c
    WHERE c.telegram_id = ANY ($1::bigint[]) AND p.id = c.prospect AND p.status IN ('unreached', 'contacted', 'in_conversation')
    RETURNING p.id
)
INSERT INTO salesreg.prospect_events (prospect, kind, detail) SELECT id, 'archived', 'is a representative now' FROM closed
-- name: prospects_forwarded
-- $1 prospects whose link somebody else has opened
INSERT INTO salesreg.prospect_events (prospect, kind) SELECT u.id, 'forwarded' FROM unnest($1::varchar[]) AS u (id)
-- name: links_prune cold
-- $1 days: links of prospects who are gone or closed, at most 10,000 at a time
WITH old AS (
    SELECT l.token_hash FROM salesreg.links l
    WHERE l.prospect IS NOT NULL AND l.created_at < now() - $1::integer * interval '1 day'
      AND NOT EXISTS (SELECT 1 FROM public.test_prospects p
                      WHERE p.id = l.prospect AND p.status IN ('unreached', 'contacted', 'in_conversation') OFFSET 0)
    LIMIT 10000
), gone AS (
    DELETE FROM salesreg.links l USING old o WHERE l.token_hash = o.token_hash RETURNING 1
)
SELECT count(*) FROM gone
-- name: opt_outs_add
INSERT INTO salesreg.opt_outs (telegram_id) SELECT * FROM unnest($1::bigint[]) ON CONFLICT DO NOTHING
-- name: opt_outs_remove
DELETE FROM salesreg.opt_outs WHERE telegram_id = ANY ($1::bigint[])
-- name: operator_link_add
-- $1 hash, $2 the campaign's name; no row: there is one of this name
INSERT INTO salesreg.links (token_hash, campaign) VALUES ($1::text, $2::text)
ON CONFLICT (campaign) WHERE removed_at IS NULL DO NOTHING
RETURNING (extract(epoch FROM created_at) * 1000000)::bigint
-- name: operator_links
-- campaigns: when made, when removed (0: it is good), how many prospects came, how many of them were converted
SELECT l.campaign, (extract(epoch FROM l.created_at) * 1000000)::bigint,
       coalesce((extract(epoch FROM l.removed_at) * 1000000)::bigint, 0), count(c.prospect),
       count(*) FILTER (WHERE p.status = 'converted')
FROM salesreg.links l
-- a name may be given again after its link was removed
LEFT JOIN salesreg.conversations c ON c.campaign = l.campaign AND c.created_at >= l.created_at
                                  AND c.created_at <= coalesce(l.removed_at, 'infinity')
LEFT JOIN public.test_prospects p ON p.id = c.prospect
WHERE l.campaign IS NOT NULL
GROUP BY l.token_hash, l.campaign, l.created_at, l.removed_at
ORDER BY l.created_at, l.campaign
-- name: operator_link_remove
UPDATE salesreg.links SET removed_at = now() WHERE campaign = $1::text AND removed_at IS NULL RETURNING 1
