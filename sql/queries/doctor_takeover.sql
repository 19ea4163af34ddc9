-- name: doctor_takeover_tables
-- which of the older system's tables are there, whether they have been migrated, which columns that salesreg wants they lack, and which
-- of their times have no zone
SELECT current_database(), to_regclass('public.sales_representatives') IS NOT NULL, to_regclass('public.test_prospects') IS NOT NULL,
       to_regclass('salesreg.schema_migrations') IS NOT NULL,
       (SELECT string_agg(w.t || '.' || w.c, ', ' ORDER BY w.t, w.c)
        FROM (VALUES ('sales_representatives', 'telegram_username'), ('sales_representatives', 'status'),
                     ('sales_representatives', 'calendar_account_name'), ('sales_representatives', 'is_admin'),
                     ('sales_representatives', 'registered_at'), ('sales_representatives', 'approved_at'),
                     ('sales_representatives', 'approved_by'), ('sales_representatives', 'created_at'),
                     ('sales_representatives', 'updated_at'), ('test_prospects', 'context'), ('test_prospects', 'email'),
                     ('test_prospects', 'notes'), ('test_prospects', 'status'), ('test_prospects', 'assigned_rep_id'),
                     ('test_prospects', 'last_contact_at'), ('test_prospects', 'created_at'), ('test_prospects', 'updated_at')) AS w (t, c)
        WHERE to_regclass('public.' || w.t) IS NOT NULL
          AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_attribute a
                          WHERE a.attrelid = to_regclass('public.' || w.t) AND a.attname = w.c AND NOT a.attisdropped)),
       (SELECT string_agg(c.relname || '.' || a.attname, ', ' ORDER BY c.relname, a.attname)
        FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_class c ON c.oid = a.attrelid
        WHERE a.attrelid IN (to_regclass('public.sales_representatives'), to_regclass('public.test_prospects'))
          AND a.atttypid = 'timestamp'::regtype AND NOT a.attisdropped),
       current_setting('TimeZone')
-- name: doctor_takeover_reps
-- what is in the older system's table of reps, whatever columns it has: a code of each kind of thing, how many, which
WITH r AS MATERIALIZED (
    SELECT left(j ->> 'status', 50) AS status, lower(btrim(left(j ->> 'email', 320))) AS email, left(j ->> 'telegram_id', 50) AS account,
           j ->> 'is_admin' = 'true' AND j ->> 'status' = 'active' AS admin
    FROM (SELECT to_jsonb(t) AS j FROM public.sales_representatives t) x
)
SELECT f.code, f.n, f.which FROM (
    SELECT 1 AS place, 'reps' AS code, count(*) AS n, NULL::text AS which FROM r
    UNION ALL
    SELECT 2, 'rep_status', s.n, s.status FROM (SELECT coalesce(status, '(none)') AS status, count(*) AS n FROM r
                                                GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 20) s
    UNION ALL
    SELECT 3, 'rep_no_email', count(*), NULL FROM r WHERE coalesce(email, '') = ''
    UNION ALL
    SELECT 4, 'rep_same_email', count(*), (array_agg(e.email ORDER BY e.email))[1]
    FROM (SELECT email FROM r WHERE email <> '' GROUP BY email HAVING count(*) > 1) e
    UNION ALL
    SELECT 5, 'rep_same_account', count(*), (array_agg(e.account ORDER BY e.account))[1]
    FROM (SELECT account FROM r WHERE account IS NOT NULL GROUP BY account HAVING count(*) > 1) e
    UNION ALL
    SELECT 6, 'rep_no_account', count(*), NULL FROM r WHERE account IS NULL
    UNION ALL
    SELECT 7, 'rep_admin', count(*), min(email) FROM r WHERE admin) f
WHERE f.n > 0 OR f.code = 'reps'
ORDER BY f.place, f.n DESC, f.which
-- name: doctor_takeover_prospects
-- the same of prospects. Times without a zone that are ahead of the server's clock were written by a
-- clock of another zone
WITH p AS MATERIALIZED (
    SELECT left(j ->> 'status', 50) AS status, left(j ->> 'assigned_rep_id', 50) AS rep,
           lower(ltrim(btrim(left(j ->> 'telegram_id', 255)), '@')) AS telegram, lower(btrim(left(j ->> 'email', 320))) AS email,
           coalesce(j ->> 'status', 'unreached') IN ('unreached', 'contacted', 'in_conversation') AS open,
           CASE WHEN j ->> 'created_at' ~ '^[0-9]{4}-[0-9-]+T[0-9:.]+$' THEN (j ->> 'created_at')::timestamp END AS naive
    FROM (SELECT to_jsonb(t) AS j FROM public.test_prospects t) x
), r AS MATERIALIZED (
    SELECT r.id::text AS id, coalesce(left(to_jsonb(r) ->> 'status', 50), 'active') AS status, left(to_jsonb(r) ->> 'name', 255) AS name
    FROM public.sales_representatives r
)
SELECT f.code, f.n, f.which FROM (
    SELECT 1 AS place, 'prospects' AS code, count(*) AS n, NULL::text AS which FROM p
    UNION ALL
    SELECT 2, 'prospect_status', s.n, s.status FROM (SELECT coalesce(status, '(none)') AS status, count(*) AS n FROM p
                                                     GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 20) s
    UNION ALL
    SELECT 3, 'prospect_waits', count(*), NULL FROM p WHERE p.open AND p.rep IS NULL
    UNION ALL
    SELECT 4, 'prospect_held', count(*), NULL FROM p JOIN r ON r.id = p.rep AND r.status = 'active' WHERE p.open
    UNION ALL
    SELECT 5, 'prospect_of_gone', count(*), min(r.name) FROM p JOIN r ON r.id = p.rep AND r.status <> 'active' WHERE p.open
    UNION ALL
    SELECT 6, 'prospect_orphan', count(*), NULL FROM p
    WHERE p.open AND p.rep IS NOT NULL AND NOT EXISTS (SELECT 1 FROM r WHERE r.id = p.rep)
    UNION ALL
    SELECT 7, 'prospect_same_contact', count(*), (array_agg(e.telegram ORDER BY e.telegram))[1]
    FROM (SELECT telegram FROM p WHERE telegram <> '' GROUP BY telegram HAVING count(*) > 1) e
    UNION ALL
    SELECT 8, 'prospect_same_email', count(*), (array_agg(e.email ORDER BY e.email))[1]
    FROM (SELECT email FROM p WHERE email <> '' GROUP BY email HAVING count(*) > 1) e
    UNION ALL
    SELECT 9, 'prospect_no_contact', count(*), NULL FROM p WHERE coalesce(telegram, '') = '' AND coalesce(email, '') = ''
    UNION ALL
    SELECT 10, 'prospect_ahead', count(*), round(extract(epoch FROM max(naive) - localtimestamp) / 3600.0, 1)::text
    FROM p WHERE naive > localtimestamp + interval '5 minutes') f
WHERE f.n > 0 OR f.code = 'prospects'
ORDER BY f.place, f.n DESC, f.which
