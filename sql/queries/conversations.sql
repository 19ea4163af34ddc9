-- name: sessions_read
SELECT user_id, phase, draft_name, locale, locale_chosen FROM salesreg.user_sessions
WHERE user_id = ANY ($1::bigint[]) ORDER BY user_id FOR NO KEY UPDATE
-- name: sessions_write
-- $1 user ids, $2 phases, $3 draft names, $4 locales, $5 whether chosen
INSERT INTO salesreg.user_sessions (user_id, phase, draft_name, locale, locale_chosen)
SELECT * FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::boolean[])
ON CONFLICT (user_id) DO UPDATE
SET phase = excluded.phase, draft_name = excluded.draft_name, locale = excluded.locale,
    locale_chosen = excluded.locale_chosen, updated_at = now()
