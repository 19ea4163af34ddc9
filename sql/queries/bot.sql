-- name: leader_lock cold
-- session lock; one leader a bot id. Asked again and again rather than waited for: a wait would hold a snapshot, and
-- with it back VACUUM, for as long as there is a leader.
SELECT pg_catalog.pg_try_advisory_lock(1935764581, pg_catalog.hashint8($1::bigint) | 16)
-- name: bot_state_take cold
-- $1 bot id, $2 what this process had marked as in hand when it lost the leadership, or NULL: it did not die of it, so
-- that mark is taken back. What the last leader left; from here on the state counts as unclean until bot_state_rest. The last
-- column: which making of our tables it is (home_seen), for outbox_claim.
WITH before AS (
    SELECT clean, told, next_update_id, in_hand_update_id,
           in_hand_count - coalesce(in_hand_update_id = $2::bigint, false)::integer AS in_hand_count,
           greatest(0, extract(epoch FROM send_blocked_until - now()) * 1000000)::bigint AS blocked_us
    FROM salesreg.bot_state WHERE bot_id = $1::bigint
), taken AS (
    INSERT INTO salesreg.bot_state AS s (bot_id, clean) VALUES ($1::bigint, false)
    ON CONFLICT (bot_id) DO UPDATE
    SET clean = false, told = false, updated_at = now(),
        in_hand_count = s.in_hand_count - coalesce(s.in_hand_update_id = $2::bigint, false)::integer
    RETURNING 1
)
SELECT b.clean, b.next_update_id, b.in_hand_update_id, b.in_hand_count, b.blocked_us, b.told,
       'salesreg.home'::pg_catalog.regclass::oid::bigint
FROM taken LEFT JOIN before b ON true
-- name: bot_state_other cold
-- $1 bot: the other one that this database serves, if it is another
SELECT b.bot_id, b.username FROM salesreg.bot_state b WHERE b.bot_id <> $1::bigint
-- name: bot_state_name cold
UPDATE salesreg.bot_state SET username = $2::text WHERE bot_id = $1::bigint AND username IS DISTINCT FROM $2::text
-- name: bot_state_rest cold
UPDATE salesreg.bot_state SET clean = true, in_hand_update_id = NULL, in_hand_count = 0, updated_at = now()
WHERE bot_id = $1::bigint
-- name: bot_state_rest_carefully cold
UPDATE salesreg.bot_state SET told = true, updated_at = now() WHERE bot_id = $1::bigint
-- name: bot_state_advance cold
-- $1 bot, $2 expected next id, $3 new one: the fence of a batch
WITH moved AS (
    UPDATE salesreg.bot_state
    SET next_update_id = $3::bigint, in_hand_update_id = NULL, in_hand_count = 0, updated_at = now()
    WHERE bot_id = $1::bigint AND next_update_id IS NOT DISTINCT FROM $2::bigint
    RETURNING 1
)
SELECT salesreg.must(count(*) = 1) FROM moved
-- name: bot_state_in_hand cold
UPDATE salesreg.bot_state
SET in_hand_count = CASE WHEN in_hand_update_id = $2::bigint THEN in_hand_count + 1 ELSE 1 END,
    in_hand_update_id = $2::bigint
WHERE bot_id = $1::bigint
-- name: bot_state_block cold
-- $2 microseconds from now
UPDATE salesreg.bot_state SET send_blocked_until = now() + $2::bigint * interval '1 microsecond'
WHERE bot_id = $1::bigint
-- name: update_park cold
INSERT INTO salesreg.parked_updates (bot_id, update_id, user_id, payload, is_message, reason)
VALUES ($1::bigint, $2::bigint, $3::bigint, $4::json, $5::boolean, $6::text)
-- name: bytes_park cold
-- $3 hexadecimal
INSERT INTO salesreg.parked_updates (bot_id, update_id, raw, reason)
VALUES ($1::bigint, $2::bigint, decode($3::text, 'hex'), $4::text)
-- name: parked_claim cold
-- $1 bot, $2 the reason until the retry has come to its end. The request is used up before the retry begins: an update
-- that kills the bot does so once. No row: nobody asks for a retry.
WITH next AS (
    SELECT id FROM salesreg.parked_updates WHERE bot_id = $1::bigint AND retry_at IS NOT NULL
    ORDER BY id LIMIT 1 FOR UPDATE NOWAIT
)
UPDATE salesreg.parked_updates p SET retry_at = NULL, reason = $2::text
FROM next n WHERE p.id = n.id
RETURNING p.id, p.payload,
          -- words of then would be taken for an answer to what was asked since
          p.is_message
              AND EXISTS (SELECT 1 FROM salesreg.user_sessions s WHERE s.user_id = p.user_id AND s.updated_at > p.parked_at),
          encode(p.raw, 'hex')
-- name: parked_done cold
-- in the transaction of what it changes, which is undone if somebody has dropped it meanwhile
WITH gone AS (
    DELETE FROM salesreg.parked_updates WHERE id = $1::bigint RETURNING 1
)
SELECT salesreg.must(count(*) = 1) FROM gone
-- name: parked_failed cold
UPDATE salesreg.parked_updates SET reason = $2::text WHERE id = $1::bigint
-- name: bot_backlog
-- how many messages wait, are under way, were refused for good, and for how many milliseconds the oldest of each has been
-- there; how many updates are parked. 10,000 stands for that many or more: asked every few seconds, so it must stay cheap
-- however many there are.
SELECT count(*) FILTER (WHERE o.state = 'queued'),
       (extract(epoch FROM now() - min(o.created_at) FILTER (WHERE o.state = 'queued')) * 1000)::bigint,
       count(*) FILTER (WHERE o.state = 'sending'),
       (extract(epoch FROM now() - min(o.created_at) FILTER (WHERE o.state = 'sending')) * 1000)::bigint,
       (SELECT count(*) FROM (SELECT 1 FROM salesreg.outbox WHERE state = 'failed' ORDER BY id LIMIT 10000) f),
       (SELECT (extract(epoch FROM now() - f.created_at) * 1000)::bigint FROM salesreg.outbox f
        WHERE f.state = 'failed' ORDER BY f.id LIMIT 1),
       (SELECT count(*) FROM (SELECT 1 FROM salesreg.parked_updates LIMIT 10000) p)
FROM (SELECT greatest(created_at, released_at) AS created_at, state FROM salesreg.outbox WHERE state IN ('queued', 'sending') ORDER BY id LIMIT 10000) o
-- name: bot_username
SELECT b.username FROM salesreg.bot_state b LIMIT 1
