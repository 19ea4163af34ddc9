-- name: desk_reps cold
-- $1 places, which come back, $2 pages, from 0 on, $3 how many reps on each: by name, without those who are removed
SELECT u.place, g.page, n.total, r.telegram_id, r.id, r.name, r.status,
       (SELECT count(*) FROM public.test_prospects p
        WHERE p.assigned_rep_id = r.id AND p.status IN ('unreached', 'contacted', 'in_conversation')),
       d.capacity, d.paused_until IS NOT NULL, coalesce(d.available, true)
FROM unnest($1::bigint[], $2::bigint[]) AS u (place, page)
CROSS JOIN (SELECT count(*) AS total FROM public.sales_representatives q WHERE q.status IS DISTINCT FROM 'removed') n
CROSS JOIN LATERAL (SELECT least(u.page, (greatest(n.total, 1) - 1) / $3::bigint) AS page OFFSET 0) g
CROSS JOIN LATERAL (SELECT q.id, q.telegram_id, left(q.name, 255) AS name, left(q.status, 50) AS status, row_number() OVER (ORDER BY lower(left(q.name, 255)), q.id) AS at
                    FROM public.sales_representatives q WHERE q.status IS DISTINCT FROM 'removed'
                    ORDER BY lower(left(q.name, 255)), q.id LIMIT $3::bigint OFFSET g.page * $3::bigint) r
LEFT JOIN salesreg.rep_rotation d ON d.rep = r.id
ORDER BY u.place, r.at
-- name: desk_cards cold
-- $1 Telegram ids of reps, $2 the company's zone: what an admin sees of each. The last column: who changed something of the rep last
SELECT r.id, left(r.telegram_username, 255), h.open, h.converted, h.archived, d.capacity, d.paused_until IS NOT NULL,
       CASE WHEN isfinite(d.paused_until) THEN to_char(d.paused_until AT TIME ZONE z.zone, 'DD.MM.YYYY HH24:MI') END, coalesce(d.available, true),
       to_char(d.unreachable_since AT TIME ZONE z.zone, 'DD.MM.YYYY HH24:MI'), k.state, left(k.email, 320),
       to_char(s.updated_at AT TIME ZONE z.zone, 'DD.MM.YYYY HH24:MI'),
       CASE WHEN isfinite(r.registered_at::timestamptz) THEN to_char(r.registered_at::timestamptz AT TIME ZONE z.zone, 'DD.MM.YYYY HH24:MI') END,
       to_char((now() + interval '86400 seconds') AT TIME ZONE z.zone, 'DD.MM.YYYY HH24:MI'),
       to_char((now() + interval '604800 seconds') AT TIME ZONE z.zone, 'DD.MM.YYYY HH24:MI'), z.zone, l.called
FROM public.sales_representatives r
CROSS JOIN (SELECT coalesce(salesreg.zone_or_null($2::text), 'UTC') AS zone OFFSET 0) z
CROSS JOIN LATERAL (SELECT count(*) FILTER (WHERE p.status IN ('unreached', 'contacted', 'in_conversation')) AS open,
                           count(*) FILTER (WHERE p.status = 'converted') AS converted,
                           count(*) FILTER (WHERE p.status = 'archived') AS archived
                    FROM public.test_prospects p WHERE p.assigned_rep_id = r.id) h
LEFT JOIN salesreg.rep_rotation d ON d.rep = r.id
LEFT JOIN salesreg.user_sessions s ON s.user_id = r.telegram_id
LEFT JOIN salesreg.calendar_accounts k ON k.rep = r.id
LEFT JOIN LATERAL (SELECT left(coalesce((SELECT left(q.name, 255) FROM public.sales_representatives q
                                         WHERE q.telegram_id = CASE x.actor WHEN 'admin' THEN x.who::bigint END AND q.status <> 'removed' LIMIT 1), left(x.called, 255), left(x.who, 255)), 255) AS called
                   FROM salesreg.audit x WHERE x.rep = r.id ORDER BY x.id DESC LIMIT 1) l ON true
WHERE r.telegram_id = ANY ($1::bigint[])
-- name: desk_decided cold
-- $1 reps whose applications were decided just now (NULL: of somebody with another account who says to be one), $2 what a button of these messages
-- carries, or begins with, $3 languages, $4 what admins read in each, $5 the language of who has chosen none, $6 admins by configuration: of
-- every message that asks for this decision the buttons go, and what was decided stands below. What has been sent is edited, but not what says so of
-- an earlier request; what waits is sent so; what is on its way is edited when it has arrived (outbox.then_edit)
WITH f AS MATERIALIZED (
    SELECT u.rep, u.button, u.locale, u.line, r.registered_at
    FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[]) AS u (rep, button, locale, line)
    LEFT JOIN public.sales_representatives r ON r.id = u.rep
), chats AS MATERIALIZED (
    SELECT unnest($6::bigint[]) AS chat_id
    UNION SELECT a.telegram_id FROM public.sales_representatives a WHERE a.is_admin AND a.status = 'active'
), speaks AS MATERIALIZED (
    SELECT c.chat_id, coalesce((SELECT s.locale FROM salesreg.user_sessions s WHERE s.user_id = c.chat_id AND s.locale_chosen), $5::text) AS locale
    FROM chats c
), words AS MATERIALIZED (
    SELECT s.chat_id, f.rep, f.line, '"' || f.button || '[:"]' AS button, coalesce(f.registered_at::timestamptz, '-infinity') AS since
    FROM speaks s JOIN f ON f.locale = s.locale
), shown AS (
    SELECT h.chat_id, h.message_id, w.line, h.payload::jsonb - 'reply_markup' AS payload
    FROM words w
    CROSS JOIN LATERAL (SELECT n.chat_id, n.message_id, n.payload FROM salesreg.outbox_history n
                        WHERE n.chat_id = w.chat_id AND n.created_at >= w.since AND n.payload::text ~ '"adm:(ok|same):'
                          AND n.payload::text ~ w.button AND n.state = 'sent' AND n.method = 'sendMessage' AND n.message_id > 0
                          AND (w.rep IS NOT NULL
                               OR NOT EXISTS (SELECT 1 FROM salesreg.outbox_history e
                                              WHERE e.chat_id = n.chat_id AND e.method IN ('editMessageText', 'editMessageReplyMarkup')
                                                AND e.finished_at >= n.finished_at AND e.method = 'editMessageText'
                                                AND (e.payload ->> 'message_id')::bigint = n.message_id))) h
), edits AS (
    INSERT INTO salesreg.outbox (chat_id, method, payload, priority)
    SELECT s.chat_id, 'editMessageText',
           (s.payload || pg_catalog.jsonb_build_object('message_id', s.message_id, 'text', (s.payload ->> 'text') || E'\n\n' || s.line))::json, 1
    FROM shown s
), waiting AS MATERIALIZED (
    SELECT o.id, o.state,
           (o.payload - 'reply_markup' || pg_catalog.jsonb_build_object('text', (o.payload ->> 'text') || E'\n\n' || w.line))::json AS payload
    FROM words w
    CROSS JOIN LATERAL (SELECT n.id, n.state, n.payload::jsonb AS payload FROM salesreg.outbox n
                        WHERE n.chat_id = w.chat_id AND n.state IN ('queued', 'sending') AND n.created_at >= w.since
                          AND n.method = 'sendMessage' AND n.payload::text ~ w.button
                        ORDER BY n.id FOR UPDATE SKIP LOCKED) o
)
UPDATE salesreg.outbox o
SET payload = CASE o.state WHEN 'queued' THEN w.payload ELSE o.payload END,
    then_edit = CASE o.state WHEN 'queued' THEN NULL ELSE w.payload END
FROM waiting w WHERE o.id = w.id
