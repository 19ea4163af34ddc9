-- name: business_read
-- $1 connections, $2 who the chat of the rep's account is with, or 0, $3 their usernames in lower case, '' if none, $4 messages: what the
-- connection is, which open prospect of this rep the other one is (by their conversation, else by what the table has as their contact),
-- whether nobody of ours has said a word to them, and whether the message is the bot's own. No prospect: the chat is no business of ours
SELECT u.connection, u.peer, u.message, b.telegram_id, b.enabled, b.can_reply, b.can_read, b.rights, s.locale,
       k.prospect, k.name, coalesce(v.owner, 'bot'), coalesce(v.version, 1), v.telegram_id, k.assignment, k.contacted,
       h.incoming_at > now() - interval '24 hours' AND h.refused_at IS NULL,
       k.unreached AND v.telegram_id IS NULL AND v.blocked_at IS NULL AND h.own_at IS NULL
       AND NOT EXISTS (SELECT 1 FROM salesreg.opt_outs o WHERE o.telegram_id = u.peer OFFSET 0),
       EXISTS (SELECT 1 FROM salesreg.business_messages m
               WHERE m.connection = u.connection AND m.chat_id = u.peer AND m.message_id = u.message)
FROM unnest($1::text[], $2::bigint[], $3::text[], $4::bigint[]) AS u (connection, peer, username, message)
CROSS JOIN LATERAL (SELECT q.* FROM salesreg.business_connections q WHERE q.id = u.connection OFFSET 0) b
LEFT JOIN LATERAL (SELECT t.locale FROM salesreg.user_sessions t WHERE t.user_id = b.telegram_id OFFSET 0) s ON true
LEFT JOIN LATERAL (
    SELECT q.id AS prospect, left(q.name, 255) AS name, a.id AS assignment, q.status = 'unreached' AS unreached,
           EXISTS (SELECT 1 FROM salesreg.prospect_events e
                   WHERE e.prospect = q.id AND e.assignment = a.id AND e.kind = 'contacted' OFFSET 0) AS contacted
    FROM (SELECT w.prospect, true AS met FROM salesreg.conversations w WHERE w.telegram_id = u.peer
          UNION ALL
          (SELECT i.prospect, false FROM salesreg.prospect_identities i
           WHERE i.kind = 'telegram_id' AND i.value = u.peer::text AND i.kind <> 'none' LIMIT 20)
          UNION ALL
          (SELECT i.prospect, false FROM salesreg.prospect_identities i
           WHERE i.kind = 'username' AND i.value = u.username AND u.username <> '' AND i.kind <> 'none' LIMIT 20)) m
    JOIN public.test_prospects q ON q.id = m.prospect AND q.status IN ('unreached', 'contacted', 'in_conversation')
    JOIN public.sales_representatives r ON r.id = q.assigned_rep_id AND r.telegram_id = b.telegram_id AND r.status = 'active'
    LEFT JOIN LATERAL (SELECT n.id FROM salesreg.assignments n
                       WHERE n.prospect = q.id AND n.ended_at IS NULL AND n.rep = r.id LIMIT 1) a ON true
    WHERE b.enabled AND (m.met OR NOT EXISTS (SELECT 1 FROM salesreg.conversations w
                                              WHERE w.prospect = q.id AND w.telegram_id <> u.peer))
    ORDER BY m.met DESC, q.created_at DESC, q.id DESC
    LIMIT 1) k ON true
LEFT JOIN LATERAL (SELECT w.* FROM salesreg.conversations w WHERE w.prospect = k.prospect OFFSET 0) v ON true
LEFT JOIN LATERAL (SELECT w.* FROM salesreg.business_chats w WHERE w.connection = u.connection AND w.chat_id = u.peer OFFSET 0) h ON true
-- name: business_end
-- $1 connections that are no more
UPDATE salesreg.business_connections SET enabled = false, check_due = false, updated_at = now()
WHERE id = ANY ($1::text[]) AND enabled
-- name: business_replace
-- $1 accounts, $2 their connections from now on: an account has one
UPDATE salesreg.business_connections b SET enabled = false, check_due = false, updated_at = now()
FROM unnest($1::bigint[], $2::text[]) AS f (telegram_id, id)
WHERE b.telegram_id = f.telegram_id AND b.id <> f.id AND b.enabled
-- name: business_connect
-- $1 accounts, $2 connections, $3 whether they may write, $4 whether they may mark as read, $5 other rights, $6 seconds since 1970: as
-- Telegram says that they are; after business_replace
INSERT INTO salesreg.business_connections (id, telegram_id, enabled, can_reply, can_read, rights, connected_at)
SELECT f.id, f.telegram_id, true, f.can_reply, f.can_read, f.rights, least(to_timestamp(f.at), now())
FROM unnest($1::bigint[], $2::text[], $3::boolean[], $4::boolean[], $5::text[], $6::bigint[])
    AS f (telegram_id, id, can_reply, can_read, rights, at)
ON CONFLICT (id) DO UPDATE
SET enabled = true, can_reply = excluded.can_reply, can_read = excluded.can_read, rights = excluded.rights, check_due = false,
    updated_at = now()
-- name: business_heard
-- $1 connections, $2 accounts, $3 prospects, $4 when, in seconds since 1970: the prospect wrote to the rep's own account, which answers
-- whatever they were to be reminded of, and opens the chat to the bot for a day
WITH f AS (
    SELECT DISTINCT ON (u.connection, u.chat_id) u.connection, u.chat_id, u.prospect, least(to_timestamp(u.at), now()) AS at
    FROM unnest($1::text[], $2::bigint[], $3::varchar[], $4::bigint[]) AS u (connection, chat_id, prospect, at)
    ORDER BY u.connection, u.chat_id, u.at DESC
), chat AS (
    INSERT INTO salesreg.business_chats AS c (connection, chat_id, prospect, incoming_at)
    SELECT f.connection, f.chat_id, f.prospect, f.at FROM f
    ON CONFLICT (connection, chat_id) DO UPDATE
    SET prospect = excluded.prospect, incoming_at = greatest(c.incoming_at, excluded.incoming_at), refused_at = NULL, refused = NULL
), answered AS (
    UPDATE public.test_prospects p SET status = 'in_conversation', last_contact_at = now(), updated_at = now()
    FROM f WHERE p.id = f.prospect AND p.status IN ('unreached', 'contacted', 'in_conversation')
)
DELETE FROM salesreg.timers t USING f WHERE t.prospect = f.prospect AND t.kind = 'reminder'
-- name: business_greet
-- $1 prospects who wrote first, $2 versions of their conversations: unless their rep writes, the bot greets them as the rep in a moment
WITH f AS (
    SELECT DISTINCT ON (u.prospect) u.prospect, u.version FROM unnest($1::varchar[], $2::bigint[]) AS u (prospect, version)
    ORDER BY u.prospect, u.version DESC
), known AS (
    INSERT INTO salesreg.conversations (prospect) SELECT f.prospect FROM f ON CONFLICT (prospect) DO NOTHING
)
INSERT INTO salesreg.timers (kind, prospect, rep, version, due_at)
SELECT 'reach_out', f.prospect, p.assigned_rep_id, f.version, now() + interval '2 minutes'
FROM f JOIN public.test_prospects p ON p.id = f.prospect
ON CONFLICT (prospect, kind) DO NOTHING
-- name: business_own
-- $1 connections, $2 accounts, $3 prospects, $4 when, in seconds since 1970: the rep wrote there, by hand. Then the bot greets nobody
WITH f AS (
    SELECT DISTINCT ON (u.connection, u.chat_id) u.connection, u.chat_id, u.prospect, least(to_timestamp(u.at), now()) AS at
    FROM unnest($1::text[], $2::bigint[], $3::varchar[], $4::bigint[]) AS u (connection, chat_id, prospect, at)
    ORDER BY u.connection, u.chat_id, u.at DESC
), greeted AS (
    DELETE FROM salesreg.timers t USING f WHERE t.prospect = f.prospect AND t.kind = 'reach_out'
)
INSERT INTO salesreg.business_chats AS c (connection, chat_id, prospect, own_at)
SELECT f.connection, f.chat_id, f.prospect, f.at FROM f
ON CONFLICT (connection, chat_id) DO UPDATE
SET prospect = excluded.prospect, own_at = greatest(c.own_at, excluded.own_at), refused_at = NULL, refused = NULL
-- name: business_deleted
-- $1 connections, $2 accounts, $3 numbers of messages that are no more, with commas
DELETE FROM salesreg.business_messages m USING unnest($1::text[], $2::bigint[], $3::text[]) AS f (connection, chat_id, messages)
WHERE m.connection = f.connection AND m.chat_id = f.chat_id AND m.message_id = ANY (string_to_array(f.messages, ',')::bigint[])
-- name: business_ask_all cold
-- at the start of a leader
UPDATE salesreg.business_connections SET check_due = true WHERE enabled AND NOT check_due
-- name: business_to_ask cold
-- connections that Telegram is to be asked about, some of them
SELECT b.id, b.telegram_id, b.can_reply, b.can_read, b.rights, s.locale
FROM salesreg.business_connections b LEFT JOIN salesreg.user_sessions s ON s.user_id = b.telegram_id
WHERE b.check_due ORDER BY b.id LIMIT 20
-- name: business_asked cold
-- $1 those that were
UPDATE salesreg.business_connections SET check_due = false WHERE id = ANY ($1::text[]) AND check_due
-- name: business_prune cold
-- $1 days, at most 10,000 at a time: what the bot wrote as a rep long ago, edits of which change nothing, and connections that ended then
WITH old AS (
    SELECT connection, chat_id, message_id FROM salesreg.business_messages
    WHERE at < now() - $1::integer * interval '1 day' LIMIT 10000
), gone AS (
    DELETE FROM salesreg.business_messages m USING old o
    WHERE m.connection = o.connection AND m.chat_id = o.chat_id AND m.message_id = o.message_id RETURNING 1
), ended AS (
    DELETE FROM salesreg.business_connections b
    WHERE NOT b.enabled AND b.updated_at < now() - $1::integer * interval '1 day' RETURNING b.id
), chats AS (
    DELETE FROM salesreg.business_chats c USING ended e WHERE c.connection = e.id
)
SELECT count(*) FROM gone
