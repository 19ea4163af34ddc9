-- name: stats_ask cold
-- $1 chats, $2 the message in each that the figures are to take the place of, or 0, $3 of how many days, $4 whether as tables; the last word of a chat counts. The
-- bot hears of it at once
WITH asked AS (
    INSERT INTO salesreg.stats_requests AS s (chat_id, message_id, days, as_table)
    SELECT DISTINCT ON (f.chat_id) f.chat_id, nullif(f.message_id, 0), f.days, f.as_table
    FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::boolean[]) WITH ORDINALITY AS f (chat_id, message_id, days, as_table, place)
    ORDER BY f.chat_id, f.place DESC
    ON CONFLICT (chat_id) DO UPDATE
    SET message_id = excluded.message_id, days = excluded.days, as_table = excluded.as_table, wanted = s.wanted + 1, attempts = 0, due_at = now()
    RETURNING 1
)
SELECT pg_catalog.pg_notify('salesreg_admin', '') FROM (SELECT 1 FROM asked LIMIT 1) AS any_asked
-- name: stats_due cold
-- $1 how many at most, $2 chats whose figures this process is counting; what is due in more than a day is, as the server's clock was set
-- back since
SELECT s.chat_id, s.attempts, s.message_id, s.days, s.wanted, s.as_table, h.locale
FROM salesreg.stats_requests s LEFT JOIN salesreg.user_sessions h ON h.user_id = s.chat_id
WHERE (s.due_at <= now() OR s.due_at > now() + interval '1 day') AND s.chat_id <> ALL ($2::bigint[])
ORDER BY s.due_at LIMIT $1::integer FOR NO KEY UPDATE OF s SKIP LOCKED
-- name: stats_next cold
-- $1 chats whose figures this process is counting: microseconds until others are due; NULL: none are
SELECT (extract(epoch FROM (SELECT min(s.due_at) FROM salesreg.stats_requests s WHERE s.chat_id <> ALL ($1::bigint[])) - now())
        * 1000000)::bigint
-- name: stats_claim cold
-- $1 chats, $2 which request of each: those that still want it
UPDATE salesreg.stats_requests s SET attempts = s.attempts + 1
FROM (SELECT q.chat_id FROM unnest($1::bigint[], $2::text[]) AS u (chat_id, wanted)
      JOIN salesreg.stats_requests q ON q.chat_id = u.chat_id AND q.wanted = u.wanted::bigint
      FOR NO KEY UPDATE OF q SKIP LOCKED) f
WHERE s.chat_id = f.chat_id
RETURNING s.chat_id
-- name: stats_result cold
-- $1 chats, $2 which request of each it was, $3 methods, $4 payloads, NULL: nothing is said, $5 microseconds until it is tried again, or -1:
-- it is done with. Those that somebody holds a lock on: nothing is written of them yet
WITH mine AS (
    SELECT q.chat_id, u.method, u.payload, u.pause_us
    FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::text[], $5::bigint[]) AS u (chat_id, wanted, method, payload, pause_us)
    JOIN salesreg.stats_requests q ON q.chat_id = u.chat_id AND q.wanted = u.wanted
    FOR UPDATE OF q SKIP LOCKED
), again AS (
    UPDATE salesreg.stats_requests s SET due_at = now() + f.pause_us * interval '1 microsecond'
    FROM mine f WHERE s.chat_id = f.chat_id AND f.pause_us >= 0
), gone AS (
    DELETE FROM salesreg.stats_requests s USING mine f WHERE s.chat_id = f.chat_id AND f.pause_us < 0
), told AS (
    INSERT INTO salesreg.outbox (chat_id, method, payload, priority)
    SELECT f.chat_id, f.method, f.payload::json, 0 FROM mine f WHERE f.payload IS NOT NULL
)
SELECT s.chat_id FROM salesreg.stats_requests s
JOIN unnest($1::bigint[], $2::bigint[]) AS u (chat_id, wanted) ON u.chat_id = s.chat_id AND u.wanted = s.wanted
WHERE NOT EXISTS (SELECT 1 FROM mine m WHERE m.chat_id = s.chat_id)
