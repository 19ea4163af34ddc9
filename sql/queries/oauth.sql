-- name: oauth_states_create
-- $1 hashes, $2 reps, $3 people
INSERT INTO salesreg.oauth_states (state_hash, rep, user_id, expires_at)
SELECT f.state_hash, f.rep, f.person, now() + interval '10 minutes'
FROM unnest($1::text[], $2::uuid[], $3::bigint[]) AS f (state_hash, rep, person)
-- name: oauth_state_open
-- $1 hash: the start page is shown, to a person or to whatever follows links; it spends nothing
UPDATE salesreg.oauth_states s SET opened_at = coalesce(s.opened_at, now())
FROM (SELECT 1) one
LEFT JOIN salesreg.oauth_states k ON k.state_hash = $1::text
LEFT JOIN salesreg.user_sessions u ON u.user_id = k.user_id
LEFT JOIN public.sales_representatives r ON r.id = k.rep AND r.telegram_id = k.user_id
WHERE s.state_hash = $1::text AND s.expires_at > now()
RETURNING u.locale, left(r.name, 255), coalesce(r.status = 'active', false)
-- name: oauth_state_take
-- $1 hash, $2 whether a code came with it that is to be exchanged. Once: whoever comes second finds nothing. For who is no active rep any
-- more no exchange begins, which later processes would tell of as interrupted.
WITH taken AS (
    DELETE FROM salesreg.oauth_states WHERE state_hash = $1::text RETURNING rep, user_id, expires_at
), begun AS (
    INSERT INTO salesreg.oauth_exchanges (rep, user_id)
    SELECT t.rep, t.user_id FROM taken t
    WHERE t.expires_at > now() AND $2::boolean
      AND (SELECT r.status = 'active' FROM public.sales_representatives r WHERE r.id = t.rep AND r.telegram_id = t.user_id LIMIT 1)
    RETURNING id
)
SELECT coalesce(b.id, 0), t.rep, t.user_id, t.expires_at <= now(), left(r.status, 50), left(r.email, 320), u.locale
FROM taken t
LEFT JOIN begun b ON true
LEFT JOIN public.sales_representatives r ON r.id = t.rep AND r.telegram_id = t.user_id
LEFT JOIN salesreg.user_sessions u ON u.user_id = t.user_id
-- name: oauth_exchange_end
-- $1 id: it came to an end that is told now; whoever told of it as interrupted was there before
WITH gone AS (DELETE FROM salesreg.oauth_exchanges WHERE id = $1::bigint RETURNING 1)
SELECT salesreg.must((SELECT count(*) FROM gone) = 1)
-- name: oauth_exchanges_left cold
-- $1 how many seconds an exchange can take, $2 how many: those whose process died. Told is who is an active rep: nobody else can have a
-- new link.
WITH gone AS (
    DELETE FROM salesreg.oauth_exchanges x
    USING (SELECT o.id, u.locale FROM salesreg.oauth_exchanges o LEFT JOIN salesreg.user_sessions u ON u.user_id = o.user_id
           WHERE o.started_at < now() - $1::bigint * interval '1 second'
           ORDER BY o.id LIMIT $2::bigint FOR UPDATE OF o SKIP LOCKED) f
    WHERE x.id = f.id
    RETURNING x.rep, x.user_id, f.locale
)
SELECT g.user_id, g.locale FROM gone g
WHERE (SELECT r.status = 'active' FROM public.sales_representatives r WHERE r.id = g.rep AND r.telegram_id = g.user_id LIMIT 1)
-- name: oauth_states_left cold
-- $1 how many: links that ran out; those that were opened and led nowhere are told of, if no later one did better, to active reps
WITH ended AS (
    DELETE FROM salesreg.oauth_states s
    USING (SELECT o.state_hash, u.locale FROM salesreg.oauth_states o LEFT JOIN salesreg.user_sessions u ON u.user_id = o.user_id
           WHERE o.expires_at <= now() ORDER BY o.expires_at LIMIT $1::bigint FOR UPDATE OF o SKIP LOCKED) f
    WHERE s.state_hash = f.state_hash
    RETURNING s.rep, s.user_id, s.opened_at, s.created_at, f.locale
)
SELECT DISTINCT ON (e.user_id) e.user_id, e.locale
FROM ended e
WHERE e.opened_at IS NOT NULL
  AND (SELECT r.status = 'active' FROM public.sales_representatives r WHERE r.id = e.rep AND r.telegram_id = e.user_id LIMIT 1)
  AND NOT EXISTS (SELECT 1 FROM salesreg.calendar_accounts a
                  WHERE a.rep = e.rep AND a.state = 'connected' AND a.connected_at > e.created_at)
  AND NOT EXISTS (SELECT 1 FROM salesreg.oauth_states l WHERE l.rep = e.rep AND l.expires_at > now())
ORDER BY e.user_id
-- name: calendar_deaths cold
-- $1 how many at least: tokens that Google took no more within the last hour, if they are many: at least so many, and ten or a quarter of
-- all. Each is counted once. How many there are, of how many accounts, if this is the first that is seen of it: what dies within an
-- hour of what was counted is of the same incident
WITH dead AS (
    SELECT a.rep FROM salesreg.calendar_accounts a
    WHERE a.state = 'reconnect' AND a.reason = 'invalid_grant' AND a.updated_at > now() - interval '1 hour'
), total AS (
    SELECT (SELECT count(*) FROM dead) AS dead,
           (SELECT count(*) FROM dead) + (SELECT count(*) FROM salesreg.calendar_accounts a WHERE a.state = 'connected') AS had
), fresh AS (
    SELECT a.rep FROM salesreg.calendar_accounts a CROSS JOIN total t
    WHERE a.rep IN (SELECT rep FROM dead) AND a.mass_at IS NULL AND t.dead >= $1::bigint AND (t.dead >= 10 OR t.dead * 4 >= t.had)
    ORDER BY a.rep FOR UPDATE OF a
), counted AS (
    UPDATE salesreg.calendar_accounts a SET mass_at = now() FROM fresh f WHERE a.rep = f.rep RETURNING a.rep
)
SELECT t.dead, t.had FROM total t
WHERE (SELECT count(*) FROM counted) >= $1::bigint
  AND NOT EXISTS (SELECT 1 FROM salesreg.calendar_accounts a WHERE a.mass_at > now() - interval '1 hour')
-- name: oauth_outcome
-- $1 exchange, $2 rep, $3 the access token that was to be stored, sealed, as hexadecimal digits, or NULL, $4 whose link it was
SELECT EXISTS (SELECT 1 FROM salesreg.oauth_exchanges x WHERE x.id = $1::bigint),
       EXISTS (SELECT 1 FROM public.sales_representatives r WHERE r.id = $2::uuid AND r.status = 'active'
                                                                AND r.telegram_id = $4::bigint),
       EXISTS (SELECT 1 FROM salesreg.calendar_accounts a WHERE a.rep = $2::uuid AND a.access_token = decode($3::text, 'hex')),
       EXISTS (SELECT 1 FROM salesreg.calendar_accounts a WHERE a.rep = $2::uuid AND a.refresh_token IS NOT NULL)
