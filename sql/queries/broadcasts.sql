-- name: broadcasts_read
-- $1 who pressed, $2 which of their messages it is about, or 0, $3 else which broadcast, whoever wrote it: locked
SELECT b.id, b.admin, b.said, b.about, b.state, b.ended_at IS NOT NULL
FROM unnest($1::bigint[], $2::bigint[], $3::bigint[]) AS f (admin, said, id)
JOIN salesreg.broadcasts b ON (b.admin = f.admin AND b.said = f.said) OR (f.said = 0 AND b.id = f.id)
ORDER BY b.id FOR NO KEY UPDATE OF b
-- name: broadcasts_audience cold
-- $1 admins: if one of them is asked for a text, how many reps would have it, and how many cannot be reached now
SELECT count(DISTINCT r.telegram_id) FILTER (WHERE coalesce(d.available, true) AND d.unreachable_since IS NULL),
       count(DISTINCT r.telegram_id) FILTER (WHERE NOT coalesce(d.available, true) OR d.unreachable_since IS NOT NULL)
FROM (SELECT 1 FROM salesreg.user_sessions s WHERE s.user_id = ANY ($1::bigint[]) AND s.phase = 'broadcast' LIMIT 1) asked
JOIN public.sales_representatives r ON r.status = 'active'
LEFT JOIN salesreg.rep_rotation d ON d.rep = r.id
-- name: broadcasts_draft cold
-- $1 admins, $2 their messages, $3 texts, $4 how they look, or NULL, $5 who they are, $6 what their buttons carry
INSERT INTO salesreg.broadcasts (id, admin, said, text, format, author, about)
SELECT (SELECT coalesce(max(b.id), 0) FROM salesreg.broadcasts b) + f.place, f.admin, f.said, f.text, f.format::json, f.author, f.about
FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[]) WITH ORDINALITY
    AS f (admin, said, text, format, author, about, place)
ON CONFLICT (admin, said) DO NOTHING
-- name: broadcasts_cancel cold
-- $1 drafts
WITH gone AS (
    DELETE FROM salesreg.broadcasts b WHERE b.id = ANY ($1::bigint[]) AND b.state = 'draft' RETURNING 1
)
SELECT salesreg.must((SELECT count(*) FROM gone) = cardinality($1::bigint[]))
-- name: broadcasts_send cold
-- $1 drafts, $2 the messages that are to say how far each is, $3 the admins. The bot hears of it at once
WITH going AS (
    UPDATE salesreg.broadcasts b SET state = 'sending', sent_at = now(), due_at = now(), shown_message = nullif(f.shown, 0)
    FROM unnest($1::bigint[], $2::bigint[], $3::bigint[]) AS f (id, shown, admin)
    WHERE b.id = f.id AND b.state = 'draft'
    RETURNING b.id, f.admin
), recipients AS (
    INSERT INTO salesreg.broadcast_recipients (broadcast, rep)
    SELECT g.id, w.id
    FROM going g
    CROSS JOIN LATERAL (SELECT DISTINCT ON (r.telegram_id) r.id
                        FROM public.sales_representatives r LEFT JOIN salesreg.rep_rotation d ON d.rep = r.id
                        WHERE r.status = 'active' AND coalesce(d.available, true) AND d.unreachable_since IS NULL
                        ORDER BY r.telegram_id, r.id) w
    RETURNING broadcast
), noted AS (
    INSERT INTO salesreg.audit (actor, who, action, after)
    SELECT 'admin', g.admin::text, 'broadcast',
           pg_catalog.jsonb_build_object('broadcast', g.id, 'recipients', (SELECT count(*) FROM recipients r WHERE r.broadcast = g.id))
    FROM going g
)
SELECT salesreg.must((SELECT count(*) FROM going) = cardinality($1::bigint[])), pg_catalog.pg_notify('salesreg_admin', '')
-- name: broadcasts_stop cold
-- $1 broadcasts, $2 who stops each: an admin, or, 0, the program, if the author is no admin any more (by the configuration that was asked before): what
-- waits is not sent, what is being sent is
WITH stopped AS (
    UPDATE salesreg.broadcasts b SET state = 'stopped', due_at = now()
    FROM unnest($1::bigint[], $2::bigint[]) AS f (id, admin)
    WHERE b.id = f.id AND b.state = 'sending'
      AND (f.admin <> 0
           OR NOT EXISTS (SELECT 1 FROM public.sales_representatives a WHERE a.telegram_id = b.admin AND a.is_admin AND a.status = 'active'))
    RETURNING b.id, f.admin
), waiting AS (
    SELECT o.id FROM salesreg.outbox o JOIN stopped s ON s.id = o.broadcast
    WHERE o.broadcast IS NOT NULL AND o.state IN ('queued', 'held') FOR UPDATE OF o SKIP LOCKED
), gone AS (
    DELETE FROM salesreg.outbox o USING waiting w WHERE o.id = w.id
    RETURNING o.id, o.chat_id, o.method, o.payload, o.priority, o.attempts, o.possible_duplicate, o.created_at, o.broadcast
), kept AS (
    INSERT INTO salesreg.outbox_history (id, chat_id, method, payload, priority, state, attempts, possible_duplicate, error, created_at)
    SELECT g.id, g.chat_id, g.method, g.payload, g.priority, 'dropped', g.attempts, g.possible_duplicate, 'stopped', g.created_at FROM gone g
), unsent AS (
    UPDATE salesreg.broadcast_recipients r SET state = 'stopped'
    FROM stopped s
    WHERE r.broadcast = s.id AND (r.state = 'waiting'
                                  OR EXISTS (SELECT 1 FROM gone g WHERE g.broadcast = r.broadcast AND g.chat_id = r.chat_id))
    RETURNING r.broadcast
), noted AS (
    INSERT INTO salesreg.audit (actor, who, action, after)
    SELECT CASE s.admin WHEN 0 THEN 'program' ELSE 'admin' END, CASE s.admin WHEN 0 THEN 'bot' ELSE s.admin::text END, 'broadcast-stop',
           pg_catalog.jsonb_build_object('broadcast', s.id, 'unsent', (SELECT count(*) FROM unsent u WHERE u.broadcast = s.id))
               || CASE s.admin WHEN 0 THEN pg_catalog.jsonb_build_object('reason', 'its author is no admin any more') ELSE '{}' END
    FROM stopped s
)
SELECT salesreg.must((SELECT count(*) FROM stopped) = cardinality($1::bigint[]) OR 0 = ANY ($2::bigint[])), pg_catalog.pg_notify('salesreg_admin', '')
-- name: broadcasts_due cold
-- $1 how many at most, $2 those this process has in hand: each with how many are in which state, how many of the queued ones wait for a chat
-- that cannot be reached, and how long ago what is shown was said, in microseconds
SELECT b.id, 0, b.admin, b.shown_message, b.author, b.text, b.format::text, b.about, b.shown,
       (extract(epoch FROM now() - b.shown_at) * 1000000)::bigint, b.state, h.locale, n.recipients, n.waiting, n.queued, n.sent, n.failed, n.gone,
       n.away, n.stopped, (SELECT count(*) FROM salesreg.outbox o
                           WHERE o.broadcast = b.id AND o.broadcast IS NOT NULL AND (o.state = 'held' OR (o.state = 'queued' AND o.due_at > now())))
FROM salesreg.broadcasts b
LEFT JOIN salesreg.user_sessions h ON h.user_id = b.admin
CROSS JOIN LATERAL (SELECT count(*) AS recipients, count(*) FILTER (WHERE r.state = 'waiting') AS waiting,
                           count(*) FILTER (WHERE r.state = 'queued') AS queued, count(*) FILTER (WHERE r.state = 'sent') AS sent,
                           count(*) FILTER (WHERE r.state = 'failed') AS failed, count(*) FILTER (WHERE r.state = 'gone') AS gone,
                           count(*) FILTER (WHERE r.state = 'left') AS away, count(*) FILTER (WHERE r.state = 'stopped') AS stopped
                    FROM salesreg.broadcast_recipients r WHERE r.broadcast = b.id) n
WHERE b.state IN ('sending', 'stopped') AND b.ended_at IS NULL AND (b.due_at <= now() OR b.due_at > now() + interval '1 day')
  AND b.id <> ALL ($2::bigint[])
ORDER BY b.due_at LIMIT $1::integer FOR NO KEY UPDATE OF b SKIP LOCKED
-- name: broadcasts_next cold
-- $1 those this process has in hand: microseconds until another one is due; NULL: none is
SELECT (extract(epoch FROM (SELECT min(b.due_at) FROM salesreg.broadcasts b
                            WHERE b.state IN ('sending', 'stopped') AND b.ended_at IS NULL AND b.id <> ALL ($1::bigint[])) - now())
        * 1000000)::bigint
-- name: broadcasts_claim cold
-- $1 broadcasts, $2 nothing: those that still go on
SELECT b.id FROM salesreg.broadcasts b
WHERE b.id = ANY ($1::bigint[]) AND $2::text[] IS NOT NULL AND b.state IN ('sending', 'stopped') AND b.ended_at IS NULL
-- name: broadcasts_late cold
-- $1 a broadcast, $2 hours, 0: any: who was to have it that long ago does not get it any more
WITH late AS (
    UPDATE salesreg.broadcasts b SET state = 'stopped'
    WHERE b.id = $1::bigint AND b.state = 'sending' AND $2::bigint > 0 AND b.sent_at < now() - $2::bigint * interval '1 hour'
    RETURNING b.id
)
UPDATE salesreg.broadcast_recipients r SET state = 'stopped' FROM late l WHERE r.broadcast = l.id AND r.state = 'waiting'
-- name: broadcasts_feed
-- $1 a broadcast, $2 languages, $3 what is sent in each but for the chat, $4 the language of who has none of these, $5 how many messages of all
-- broadcasts may wait to be sent at a time: so much goes into the outbox. Who is no rep any more when it is their turn has none; nobody has two
WITH this AS (
    SELECT b.id FROM salesreg.broadcasts b WHERE b.id = $1::bigint AND b.state = 'sending' FOR NO KEY UPDATE SKIP LOCKED
), room AS (
    SELECT greatest($5::bigint - count(*), 0) AS n
    FROM (SELECT q.state, q.due_at FROM salesreg.outbox q WHERE q.broadcast IS NOT NULL ORDER BY q.broadcast OFFSET 0) o
    WHERE o.state IN ('queued', 'sending') AND o.due_at <= now()
), turn AS (
    SELECT r.rep FROM salesreg.broadcast_recipients r JOIN this t ON t.id = r.broadcast
    WHERE r.broadcast = $1::bigint AND r.state = 'waiting' ORDER BY r.broadcast, r.rep LIMIT (SELECT n FROM room) FOR UPDATE OF r SKIP LOCKED
), fit AS (
    SELECT DISTINCT ON (s.telegram_id) s.id AS rep, s.telegram_id AS chat_id,
           CASE WHEN h.locale = ANY ($2::text[]) THEN h.locale ELSE $4::text END AS locale
    FROM turn n
    JOIN public.sales_representatives s ON s.id = n.rep AND s.status = 'active'
    LEFT JOIN salesreg.user_sessions h ON h.user_id = s.telegram_id
    WHERE NOT EXISTS (SELECT 1 FROM salesreg.broadcast_recipients x WHERE x.broadcast = $1::bigint AND x.chat_id = s.telegram_id)
    ORDER BY s.telegram_id, s.id
), queued AS (
    INSERT INTO salesreg.outbox (chat_id, method, payload, priority, broadcast)
    SELECT f.chat_id, 'sendMessage', (p.payload::jsonb || pg_catalog.jsonb_build_object('chat_id', f.chat_id))::json, 2, $1::bigint
    FROM fit f JOIN unnest($2::text[], $3::text[]) AS p (locale, payload) ON p.locale = f.locale
)
UPDATE salesreg.broadcast_recipients r
SET chat_id = f.chat_id, state = CASE WHEN f.rep IS NULL THEN 'left' ELSE 'queued' END
FROM turn n LEFT JOIN fit f ON f.rep = n.rep
WHERE r.broadcast = $1::bigint AND r.rep = n.rep
-- name: broadcasts_shown cold
-- $1 a broadcast, $2 what its message says from now on, as an edit, or NULL: the same, $3 by which it is known that it says so, $4 microseconds
-- until it is looked at again, or -1: it is over. While an edit waits in that chat there is no other, unless it is the last one
WITH this AS (
    SELECT b.id, b.admin, b.shown_message FROM salesreg.broadcasts b
    WHERE b.id = $1::bigint AND b.ended_at IS NULL
      AND ($4::bigint >= 0 OR NOT EXISTS (SELECT 1 FROM salesreg.broadcast_recipients r
                                          WHERE r.broadcast = b.id AND r.state IN ('waiting', 'queued')))
    FOR NO KEY UPDATE SKIP LOCKED
), said AS (
    SELECT t.id, t.admin FROM this t
    WHERE $2::text IS NOT NULL
      AND ($4::bigint < 0 OR NOT EXISTS (SELECT 1 FROM salesreg.outbox o
                                         WHERE o.chat_id = t.admin AND o.state IN ('queued', 'sending') AND o.method = 'editMessageText'
                                           AND o.payload ->> 'message_id' = t.shown_message::text OFFSET 0))
), told AS (
    INSERT INTO salesreg.outbox (chat_id, method, payload, priority)
    SELECT s.admin, CASE WHEN $2::json ->> 'message_id' IS NULL THEN 'sendMessage' ELSE 'editMessageText' END, $2::json, 1 FROM said s
)
UPDATE salesreg.broadcasts b
SET shown = CASE WHEN s.id IS NULL THEN b.shown ELSE $3::text END, shown_at = CASE WHEN s.id IS NULL THEN b.shown_at ELSE now() END,
    due_at = now() + greatest($4::bigint, 0) * interval '1 microsecond', ended_at = CASE WHEN $4::bigint < 0 THEN now() END,
    state = CASE WHEN $4::bigint < 0 AND b.state = 'sending' THEN 'done' ELSE b.state END,
    text = CASE WHEN $4::bigint < 0 THEN '' ELSE b.text END, format = CASE WHEN $4::bigint < 0 THEN NULL ELSE b.format END
FROM this t LEFT JOIN said s ON s.id = t.id
WHERE b.id = t.id
