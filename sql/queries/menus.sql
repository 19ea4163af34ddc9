-- name: menus_want cold
-- $1 chats, $2 what each is to be told (setMyCommands), in order: the last word of a chat counts
INSERT INTO salesreg.chat_menus AS m (chat_id, payload)
SELECT DISTINCT ON (f.chat_id) f.chat_id, f.payload
FROM unnest($1::bigint[], $2::text[]) WITH ORDINALITY AS f (chat_id, payload, place)
ORDER BY f.chat_id, f.place DESC
ON CONFLICT (chat_id) DO UPDATE SET payload = excluded.payload, wanted = m.wanted + 1, tries = 0, due_at = now()
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
