-- name: sessions_read
-- claim_holder: who has the e-mail of somebody else now; NULL: nobody any more. The last three: how long no e-mail is looked
-- at (by the transaction's clock, so that writing it back changes nothing), whether it was written more than a day ago, and how many
-- e-mails were looked at, unless the last one was a day ago
SELECT user_id, kind, phase, draft->>'name', draft->>'client', (draft->>'seen')::bigint, locale, locale_chosen, claim_email, claim_rep, claim_username,
       CASE WHEN claim_email IS NOT NULL
            THEN (SELECT e.rep FROM salesreg.rep_email e WHERE e.email_key = lower(claim_email)) END,
       wrong_emails,
       CASE WHEN paused_until > now() THEN (extract(epoch FROM paused_until - now()) * 1000000)::bigint ELSE 0 END,
       updated_at < now() - interval '1 day', CASE WHEN looked_at > now() - interval '1 day' THEN looked_emails ELSE 0 END
FROM salesreg.user_sessions
WHERE user_id = ANY ($1::bigint[]) ORDER BY user_id FOR NO KEY UPDATE
-- name: locales_chosen
-- $1 user ids: the languages of those who have chosen one
SELECT user_id, locale FROM salesreg.user_sessions WHERE user_id = ANY ($1::bigint[]) AND locale_chosen
-- name: sessions_write
-- $1 user ids, $2 kinds, $3 phases, $4 names of drafts, $5 locales, $6 whether chosen, $7 claimed e-mails, $8 who has them,
-- $9 usernames, $10 wrong e-mails, $11 microseconds of the pause that is left, $12 e-mails that were looked at, $13 clients who are written
-- to, $14 up to which message this was looked at
INSERT INTO salesreg.user_sessions (user_id, kind, phase, draft, locale, locale_chosen, claim_email, claim_rep, claim_username,
                                    wrong_emails, paused_until, looked_emails, looked_at)
SELECT f.user_id, f.kind, f.phase, jsonb_strip_nulls(jsonb_build_object('name', f.name, 'client', f.client, 'seen', nullif(f.seen, 0))),
       f.locale, f.locale_chosen, f.claim_email, f.claim_rep, f.claim_username,
       f.wrong_emails, CASE WHEN f.pause_us > 0 THEN now() + f.pause_us * interval '1 microsecond' END,
       f.looked, CASE WHEN f.looked > 0 THEN now() END
FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::text[], $6::boolean[], $7::text[], $8::uuid[], $9::text[],
            $10::integer[], $11::bigint[], $12::integer[], $13::text[], $14::bigint[])
    AS f (user_id, kind, phase, name, locale, locale_chosen, claim_email, claim_rep, claim_username, wrong_emails, pause_us, looked,
          client, seen)
ON CONFLICT (user_id) DO UPDATE
SET kind = excluded.kind, phase = excluded.phase, draft = excluded.draft, locale = excluded.locale,
    locale_chosen = excluded.locale_chosen, claim_email = excluded.claim_email, claim_rep = excluded.claim_rep,
    claim_username = excluded.claim_username, wrong_emails = excluded.wrong_emails, paused_until = excluded.paused_until,
    looked_emails = excluded.looked_emails,
    looked_at = CASE WHEN excluded.looked_emails = user_sessions.looked_emails THEN user_sessions.looked_at ELSE excluded.looked_at END,
    updated_at = now()
-- name: claims_read
-- $1 people who say that an e-mail somebody else has is theirs: what they said, whether an admin is asked already, and
-- who has it; the last but one: that is still who had it when the admin was asked
SELECT s.user_id, s.draft->>'name', s.claim_email, s.phase = 'claim', s.locale,
       r.id, r.telegram_id, left(r.name, 255), left(r.telegram_username, 255), left(r.status, 50), h.locale, e.rep = s.claim_rep, s.claim_username
FROM salesreg.user_sessions s
LEFT JOIN salesreg.rep_email e ON e.email_key = lower(s.claim_email)
LEFT JOIN public.sales_representatives r ON r.id = e.rep
LEFT JOIN salesreg.user_sessions h ON h.user_id = r.telegram_id
WHERE s.user_id = ANY ($1::bigint[]) AND s.claim_email IS NOT NULL
ORDER BY s.user_id FOR NO KEY UPDATE OF s
-- name: claims_waiting
-- $1 how many at most, $2 admins, $3 whether one of them asks: as applications_read, of claims that wait for an admin
SELECT s.user_id, s.draft->>'name', s.claim_email, true, s.locale,
       r.id, r.telegram_id, left(r.name, 255), left(r.telegram_username, 255), left(r.status, 50), h.locale, true, s.claim_username, count(*) OVER ()
FROM salesreg.user_sessions s
JOIN salesreg.rep_email e ON e.email_key = lower(s.claim_email) AND e.rep = s.claim_rep
JOIN public.sales_representatives r ON r.id = e.rep
LEFT JOIN salesreg.user_sessions h ON h.user_id = r.telegram_id
WHERE s.claim_email IS NOT NULL AND s.draft->>'name' IS NOT NULL AND s.phase = 'claim'
  AND ($3::boolean OR EXISTS (SELECT 1 FROM unnest($2::bigint[]) AS a (id)
                              WHERE EXISTS (SELECT 1 FROM salesreg.missed_chats m WHERE m.chat_id = a.id)
                                 OR NOT EXISTS (SELECT 1 FROM salesreg.user_sessions t WHERE t.user_id = a.id)))
ORDER BY s.updated_at, s.user_id LIMIT $1::integer
-- name: claims_refuse cold
-- $1 people: they are asked for an e-mail again, and an admin's word ends a pause
UPDATE salesreg.user_sessions
SET phase = 'email', claim_email = NULL, claim_rep = NULL, claim_username = NULL, wrong_emails = 0, paused_until = NULL,
    looked_emails = 0, updated_at = now()
WHERE user_id = ANY ($1::bigint[]) AND phase = 'claim'
-- name: claims_over
-- $1 at most: who waits for an admin's word on a registration that is not what it was, for it left, has another e-mail or
-- another account; and whether the e-mail is free
SELECT s.user_id, s.claim_email, s.locale, e.rep IS NULL
FROM salesreg.user_sessions s LEFT JOIN salesreg.rep_email e ON e.email_key = lower(s.claim_email)
WHERE s.claim_email IS NOT NULL AND s.phase = 'claim' AND e.rep IS DISTINCT FROM s.claim_rep
ORDER BY s.user_id LIMIT $1::integer
-- name: claims_end
-- $1 those, $2 what they are told: they are asked for an e-mail again. Whoever is just saying something hears it as an answer.
WITH due AS (
    SELECT s.user_id, f.payload
    FROM unnest($1::bigint[], $2::text[]) AS f (user_id, payload)
    JOIN salesreg.user_sessions s ON s.user_id = f.user_id
    LEFT JOIN salesreg.rep_email e ON e.email_key = lower(s.claim_email)
    WHERE s.claim_email IS NOT NULL AND s.phase = 'claim' AND e.rep IS DISTINCT FROM s.claim_rep
    FOR NO KEY UPDATE OF s SKIP LOCKED
), ended AS (
    UPDATE salesreg.user_sessions s
    SET phase = 'email', claim_email = NULL, claim_rep = NULL, claim_username = NULL, updated_at = now()
    FROM due d WHERE s.user_id = d.user_id
    RETURNING s.user_id, d.payload
)
INSERT INTO salesreg.outbox (chat_id, method, payload, priority)
SELECT user_id, 'sendMessage', payload::json, 1 FROM ended
