-- name: sessions_read
-- draft_holder: who has the e-mail of somebody else now; NULL: nobody any more. The last three: how long no e-mail is looked
-- at (by the transaction's clock, so that writing it back changes nothing), whether it was written more than a day ago, and how many
-- e-mails were looked at, unless the last one was a day ago
SELECT user_id, phase, draft_name, locale, locale_chosen, draft_email, draft_rep, draft_username,
       CASE WHEN draft_email IS NOT NULL
            THEN (SELECT e.rep FROM salesreg.rep_email e WHERE e.email_key = lower(draft_email)) END,
       wrong_emails,
       CASE WHEN paused_until > now() THEN (extract(epoch FROM paused_until - now()) * 1000000)::bigint ELSE 0 END,
       updated_at < now() - interval '1 day', CASE WHEN looked_at > now() - interval '1 day' THEN looked_emails ELSE 0 END
FROM salesreg.user_sessions
WHERE user_id = ANY ($1::bigint[]) ORDER BY user_id FOR NO KEY UPDATE
-- name: locales_chosen
-- $1 user ids: the languages of those who have chosen one
SELECT user_id, locale FROM salesreg.user_sessions WHERE user_id = ANY ($1::bigint[]) AND locale_chosen
-- name: sessions_write
-- $1 user ids, $2 phases, $3 draft names, $4 locales, $5 whether chosen, $6 draft e-mails, $7 who has them, $8 usernames,
-- $9 wrong e-mails, $10 microseconds of the pause that is left, $11 e-mails that were looked at
INSERT INTO salesreg.user_sessions (user_id, phase, draft_name, locale, locale_chosen, draft_email, draft_rep, draft_username,
                                    wrong_emails, paused_until, looked_emails, looked_at)
SELECT f.user_id, f.phase, f.draft_name, f.locale, f.locale_chosen, f.draft_email, f.draft_rep, f.draft_username,
       f.wrong_emails, CASE WHEN f.pause_us > 0 THEN now() + f.pause_us * interval '1 microsecond' END,
       f.looked, CASE WHEN f.looked > 0 THEN now() END
FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::boolean[], $6::text[], $7::uuid[], $8::text[],
            $9::integer[], $10::bigint[], $11::integer[])
    AS f (user_id, phase, draft_name, locale, locale_chosen, draft_email, draft_rep, draft_username, wrong_emails, pause_us, looked)
ON CONFLICT (user_id) DO UPDATE
SET phase = excluded.phase, draft_name = excluded.draft_name, locale = excluded.locale,
    locale_chosen = excluded.locale_chosen, draft_email = excluded.draft_email, draft_rep = excluded.draft_rep,
    draft_username = excluded.draft_username, wrong_emails = excluded.wrong_emails, paused_until = excluded.paused_until,
    looked_emails = excluded.looked_emails,
    looked_at = CASE WHEN excluded.looked_emails = user_sessions.looked_emails THEN user_sessions.looked_at ELSE excluded.looked_at END,
    updated_at = now()
-- name: claims_read
-- $1 people who say that an e-mail somebody else has is theirs: what they said, whether an admin is asked already, and
-- who has it; the last but one: that is still who had it when the admin was asked
SELECT s.user_id, s.draft_name, s.draft_email, s.phase = 'claim', s.locale,
       r.id, r.telegram_id, left(r.name, 255), left(r.telegram_username, 255), left(r.status, 50), h.locale, e.rep = s.draft_rep, s.draft_username
FROM salesreg.user_sessions s
LEFT JOIN salesreg.rep_email e ON e.email_key = lower(s.draft_email)
LEFT JOIN public.sales_representatives r ON r.id = e.rep
LEFT JOIN salesreg.user_sessions h ON h.user_id = r.telegram_id
WHERE s.user_id = ANY ($1::bigint[]) AND s.draft_email IS NOT NULL
ORDER BY s.user_id FOR NO KEY UPDATE OF s
-- name: claims_waiting
-- $1 how many at most, $2 admins, $3 whether one of them asks: as applications_read, of claims that wait for an admin
SELECT s.user_id, s.draft_name, s.draft_email, true, s.locale,
       r.id, r.telegram_id, left(r.name, 255), left(r.telegram_username, 255), left(r.status, 50), h.locale, true, s.draft_username, count(*) OVER ()
FROM salesreg.user_sessions s
JOIN salesreg.rep_email e ON e.email_key = lower(s.draft_email) AND e.rep = s.draft_rep
JOIN public.sales_representatives r ON r.id = e.rep
LEFT JOIN salesreg.user_sessions h ON h.user_id = r.telegram_id
WHERE s.draft_email IS NOT NULL AND s.draft_name IS NOT NULL AND s.phase = 'claim'
  AND ($3::boolean OR EXISTS (SELECT 1 FROM unnest($2::bigint[]) AS a (id)
                              WHERE EXISTS (SELECT 1 FROM salesreg.missed_chats m WHERE m.chat_id = a.id)
                                 OR NOT EXISTS (SELECT 1 FROM salesreg.user_sessions t WHERE t.user_id = a.id)))
ORDER BY s.updated_at, s.user_id LIMIT $1::integer
-- name: claims_refuse
-- $1 people: they are asked for an e-mail again, and an admin's word ends a pause
UPDATE salesreg.user_sessions
SET phase = 'email', draft_email = NULL, draft_rep = NULL, draft_username = NULL, wrong_emails = 0, paused_until = NULL,
    looked_emails = 0, updated_at = now()
WHERE user_id = ANY ($1::bigint[]) AND phase = 'claim'
-- name: claims_over
-- $1 at most: who waits for an admin's word on a registration that is not what it was, for it left, has another e-mail or
-- another account; and whether the e-mail is free
SELECT s.user_id, s.draft_email, s.locale, e.rep IS NULL
FROM salesreg.user_sessions s LEFT JOIN salesreg.rep_email e ON e.email_key = lower(s.draft_email)
WHERE s.draft_email IS NOT NULL AND s.phase = 'claim' AND e.rep IS DISTINCT FROM s.draft_rep
ORDER BY s.user_id LIMIT $1::integer
-- name: claims_end
-- $1 those, $2 what they are told: they are asked for an e-mail again. Whoever is just saying something hears it as an answer.
WITH due AS (
    SELECT s.user_id, f.payload
    FROM unnest($1::bigint[], $2::text[]) AS f (user_id, payload)
    JOIN salesreg.user_sessions s ON s.user_id = f.user_id
    LEFT JOIN salesreg.rep_email e ON e.email_key = lower(s.draft_email)
    WHERE s.draft_email IS NOT NULL AND s.phase = 'claim' AND e.rep IS DISTINCT FROM s.draft_rep
    FOR NO KEY UPDATE OF s SKIP LOCKED
), ended AS (
    UPDATE salesreg.user_sessions s
    SET phase = 'email', draft_email = NULL, draft_rep = NULL, draft_username = NULL, updated_at = now()
    FROM due d WHERE s.user_id = d.user_id
    RETURNING s.user_id, d.payload
)
INSERT INTO salesreg.outbox (chat_id, method, payload, priority)
SELECT user_id, 'sendMessage', payload::json, 1 FROM ended
