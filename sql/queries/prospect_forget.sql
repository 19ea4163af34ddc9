-- name: prospect_forget_keep cold
-- $1 prospect, locked; $2 an id that says nothing: what is counted stays, under that one, without a word of theirs or about them
INSERT INTO public.test_prospects (id, telegram_id, name, status, assigned_rep_id, last_contact_at, created_at)
SELECT $2::varchar, $2::varchar, '(forgotten)',
       CASE WHEN p.status IN ('unreached', 'contacted', 'in_conversation') THEN 'archived' ELSE p.status END, p.assigned_rep_id,
       p.last_contact_at, p.created_at
FROM public.test_prospects p WHERE p.id = $1::varchar
-- name: prospect_forget_sent cold
-- $1 prospect: what was sent to them and to reps about them, or waits for it; before prospect_forget_move. The buttons of a card name
-- its assignment. How many messages
WITH whose AS (
    SELECT c.telegram_id FROM salesreg.conversations c WHERE c.prospect = $1::varchar AND c.telegram_id IS NOT NULL
    UNION
    SELECT b.chat_id FROM salesreg.business_chats b WHERE b.prospect = $1::varchar
), cards AS (
    SELECT string_agg(a.id::text, '|') AS ids FROM salesreg.assignments a WHERE a.prospect = $1::varchar
), unsent AS (
    DELETE FROM salesreg.outbox o
    WHERE o.state <> 'sending'
      AND (o.chat_id IN (SELECT telegram_id FROM whose) OR o.relay ->> 'prospect' = $1::varchar OR o.summary_of = $1::varchar
           OR o.payload::text ~ ('"a:(' || (SELECT ids FROM cards) || '):'))
    RETURNING 1
), pairs AS (
    DELETE FROM salesreg.relay_pairs n WHERE n.prospect = $1::varchar RETURNING n.to_chat, n.to_message
), own AS (
    DELETE FROM salesreg.business_messages m WHERE m.prospect = $1::varchar
), sent AS (
    UPDATE salesreg.outbox_history h
    SET payload = '{}', error = NULL, chat_id = CASE WHEN h.chat_id IN (SELECT telegram_id FROM whose) THEN 0 ELSE h.chat_id END
    WHERE h.chat_id IN (SELECT telegram_id FROM whose)
       OR (h.chat_id, h.message_id) IN (SELECT to_chat, to_message FROM pairs)
       OR h.payload::text ~ ('"a:(' || (SELECT ids FROM cards) || '):')
    RETURNING 1
), parked AS (
    DELETE FROM salesreg.parked_updates u WHERE u.user_id IN (SELECT telegram_id FROM whose)
), sessions AS (
    DELETE FROM salesreg.user_sessions s
    WHERE s.user_id IN (SELECT telegram_id FROM whose)
      AND NOT EXISTS (SELECT 1 FROM public.sales_representatives r WHERE r.telegram_id = s.user_id)
)
SELECT (SELECT count(*) FROM unsent) + (SELECT count(*) FROM sent)
-- name: prospect_forget_move cold
-- $1 prospect, $2 the id that says nothing: what is counted goes there. Cards lose their buttons
WITH ended AS (
    UPDATE salesreg.assignments a
    SET prospect = $2::varchar, ended_at = coalesce(a.ended_at, now()), reason = coalesce(a.reason, 'forgotten')
    FROM (SELECT b.id, b.ended_at IS NULL AS live FROM salesreg.assignments b WHERE b.prospect = $1::varchar) w
    WHERE a.id = w.id RETURNING a.id, w.live
), cards AS (
    INSERT INTO salesreg.stale_cards (assignment) SELECT id FROM ended WHERE live ON CONFLICT DO NOTHING
), events AS (
    UPDATE salesreg.prospect_events e SET prospect = $2::varchar, detail = NULL, chat_id = NULL, message_id = NULL
    WHERE e.prospect = $1::varchar
), talk AS (
    UPDATE salesreg.conversations c
    SET prospect = $2::varchar, telegram_id = NULL, version = c.version + 1, private_forwards = false, no_voices = false, message_stars = 0,
        reach_error = NULL
    WHERE c.prospect = $1::varchar
), asked AS (
    UPDATE salesreg.qualifications q SET prospect = $2::varchar, summary_chat = NULL, summary_message = NULL WHERE q.prospect = $1::varchar
), answered AS (
    UPDATE salesreg.answers a SET prospect = $2::varchar, value = '', answer = '' WHERE a.prospect = $1::varchar
), done AS (
    UPDATE salesreg.audit x SET prospect = $2::varchar, before = NULL, after = NULL WHERE x.prospect = $1::varchar
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
SELECT pg_catalog.pg_notify('salesreg_reconcile', '')
