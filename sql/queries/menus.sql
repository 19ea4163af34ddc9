-- name: menus_want cold
-- $1 chats, $2 what each is to be told (setMyCommands), $3 whose menu that is, $4 in which language, in order: the last word of a chat
-- counts
WITH f AS (
    SELECT DISTINCT ON (w.chat_id) w.chat_id, w.payload, w.audience, w.locale
    FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[]) WITH ORDINALITY AS w (chat_id, payload, audience, locale, place)
    ORDER BY w.chat_id, w.place DESC
), promised AS (
    INSERT INTO salesreg.chat_commands AS c (chat_id, audience, locale) SELECT chat_id, audience, locale FROM f
    ON CONFLICT (chat_id) DO UPDATE SET audience = excluded.audience, locale = excluded.locale
)
INSERT INTO salesreg.chat_menus AS m (chat_id, payload) SELECT f.chat_id, f.payload FROM f
ON CONFLICT (chat_id) DO UPDATE SET payload = excluded.payload, wanted = m.wanted + 1, tries = 0, due_at = now()
-- name: menus_stale cold
-- $1 accounts that are admins whatever their row says, $2 at most: chats of reps and admins, and of those who were, whose menu is not
-- theirs any more, or not in their language
WITH person AS (
    SELECT r.telegram_id AS id, true AS rep, r.is_admin IS TRUE AS admin FROM public.sales_representatives r WHERE r.status = 'active'
    UNION ALL SELECT a.id, false, true FROM unnest($1::bigint[]) AS a (id)
), of_now AS (
    SELECT id, CASE WHEN NOT bool_or(rep) THEN 'admin' WHEN bool_or(admin) THEN 'rep admin' ELSE 'rep' END AS audience
    FROM person GROUP BY id
), due AS (
    SELECT o.id, o.audience, s.locale FROM of_now o JOIN salesreg.user_sessions s ON s.user_id = o.id
    UNION ALL
    SELECT c.chat_id, 'stranger', coalesce(s.locale, c.locale)
    FROM salesreg.chat_commands c LEFT JOIN salesreg.user_sessions s ON s.user_id = c.chat_id
    WHERE NOT EXISTS (SELECT 1 FROM of_now o WHERE o.id = c.chat_id)
)
SELECT d.id, d.audience, left(d.locale, 20) FROM due d LEFT JOIN salesreg.chat_commands c ON c.chat_id = d.id
WHERE (c.audience, c.locale) IS DISTINCT FROM (d.audience, left(d.locale, 20)) ORDER BY d.id LIMIT $2::integer
-- name: menus_waiting cold
-- menus that Telegram has not taken, the first due first, and whether each is due; what is due in more than a day is, as the
-- server's clock was set back since
SELECT m.chat_id, left(m.payload, 8192), m.wanted, m.tries, m.due_at <= now() OR m.due_at > now() + interval '1 day'
FROM salesreg.chat_menus m ORDER BY m.due_at LIMIT 20
-- name: menus_done cold
-- $1 chats, $2 which wish of each it was: there may be another one meanwhile
DELETE FROM salesreg.chat_menus m USING unnest($1::bigint[], $2::bigint[]) AS f (chat_id, wanted)
WHERE m.chat_id = f.chat_id AND m.wanted = f.wanted
-- name: menus_later cold
-- the same, and $3 microseconds until the next try
UPDATE salesreg.chat_menus m SET due_at = now() + f.pause_us * interval '1 microsecond', tries = m.tries + 1
FROM unnest($1::bigint[], $2::bigint[], $3::bigint[]) AS f (chat_id, wanted, pause_us)
WHERE m.chat_id = f.chat_id AND m.wanted = f.wanted
