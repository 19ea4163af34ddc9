-- name: prospect_changes_lock cold
-- $1 prospect: as it is now, until the transaction ends; under the assignment lock, so that nothing is assigned meanwhile
SELECT p.id, left(p.name, 255), left(p.status, 50), left(p.telegram_id, 255), left(p.email, 255), left(p.context, 4000),
       left(p.notes, 4000), p.assigned_rep_id, left(r.name, 255), left(r.status, 50)
FROM public.test_prospects p
LEFT JOIN public.sales_representatives r ON r.id = p.assigned_rep_id
WHERE p.id = $1::varchar FOR NO KEY UPDATE OF p
-- name: prospect_changes_give cold
-- $1 prospects, $2 reps, or NULL: they go back. What is to be told, and the assignments' rows, follow from the table (allocation_by_hand)
WITH f AS (
    SELECT * FROM unnest($1::varchar[], $2::uuid[]) AS f (prospect, rep)
), given AS (
    UPDATE public.test_prospects p SET assigned_rep_id = f.rep, updated_at = now() FROM f WHERE p.id = f.prospect RETURNING p.id, f.rep
), apart AS (
    DELETE FROM salesreg.declined_prospects WHERE prospect = ANY ($1::varchar[])
), explained AS (
    INSERT INTO salesreg.prospect_events (prospect, rep, kind, detail)
    SELECT g.id, g.rep, CASE WHEN g.rep IS NULL THEN 'taken' ELSE 'given' END, 'by a manager' FROM given g
)
SELECT salesreg.must((SELECT count(*) FROM given) = (SELECT count(*) FROM f))
-- name: prospect_changes_status cold
-- $1 prospects, $2 the statuses from now on, $3 what happened, $4 why, or NULL
WITH f AS (
    SELECT * FROM unnest($1::varchar[], $2::text[], $3::text[], $4::text[]) AS f (prospect, status, event, why)
), changed AS (
    UPDATE public.test_prospects p SET status = f.status, updated_at = now() FROM f WHERE p.id = f.prospect RETURNING p.id, f.event, f.why
), explained AS (
    INSERT INTO salesreg.prospect_events (prospect, kind, detail) SELECT c.id, c.event, c.why FROM changed c
)
SELECT salesreg.must((SELECT count(*) FROM changed) = (SELECT count(*) FROM f))
-- name: prospect_changes_note cold
-- $1 prospects, $2 a manager's words
INSERT INTO salesreg.prospect_events (prospect, kind, detail)
SELECT f.prospect, 'note', f.said FROM unnest($1::varchar[], $2::text[]) AS f (prospect, said)
-- name: prospect_changes_edit cold
-- $1 prospect, $2 name, $3 Telegram, $4 e-mail, $5 context, $6 notes: NULL is left as it is, '' is taken away
WITH changed AS (
    UPDATE public.test_prospects p
    -- these two must not be NULL
    SET name = coalesce($2::text, p.name), telegram_id = coalesce($3::text, p.telegram_id),
        email = CASE WHEN $4::text IS NULL THEN p.email ELSE nullif($4::text, '') END,
        context = CASE WHEN $5::text IS NULL THEN p.context ELSE nullif($5::text, '') END,
        notes = CASE WHEN $6::text IS NULL THEN p.notes ELSE nullif($6::text, '') END,
        updated_at = now()
    WHERE p.id = $1::varchar RETURNING p.id
)
SELECT salesreg.must(count(*) = 1) FROM changed
-- name: prospect_changes_alike cold
-- $1 kind and $2 normal form of a contact, $3 that of an e-mail address, each or NULL: who has one of these already, under the assignment lock
SELECT p.id, left(p.name, 255), left(p.status, 50), left(r.name, 255)
FROM (SELECT i.prospect FROM salesreg.prospect_identities i WHERE i.kind = $1::text AND i.value = $2::text AND i.kind <> 'none'
      UNION
      SELECT i.prospect FROM salesreg.prospect_identities i WHERE i.kind = 'email' AND i.value = $3::text AND i.kind <> 'none'
      UNION
      SELECT d.prospect FROM salesreg.prospect_details d WHERE $1::text = 'phone' AND d.phone = $2::text
      UNION
      SELECT c.prospect FROM salesreg.conversations c
      WHERE c.telegram_id = CASE WHEN $1::text = 'telegram_id' AND $2::text ~ '^[0-9]{1,18}$' THEN $2::bigint END
      UNION -- the newest, whom outreach has not looked at yet
      SELECT e.prospect FROM salesreg.audit e
      WHERE e.action = 'add' AND e.at > now() - interval '1 day' AND e.prospect IS NOT NULL
        AND (e.after ->> 'contact' = $1::text || ' ' || $2::text OR e.after ->> 'email' = $3::text)) f
JOIN public.test_prospects p ON p.id = f.prospect
LEFT JOIN public.sales_representatives r ON r.id = p.assigned_rep_id
ORDER BY p.created_at DESC NULLS LAST, p.id LIMIT 1
-- name: prospect_changes_add cold
-- $1 name, $2 Telegram, $3 e-mail, $4 context, $5 notes, $6 rep or NULL: whose turn it is
WITH added AS (
    INSERT INTO public.test_prospects (id, name, telegram_id, email, context, notes, status, assigned_rep_id)
    VALUES ('m' || replace(gen_random_uuid()::text, '-', ''), coalesce($1::text, ''), coalesce($2::text, ''), $3::text, $4::text, $5::text, 'unreached', $6::uuid)
    RETURNING id
), explained AS (
    INSERT INTO salesreg.prospect_events (prospect, rep, kind, detail)
    SELECT a.id, $6::uuid, 'given', 'by a manager' FROM added a WHERE $6::uuid IS NOT NULL
)
-- who is there with a rep already is nothing new to outreach, unless it looks
SELECT id, CASE WHEN $6::uuid IS NOT NULL THEN pg_catalog.pg_notify('salesreg_reconcile', '') END FROM added
-- name: prospect_changes_remove cold
-- $1 prospect: what belongs to it goes by its triggers
WITH gone AS (
    DELETE FROM public.test_prospects p WHERE p.id = $1::varchar RETURNING 1
)
SELECT salesreg.must(count(*) = 1) FROM gone
