-- name: file_imports_sent cold
-- $1 chats, $2 messages with a file each, $3 the files' ids, $4 names, $5 sizes: the last of a chat is read, unless one is being imported there
WITH sent AS (
    INSERT INTO salesreg.file_imports AS i (chat_id, message_id, file_id, file_name, size)
    SELECT DISTINCT ON (f.chat_id) f.chat_id, f.message_id, f.file_id, left(f.file_name, 255), f.size
    FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::text[], $5::bigint[]) AS f (chat_id, message_id, file_id, file_name, size)
    ORDER BY f.chat_id, f.message_id DESC
    ON CONFLICT (chat_id) DO UPDATE
    SET message_id = excluded.message_id, file_id = excluded.file_id, file_name = excluded.file_name, size = excluded.size, state = 'sent',
        attempts = 0, due_at = now()
    WHERE i.state NOT IN ('all', 'good')
    RETURNING 1
)
SELECT pg_catalog.pg_notify('salesreg_admin', '') FROM (SELECT 1 FROM sent LIMIT 1) AS any_sent
-- name: file_imports_read cold
-- $1 chats: the files there, and how far each is
SELECT i.chat_id, i.message_id, left(i.state, 20), left(i.file_name, 255) FROM salesreg.file_imports i WHERE i.chat_id = ANY ($1::bigint[])
ORDER BY i.chat_id FOR NO KEY UPDATE
-- name: file_imports_wanted cold
-- $1 chats, $2 messages, $3 what is wanted of each file: all, good
WITH wanted AS (
    UPDATE salesreg.file_imports i SET state = f.state, attempts = 0, due_at = now()
    FROM unnest($1::bigint[], $2::bigint[], $3::text[]) AS f (chat_id, message_id, state)
    WHERE i.chat_id = f.chat_id AND i.message_id = f.message_id AND i.state = 'shown'
    RETURNING 1
)
SELECT pg_catalog.pg_notify('salesreg_admin', '') FROM (SELECT 1 FROM wanted LIMIT 1) AS any_wanted
-- name: file_imports_cancelled cold
-- $1 chats, $2 messages
DELETE FROM salesreg.file_imports i USING unnest($1::bigint[], $2::bigint[]) AS f (chat_id, message_id)
WHERE i.chat_id = f.chat_id AND i.message_id = f.message_id AND i.state = 'shown'
-- name: file_imports_due cold
-- $1 how many at most, $2 chats whose files this process has in hand; what is due in more than two days is, as the server's clock was set
-- back since
SELECT i.chat_id, i.attempts, i.message_id, left(i.file_id, 512), left(i.file_name, 255), i.size, left(i.state, 20), s.locale
FROM salesreg.file_imports i LEFT JOIN salesreg.user_sessions s ON s.user_id = i.chat_id
WHERE (i.due_at <= now() OR i.due_at > now() + interval '2 days') AND i.chat_id <> ALL ($2::bigint[])
ORDER BY i.due_at LIMIT $1::integer FOR NO KEY UPDATE OF i SKIP LOCKED
-- name: file_imports_next cold
-- $1 chats whose files this process has in hand: microseconds until others are due; NULL: none are
SELECT (extract(epoch FROM (SELECT min(i.due_at) FROM salesreg.file_imports i WHERE i.chat_id <> ALL ($1::bigint[])) - now())
        * 1000000)::bigint
-- name: file_imports_claim cold
-- $1 chats, $2 messages: those that still are as they were
UPDATE salesreg.file_imports i SET attempts = i.attempts + 1
FROM (SELECT q.chat_id FROM unnest($1::bigint[], $2::text[]) AS u (chat_id, message_id)
      JOIN salesreg.file_imports q ON q.chat_id = u.chat_id AND q.message_id = u.message_id::bigint
      FOR NO KEY UPDATE OF q SKIP LOCKED) f
WHERE i.chat_id = f.chat_id
RETURNING i.chat_id
-- name: file_imports_result cold
-- $1 chats, $2 messages, $3 what was wanted of each file, $4 methods, $5 payloads, NULL: nothing is said, $6 microseconds until it is tried
-- again; -1: it has been shown, and is kept for a day; -2: it is done with. Those that somebody holds a lock on: nothing is written of them yet
WITH mine AS (
    SELECT q.chat_id, u.method, u.payload, u.pause_us
    FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::bigint[])
        AS u (chat_id, message_id, state, method, payload, pause_us)
    JOIN salesreg.file_imports q ON q.chat_id = u.chat_id AND q.message_id = u.message_id AND q.state = u.state
    FOR UPDATE OF q SKIP LOCKED
), again AS (
    UPDATE salesreg.file_imports i
    SET state = CASE WHEN f.pause_us = -1 THEN 'shown' ELSE i.state END, attempts = CASE WHEN f.pause_us = -1 THEN 0 ELSE i.attempts END,
        due_at = CASE WHEN f.pause_us = -1 THEN now() + interval '1 day' ELSE now() + f.pause_us * interval '1 microsecond' END
    FROM mine f WHERE i.chat_id = f.chat_id AND f.pause_us >= -1
), gone AS (
    DELETE FROM salesreg.file_imports i USING mine f WHERE i.chat_id = f.chat_id AND f.pause_us < -1
), told AS (
    INSERT INTO salesreg.outbox (chat_id, method, payload, priority)
    SELECT f.chat_id, f.method, f.payload::json, 0 FROM mine f WHERE f.payload IS NOT NULL
)
SELECT i.chat_id FROM salesreg.file_imports i
JOIN unnest($1::bigint[], $2::bigint[], $3::text[]) AS u (chat_id, message_id, state)
  ON u.chat_id = i.chat_id AND u.message_id = i.message_id AND u.state = i.state
WHERE NOT EXISTS (SELECT 1 FROM mine m WHERE m.chat_id = i.chat_id)
-- name: file_imports_imported cold
-- within the import's own transaction: $1 chat, $2 message, $3 method, $4 payload: what the admin reads, once, and the file is done with
WITH gone AS (
    DELETE FROM salesreg.file_imports WHERE chat_id = $1::bigint AND message_id = $2::bigint AND state IN ('all', 'good') RETURNING chat_id
), told AS (
    INSERT INTO salesreg.outbox (chat_id, method, payload, priority) SELECT g.chat_id, $3::text, $4::json, 0 FROM gone g
)
SELECT salesreg.must((SELECT count(*) FROM gone) = 1)
