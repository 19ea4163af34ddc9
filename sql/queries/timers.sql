-- name: timers_claim
-- $1 how many at most, $2 those this process has under way, $3 microseconds of a lease: what is due, claimed as calendar_jobs_claim does.
-- The last three: what may tell in which zone the prospect is, the number they answered with first
WITH due AS (
    SELECT q.id FROM salesreg.timers q
    WHERE q.due_at <= now() AND q.id <> ALL ($2::bigint[])
    ORDER BY q.due_at LIMIT $1::integer FOR UPDATE SKIP LOCKED
)
UPDATE salesreg.timers t
SET attempts = t.attempts + 1, leased_until = now() + $3::bigint * interval '1 microsecond',
    due_at = now() + $3::bigint * interval '1 microsecond'
FROM due WHERE t.id = due.id
RETURNING t.id, t.attempts, t.failures, salesreg.answered_phone(t.prospect),
          (SELECT left(p.telegram_id, 255) FROM public.test_prospects p WHERE p.id = t.prospect OFFSET 0),
          (SELECT s.locale FROM salesreg.conversations c JOIN salesreg.user_sessions s ON s.user_id = c.telegram_id
           WHERE c.prospect = t.prospect OFFSET 0)
-- name: timers_next
-- $1 those this process has under way: microseconds until another one is due; NULL: none will be
SELECT (extract(epoch FROM (SELECT min(t.due_at) FROM salesreg.timers t
                            WHERE t.due_at < 'infinity' AND t.id <> ALL ($1::bigint[])) - now())
        * 1000000)::bigint
-- name: timers_done
-- $1 timers, $2 claims: here and in the next two, nothing of a claim that was followed by another one, or by the timer's end; those
-- that somebody holds a lock on are left, and returned
WITH mine AS (
    SELECT t.id FROM unnest($1::bigint[], $2::bigint[]) AS f (id, attempts)
    JOIN salesreg.timers t ON t.id = f.id AND t.attempts = f.attempts
    FOR UPDATE OF t SKIP LOCKED
), done AS (
    DELETE FROM salesreg.timers t USING mine m WHERE t.id = m.id
)
SELECT t.id FROM unnest($1::bigint[], $2::bigint[]) AS f (id, attempts)
JOIN salesreg.timers t ON t.id = f.id AND t.attempts = f.attempts
WHERE NOT EXISTS (SELECT 1 FROM mine m WHERE m.id = t.id)
-- name: timers_retry
-- $1 timers, $2 claims, $3 microseconds until they are due again, $4 what went wrong, or NULL: they are only put off
WITH mine AS (
    SELECT t.id, f.pause_us, f.error FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::text[]) AS f (id, attempts, pause_us, error)
    JOIN salesreg.timers t ON t.id = f.id AND t.attempts = f.attempts
    FOR UPDATE OF t SKIP LOCKED
), again AS (
    UPDATE salesreg.timers t
    SET due_at = now() + m.pause_us * interval '1 microsecond', leased_until = NULL, error = left(m.error, 500),
        failures = CASE WHEN m.error IS NULL THEN 0 ELSE t.failures + 1 END
    FROM mine m WHERE t.id = m.id
)
SELECT t.id FROM unnest($1::bigint[], $2::bigint[]) AS f (id, attempts)
JOIN salesreg.timers t ON t.id = f.id AND t.attempts = f.attempts
WHERE NOT EXISTS (SELECT 1 FROM mine m WHERE m.id = t.id)
-- name: timers_give_up
-- $1 timers, $2 claims, $3 what went wrong: they stay, to be looked at, and are never due
WITH mine AS (
    SELECT t.id, f.error FROM unnest($1::bigint[], $2::bigint[], $3::text[]) AS f (id, attempts, error)
    JOIN salesreg.timers t ON t.id = f.id AND t.attempts = f.attempts
    FOR UPDATE OF t SKIP LOCKED
), over AS (
    UPDATE salesreg.timers t SET due_at = 'infinity', leased_until = NULL, error = left(m.error, 500)
    FROM mine m WHERE t.id = m.id
)
SELECT t.id FROM unnest($1::bigint[], $2::bigint[]) AS f (id, attempts)
JOIN salesreg.timers t ON t.id = f.id AND t.attempts = f.attempts
WHERE NOT EXISTS (SELECT 1 FROM mine m WHERE m.id = t.id)
-- name: timers_lock
-- $1 timer: its conversation, before the timer, which is the order of those who write both. Nobody is waited for
SELECT c.version FROM salesreg.conversations c
WHERE c.prospect = (SELECT t.prospect FROM salesreg.timers t WHERE t.id = $1::bigint)
FOR NO KEY UPDATE SKIP LOCKED
-- name: timers_read
-- $1 timer, $2 claim, $3 zones that the person may be in, the likeliest first, $4 the company's, $5 the minute at which waking hours
-- begin, $6 that at which they end: all that decides what becomes of the timer, which is locked. No row: the claim is over, or somebody
-- holds it. The last ten: the day and minute where the person is, what the bot has written on that day, microseconds until waking hours
-- begin today and tomorrow and end today, whose prospect they are; by which connection, and where, the bot may write as that rep; its name
SELECT t.kind, t.step, t.prospect, p.name, coalesce(p.status, ''), p.telegram_id, p.context, p.notes, p.email, c.prospect IS NOT NULL, c.telegram_id, c.owner, c.version, c.source, left(c.campaign, 255),
       t.version IS NULL OR t.version = c.version, c.reach,
       EXISTS (SELECT 1 FROM salesreg.opt_outs o WHERE o.telegram_id = c.telegram_id), s.locale,
       t.rep IS NOT NULL AND t.rep = p.assigned_rep_id, r.name, r.telegram_id, coalesce(r.status, ''), u.locale,
       a.id, EXISTS (SELECT 1 FROM salesreg.prospect_events e
                     WHERE e.prospect = a.prospect AND e.assignment = a.id AND e.kind = 'contacted' OFFSET 0),
       d.day, d.minute, CASE WHEN c.unasked_on = date '1970-01-01' + d.day THEN c.unasked_count ELSE 0 END,
       (extract(epoch FROM salesreg.instant(date '1970-01-01' + d.day + $5::integer * interval '1 minute', z.zone, NULL) - now())
        * 1000000)::bigint,
       (extract(epoch FROM salesreg.instant(date '1970-01-01' + d.day + 1 + $5::integer * interval '1 minute', z.zone, NULL) - now())
        * 1000000)::bigint,
       (extract(epoch FROM salesreg.instant(date '1970-01-01' + d.day + $6::integer * interval '1 minute', z.zone, NULL) - now())
        * 1000000)::bigint,
       p.assigned_rep_id, y.connection, y.chat_id, (SELECT q.username FROM salesreg.bot_state q LIMIT 1)
FROM (SELECT q.* FROM salesreg.timers q WHERE q.id = $1::bigint AND q.attempts = $2::integer FOR UPDATE SKIP LOCKED) t
LEFT JOIN LATERAL (SELECT left(q.name, 255) AS name, left(q.status, 50) AS status, left(q.telegram_id, 255) AS telegram_id,
                          left(q.context, 2000) AS context, left(q.notes, 2000) AS notes, left(q.email, 255) AS email, q.assigned_rep_id
                   FROM public.test_prospects q WHERE q.id = t.prospect OFFSET 0) p ON true
LEFT JOIN LATERAL (SELECT q.* FROM salesreg.conversations q WHERE q.prospect = t.prospect OFFSET 0) c ON true
LEFT JOIN LATERAL (SELECT q.locale FROM salesreg.user_sessions q WHERE q.user_id = c.telegram_id OFFSET 0) s ON true
LEFT JOIN LATERAL (SELECT q.id, left(q.name, 255) AS name, q.telegram_id, left(q.status, 50) AS status FROM public.sales_representatives q
                   WHERE q.id = p.assigned_rep_id OFFSET 0) r ON true
LEFT JOIN LATERAL (SELECT q.locale FROM salesreg.user_sessions q WHERE q.user_id = r.telegram_id OFFSET 0) u ON true
LEFT JOIN LATERAL (SELECT q.id, q.prospect FROM salesreg.assignments q
                   WHERE q.prospect = t.prospect AND q.ended_at IS NULL AND q.rep = p.assigned_rep_id LIMIT 1) a ON true
-- of a question they are reminded where it was asked: only there is it answered
LEFT JOIN LATERAL (SELECT w.* FROM salesreg.way_as_rep(t.prospect, r.telegram_id) w
                   WHERE NOT (t.kind = 'reminder' AND c.telegram_id IS NOT NULL
                              AND EXISTS (SELECT 1 FROM salesreg.qualifications q
                                          WHERE q.prospect = t.prospect AND q.question IS NOT NULL OFFSET 0)) OFFSET 0) y ON true
CROSS JOIN LATERAL (SELECT coalesce((SELECT salesreg.zone_or_null(f.zone) FROM unnest($3::text[]) WITH ORDINALITY AS f (zone, place)
                                     WHERE salesreg.zone_or_null(f.zone) IS NOT NULL ORDER BY f.place LIMIT 1),
                                    salesreg.zone_or_null((SELECT q.time_zone FROM salesreg.rep_schedule q WHERE q.rep = r.id)),
                                    salesreg.zone_or_null((SELECT q.time_zone FROM salesreg.calendar_accounts q WHERE q.rep = r.id)),
                                    salesreg.zone_or_null($4::text), 'UTC') AS zone OFFSET 0) z
CROSS JOIN LATERAL (SELECT (n.here::date - date '1970-01-01') AS day,
                           (extract(hour FROM n.here) * 60 + extract(minute FROM n.here))::integer AS minute
                    FROM (SELECT now() AT TIME ZONE z.zone AS here) n OFFSET 0) d
-- name: timers_write
-- $1 chat, $2 payload, $3 the conversation's version, $4 prospect, $5 the day there, $6 microseconds until it is not to be
-- sent any more, $7 whose prospect they are, or NULL, $8 about whom it is (outbox.relay), or NULL: a message of the bot's own accord, counted
WITH counted AS (
    UPDATE salesreg.conversations c
    SET unasked_on = date '1970-01-01' + $5::integer,
        unasked_count = CASE WHEN c.unasked_on = date '1970-01-01' + $5::integer THEN c.unasked_count + 1 ELSE 1 END
    WHERE c.prospect = $4::varchar
    RETURNING 1
)
INSERT INTO salesreg.outbox (chat_id, method, payload, priority, version, unasked, not_after, unasked_on, unasked_rep, relay)
SELECT $1::bigint, 'sendMessage', $2::json, 1, $3::bigint, true, now() + $6::bigint * interval '1 microsecond',
       date '1970-01-01' + $5::integer, $7::uuid, $8::json
FROM counted
-- name: timers_remind
-- $1 prospect, $2 version, $3 microseconds: the first reminder; one that is set is put off, as they have just been written to
INSERT INTO salesreg.timers AS t (kind, prospect, version, due_at)
VALUES ('reminder', $1::varchar, $2::bigint, now() + $3::bigint * interval '1 microsecond')
ON CONFLICT (prospect, kind) DO UPDATE
SET version = excluded.version, attempts = t.attempts + 1, leased_until = NULL, failures = 0, error = NULL, due_at = greatest(t.due_at, excluded.due_at)
-- name: timers_remind_again
-- $1 timer, $2 microseconds: the next reminder
UPDATE salesreg.timers
SET step = step + 1, attempts = attempts + 1, leased_until = NULL, failures = 0, error = NULL, due_at = now() + $2::bigint * interval '1 microsecond'
WHERE id = $1::bigint
-- name: timers_end
-- $1 timer
DELETE FROM salesreg.timers WHERE id = $1::bigint
-- name: timers_heard
-- $1 people who wrote, $2 whether the bot has asked them something since, $3 microseconds until a reminder; 0: none is sent.
-- What they said ends what they were to be reminded of, and says that they can be reached
WITH them AS (
    SELECT c.prospect, c.version, c.owner, c.reach, f.awaits
    FROM unnest($1::bigint[], $2::boolean[]) AS f (telegram_id, awaits)
    CROSS JOIN LATERAL (SELECT q.* FROM salesreg.conversations q WHERE q.telegram_id = f.telegram_id OFFSET 0) c
), over AS (
    DELETE FROM salesreg.timers t USING them h
    WHERE t.prospect = h.prospect AND t.kind = 'reminder' AND NOT (h.awaits AND h.owner = 'bot' AND $3::bigint > 0)
), back AS (
    UPDATE salesreg.conversations c SET reach = 'reachable', reach_error = NULL
    FROM them h WHERE c.prospect = h.prospect AND h.reach <> 'reachable'
)
INSERT INTO salesreg.timers AS t (kind, prospect, version, due_at)
SELECT 'reminder', h.prospect, h.version, now() + $3::bigint * interval '1 microsecond'
FROM them h WHERE h.awaits AND h.owner = 'bot' AND $3::bigint > 0
ON CONFLICT (prospect, kind) DO UPDATE
SET version = excluded.version, step = 1, attempts = t.attempts + 1, leased_until = NULL, failures = 0, error = NULL, due_at = excluded.due_at,
    created_at = now()
-- name: timers_reach_out
-- $1 prospects just assigned, $2 to whom, $3 the zones of their phones or NULL, $4 languages and $5 their zones, $6 the company's: whom
-- the bot has met, and leads the conversation with, it writes to. Those, with the minute where they are, what they were written today
-- and whether they can be reached: who cannot is not written to
WITH them AS MATERIALIZED (
    SELECT c.prospect, f.rep, c.version, c.telegram_id, c.unasked_on, c.unasked_count, c.reach, z.zone
    FROM unnest($1::varchar[], $2::uuid[], $3::text[]) AS f (prospect, rep, phone)
    CROSS JOIN LATERAL (SELECT q.* FROM salesreg.conversations q WHERE q.prospect = f.prospect OFFSET 0) c
    CROSS JOIN LATERAL (
        SELECT coalesce(salesreg.zone_or_null(f.phone),
                        salesreg.zone_or_null((SELECT l.zone FROM salesreg.user_sessions s
                                               JOIN unnest($4::text[], $5::text[]) AS l (locale, zone) ON l.locale = s.locale
                                               WHERE s.user_id = c.telegram_id)),
                        salesreg.zone_or_null((SELECT q.time_zone FROM salesreg.rep_schedule q WHERE q.rep = f.rep)),
                        salesreg.zone_or_null((SELECT q.time_zone FROM salesreg.calendar_accounts q WHERE q.rep = f.rep)),
                        salesreg.zone_or_null($6::text), 'UTC') AS zone OFFSET 0) z
    WHERE c.telegram_id IS NOT NULL AND c.owner = 'bot'
      AND NOT EXISTS (SELECT 1 FROM salesreg.opt_outs o WHERE o.telegram_id = c.telegram_id)
), made AS (
    INSERT INTO salesreg.timers AS t (kind, prospect, rep, version)
    SELECT 'reach_out', h.prospect, h.rep, h.version FROM them h WHERE h.reach = 'reachable'
    ON CONFLICT (prospect, kind) DO UPDATE
    SET rep = excluded.rep, version = excluded.version, attempts = t.attempts + 1, leased_until = NULL, failures = 0, error = NULL, due_at = now(),
        created_at = now()
)
SELECT h.prospect, (extract(hour FROM n.here) * 60 + extract(minute FROM n.here))::integer,
       CASE WHEN h.unasked_on = n.here::date THEN h.unasked_count ELSE 0 END, h.reach
FROM them h CROSS JOIN LATERAL (SELECT now() AT TIME ZONE h.zone AS here OFFSET 0) n
-- name: timers_follow_up
-- $1 assignments, $2 their reps, $3 their zones, $4 days and $5 minutes there: the rep gets the card again then. Nothing of an assignment
-- that is over
INSERT INTO salesreg.timers AS t (kind, prospect, rep, due_at)
SELECT 'follow_up', a.prospect, a.rep,
       salesreg.instant(date '1970-01-01' + f.day::integer + f.minute * interval '1 minute', f.zone, NULL)
FROM unnest($1::bigint[], $2::uuid[], $3::text[], $4::bigint[], $5::bigint[]) AS f (assignment, rep, zone, day, minute)
CROSS JOIN LATERAL (SELECT q.* FROM salesreg.assignments q WHERE q.id = f.assignment OFFSET 0) a
WHERE a.rep = f.rep AND a.ended_at IS NULL
ON CONFLICT (prospect, kind) DO UPDATE
SET rep = excluded.rep, attempts = t.attempts + 1, leased_until = NULL, failures = 0, error = NULL, due_at = excluded.due_at, created_at = now()
-- name: timers_refused
-- $1 accounts, $2 how they cannot be reached any more, $3 what Telegram said: prospects whom the bot has met. Whose rep is told, once
WITH lost AS (
    UPDATE salesreg.conversations c SET reach = f.reach, reach_error = left(f.error, 200)
    FROM (SELECT DISTINCT ON (u.telegram_id) u.* FROM unnest($1::bigint[], $2::text[], $3::text[]) AS u (telegram_id, reach, error)
          ORDER BY u.telegram_id) f
    WHERE c.telegram_id = f.telegram_id AND c.reach <> f.reach
    RETURNING c.prospect
)
INSERT INTO salesreg.timers AS t (kind, prospect) SELECT 'unreachable', l.prospect FROM lost l
ON CONFLICT (prospect, kind) DO UPDATE SET attempts = t.attempts + 1, leased_until = NULL, failures = 0, error = NULL, due_at = now(), created_at = now()
