-- name: exports_begin cold
BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY
-- name: exports_names cold
-- $1 how many: the columns that files had and the table has not
SELECT k.name FROM (SELECT DISTINCT jsonb_object_keys(d.extra) AS name FROM salesreg.prospect_details d) k
ORDER BY k.name COLLATE "C" LIMIT $1::integer
-- name: exports_page cold
-- $1 behind which prospect, $2 how many, $3 status or NULL
SELECT p.id, left(p.name, 255), left(p.telegram_id, 255), d.phone, left(p.email, 255), left(p.status, 50), left(r.name, 255),
       left(p.context, 500000), left(p.notes, 500000), c.source, left(c.campaign, 255),
       CASE WHEN isfinite(p.created_at::timestamptz)
            THEN to_char(p.created_at::timestamptz AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') END,
       CASE WHEN isfinite(p.last_contact_at::timestamptz)
            THEN to_char(p.last_contact_at::timestamptz AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') END,
       d.extra::text
FROM public.test_prospects p
LEFT JOIN salesreg.prospect_details d ON d.prospect = p.id
LEFT JOIN salesreg.conversations c ON c.prospect = p.id
LEFT JOIN public.sales_representatives r ON r.id = p.assigned_rep_id
WHERE p.id > $1::varchar AND ($3::text IS NULL OR p.status = $3::text)
ORDER BY p.id LIMIT $2::integer
