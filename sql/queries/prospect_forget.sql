-- name: prospect_forget_hold cold
-- $1 prospect: whatever they write or press from now on is read when this is over, as is what is written about them by who is asked
-- for it. Before the assignment lock, as the bot does
SELECT s.user_id FROM salesreg.user_sessions s
WHERE s.user_id IN (SELECT c.telegram_id FROM salesreg.conversations c WHERE c.prospect = $1::varchar)
   OR s.draft ->> 'client' IN (SELECT k.id FROM salesreg.merged_into($1::varchar) AS k (id))
ORDER BY s.user_id FOR UPDATE
-- name: prospect_forget_alike cold
-- $1 prospect: others who are the same person, by what contacts tell
SELECT string_agg(DISTINCT j.prospect, ', ')
FROM salesreg.prospect_identities i
JOIN salesreg.prospect_identities j ON j.kind = i.kind AND j.value = i.value AND j.kind <> 'none' AND j.prospect <> i.prospect
JOIN public.test_prospects p ON p.id = j.prospect
WHERE i.prospect = $1::varchar AND i.kind <> 'none' AND NOT salesreg.is_nobodys(i.kind, i.value)
-- name: prospect_forget_history cold
-- $1 prospect, $2 seconds back, NULL: all: what was sent to them, and to others about them: by its buttons, which name an assignment or, in
-- an admin's chat, a hash of the id, by what was relayed, by their contacts wherever these stand, and by the name, or what of it was looked
-- for, in the chats of their reps and of who is or was an admin. So, too, of the rows that were merged into theirs. Of the others' buttons
-- those stay that are about somebody else, for who edits the message later; in the chat theirs go. How many messages
WITH ids AS MATERIALIZED (
    SELECT k.id FROM salesreg.merged_into($1::varchar) AS k (id)
), whose AS MATERIALIZED (
    SELECT c.telegram_id FROM salesreg.conversations c WHERE c.prospect = $1::varchar AND c.telegram_id IS NOT NULL
    UNION
    SELECT b.chat_id FROM salesreg.business_chats b WHERE b.prospect = $1::varchar
), own AS MATERIALIZED (
    SELECT a.id, a.rep FROM salesreg.assignments a WHERE a.prospect = ANY (ARRAY(SELECT id FROM ids)) AND a.ended_at IS NULL
    UNION ALL
    SELECT a.id, a.rep FROM salesreg.assignments a WHERE a.prospect = ANY (ARRAY(SELECT id FROM ids)) AND a.ended_at IS NOT NULL
), cards AS MATERIALIZED (
    SELECT '(a:(' || coalesce((SELECT string_agg(id::text, '|') FROM own), 'none') || '):|pc:(' || salesreg.card_hashes(ARRAY(SELECT id FROM ids)) || '))' AS data
), reps AS MATERIALIZED (
    SELECT r.telegram_id FROM own o JOIN public.sales_representatives r ON r.id = o.rep
    UNION
    SELECT r.telegram_id FROM public.sales_representatives r WHERE r.is_admin
    UNION
    SELECT n.chat_id FROM salesreg.chat_commands n WHERE n.audience LIKE '%admin'
    UNION
    SELECT x.who::bigint FROM salesreg.audit x WHERE x.actor = 'admin' AND x.who ~ '^[0-9]{1,18}$'
    UNION
    SELECT h.chat_id FROM salesreg.outbox_history h
    WHERE ($2::bigint IS NULL OR h.finished_at > now() - $2::bigint * interval '1 second') AND h.payload::text LIKE '%"pc:%'
), marks AS MATERIALIZED (
    SELECT btrim(to_json(m.mark)::text, '"') AS mark, m.named
    FROM (SELECT left(p.name, 255) AS mark, true AS named FROM public.test_prospects p WHERE p.id = $1::varchar
          UNION ALL
          SELECT ltrim(btrim(left(p.telegram_id, 255)), '@'), false FROM public.test_prospects p WHERE p.id = $1::varchar
          UNION ALL
          SELECT btrim(left(p.email, 255)), false FROM public.test_prospects p WHERE p.id = $1::varchar
          UNION ALL
          SELECT d.phone, false FROM salesreg.prospect_details d WHERE d.prospect = $1::varchar
          UNION ALL
          SELECT regexp_split_to_table(salesreg.answered_contacts($1::varchar), E'\n'), false
          UNION ALL
          SELECT n.mark, n.named FROM salesreg.merged_marks($1::varchar) AS n (mark, named)
          UNION ALL
          SELECT w.telegram_id::text, false FROM whose w) m
    WHERE length(btrim(m.mark)) >= CASE WHEN m.named THEN 3 ELSE 5 END
), hit AS MATERIALIZED (
    SELECT h.ctid AS place, h.id, h.chat_id, h.message_id, h.payload::text AS text, h.state,
           h.chat_id IN (SELECT telegram_id FROM whose) AS theirs
    FROM salesreg.outbox_history h
    WHERE ($2::bigint IS NULL OR h.finished_at > now() - $2::bigint * interval '1 second')
      AND h.payload::text <> '{}'
      AND (h.chat_id IN (SELECT telegram_id FROM whose)
           OR (h.chat_id, h.message_id) IN (SELECT n.to_chat, n.to_message FROM salesreg.relay_pairs n WHERE n.prospect = $1::varchar)
           OR h.payload::text ~ ('"' || (SELECT data FROM cards))
           OR EXISTS (SELECT 1 FROM marks m WHERE position(m.mark IN h.payload::text) > 0
                                              AND (NOT m.named OR h.chat_id IN (SELECT telegram_id FROM reps)))
           OR (h.chat_id IN (SELECT telegram_id FROM reps)
               AND EXISTS (SELECT 1 FROM marks m
                           WHERE position(lower(m.mark) IN lower(h.payload::text)) > 0 OR salesreg.looks_for(h.payload::text, m.mark))))
    FOR UPDATE
), kept AS MATERIALIZED (
    SELECT h.*, CASE WHEN NOT h.theirs AND h.text LIKE '%"inline_keyboard"%' AND position(E'\\u0000' IN h.text) = 0
                     THEN (SELECT jsonb_agg(x.buttons ORDER BY x.place)
                           FROM (SELECT r.place, jsonb_agg(c.button ORDER BY b.place) AS buttons
                                 FROM jsonb_array_elements(h.text::jsonb #> '{reply_markup,inline_keyboard}') WITH ORDINALITY AS r (value, place)
                                 CROSS JOIN LATERAL jsonb_array_elements(r.value) WITH ORDINALITY AS b (value, place)
                                 -- what leads back to a list has the words that were looked for
                                 CROSS JOIN LATERAL (SELECT CASE WHEN b.value ->> 'callback_data' ~ '^pc:[0-9a-f]{16}c'
                                                                 THEN jsonb_set(b.value, '{callback_data}',
                                                                                to_jsonb(left(b.value ->> 'callback_data', 20)))
                                                                 ELSE b.value END AS button) c
                                 WHERE c.button ->> 'callback_data' !~ ('^' || (SELECT data FROM cards) || '|^pl:[0-9]+[.]')
                                   AND NOT EXISTS (SELECT 1 FROM marks m WHERE position(lower(m.mark) IN lower(c.button::text)) > 0)
                                 GROUP BY r.place) x) END AS buttons
    FROM hit h
), blanked AS (
    UPDATE salesreg.outbox_history h
    SET payload = CASE WHEN k.buttons IS NULL THEN '{}'
                       ELSE json_build_object('chat_id', h.chat_id, 'reply_markup', json_build_object('inline_keyboard', k.buttons)) END,
        error = NULL, chat_id = CASE WHEN k.theirs THEN 0 ELSE h.chat_id END
    FROM kept k WHERE h.ctid = k.place
    RETURNING 1
), edits AS (
    INSERT INTO salesreg.outbox (chat_id, method, payload, priority)
    SELECT DISTINCT ON (k.chat_id, k.message_id) k.chat_id, 'editMessageReplyMarkup',
           json_build_object('chat_id', k.chat_id, 'message_id', k.message_id,
                             'reply_markup', json_build_object('inline_keyboard', coalesce(k.buttons, '[]'))), 1
    FROM kept k
    WHERE NOT k.theirs AND k.state = 'sent' AND k.message_id > 0 AND k.text ~ ('"' || (SELECT data FROM cards))
      -- and still as it was then
      AND NOT EXISTS (SELECT 1 FROM salesreg.outbox_history l
                      WHERE l.chat_id = k.chat_id AND l.message_id = k.message_id AND l.id > k.id AND l.state = 'sent'
                        AND l.method IN ('editMessageText', 'editMessageReplyMarkup') AND NOT EXISTS (SELECT 1 FROM hit o WHERE o.id = l.id))
    ORDER BY k.chat_id, k.message_id, k.id DESC
)
SELECT count(*) FROM blanked
-- name: prospect_forget_unsent cold
-- $1 prospect, locked: the same of what waits to be sent. A message about others as well is made anew for these: they get new assignments
-- and a new card (allocation_by_hand); where only the name stands in it, it goes without. What is being sent just now leaves no words
WITH ids AS MATERIALIZED (
    SELECT k.id FROM salesreg.merged_into($1::varchar) AS k (id)
), whose AS MATERIALIZED (
    SELECT c.telegram_id FROM salesreg.conversations c WHERE c.prospect = $1::varchar AND c.telegram_id IS NOT NULL
    UNION
    SELECT b.chat_id FROM salesreg.business_chats b WHERE b.prospect = $1::varchar
), cards AS MATERIALIZED (
    SELECT '(a:(' || coalesce(string_agg(a.id::text, '|'), 'none') || '):|pc:(' || salesreg.card_hashes(ARRAY(SELECT id FROM ids)) || '))' AS data
    FROM salesreg.assignments a WHERE a.prospect = ANY (ARRAY(SELECT id FROM ids))
), marks AS MATERIALIZED (
    SELECT btrim(to_json(m.mark)::text, '"') AS mark
    FROM (SELECT left(p.name, 255) AS mark FROM public.test_prospects p WHERE p.id = $1::varchar
          UNION ALL
          SELECT ltrim(btrim(left(p.telegram_id, 255)), '@') FROM public.test_prospects p WHERE p.id = $1::varchar
          UNION ALL
          SELECT btrim(left(p.email, 255)) FROM public.test_prospects p WHERE p.id = $1::varchar
          UNION ALL
          SELECT n.mark FROM salesreg.merged_marks($1::varchar) AS n (mark, named)) m
    WHERE length(btrim(m.mark)) >= 3
), hit AS MATERIALIZED (
    SELECT o.id, o.state, o.payload::text AS text,
           o.chat_id IN (SELECT telegram_id FROM whose) OR o.relay ->> 'prospect' IN (SELECT id FROM ids) OR o.summary_of IN (SELECT id FROM ids)
               OR o.payload::text ~ ('"' || (SELECT data FROM cards)) AS about
    FROM salesreg.outbox o
    WHERE o.chat_id IN (SELECT telegram_id FROM whose) OR o.relay ->> 'prospect' IN (SELECT id FROM ids) OR o.summary_of IN (SELECT id FROM ids)
       OR (o.payload::text ~ ('"' || (SELECT data FROM cards)) AND o.method <> 'editMessageReplyMarkup')
       OR EXISTS (SELECT 1 FROM marks m WHERE position(m.mark IN o.payload::text) > 0)
    FOR UPDATE
), others AS MATERIALIZED (
    SELECT DISTINCT m[1]::bigint AS id
    FROM hit h CROSS JOIN LATERAL regexp_matches(h.text, '"a:([0-9]{1,18}):[di]"', 'g') m
    WHERE h.about AND h.state <> 'sending'
), anew AS (
    UPDATE salesreg.assignments a SET ended_at = now(), reason = 'shown again'
    FROM others t WHERE a.id = t.id AND a.ended_at IS NULL AND a.prospect <> ALL (ARRAY(SELECT id FROM ids))
), gone AS (
    DELETE FROM salesreg.outbox o USING hit h WHERE o.id = h.id AND h.about AND h.state <> 'sending' RETURNING 1
), nameless AS (
    UPDATE salesreg.outbox o
    SET payload = salesreg.without_marks(h.text, ARRAY(SELECT m.mark FROM marks m))::json
    FROM hit h WHERE o.id = h.id AND NOT h.about AND h.state <> 'sending' RETURNING 1
), under_way AS (
    -- sent again it would be dropped: there is no conversation of this version
    UPDATE salesreg.outbox o SET payload = '{}', relay = NULL, summary_of = NULL, version = -1
    FROM hit h WHERE o.id = h.id AND h.state = 'sending' RETURNING 1
), pairs AS (
    DELETE FROM salesreg.relay_pairs n WHERE n.prospect = $1::varchar
), said AS (
    DELETE FROM salesreg.business_messages m WHERE m.prospect = $1::varchar
), parked AS (
    DELETE FROM salesreg.parked_updates u WHERE u.user_id IN (SELECT telegram_id FROM whose)
), sessions AS (
    DELETE FROM salesreg.user_sessions s
    WHERE s.user_id IN (SELECT telegram_id FROM whose)
      AND NOT EXISTS (SELECT 1 FROM public.sales_representatives r WHERE r.telegram_id = s.user_id)
), asked AS (
    -- for a note, or for what is passed on: of nobody now
    UPDATE salesreg.user_sessions s
    SET draft = s.draft - 'client'
    WHERE s.draft ->> 'client' IN (SELECT id FROM ids) AND s.user_id NOT IN (SELECT telegram_id FROM whose)
), changes AS (
    DELETE FROM salesreg.prospect_changes n WHERE n.prospect IN (SELECT id FROM ids)
), hidden AS (
    DELETE FROM salesreg.hidden_people n WHERE n.telegram_id IN (SELECT telegram_id FROM whose)
), missed AS (
    DELETE FROM salesreg.missed_chats n WHERE n.chat_id IN (SELECT telegram_id FROM whose)
), menus AS (
    DELETE FROM salesreg.chat_menus n WHERE n.chat_id IN (SELECT telegram_id FROM whose)
), commands AS (
    DELETE FROM salesreg.chat_commands n WHERE n.chat_id IN (SELECT telegram_id FROM whose)
)
SELECT (SELECT count(*) FROM gone) + (SELECT count(*) FROM nameless) + (SELECT count(*) FROM under_way)
-- name: prospect_forget_keep cold
-- $1 prospect, locked; $2 an id that says nothing: what is counted stays, under that one, without a word of theirs or about them
INSERT INTO public.test_prospects (id, telegram_id, name, status, assigned_rep_id, last_contact_at, created_at)
SELECT $2::varchar, $2::varchar, '(forgotten)',
       CASE WHEN p.status IN ('unreached', 'contacted', 'in_conversation') THEN 'archived' ELSE p.status END, p.assigned_rep_id,
       p.last_contact_at, p.created_at
FROM public.test_prospects p WHERE p.id = $1::varchar
-- name: prospect_forget_move cold
-- $1 prospect, $2 the id that says nothing: what is counted goes there
WITH ids AS MATERIALIZED (
    SELECT k.id FROM salesreg.merged_into($1::varchar) AS k (id)
), ended AS (
    UPDATE salesreg.assignments a
    SET prospect = $2::varchar, ended_at = coalesce(a.ended_at, now()), reason = coalesce(a.reason, 'forgotten')
    WHERE a.prospect = ANY (ARRAY(SELECT id FROM ids)) RETURNING a.id
), events AS (
    UPDATE salesreg.prospect_events e SET prospect = $2::varchar, detail = NULL, chat_id = NULL, message_id = NULL
    WHERE e.prospect = ANY (ARRAY(SELECT id FROM ids))
), talk AS (
    UPDATE salesreg.conversations c
    SET prospect = $2::varchar, telegram_id = NULL, version = c.version + 1, private_forwards = false, no_voices = false, message_stars = 0,
        reach_error = NULL
    WHERE c.prospect = $1::varchar
), asked AS (
    UPDATE salesreg.qualifications q SET prospect = $2::varchar, summary_chat = NULL, summary_message = NULL WHERE q.prospect = $1::varchar
), answered AS (
    -- '' is skipped, which is counted apart
    UPDATE salesreg.answers a SET prospect = $2::varchar, value = CASE a.value WHEN '' THEN '' ELSE '-' END, answer = '-'
    WHERE a.prospect = $1::varchar
), done AS (
    UPDATE salesreg.audit x SET prospect = $2::varchar, before = NULL, after = NULL
    WHERE x.prospect = ANY (ARRAY(SELECT id FROM ids))
)
SELECT count(*) FROM ended
-- name: prospect_forget_go cold
-- $1 prospect: the row, and by its triggers what is left of it
DELETE FROM public.test_prospects p WHERE p.id = $1::varchar
-- name: prospect_forget_changes cold
-- $1 prospect: nor does a message to the rep name them
WITH gone AS (
    DELETE FROM salesreg.prospect_changes c WHERE c.prospect = $1::varchar
)
SELECT pg_catalog.pg_notify('salesreg_reconcile', ''), pg_catalog.pg_notify('salesreg_outbox', '')
-- name: prospect_changes_may_delete cold
-- whether this role may delete prospects, which those of the workers need not
SELECT has_table_privilege('public.test_prospects', 'DELETE')
-- name: prospect_retention_due cold
-- $1 days, $2 the prospect that was looked at last, or '': archived ones of whom nothing has been heard or changed for so long, in order
SELECT p.id FROM public.test_prospects p
WHERE p.status = 'archived' AND p.id > $2::varchar AND p.id NOT LIKE 'forgotten-%'
  AND coalesce(p.updated_at::timestamptz, p.created_at::timestamptz) < now() - $1::bigint * interval '1 day'
  AND NOT EXISTS (SELECT 1 FROM salesreg.prospect_events e WHERE e.prospect = p.id AND e.at >= now() - $1::bigint * interval '1 day')
ORDER BY p.id LIMIT 1
-- name: prospect_retention_still cold
-- $1 prospect, $2 days: locked, and still as it was found; else nothing of this transaction is done
SELECT salesreg.must(EXISTS (
    SELECT 1 FROM public.test_prospects p
    WHERE p.id = $1::varchar AND p.status = 'archived'
      AND coalesce(p.updated_at::timestamptz, p.created_at::timestamptz) < now() - $2::bigint * interval '1 day' FOR UPDATE))
