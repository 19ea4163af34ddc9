-- name: codes_read
-- $1 people: the code each is asked for, with the hashes that still are good and whether a mail may have arrived that was not too long
-- ago, or the last one has; and who is suspended with an address of the same mailbox, or else has this one now. The last column:
-- wrong answers of others in a day to codes for this mailbox
SELECT c.user_id, c.id, c.email, c.email_key, c.state,
       (SELECT coalesce(string_agg(h.hash, ' '), '') FROM unnest(c.hashes, c.good_until) AS h (hash, until) WHERE h.until > now()), c.wrong,
       c.state = 'sent' OR EXISTS (SELECT 1 FROM unnest(c.good_until) AS g (until) WHERE g.until > now()), r.id, r.telegram_id, left(r.name, 255), left(r.status, 50), h.locale,
       (SELECT coalesce(sum(w.wrong), 0) FROM salesreg.email_codes w
        WHERE w.mailbox = c.mailbox AND w.created_at > now() - interval '1 day' AND w.user_id <> c.user_id)
FROM salesreg.email_codes c
LEFT JOIN LATERAL (SELECT w.rep
                   FROM (SELECT o.id AS rep, 0 AS place FROM public.sales_representatives o
                         WHERE o.status = 'suspended'
                           AND left(regexp_replace(lower(btrim(o.email)) COLLATE "C", '^([^+@]+)[+][^@]*@', E'\\1@'), 320) = c.mailbox
                         UNION ALL
                         SELECT e.rep, 1 FROM salesreg.rep_email e WHERE e.email_key = c.email_key) w
                   ORDER BY w.place, w.rep LIMIT 1) e ON true
LEFT JOIN public.sales_representatives r ON r.id = e.rep
LEFT JOIN salesreg.user_sessions h ON h.user_id = r.telegram_id
WHERE c.user_id = ANY ($1::bigint[]) AND c.live
ORDER BY c.user_id FOR NO KEY UPDATE OF c
-- name: codes_counted
-- $1 people, $2 mailboxes, $3 how many at most are looked at of all: the mails that limits count, newest first, with their age in
-- microseconds and the wrong answers to their codes: of a week to these people; of an hour to these mailboxes, to those they are asked
-- codes for or were asked whether they have, when others asked for them; (NULL, NULL): of an hour in all
SELECT m.user_id, m.mailbox, (extract(epoch FROM now() - m.created_at) * 1000000)::bigint, m.wrong
FROM (SELECT c.user_id, c.mailbox, c.created_at, c.wrong
      FROM salesreg.email_codes c WHERE c.user_id = ANY ($1::bigint[]) AND c.created_at > now() - interval '7 days'
      UNION ALL
      SELECT c.user_id, c.mailbox, c.created_at, 0
      FROM salesreg.email_codes c
      WHERE c.mailbox = ANY ($2::text[]
                || ARRAY(SELECT l.mailbox FROM salesreg.email_codes l WHERE l.user_id = ANY ($1::bigint[]) AND l.live)
                || ARRAY(SELECT regexp_replace(lower(btrim(s.claim_email)), '^([^+@]+)[+][^@]*@', E'\\1@') FROM salesreg.user_sessions s
                         WHERE s.user_id = ANY ($1::bigint[]) AND s.claim_email IS NOT NULL))
        AND c.created_at > now() - interval '1 hour' AND c.user_id <> ALL ($1::bigint[])
      UNION ALL
      SELECT NULL, NULL, l.created_at, 0
      FROM (SELECT c.created_at FROM salesreg.email_codes c WHERE c.created_at > now() - interval '1 hour'
            ORDER BY c.created_at DESC LIMIT $3::integer) l) m
ORDER BY m.created_at DESC
-- name: codes_waiting cold
-- $1 an account or an address, or NULL for all, $2 how many at most: whom a code is asked for, longest first. The last column: how many there are
SELECT c.id, c.user_id, c.email, c.email_key, c.state, s.locale, left(s.draft ->> 'name', 255), count(*) OVER ()
FROM salesreg.email_codes c JOIN salesreg.user_sessions s ON s.user_id = c.user_id
WHERE c.live AND s.phase = 'code' AND ($1::text IS NULL OR c.user_id::text = $1::text OR lower(c.email) = lower($1::text))
ORDER BY c.created_at, c.id LIMIT $2::integer
-- name: codes_again cold
-- $1 a code that is asked for: of this person no other, from now on. Whether it was
WITH over AS (
    UPDATE salesreg.email_codes SET live = false WHERE id = $1::bigint AND live RETURNING 1
)
SELECT count(*) FROM over
-- name: codes_over
-- $1 people: they are asked for no code any more
UPDATE salesreg.email_codes SET live = false WHERE user_id = ANY ($1::bigint[]) AND live
-- name: codes_request cold
-- $1 people, $2 addresses, $3 keys; after codes_over. The bot hears of it at once
WITH fresh AS (
    INSERT INTO salesreg.email_codes (user_id, email, email_key)
    SELECT * FROM unnest($1::bigint[], $2::text[], $3::text[])
    RETURNING 1
)
SELECT pg_catalog.pg_notify('salesreg_mail', '') FROM (SELECT 1 FROM fresh LIMIT 1) AS any_fresh
-- name: codes_wrong
-- $1 codes that were answered wrong
WITH counted AS (
    UPDATE salesreg.email_codes SET wrong = wrong + 1 WHERE id = ANY ($1::bigint[]) AND live RETURNING 1
)
SELECT salesreg.must((SELECT count(*) FROM counted) = cardinality($1::bigint[]))
-- name: codes_due
-- $1 how many at most, $2 those this process is sending: who is next. What else is `sending` was left by a process that died. Whose row
-- somebody holds a lock on waits, and nobody else. The last column: wrong answers of a week to codes for this mailbox
SELECT c.id, c.user_id, c.email, c.email_key, c.attempts, c.delay_told, s.locale,
       (SELECT coalesce(sum(w.wrong), 0) FROM salesreg.email_codes w
        WHERE w.mailbox = c.mailbox AND w.created_at > now() - interval '7 days')
FROM salesreg.email_codes c LEFT JOIN salesreg.user_sessions s ON s.user_id = c.user_id
WHERE c.live AND c.state IN ('queued', 'sending') AND c.due_at <= now() AND c.id <> ALL ($2::bigint[])
ORDER BY c.due_at LIMIT $1::integer FOR NO KEY UPDATE OF c SKIP LOCKED
-- name: codes_untold
-- $1 those this process is sending, $2 microseconds: who was waiting for a mail so long ago and does not know that it takes longer
SELECT c.id, c.user_id, c.email, s.locale
FROM salesreg.email_codes c LEFT JOIN salesreg.user_sessions s ON s.user_id = c.user_id
WHERE c.live AND c.state IN ('queued', 'sending') AND NOT c.delay_told AND c.id <> ALL ($1::bigint[])
  AND c.created_at <= now() - $2::bigint * interval '1 microsecond'
ORDER BY c.created_at LIMIT 100
-- name: codes_tell
-- $1 codes, $2 what each person is told, as a sendMessage: how many were
WITH told AS (
    UPDATE salesreg.email_codes c SET delay_told = true
    FROM (SELECT q.id, u.payload FROM unnest($1::bigint[], $2::text[]) AS u (id, payload) JOIN salesreg.email_codes q ON q.id = u.id
          WHERE q.live AND q.state IN ('queued', 'sending') AND NOT q.delay_told FOR NO KEY UPDATE OF q SKIP LOCKED) f
    WHERE c.id = f.id
    RETURNING c.user_id, f.payload
), queued AS (
    INSERT INTO salesreg.outbox (chat_id, method, payload, priority)
    SELECT user_id, 'sendMessage', payload::json, 1 FROM told
)
SELECT count(*) FROM told
-- name: codes_next
-- $1 those this process is sending: microseconds until another one is due; NULL: none is
SELECT (extract(epoch FROM (SELECT min(c.due_at) FROM salesreg.email_codes c
                            WHERE c.live AND c.state IN ('queued', 'sending') AND c.id <> ALL ($1::bigint[])) - now())
        * 1000000)::bigint
-- name: codes_sending
-- $1 codes, $2 hashes: about to be mailed; those that still are to be. The code of a mail that may have arrived stays good, and no
-- longer than it was
UPDATE salesreg.email_codes c
SET state = 'sending', attempts = c.attempts + 1, due_at = now(),
    hashes = (ARRAY[f.hash] || ARRAY(SELECT h.hash FROM unnest(c.hashes, c.good_until) WITH ORDINALITY AS h (hash, until, n)
                                     WHERE h.until > now() ORDER BY h.n))[1:3],
    good_until = (ARRAY[now() + interval '10 minutes'] || ARRAY(SELECT g.until FROM unnest(c.good_until) WITH ORDINALITY AS g (until, n)
                                                                WHERE g.until > now() ORDER BY g.n))[1:3]
FROM (SELECT q.id, u.hash FROM unnest($1::bigint[], $2::text[]) AS u (id, hash) JOIN salesreg.email_codes q ON q.id = u.id
      WHERE q.live AND q.state IN ('queued', 'sending') FOR NO KEY UPDATE OF q SKIP LOCKED) f
WHERE c.id = f.id
RETURNING c.id
-- name: codes_result
-- $1 codes, $2 states, $3 microseconds until the next attempt, $4 what was said, $5 whether this attempt cannot have arrived,
-- $6 what the person is told, as a sendMessage, or NULL. Those that somebody holds a lock on: nothing is written of them yet
WITH done AS (
    UPDATE salesreg.email_codes c
    SET state = f.state, due_at = now() + f.pause_us * interval '1 microsecond', error = left(f.error, 500),
        hashes = CASE WHEN f.is_lost THEN c.hashes[2:] ELSE c.hashes END,
        good_until = CASE WHEN f.is_lost THEN c.good_until[2:]
                          -- counted from when it went out, at most a minute after codes_sending, whenever this is written
                          WHEN f.state = 'sent' THEN ARRAY[least(now() + interval '10 minutes', c.good_until[1] + interval '1 minute')]
                                                     || c.good_until[2:]
                          ELSE c.good_until END,
        delay_told = c.delay_told OR (f.state = 'queued' AND f.payload IS NOT NULL)
    FROM (SELECT u.* FROM unnest($1::bigint[], $2::text[], $3::bigint[], $4::text[], $5::boolean[], $6::text[])
              AS u (id, state, pause_us, error, is_lost, payload)
          JOIN salesreg.email_codes q ON q.id = u.id
          WHERE q.live AND q.state = 'sending' FOR NO KEY UPDATE OF q SKIP LOCKED) f
    WHERE c.id = f.id
    RETURNING c.id, c.user_id, f.payload
), told AS (
    INSERT INTO salesreg.outbox (chat_id, method, payload, priority)
    SELECT user_id, 'sendMessage', payload::json, 1 FROM done WHERE payload IS NOT NULL
)
SELECT l.id FROM salesreg.email_codes l
WHERE l.id = ANY ($1::bigint[]) AND l.live AND l.state = 'sending' AND NOT EXISTS (SELECT 1 FROM done d WHERE d.id = l.id)
-- name: history_prune_codes cold
-- what is a week old counts no more
WITH gone AS (
    DELETE FROM salesreg.email_codes
    WHERE created_at < now() - interval '7 days' AND NOT (live AND state IN ('queued', 'sending'))
    RETURNING 1
)
SELECT count(*) FROM gone
-- name: history_prune_invites cold
-- $1 days since they ended
WITH gone AS (
    DELETE FROM salesreg.invites WHERE ends_at < now() - $1::integer * interval '1 day' RETURNING 1
)
SELECT count(*) FROM gone
