-- name: outbox_insert
-- $1 chats, $2 methods, $3 payloads, $4 priorities, $5 whether to send at once, $6 the updates they answer or 0, $7 versions of the
-- chat's conversation they were decided on, 0: none, -1: the one that it is now, $8 whether nobody asked for them, $9 whose words they carry, or NULL. Where the chat
-- has something unsent, the row waits behind it (and lends it its priority: outbox_promote); so does, for outbox_claim to look at,
-- what may be superseded already.
INSERT INTO salesreg.outbox AS o (chat_id, method, payload, priority, state, attempts, answers_to, version, unasked, relay)
SELECT f.chat_id, f.method, f.payload::json, f.priority, f.state, (f.state = 'sending')::integer, nullif(f.answers_to, 0),
       nullif(f.version, 0), f.unasked, f.relay::json
FROM (
    SELECT u.chat_id, u.method, u.payload, u.priority, u.place, u.answers_to, u.unasked, u.relay,
           CASE WHEN u.version >= 0 THEN u.version
                ELSE (SELECT c.version FROM salesreg.conversations c WHERE c.telegram_id = u.chat_id) END AS version,
           CASE WHEN u.now AND NOT u.unasked
                     AND NOT EXISTS (SELECT 1 FROM salesreg.outbox q
                                     WHERE q.chat_id = u.chat_id AND q.state IN ('queued', 'sending'))
                     AND (u.version <= 0 OR EXISTS (SELECT 1 FROM salesreg.conversations c
                                                   WHERE c.telegram_id = u.chat_id AND c.version = u.version OFFSET 0))
                THEN 'sending' ELSE 'queued' END AS state
    FROM unnest($1::bigint[], $2::text[], $3::text[], $4::smallint[], $5::boolean[], $6::bigint[], $7::bigint[], $8::boolean[],
                $9::text[])
        WITH ORDINALITY AS u (chat_id, method, payload, priority, now, answers_to, version, unasked, relay, place)
    ORDER BY u.place
) f
RETURNING o.id, o.state, (extract(epoch FROM o.created_at) * 1000000)::bigint
-- name: outbox_albums
-- $1 chats, $2 chats where they were said, $3 messages there, $4 albums they are parts of, $5 whose words they carry, $6 messages that
-- go before them or NULL, $7 priorities. Parts may come in several polls: the row waits for a second after the last of them
WITH parts AS (
    SELECT u.chat_id, u.from_chat, u.album, array_agg(u.message ORDER BY u.message) AS messages,
           (array_agg(u.relay ORDER BY u.message))[1]::jsonb AS relay, (array_agg(u.head ORDER BY u.message))[1] AS head,
           min(u.priority) AS priority
    FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::text[], $5::text[], $6::text[], $7::smallint[])
        AS u (chat_id, from_chat, message, album, relay, head, priority)
    GROUP BY u.chat_id, u.from_chat, u.album
), known AS (
    SELECT o.id, p.chat_id, p.album, m.messages
    FROM parts p
    CROSS JOIN LATERAL (SELECT q.id, q.relay FROM salesreg.outbox q
                        WHERE q.chat_id = p.chat_id AND q.state IN ('queued', 'sending') AND q.state = 'queued'
                          AND q.attempts = 0 AND q.relay ->> 'album' = p.album
                        ORDER BY q.chat_id, q.id OFFSET 0) o
    CROSS JOIN LATERAL (SELECT array_agg(DISTINCT x.id ORDER BY x.id) AS messages
                        FROM (SELECT j.value::bigint AS id FROM json_array_elements_text(o.relay -> 'messages') j
                              UNION ALL SELECT unnest(p.messages)) x) m
), grown AS (
    UPDATE salesreg.outbox o
    SET payload = (o.payload::jsonb || jsonb_build_object('message_ids', to_jsonb(k.messages)))::json,
        relay = (o.relay::jsonb || jsonb_build_object('messages', to_jsonb(k.messages)))::json,
        due_at = now() + interval '1 second'
    FROM known k WHERE o.id = k.id
), fresh AS (
    SELECT p.* FROM parts p
    WHERE NOT EXISTS (SELECT 1 FROM known k WHERE k.chat_id = p.chat_id AND k.album = p.album)
)
INSERT INTO salesreg.outbox (chat_id, method, payload, priority, relay, due_at)
SELECT n.chat_id, n.method, n.payload, n.priority, n.relay, n.due_at
FROM (SELECT f.chat_id, f.album, 1 AS place, 'sendMessage' AS method, f.head::json AS payload, f.priority, NULL::json AS relay,
             now() AS due_at
      FROM fresh f WHERE f.head IS NOT NULL
      UNION ALL
      SELECT f.chat_id, f.album, 2, 'copyMessages',
             json_build_object('chat_id', f.chat_id, 'from_chat_id', f.from_chat, 'message_ids', to_json(f.messages)), f.priority,
             (f.relay || jsonb_build_object('album', f.album, 'messages', to_jsonb(f.messages)))::json, now() + interval '1 second'
      FROM fresh f
      ORDER BY 1, 2, 3) n
-- name: outbox_promote
-- $1 chats with a reply that may wait behind less urgent rows: within a chat order is kept, so those go with it
-- (by the chat's index, never by going through everything that is queued)
UPDATE salesreg.outbox o SET priority = 0
FROM (SELECT q.id FROM unnest($1::bigint[]) AS u (chat_id)
      CROSS JOIN LATERAL (SELECT r.id, r.state = 'queued' AND r.priority > 0 AS less FROM salesreg.outbox r
                          WHERE r.chat_id = u.chat_id AND r.state IN ('queued', 'sending')
                          ORDER BY r.chat_id, r.id OFFSET 0 FOR UPDATE SKIP LOCKED) q
      WHERE q.less) waiting
WHERE o.id = waiting.id
-- name: outbox_edits
-- $1 chats, $2 messages in them: edits of these that are not delivered yet, or were in the last minute, the last one last. What a press
-- came with shows none of them. Links that open something are not in those that were delivered
SELECT f.chat_id, f.message_id, e.payload::text
FROM (SELECT DISTINCT u.chat_id, u.message_id FROM unnest($1::bigint[], $2::bigint[]) AS u (chat_id, message_id)) f
CROSS JOIN LATERAL (
    SELECT q.id, q.method, q.payload
    FROM (SELECT r.id, r.method, r.payload FROM salesreg.outbox r
          WHERE r.chat_id = f.chat_id AND r.state IN ('queued', 'sending') ORDER BY r.chat_id, r.id OFFSET 0) q
    UNION ALL
    SELECT h.id, h.method, h.payload
    FROM (SELECT r.id, r.method, r.payload, r.state FROM salesreg.outbox_history r
          WHERE r.chat_id = f.chat_id AND r.method IN ('editMessageText', 'editMessageReplyMarkup')
            AND r.finished_at > now() - interval '1 minute' OFFSET 0) h
    WHERE h.state = 'sent') e
WHERE e.method IN ('editMessageText', 'editMessageReplyMarkup') AND e.payload ->> 'message_id' = f.message_id::text
ORDER BY e.id
-- name: outbox_thin
-- $1 chats, $2 how many answers may wait in one. Where more do, somebody asks faster than Telegram lets the bot answer, and the
-- newest answer is the only one that still says anything: the older ones become history. What is being sent stays, and what
-- Telegram wanted later, which keeps those behind it waiting as long as it asked; so does what somebody holds a lock on, and
-- whatever answers nothing. How many went.
WITH crowded AS (
    SELECT c.chat_id, w.newest
    FROM (SELECT DISTINCT unnest($1::bigint[]) AS chat_id) c
    CROSS JOIN LATERAL (SELECT count(DISTINCT q.answers_to) AS answers, (array_agg(q.answers_to ORDER BY q.id DESC))[1] AS newest
                        FROM (SELECT r.id, r.answers_to, r.state FROM salesreg.outbox r
                              WHERE r.chat_id = c.chat_id AND r.state IN ('queued', 'sending')
                              ORDER BY r.chat_id, r.id OFFSET 0) q
                        WHERE q.state = 'queued' AND q.answers_to IS NOT NULL) w
    WHERE w.answers > $2::bigint
), old AS (
    SELECT o.id
    FROM crowded c
    CROSS JOIN LATERAL (SELECT r.id FROM salesreg.outbox r
                        WHERE r.chat_id = c.chat_id AND r.state IN ('queued', 'sending') AND r.state = 'queued'
                          AND r.answers_to <> c.newest AND r.due_at <= now()
                        ORDER BY r.chat_id, r.id OFFSET 0 FOR UPDATE SKIP LOCKED) o
), gone AS (
    DELETE FROM salesreg.outbox o USING old WHERE o.id = old.id
    RETURNING o.id, o.chat_id, o.method, o.payload, o.priority, o.attempts, o.possible_duplicate, o.created_at
), kept AS (
    INSERT INTO salesreg.outbox_history (id, chat_id, method, payload, priority, state, attempts, possible_duplicate, error,
                                         created_at)
    SELECT id, chat_id, method,
           CASE WHEN payload::text LIKE ANY ('{%?start=%,%start_3D%,%start?s=%}') THEN salesreg.redacted(payload) ELSE payload END,
           priority, 'dropped', attempts, possible_duplicate, 'crowded', created_at FROM gone
)
SELECT count(*), count(DISTINCT chat_id) FROM gone
-- name: outbox_requeue_in_flight cold
-- $1 ids, or NULL for all: what a dead leader was sending goes again, in order, marked. How many, beside each that somebody
-- holds a lock on (one row with NULL if there is none such).
WITH stale AS (
    SELECT id FROM salesreg.outbox WHERE state = 'sending' AND ($1::bigint[] IS NULL OR id = ANY ($1::bigint[]))
    FOR UPDATE SKIP LOCKED
), again AS (
    UPDATE salesreg.outbox o SET state = 'queued', possible_duplicate = true, due_at = now()
    FROM stale s WHERE o.id = s.id RETURNING 1
)
SELECT (SELECT count(*) FROM again), o.id
FROM (SELECT 1) AS one
LEFT JOIN salesreg.outbox o ON o.state = 'sending' AND ($1::bigint[] IS NULL OR o.id = ANY ($1::bigint[]))
                           AND NOT EXISTS (SELECT 1 FROM stale s WHERE s.id = o.id)
LIMIT 512
-- name: outbox_hold cold
-- $1 hours, at a take-over, after outbox_requeue_in_flight: what was made (or released by a person) longer ago waits for a person's
-- word. How many.
WITH old AS (
    SELECT id FROM salesreg.outbox WHERE state = 'queued'
                                      AND coalesce(released_at, created_at) < now() - $1::bigint * interval '1 hour'
    FOR UPDATE SKIP LOCKED
), held AS (
    UPDATE salesreg.outbox o SET state = 'held' FROM old WHERE o.id = old.id RETURNING 1
)
SELECT count(*) FROM held
-- name: outbox_claim
-- $1 how many, $2 chats not to touch now: those their limits hold back, and those with a message under way. The oldest
-- unsent row of each other chat, most urgent chats first. What was made in the future, as the server's clock was set back since,
-- is due: its chat would wait for the clock. $3 what bot_state_take found: of tables that were restored from a dump since,
-- nothing is claimed before they have been entered, and old messages held. What is not to be sent any more becomes history, and is
-- returned as `dropped`: the conversation has changed hands since it was decided, its person has said STOP; and, of what nobody asked
-- for, they sleep by now, or the prospect is closed or somebody else's. What is dropped was not written: it counts for no day.
WITH due AS (
    SELECT o.id,
           CASE WHEN o.version IS NOT NULL AND o.connection IS NULL
                     AND NOT EXISTS (SELECT 1 FROM salesreg.conversations c
                                     WHERE c.telegram_id = o.chat_id AND c.version = o.version OFFSET 0) THEN 'superseded'
                -- the bot's own words as the rep: while it leads, and may, and that one is still the rep
                WHEN o.version IS NOT NULL AND o.connection IS NOT NULL
                     AND NOT EXISTS (SELECT 1 FROM public.test_prospects p
                                     JOIN public.sales_representatives r ON r.id = p.assigned_rep_id AND r.status = 'active'
                                     JOIN salesreg.conversations c ON c.prospect = p.id AND c.version = o.version
                                     CROSS JOIN LATERAL salesreg.way_as_rep(p.id, r.telegram_id) y
                                     WHERE p.id = o.relay ->> 'prospect' AND p.status IN ('unreached', 'contacted', 'in_conversation')
                                       AND y.connection = o.connection AND y.chat_id = o.chat_id OFFSET 0) THEN 'superseded'
                WHEN o.unasked
                     AND EXISTS (SELECT 1 FROM salesreg.opt_outs p WHERE p.telegram_id = o.chat_id OFFSET 0) THEN 'opted out'
                WHEN o.not_after <= now() THEN 'too late'
                WHEN o.broadcast IS NOT NULL
                     AND NOT EXISTS (SELECT 1 FROM salesreg.broadcasts b WHERE b.id = o.broadcast AND b.state <> 'stopped' OFFSET 0)
                THEN 'stopped'
                WHEN o.broadcast IS NOT NULL
                     AND NOT EXISTS (SELECT 1 FROM public.sales_representatives r
                                     WHERE r.telegram_id = o.chat_id AND r.status = 'active' OFFSET 0) THEN 'no rep any more'
                WHEN o.unasked_on IS NOT NULL AND o.connection IS NULL
                     AND NOT EXISTS (SELECT 1 FROM salesreg.conversations c
                                     CROSS JOIN LATERAL (SELECT coalesce(q.status, '') IN ('unreached', 'contacted', 'in_conversation') AS open,
                                                                q.assigned_rep_id
                                                         FROM public.test_prospects q WHERE q.id = c.prospect OFFSET 0) p
                                     WHERE c.telegram_id = o.chat_id AND p.open AND p.assigned_rep_id IS NOT DISTINCT FROM o.unasked_rep OFFSET 0) THEN 'out of date'
                -- words and answers of a prospect whom another rep has by now; the card shows those to that one
                WHEN o.connection IS NULL AND coalesce(o.relay ->> 'prospect', o.summary_of) IS NOT NULL AND o.relay ->> 'notice' IS NULL
                     AND NOT EXISTS (SELECT 1 FROM public.test_prospects p
                                     JOIN public.sales_representatives r ON r.id = p.assigned_rep_id
                                     WHERE p.id = coalesce(o.relay ->> 'prospect', o.summary_of)
                                       AND r.telegram_id = o.chat_id AND r.status = 'active' OFFSET 0)
                     AND NOT EXISTS (SELECT 1 FROM salesreg.conversations c
                                     WHERE c.telegram_id = o.chat_id
                                       AND c.prospect = coalesce(o.relay ->> 'prospect', o.summary_of) OFFSET 0)
                THEN 'not theirs any more'
           END AS dropped
    FROM salesreg.outbox o
    WHERE 'salesreg.home'::pg_catalog.regclass::oid::bigint = $3::bigint
      AND o.state = 'queued' AND (o.due_at <= now() OR o.created_at > now()) AND o.chat_id <> ALL ($2::bigint[])
      AND NOT EXISTS (SELECT 1 FROM salesreg.outbox b
                      WHERE b.chat_id = o.chat_id AND b.state IN ('queued', 'sending') AND b.id < o.id
                      OFFSET 0) -- a look-up a row, however small the table was when this was planned
    ORDER BY o.priority, o.id
    LIMIT $1::integer
    FOR UPDATE OF o SKIP LOCKED -- what an open psql holds keeps only its own chat waiting
), gone AS (
    DELETE FROM salesreg.outbox o USING due WHERE o.id = due.id AND due.dropped IS NOT NULL
    RETURNING o.id, o.chat_id, o.method, o.payload, o.priority, o.attempts, o.possible_duplicate, o.created_at, o.unasked_on, o.broadcast,
              CASE WHEN o.connection IS NOT NULL THEN o.relay ->> 'prospect' END AS as_rep_to, due.dropped
), told AS (
    UPDATE salesreg.broadcast_recipients r SET state = CASE g.dropped WHEN 'stopped' THEN 'stopped' ELSE 'left' END
    FROM gone g WHERE g.broadcast IS NOT NULL AND r.broadcast = g.broadcast AND r.chat_id = g.chat_id
), uncounted AS (
    UPDATE salesreg.conversations c SET unasked_count = c.unasked_count - 1
    FROM (SELECT q.prospect FROM gone g
          CROSS JOIN LATERAL (SELECT n.prospect, n.unasked_on, n.unasked_count FROM salesreg.conversations n
                              WHERE n.prospect = coalesce(g.as_rep_to, (SELECT m.prospect FROM salesreg.conversations m
                                                                        WHERE m.telegram_id = g.chat_id))
                              OFFSET 0 FOR NO KEY UPDATE SKIP LOCKED) q
          WHERE g.unasked_on = q.unasked_on AND q.unasked_count > 0) w
    WHERE c.prospect = w.prospect
), kept AS (
    INSERT INTO salesreg.outbox_history (id, chat_id, method, payload, priority, state, attempts, possible_duplicate, error,
                                         created_at)
    SELECT id, chat_id, method,
           CASE WHEN payload::text LIKE ANY ('{%?start=%,%start_3D%,%start?s=%}') THEN salesreg.redacted(payload) ELSE payload END,
           priority, 'dropped', attempts, possible_duplicate, dropped, created_at FROM gone
), claimed AS (
    UPDATE salesreg.outbox o
    SET state = 'sending', attempts = o.attempts + 1,
        -- a summary that this chat has already is edited
        method = CASE WHEN o.summary_of IS NULL THEN o.method
                      WHEN EXISTS (SELECT 1 FROM salesreg.qualifications q
                                   WHERE q.prospect = o.summary_of AND q.summary_chat = o.chat_id AND q.summary_message IS NOT NULL)
                      THEN 'editMessageText' ELSE 'sendMessage' END,
        payload = CASE WHEN o.summary_of IS NULL THEN o.payload
                       ELSE coalesce((SELECT (o.payload::jsonb || pg_catalog.jsonb_build_object('message_id', q.summary_message))::json
                                      FROM salesreg.qualifications q
                                      WHERE q.prospect = o.summary_of AND q.summary_chat = o.chat_id AND q.summary_message IS NOT NULL),
                                     (o.payload::jsonb - 'message_id')::json) END
    FROM due WHERE o.id = due.id AND due.dropped IS NULL
    RETURNING o.id, o.chat_id, o.method, o.payload::text, o.priority, o.attempts, o.possible_duplicate,
              (extract(epoch FROM now() - greatest(o.created_at, o.released_at)) * 1000000)::bigint AS age_us,
              (extract(epoch FROM o.created_at) * 1000000)::bigint AS birth_us, NULL::text AS dropped, o.relay::text AS relay,
              o.summary_of IS NOT NULL OR o.relay -> 'anew' IS NOT NULL AS anew
)
SELECT * FROM claimed
UNION ALL
SELECT id, chat_id, method, '', priority, attempts, possible_duplicate, 0, 0, dropped, NULL, false FROM gone
ORDER BY priority, id
-- name: outbox_remaining
-- what a claim left: microseconds until the next row that was put off is due (NULL: none was), and whether any waits at
-- all, perhaps behind one of its chat that is under way
SELECT (extract(epoch FROM (SELECT min(due_at) FROM salesreg.outbox
                                WHERE state = 'queued' AND due_at > created_at AND due_at > now()) - now())
        * 1000000)::bigint,
       EXISTS (SELECT 1 FROM salesreg.outbox WHERE state = 'queued')
-- name: outbox_sent
-- $1 ids, $2 chats, $3 when they were made, $4 message ids, $5 all of them where an album was copied, or NULL. Here and in the next three: a row is the one that was meant only
-- if all three are the same, because a failover may lose the last rows, and their ids are given again; what somebody holds a
-- lock on is left as it is, and returned.
WITH mine AS (
    SELECT o.id, f.message_id, f.message_ids::bigint[] AS message_ids
    FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::text[])
        AS f (id, chat_id, birth_us, message_id, message_ids)
    JOIN salesreg.outbox o ON o.id = f.id AND o.chat_id = f.chat_id
                          AND (extract(epoch FROM o.created_at) * 1000000)::bigint = f.birth_us
    FOR UPDATE OF o SKIP LOCKED
), done AS (
    DELETE FROM salesreg.outbox o USING mine f WHERE o.id = f.id
    RETURNING o.id, o.chat_id, o.method, o.payload, o.priority, o.attempts, o.possible_duplicate, f.message_id,
              o.created_at, o.summary_of, o.relay, o.connection, f.message_ids, o.broadcast, o.then_edit
), edited AS (
    INSERT INTO salesreg.outbox (chat_id, method, payload, priority)
    SELECT chat_id, 'editMessageText', (then_edit::jsonb || jsonb_build_object('message_id', message_id))::json, 1
    FROM done WHERE then_edit IS NOT NULL AND message_id > 0
), had AS (
    UPDATE salesreg.broadcast_recipients r SET state = 'sent'
    FROM done d WHERE d.broadcast IS NOT NULL AND r.broadcast = d.broadcast AND r.chat_id = d.chat_id
), summaries AS (
    UPDATE salesreg.qualifications q SET summary_chat = d.chat_id, summary_message = d.message_id
    FROM done d WHERE d.summary_of IS NOT NULL AND d.method = 'sendMessage' AND q.prospect = d.summary_of
), pairs AS (
    INSERT INTO salesreg.relay_pairs (to_chat, to_message, from_chat, from_message, prospect, caption, card)
    SELECT chat_id, message_id, (relay ->> 'chat')::bigint, (relay ->> 'message')::bigint, relay ->> 'prospect',
           coalesce((relay ->> 'caption')::boolean, false), coalesce((relay ->> 'card')::boolean, false)
    FROM done WHERE relay IS NOT NULL AND message_id > 0 AND relay -> 'messages' IS NULL AND connection IS NULL
    ON CONFLICT (to_chat, to_message) DO UPDATE
    SET from_chat = excluded.from_chat, from_message = excluded.from_message, prospect = excluded.prospect,
        caption = excluded.caption, card = excluded.card, at = now()
), as_rep AS (
    INSERT INTO salesreg.business_messages (connection, chat_id, message_id, from_chat, from_message, prospect, caption)
    SELECT connection, chat_id, message_id, (relay ->> 'chat')::bigint, (relay ->> 'message')::bigint, relay ->> 'prospect',
           coalesce((relay ->> 'caption')::boolean, false)
    FROM done WHERE relay IS NOT NULL AND message_id > 0 AND connection IS NOT NULL
    ON CONFLICT DO NOTHING
), album_pairs AS (
    -- what cannot be copied is left out without a word (Bot API, "copyMessages"): then nobody knows which is which, but whose they are
    INSERT INTO salesreg.relay_pairs (to_chat, to_message, from_chat, from_message, prospect, caption)
    SELECT d.chat_id, m.id, CASE WHEN w.whole THEN (d.relay ->> 'chat')::bigint END,
           CASE WHEN w.whole THEN (d.relay -> 'messages' ->> (m.place - 1)::integer)::bigint END, d.relay ->> 'prospect', w.whole
    FROM done d
    CROSS JOIN LATERAL (SELECT cardinality(d.message_ids) = json_array_length(d.relay -> 'messages') AS whole) w
    CROSS JOIN LATERAL unnest(d.message_ids) WITH ORDINALITY AS m (id, place)
    ON CONFLICT DO NOTHING
), told AS (
    INSERT INTO salesreg.outbox (chat_id, method, payload, priority)
    SELECT (d.relay ->> 'chat')::bigint, 'sendMessage', salesreg.relay_refusal(d.relay, false, 'can''t be copied'), 0
    FROM done d
    WHERE d.relay -> 'messages' IS NOT NULL AND d.relay ->> 'refused' <> '{}'
      AND coalesce(cardinality(d.message_ids), 0) < json_array_length(d.relay -> 'messages')
), receipts AS (
    -- a sign under what was said that it has arrived, and which way: costs no message, makes no sound
    INSERT INTO salesreg.outbox (chat_id, method, payload, priority)
    SELECT (relay ->> 'chat')::bigint, 'setMessageReaction',
           json_build_object('chat_id', (relay ->> 'chat')::bigint, 'message_id', (relay ->> 'message')::bigint,
                             'reaction', json_build_array(json_build_object('type', 'emoji', 'emoji', CASE WHEN connection IS NULL THEN '👍' ELSE '✍' END))), 2
    FROM done
    WHERE relay ->> 'receipt' = 'true'
      AND (relay -> 'messages' IS NULL OR cardinality(message_ids) = json_array_length(relay -> 'messages'))
), kept AS (
    INSERT INTO salesreg.outbox_history (id, chat_id, method, payload, priority, state, attempts, possible_duplicate,
                                         message_id, created_at)
    -- a card that went with a reply (outbox_promote) is found as a card again: it is as old as its assignment
    SELECT id, chat_id, method,
           CASE WHEN payload::text LIKE ANY ('{%?start=%,%start_3D%,%start?s=%}') THEN salesreg.redacted(payload) ELSE payload END,
           CASE WHEN priority = 0 AND payload::text LIKE '%"a:%' AND EXISTS (
                    SELECT 1 FROM regexp_matches(payload::text, '"a:([0-9]{1,18}):[di]"', 'g') m
                    JOIN salesreg.assignments a ON a.id = m[1]::bigint
                    WHERE created_at IN (a.started_at, a.shown_at))
                THEN 1 ELSE priority END,
           'sent', attempts, possible_duplicate, message_id, created_at FROM done
)
SELECT o.id FROM salesreg.outbox o
JOIN unnest($1::bigint[], $2::bigint[], $3::bigint[]) AS f (id, chat_id, birth_us)
    ON f.id = o.id AND f.chat_id = o.chat_id AND f.birth_us = (extract(epoch FROM o.created_at) * 1000000)::bigint
WHERE (SELECT count(*) FROM mine) < cardinality($1::bigint[]) AND o.id = ANY ($1::bigint[])
  AND NOT EXISTS (SELECT 1 FROM mine m WHERE m.id = o.id)
-- name: outbox_reschedule
-- $1 ids, $2 chats, $3 when they were made, $4 microseconds from now, $5 whether the message may have arrived, $6 what was
-- said, $7 whether what it edits is gone, so that it goes as a new message, $8 what is sent then, or NULL: the same
WITH mine AS (
    SELECT o.id, f.pause_us, f.maybe, f.error, f.anew, f.payload, o.chat_id, o.summary_of
    FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::boolean[], $6::text[], $7::boolean[], $8::text[])
        AS f (id, chat_id, birth_us, pause_us, maybe, error, anew, payload)
    JOIN salesreg.outbox o ON o.id = f.id AND o.chat_id = f.chat_id
                          AND (extract(epoch FROM o.created_at) * 1000000)::bigint = f.birth_us
    FOR UPDATE OF o SKIP LOCKED
), done AS (
    UPDATE salesreg.outbox o
    SET state = 'queued', due_at = now() + f.pause_us * interval '1 microsecond', error = f.error,
        possible_duplicate = o.possible_duplicate OR f.maybe,
        method = CASE WHEN f.anew THEN 'sendMessage' ELSE o.method END,
        payload = CASE WHEN f.anew THEN coalesce(o.relay -> 'anew', (o.payload::jsonb - 'message_id')::json)
                       ELSE coalesce(f.payload::json, o.payload) END,
        relay = CASE WHEN f.anew AND o.relay IS NOT NULL THEN (o.relay::jsonb - 'anew' - 'caption')::json ELSE o.relay END
    FROM mine f WHERE o.id = f.id
), unseen AS (
    -- outbox_claim edits it for as long as there is one
    UPDATE salesreg.qualifications q SET summary_message = NULL
    FROM mine f WHERE f.anew AND q.prospect = f.summary_of AND q.summary_chat = f.chat_id
)
SELECT o.id FROM salesreg.outbox o
JOIN unnest($1::bigint[], $2::bigint[], $3::bigint[]) AS f (id, chat_id, birth_us)
    ON f.id = o.id AND f.chat_id = o.chat_id AND f.birth_us = (extract(epoch FROM o.created_at) * 1000000)::bigint
WHERE (SELECT count(*) FROM mine) < cardinality($1::bigint[]) AND o.id = ANY ($1::bigint[])
  AND NOT EXISTS (SELECT 1 FROM mine m WHERE m.id = o.id)
-- name: outbox_unreachable
-- $1 ids, $2 chats, $3 when they were made, $4 what was said, $5 microseconds to wait, $6 seconds of grace: a rep's
-- messages wait while the prospects do (salesreg.is_given_up); anybody else's are done with
WITH mine AS (
    SELECT o.id, f.error, f.pause_us,
           EXISTS (SELECT 1 FROM public.sales_representatives r JOIN salesreg.rep_rotation d ON d.rep = r.id
                   WHERE r.telegram_id = o.chat_id AND r.status IN ('active', 'pending')
                     AND NOT salesreg.is_given_up(d.unreachable_since, $6::bigint)) AS waits
    FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::text[], $5::bigint[]) AS f (id, chat_id, birth_us, error, pause_us)
    JOIN salesreg.outbox o ON o.id = f.id AND o.chat_id = f.chat_id
                          AND (extract(epoch FROM o.created_at) * 1000000)::bigint = f.birth_us
    FOR UPDATE OF o SKIP LOCKED
), again AS (
    UPDATE salesreg.outbox o
    SET state = 'queued', due_at = now() + f.pause_us * interval '1 microsecond', error = f.error
    FROM mine f WHERE o.id = f.id AND f.waits
), done AS (
    DELETE FROM salesreg.outbox o USING mine f WHERE o.id = f.id AND NOT f.waits
    RETURNING o.id, o.chat_id, o.method, o.payload, o.priority, o.attempts, o.possible_duplicate, f.error, o.created_at, o.relay,
              o.broadcast
), unhad AS (
    UPDATE salesreg.broadcast_recipients r SET state = 'gone'
    FROM done d WHERE d.broadcast IS NOT NULL AND r.broadcast = d.broadcast AND r.chat_id = d.chat_id
), told AS (
    INSERT INTO salesreg.outbox (chat_id, method, payload, priority)
    SELECT (relay ->> 'chat')::bigint, 'sendMessage', salesreg.relay_refusal(relay, true, error), 0
    FROM done WHERE relay ->> 'refused' <> '{}'
), kept AS (
    INSERT INTO salesreg.outbox_history (id, chat_id, method, payload, priority, state, attempts, possible_duplicate,
                                         error, created_at)
    SELECT id, chat_id, method,
           CASE WHEN payload::text LIKE ANY ('{%?start=%,%start_3D%,%start?s=%}') THEN salesreg.redacted(payload) ELSE payload END,
           priority, 'gone', attempts, possible_duplicate, error, created_at FROM done
), missed AS (
    INSERT INTO salesreg.missed_chats (chat_id) SELECT DISTINCT chat_id FROM done WHERE priority > 0
    ON CONFLICT DO NOTHING
)
SELECT o.id FROM salesreg.outbox o
JOIN unnest($1::bigint[], $2::bigint[], $3::bigint[]) AS f (id, chat_id, birth_us)
    ON f.id = o.id AND f.chat_id = o.chat_id AND f.birth_us = (extract(epoch FROM o.created_at) * 1000000)::bigint
WHERE (SELECT count(*) FROM mine) < cardinality($1::bigint[]) AND o.id = ANY ($1::bigint[])
  AND NOT EXISTS (SELECT 1 FROM mine m WHERE m.id = o.id)
-- name: outbox_failed
-- $1 ids, $2 chats, $3 when they were made, $4 what was said: kept for `salesreg outbox`; of somebody's words the sender is told.
-- What Telegram does not let the bot write as the rep goes by the bot itself, where the prospect has met it
WITH mine AS (
    SELECT o.id, f.error
    FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::text[]) AS f (id, chat_id, birth_us, error)
    JOIN salesreg.outbox o ON o.id = f.id AND o.chat_id = f.chat_id
                          AND (extract(epoch FROM o.created_at) * 1000000)::bigint = f.birth_us
    FOR UPDATE OF o SKIP LOCKED
), done AS (
    UPDATE salesreg.outbox o SET state = 'failed', error = f.error
    FROM mine f WHERE o.id = f.id AND o.relay -> 'refused' IS NULL AND o.connection IS NULL
    RETURNING o.broadcast, o.chat_id
), unhad AS (
    UPDATE salesreg.broadcast_recipients r SET state = 'failed'
    FROM done d WHERE d.broadcast IS NOT NULL AND r.broadcast = d.broadcast AND r.chat_id = d.chat_id
), refused AS (
    DELETE FROM salesreg.outbox o USING mine f WHERE o.id = f.id AND (o.relay -> 'refused' IS NOT NULL OR o.connection IS NOT NULL)
    RETURNING o.id, o.chat_id, o.method, o.payload, o.priority, o.attempts, o.possible_duplicate, f.error, o.created_at, o.relay,
              o.connection, CASE WHEN o.connection IS NOT NULL AND o.method LIKE 'send%' AND o.relay ->> 'message' IS NOT NULL
                                 THEN (SELECT v.telegram_id FROM salesreg.conversations v
                                       WHERE v.prospect = o.relay ->> 'prospect') END AS account
), closed AS (
    -- by what is said of the chat, not of a message: nothing more is tried there
    UPDATE salesreg.business_chats c SET refused_at = now(), refused = left(r.error, 500)
    FROM refused r
    WHERE c.connection = r.connection AND c.chat_id = r.chat_id AND r.method LIKE 'send%' AND r.error !~* 'VOICE_MESSAGES_FORBIDDEN|file|too long|ENTITY|parse entities|(PHOTO|MEDIA|STICKER|IMAGE|VIDEO|DOCUMENT|AUDIO)_'
), doubted AS (
    UPDATE salesreg.business_connections b SET check_due = true
    FROM refused r WHERE b.id = r.connection AND b.enabled
), again AS (
    INSERT INTO salesreg.outbox (chat_id, method, payload, priority, relay)
    SELECT account, 'copyMessage',
           json_build_object('chat_id', account, 'from_chat_id', (relay ->> 'chat')::bigint, 'message_id', (relay ->> 'message')::bigint),
           0, relay
    FROM refused WHERE account IS NOT NULL
), told AS (
    INSERT INTO salesreg.outbox (chat_id, method, payload, priority)
    SELECT (relay ->> 'chat')::bigint, 'sendMessage', salesreg.relay_refusal(relay, false, error), 0 FROM refused
    WHERE account IS NULL AND relay ->> 'refused' <> '{}'
), kept AS (
    INSERT INTO salesreg.outbox_history (id, chat_id, method, payload, priority, state, attempts, possible_duplicate,
                                         error, created_at)
    SELECT id, chat_id, method, payload, priority, 'refused', attempts, possible_duplicate, error, created_at FROM refused
)
SELECT o.id FROM salesreg.outbox o
JOIN unnest($1::bigint[], $2::bigint[], $3::bigint[]) AS f (id, chat_id, birth_us)
    ON f.id = o.id AND f.chat_id = o.chat_id AND f.birth_us = (extract(epoch FROM o.created_at) * 1000000)::bigint
WHERE (SELECT count(*) FROM mine) < cardinality($1::bigint[]) AND o.id = ANY ($1::bigint[])
  AND NOT EXISTS (SELECT 1 FROM mine m WHERE m.id = o.id)
-- name: outbox_prune cold
-- $1 days; at most 10,000 at a time
WITH old AS (
    SELECT ctid FROM salesreg.outbox_history WHERE finished_at < now() - $1::integer * interval '1 day' LIMIT 10000
), gone AS (
    DELETE FROM salesreg.outbox_history h WHERE h.ctid = ANY (ARRAY(SELECT ctid FROM old)) RETURNING 1
)
SELECT count(*) FROM gone
-- name: hidden_people_add cold
-- $1 Telegram ids; those of long ago are forgotten
WITH old AS (
    DELETE FROM salesreg.hidden_people
    WHERE refused_at < now() - interval '30 days' AND telegram_id <> ALL ($1::bigint[])
)
INSERT INTO salesreg.hidden_people (telegram_id) SELECT DISTINCT unnest($1::bigint[])
ON CONFLICT (telegram_id) DO UPDATE SET refused_at = now()
-- name: hidden_people_read cold
-- those refused lately: who writes to the bot later, or changes their privacy, is tried again after a week
SELECT telegram_id FROM salesreg.hidden_people WHERE refused_at > now() - interval '7 days'
ORDER BY refused_at DESC LIMIT 10000
