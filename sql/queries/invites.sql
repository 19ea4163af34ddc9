-- name: invites_read
-- $1 hashes of links that were pressed, $2 people: those links, and the unused ones that these people hold
SELECT i.token_hash, i.held_by, i.ends_at <= now(), i.used_at IS NOT NULL, i.email_key
FROM (SELECT p.token_hash FROM salesreg.invites p WHERE p.token_hash = ANY ($1::text[])
      UNION
      SELECT h.token_hash FROM salesreg.invites h WHERE h.held_by = ANY ($2::bigint[]) AND h.used_at IS NULL) m
JOIN salesreg.invites i ON i.token_hash = m.token_hash
ORDER BY i.token_hash FOR NO KEY UPDATE OF i
-- name: invites_hold
-- $1 hashes, $2 people: whoever comes first
WITH f AS (
    SELECT * FROM unnest($1::text[], $2::bigint[]) AS f (token_hash, person)
), held AS (
    UPDATE salesreg.invites i SET held_by = f.person, held_at = now()
    FROM f WHERE i.token_hash = f.token_hash AND i.held_by IS NULL AND i.used_at IS NULL AND i.ends_at > now()
    RETURNING 1
)
SELECT salesreg.must((SELECT count(*) FROM held) = (SELECT count(*) FROM f))
-- name: invites_use
-- $1 hashes, $2 people who hold them: once
WITH f AS (
    SELECT * FROM unnest($1::text[], $2::bigint[]) AS f (token_hash, person)
), used AS (
    UPDATE salesreg.invites i SET used_at = now()
    FROM f WHERE i.token_hash = f.token_hash AND i.held_by = f.person AND i.used_at IS NULL AND i.ends_at > now()
    RETURNING 1
)
SELECT salesreg.must((SELECT count(*) FROM used) = (SELECT count(*) FROM f))
-- name: invites_create cold
-- $1 hashes, $2 the e-mails' keys or NULL, $3 days, $4 admins or 0; when they end, in microseconds since 1970
INSERT INTO salesreg.invites (token_hash, email_key, ends_at, created_by)
SELECT f.token_hash, f.email_key, now() + f.days * interval '1 day', nullif(f.admin, 0)
FROM unnest($1::text[], $2::text[], $3::integer[], $4::bigint[]) AS f (token_hash, email_key, days, admin)
RETURNING (extract(epoch FROM ends_at) * 1000000)::bigint
