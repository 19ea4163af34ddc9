-- name: operator_session
-- $1 milliseconds for an answer, $2 for a lock: a command must not hang for ever. Compiling our statements takes seconds, and running them does not
SELECT set_config('statement_timeout', $1::text, false), set_config('lock_timeout', $2::text, false), set_config('jit', 'off', false)
-- name: operator_leader
-- whether a bot leads now, of $1 bot id or (NULL) any: see leader_lock, whose second key always has the bit 16
SELECT EXISTS (
    SELECT 1 FROM pg_catalog.pg_locks l
    -- whoever else holds it is no bot
    JOIN pg_catalog.pg_stat_activity a ON a.pid = l.pid AND a.application_name LIKE 'salesreg bot%'
    WHERE l.locktype = 'advisory' AND l.classid = 1935764581 AND l.granted AND (l.objid::bigint & 16) <> 0
      AND l.database = (SELECT d.oid FROM pg_catalog.pg_database d WHERE d.datname = current_database())
      AND ($1::bigint IS NULL OR l.objid = (pg_catalog.hashint8($1::bigint) | 16)::oid))
-- name: operator_outbox_list
-- $1 state or NULL, $2 how many
SELECT o.id, o.chat_id, o.method, o.state, o.attempts, o.priority,
       (extract(epoch FROM now() - o.created_at) * 1000)::bigint, (extract(epoch FROM o.due_at - now()) * 1000)::bigint,
       o.possible_duplicate, o.error, o.payload
FROM salesreg.outbox o WHERE $1::text IS NULL OR o.state = $1::text
ORDER BY o.id LIMIT $2::integer
-- name: operator_outbox_count
SELECT count(*) FROM salesreg.outbox o WHERE $1::text IS NULL OR o.state = $1::text
-- name: operator_outbox_retry
-- $1 ids, or NULL for all, $2 'failed' or 'held'. To its old place in its chat, and no less urgent than what waits behind it
-- there. By its id, also what is queued and put off, which is due at once. When what was held is released is remembered: else the next leader would hold it again.
WITH again AS (
    UPDATE salesreg.outbox o SET state = 'queued', due_at = now(),
        released_at = CASE WHEN o.state = 'held' THEN now() ELSE o.released_at END,
        priority = least(o.priority, (SELECT min(q.priority) FROM salesreg.outbox q
                                      WHERE q.chat_id = o.chat_id AND q.state IN ('queued', 'sending')))
    WHERE (o.state = $2::text AND ($1::bigint[] IS NULL OR o.id = ANY ($1::bigint[])))
       OR (o.state = 'queued' AND $2::text = 'failed' AND o.id = ANY ($1::bigint[]) AND o.due_at > now() + interval '1 minute')
    RETURNING o.id
)
SELECT a.id, pg_catalog.pg_notify('salesreg_outbox', '') FROM again a ORDER BY a.id
-- name: operator_outbox_drop
-- $1 ids, or NULL for all that are $2, 'failed' or 'held'. What is being sent stays: it may have arrived by now.
WITH gone AS (
    DELETE FROM salesreg.outbox o
    WHERE o.state <> 'sending' AND CASE WHEN $1::bigint[] IS NULL THEN o.state = $2::text ELSE o.id = ANY ($1::bigint[]) END
    RETURNING o.id, o.chat_id, o.method, o.payload, o.priority, o.attempts, o.possible_duplicate, o.error, o.created_at,
              o.broadcast
), unhad AS (
    UPDATE salesreg.broadcast_recipients r SET state = 'stopped'
    FROM gone g WHERE g.broadcast IS NOT NULL AND r.broadcast = g.broadcast AND r.chat_id = g.chat_id
)
INSERT INTO salesreg.outbox_history (id, chat_id, method, payload, priority, state, attempts, possible_duplicate, error,
                                     created_at)
SELECT id, chat_id, method,
           CASE WHEN payload::text LIKE ANY ('{%?start=%,%start_3D%,%start?s=%}') THEN salesreg.redacted(payload) ELSE payload END,
           priority, 'dropped', attempts, possible_duplicate, error, created_at FROM gone
RETURNING id, pg_catalog.pg_notify('salesreg_outbox', '') -- what waited behind it may go now
-- name: operator_outbox_states
-- $1 ids: each with its state, or NULL if there is no such message
SELECT u.id, o.state FROM unnest($1::bigint[]) AS u (id) LEFT JOIN salesreg.outbox o ON o.id = u.id ORDER BY u.id
-- name: operator_parked_list
-- $1 ids or NULL for all, $2 how many
SELECT p.id, p.update_id, p.user_id, p.reason, (extract(epoch FROM now() - p.parked_at) * 1000)::bigint,
       p.retry_at IS NOT NULL, p.payload, encode(p.raw, 'hex')
FROM salesreg.parked_updates p WHERE $1::bigint[] IS NULL OR p.id = ANY ($1::bigint[])
ORDER BY p.id LIMIT $2::integer
-- name: operator_parked_count
SELECT count(*) FROM salesreg.parked_updates
-- name: operator_parked_retry
-- $1 ids; one whose content was too long to be kept has nothing to be handled
UPDATE salesreg.parked_updates p SET retry_at = coalesce(p.retry_at, now())
WHERE p.id = ANY ($1::bigint[]) AND (p.raw IS NOT NULL OR p.payload::text <> '{}')
RETURNING p.id, pg_catalog.pg_notify('salesreg_parked', '')
-- name: operator_parked_drop
DELETE FROM salesreg.parked_updates p WHERE p.id = ANY ($1::bigint[]) RETURNING p.id
-- name: operator_bot
-- which bot this database serves; no row: none yet
SELECT b.bot_id, b.username FROM salesreg.bot_state b
-- name: operator_adopt
-- $1 the new bot. Nothing of what was read from Telegram for the old one holds for it: message ids are another bot's, so that replies
-- and edits by the old ones would go astray.
WITH pairs AS (
    DELETE FROM salesreg.relay_pairs
), summaries AS (
    UPDATE salesreg.qualifications SET summary_chat = NULL, summary_message = NULL WHERE summary_message IS NOT NULL
), drafts AS (
    UPDATE salesreg.user_sessions SET draft = draft - 'seen' WHERE draft ? 'seen'
)
UPDATE salesreg.bot_state SET bot_id = $1::bigint, next_update_id = NULL, in_hand_update_id = NULL, in_hand_count = 0,
    send_blocked_until = NULL, username = NULL, clean = true, updated_at = now()
RETURNING bot_id
-- name: operator_reps_at_work
-- how many reps have to open a new bot, and how many messages wait
SELECT (SELECT count(*) FROM public.sales_representatives r WHERE r.status IN ('active', 'pending')),
       (SELECT count(*) FROM salesreg.outbox o WHERE o.state IN ('queued', 'sending'))
