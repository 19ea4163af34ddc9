-- name: prospect_merge_accounts cold
-- $1 prospect, $2 another: how many of the two have an account that the bot has met
SELECT count(*) FROM salesreg.conversations c WHERE c.prospect IN ($1::varchar, $2::varchar) AND c.telegram_id IS NOT NULL
-- name: prospect_merge_fill cold
-- $1 prospect that goes, $2 that stays, both locked: what the second has not it gets of the first
WITH f AS (
    SELECT left(p.telegram_id, 255) AS telegram_id, left(p.name, 255) AS name, left(p.email, 255) AS email, left(p.context, 500000) AS context,
           left(p.notes, 500000) AS notes, p.last_contact_at,
           (SELECT left(d.phone, 255) FROM salesreg.prospect_details d WHERE d.prospect = p.id OFFSET 0) AS phone
    FROM public.test_prospects p WHERE p.id = $1::varchar
), filled AS (
    UPDATE public.test_prospects p
    SET telegram_id = CASE WHEN coalesce(btrim(p.telegram_id), '') IN ('', '-') THEN coalesce(f.telegram_id, p.telegram_id) ELSE p.telegram_id END,
        name = CASE WHEN coalesce(btrim(p.name), '') = '' THEN coalesce(f.name, p.name) ELSE p.name END,
        email = coalesce(nullif(btrim(p.email), ''), f.email),
        context = left(nullif(concat_ws(E'\n', nullif(btrim(p.context), ''),
                                        CASE WHEN p.context IS DISTINCT FROM f.context THEN nullif(btrim(f.context), '') END), ''), 500000),
        notes = left(nullif(concat_ws(E'\n', nullif(btrim(p.notes), ''),
                                      CASE WHEN p.notes IS DISTINCT FROM f.notes THEN nullif(btrim(f.notes), '') END,
                                      -- contacts of the first for which the second has another one: where the rep sees them
                                      (SELECT string_agg(c.contact, E'\n' ORDER BY c.place)
                                       FROM (VALUES (1, f.telegram_id), (2, f.email), (3, f.phone)) AS c (place, contact)
                                       WHERE btrim(c.contact) NOT IN ('', '-')
                                         AND (c.place <> 1 OR coalesce(btrim(p.telegram_id), '') NOT IN ('', '-'))
                                         AND (c.place <> 2 OR coalesce(btrim(p.email), '') <> '')
                                         AND lower(c.contact) NOT IN (lower(coalesce(left(p.telegram_id, 255), '')), lower(coalesce(left(p.email, 255), '')))
                                         AND strpos(concat_ws(E'\n', p.notes, f.notes), c.contact) = 0)), ''), 500000),
        last_contact_at = greatest(p.last_contact_at, f.last_contact_at), updated_at = now()
    FROM f WHERE p.id = $2::varchar
    RETURNING p.id
)
SELECT salesreg.must((SELECT count(*) FROM filled) = 1)
-- name: prospect_merge_move cold
-- the same: what happened with the first happened with the second. An assignment that goes on ends with the first, of which its rep is told
WITH talk AS (
    SELECT EXISTS (SELECT 1 FROM salesreg.conversations c WHERE c.prospect = $1::varchar AND c.telegram_id IS NOT NULL) AS moves
), before AS (
    UPDATE salesreg.merged_prospects m SET prospect = $2::varchar WHERE m.prospect = $1::varchar
), merged AS (
    INSERT INTO salesreg.merged_prospects (prospect, was, name, telegram, email, phone)
    SELECT $2::varchar, p.id, left(p.name, 255), left(p.telegram_id, 255), left(p.email, 255), left(d.phone, 255)
    FROM public.test_prospects p LEFT JOIN salesreg.prospect_details d ON d.prospect = p.id
    WHERE p.id = $1::varchar
), assigned AS (
    UPDATE salesreg.assignments a SET prospect = $2::varchar WHERE a.prospect = $1::varchar AND a.ended_at IS NOT NULL
), events AS (
    UPDATE salesreg.prospect_events e SET prospect = $2::varchar WHERE e.prospect = $1::varchar
), done AS (
    UPDATE salesreg.audit x SET prospect = $2::varchar WHERE x.prospect = $1::varchar
), links AS (
    UPDATE salesreg.links l SET prospect = $2::varchar WHERE l.prospect = $1::varchar
), pairs AS (
    UPDATE salesreg.relay_pairs r SET prospect = $2::varchar WHERE r.prospect = $1::varchar
), own_chats AS (
    UPDATE salesreg.business_chats b SET prospect = $2::varchar WHERE b.prospect = $1::varchar
), own_words AS (
    UPDATE salesreg.business_messages b SET prospect = $2::varchar WHERE b.prospect = $1::varchar
), number AS ( -- that stood where Telegram's name stands, and is known beside it from now on
    SELECT min(i.value) AS value FROM salesreg.prospect_identities i
    WHERE i.prospect = $1::varchar AND i.kind = 'phone'
      AND (SELECT left(p.telegram_id, 255) FROM public.test_prospects p WHERE p.id = $2::varchar)
          IS DISTINCT FROM (SELECT left(p.telegram_id, 255) FROM public.test_prospects p WHERE p.id = $1::varchar)
      AND NOT EXISTS (SELECT 1 FROM salesreg.prospect_identities k WHERE k.prospect = $2::varchar AND k.kind = i.kind AND k.value = i.value)
), only_number AS (
    INSERT INTO salesreg.prospect_details (prospect, phone)
    SELECT $2::varchar, n.value FROM number n
    WHERE n.value IS NOT NULL
      AND NOT EXISTS (SELECT 1 FROM salesreg.prospect_details o WHERE o.prospect IN ($1::varchar, $2::varchar))
), details AS (
    UPDATE salesreg.prospect_details d
    SET phone = coalesce(d.phone, o.phone, (SELECT n.value FROM number n)), extra = nullif(coalesce(o.extra, '{}') || coalesce(d.extra, '{}'), '{}')
    FROM salesreg.prospect_details o WHERE d.prospect = $2::varchar AND o.prospect = $1::varchar
), own_details AS (
    UPDATE salesreg.prospect_details d SET prospect = $2::varchar, phone = coalesce(d.phone, (SELECT n.value FROM number n))
    WHERE d.prospect = $1::varchar AND NOT EXISTS (SELECT 1 FROM salesreg.prospect_details o WHERE o.prospect = $2::varchar)
), gone AS (
    DELETE FROM salesreg.conversations c USING talk t WHERE t.moves AND c.prospect = $2::varchar RETURNING c.version
), unasked AS (
    DELETE FROM salesreg.qualifications q USING talk t WHERE t.moves AND q.prospect = $2::varchar
), unanswered AS (
    DELETE FROM salesreg.answers x USING talk t WHERE t.moves AND x.prospect = $2::varchar
)
SELECT t.moves FROM talk t
-- name: prospect_merge_talk cold
-- the same, where the bot has met the first: the conversation goes on with the second. Whatever was decided on an older state of it is not sent
WITH talk AS (
    UPDATE salesreg.conversations c SET prospect = $2::varchar, version = c.version + 1 WHERE c.prospect = $1::varchar RETURNING c.prospect
), asked AS (
    UPDATE salesreg.qualifications q SET prospect = $2::varchar WHERE q.prospect = $1::varchar
), answered AS (
    UPDATE salesreg.answers a SET prospect = $2::varchar WHERE a.prospect = $1::varchar
), said AS (
    UPDATE salesreg.user_sessions s SET draft = pg_catalog.jsonb_set(s.draft, '{client}', pg_catalog.to_jsonb($2::text))
    WHERE s.draft ->> 'client' = $1::text
)
SELECT salesreg.must((SELECT count(*) FROM talk) = 1)
