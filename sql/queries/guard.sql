-- name: foreign_owners cold
-- $1 whether the owner of both public tables is one of ours, whoever that is; NULL: $2 alone is. $2 a role that is ours, too,
-- and that objects are to be handed over to, or NULL. Objects of ours whose owner has nothing to do
-- with this user, the statement that ends it, and how many there are. Whoever owns an object can change it, and what runs
-- with its owner's rights. Objects of ours are those that the migrations make, and whatever has such a name; what else is in the
-- schema is its owner's business. Roles of ours are: this user, the roles it was made a member of (not by that role itself, as it
-- could until PostgreSQL 14; nor, since 16, by having made the role, which gives it neither the role's rights nor SET ROLE),
-- superusers, and the owner of the database. to_jsonb(): the two columns are 16's, before it each membership has both rights.
WITH RECURSIVE mine (oid) AS (
    SELECT r.oid FROM pg_catalog.pg_roles r WHERE r.rolname = current_user
    UNION
    SELECT m.roleid FROM pg_catalog.pg_auth_members m JOIN mine ON m.member = mine.oid
    WHERE m.grantor <> m.roleid
      AND (coalesce((to_jsonb(m) ->> 'inherit_option')::boolean, true)
           OR coalesce((to_jsonb(m) ->> 'set_option')::boolean, false))
), of_both (oid) AS (
    SELECT min(c.relowner) FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE $1::boolean AND n.nspname = 'public' AND c.relname IN ('sales_representatives', 'test_prospects')
    HAVING count(*) = 2 AND min(c.relowner) = max(c.relowner)
), ours (oid) AS (
    SELECT r.oid FROM pg_catalog.pg_roles r WHERE r.rolname = $2::text
    UNION ALL
    SELECT mine.oid FROM mine WHERE $1::boolean IS NOT NULL
    UNION ALL
    SELECT r.oid FROM pg_catalog.pg_roles r
    WHERE $1::boolean IS NOT NULL AND (r.rolsuper OR r.rolname = 'pg_database_owner')
    UNION ALL
    SELECT d.datdba FROM pg_catalog.pg_database d WHERE $1::boolean IS NOT NULL AND d.datname = current_database()
    UNION ALL
    SELECT of_both.oid FROM of_both
), objects (place, kind, name, owner) AS (
    SELECT 1, 'SCHEMA', quote_ident(n.nspname), n.nspowner FROM pg_catalog.pg_namespace n WHERE n.nspname = 'salesreg'
    UNION ALL
    SELECT 2, CASE c.relkind WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW' WHEN 'f' THEN 'FOREIGN TABLE'
                             WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END,
           quote_ident(n.nspname) || '.' || quote_ident(c.relname), c.relowner
    FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE (c.relkind IN ('r', 'p', 'v', 'm', 'f')
           OR (c.relkind = 'S' AND n.nspname = 'salesreg' AND c.relname = ANY ('{our sequences}'::text[])))
      AND ((n.nspname = 'salesreg' AND (c.relkind = 'S' OR c.relname = ANY ('{our tables}'::text[])))
           OR (n.nspname = 'public' AND c.relname IN ('sales_representatives', 'test_prospects')))
    UNION ALL
    SELECT 3, 'ROUTINE',
           quote_ident(n.nspname) || '.' || quote_ident(p.proname) || '(' || pg_get_function_identity_arguments(p.oid) || ')',
           p.proowner
    FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
    WHERE n.nspname = 'salesreg' AND p.proname = ANY ('{our functions}'::text[])
)
SELECT CASE o.kind WHEN 'ROUTINE' THEN 'function' ELSE lower(o.kind) END || ' ' || o.name,
       quote_ident(pg_get_userbyid(o.owner)),
       'ALTER ' || o.kind || ' ' || o.name || ' OWNER TO '
           || quote_ident(coalesce((SELECT r.rolname FROM pg_catalog.pg_roles r WHERE r.rolname = $2::text),
                                (SELECT pg_get_userbyid(of_both.oid) FROM of_both), current_user)),
       count(*) OVER ()
FROM objects o WHERE NOT EXISTS (SELECT 1 FROM ours WHERE ours.oid = o.owner)
ORDER BY o.place, o.name LIMIT 20
-- name: hidden_rows cold
-- Tables of ours where row-level security is active for this user and its policies are not plainly true: the table, the statement
-- that ends it, whether rows are hidden or refused for certain (no policy lets pass what we do), and else, where the policies look
-- at no column, a statement that tells whether they let everything pass in this session; NULL: it depends on the rows.
-- A permissive policy must let each of our commands pass (W: the new row of an UPDATE), and each restrictive one. One without a
-- condition adds nothing.
SELECT t.name, t.statement, k.denied, CASE WHEN NOT k.denied AND k.constant THEN k.question END
FROM (
    SELECT c.oid, n.nspname || '.' || c.relname AS name,
           CASE WHEN pg_has_role(c.relowner, 'USAGE')
                THEN 'ALTER TABLE ' || n.nspname || '.' || c.relname || ' NO FORCE ROW LEVEL SECURITY'
                WHEN EXISTS (SELECT 1 FROM pg_catalog.pg_policy p WHERE p.polrelid = c.oid AND NOT p.polpermissive)
                THEN 'ALTER ROLE ' || quote_ident(current_user) || ' BYPASSRLS'
                ELSE 'CREATE POLICY salesreg ON ' || n.nspname || '.' || c.relname || ' TO ' || quote_ident(current_user)
                     || ' USING (true) WITH CHECK (true)' END AS statement,
           CASE WHEN c.relname = 'schema_migrations' THEN '{r}'
                WHEN n.nspname = 'salesreg' THEN '{r,a,w,W,d}'
                ELSE '{r,a,w,W}' END::text[] AS needs
    FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p') AND c.relrowsecurity AND row_security_active(c.oid)
      AND ((n.nspname = 'salesreg' AND c.relname = ANY ('{our tables}'::text[]))
           OR (n.nspname = 'public' AND c.relname IN ('sales_representatives', 'test_prospects')))
) t
CROSS JOIN LATERAL (
    SELECT bool_or(e.denied) AS denied, bool_and(e.passes) AS passes, bool_and(e.constant) AS constant,
           'SELECT ' || string_agg(e.condition, ' AND ') AS question
    FROM unnest(t.needs) AS need (command)
    CROSS JOIN LATERAL (
        SELECT count(*) FILTER (WHERE p.polpermissive AND p.expression <> 'false') = 0
                   OR coalesce(bool_or(NOT p.polpermissive AND p.expression = 'false'), false) AS denied,
               coalesce(bool_or(p.polpermissive AND p.expression = 'true')
                        AND NOT bool_or(NOT p.polpermissive AND p.expression <> 'true'), false) AS passes,
               coalesce(NOT bool_or(p.tree ~ '[{](VAR|SUBLINK) '), false) AS constant,
               '(' || string_agg('(' || p.expression || ')', ' OR ') FILTER (WHERE p.polpermissive) || ')'
                   || coalesce(' AND ' || string_agg('(' || p.expression || ')', ' AND ') FILTER (WHERE NOT p.polpermissive), '')
                   AS condition
        FROM (SELECT p.polpermissive, pg_get_expr(p.tree, t.oid) AS expression, p.tree::text AS tree
              FROM (SELECT p.*, CASE WHEN need.command IN ('a', 'W') THEN coalesce(p.polwithcheck, p.polqual)
                                     ELSE p.polqual END AS tree
                    FROM pg_catalog.pg_policy p WHERE p.polrelid = t.oid AND p.polcmd::text IN ('*', lower(need.command))) p
              WHERE p.tree IS NOT NULL
                AND EXISTS (SELECT 1 FROM unnest(p.polroles) AS r (oid) WHERE r.oid = 0 OR pg_has_role(r.oid, 'USAGE'))) p
    ) e
) k
WHERE k.denied OR NOT k.passes
ORDER BY NOT k.denied, 1 LIMIT 20
-- name: rights_missing cold
-- what the workers need and this user may not, and the statement that gives it
SELECT l.object, l.rights, 'GRANT ' || l.rights || ' ON ' || l.object || ' TO ' || quote_ident(current_user)
FROM (
    SELECT 'schema ' || n.nspname AS object, 'USAGE' AS rights FROM pg_catalog.pg_namespace n
    WHERE n.nspname IN ('public', 'salesreg') AND NOT has_schema_privilege(n.oid, 'USAGE')
    UNION ALL
    SELECT 'table ' || n.nspname || '.' || c.relname,
           string_agg(p.name || coalesce(' (' || l.columns || ')', ''), ', ' ORDER BY p.place)
    FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    CROSS JOIN LATERAL unnest(CASE WHEN n.nspname = 'salesreg' AND c.relname = 'schema_migrations' THEN '{SELECT}'
                                   WHEN n.nspname = 'salesreg' THEN '{SELECT,INSERT,UPDATE,DELETE}'
                                   ELSE '{SELECT,INSERT,UPDATE}' END::text[]) WITH ORDINALITY AS p (name, place)
    CROSS JOIN LATERAL ( -- columns may have been granted one by one; the two tables have others that are not for us
        SELECT coalesce(bool_and(a.has), false) AS all_granted,
               CASE WHEN bool_or(a.has)
                    THEN string_agg(quote_ident(a.name), ', ' ORDER BY a.name) FILTER (WHERE NOT a.has) END AS columns
        FROM (SELECT f.attname AS name, has_column_privilege(c.oid, f.attnum, p.name) AS has
              FROM pg_catalog.pg_attribute f
              WHERE f.attrelid = c.oid AND NOT f.attisdropped AND p.name <> 'DELETE'
                AND CASE WHEN n.nspname = 'salesreg'
                         THEN f.attnum > 0 OR (c.relname = 'outbox_history' AND p.name = 'SELECT' AND f.attname = 'ctid')
                         ELSE f.attname = ANY (CASE c.relname || ' ' || p.name
                             WHEN 'sales_representatives SELECT'
                             THEN '{id,telegram_id,telegram_username,name,email,status,calendar_account_name,is_admin,registered_at,updated_at}'
                             WHEN 'sales_representatives INSERT'
                             THEN '{telegram_id,telegram_username,name,email,status,approved_at}'
                             WHEN 'sales_representatives UPDATE'
                             THEN '{telegram_id,telegram_username,name,email,status,calendar_account_name,is_admin,registered_at,approved_at,'
                                  'approved_by,updated_at}'
                             WHEN 'test_prospects SELECT'
                             THEN '{ctid,id,telegram_id,name,context,email,notes,status,assigned_rep_id,last_contact_at,created_at,'
                                  'updated_at}'
                             WHEN 'test_prospects INSERT'
                             THEN '{id,telegram_id,name,context,email,notes,status,assigned_rep_id,last_contact_at,created_at}'
                             ELSE '{telegram_id,name,context,email,notes,status,assigned_rep_id,last_contact_at,updated_at}' END::name[]) END) a
    ) l
    WHERE c.relkind IN ('r', 'p')
      AND ((n.nspname = 'salesreg' AND c.relname = ANY ('{our tables}'::text[]))
           OR (n.nspname = 'public' AND c.relname IN ('sales_representatives', 'test_prospects')))
      AND NOT has_table_privilege(c.oid, p.name) AND NOT l.all_granted
    GROUP BY n.nspname, c.relname
    UNION ALL
    -- setval() after a failover: salesreg.enter()
    SELECT 'sequence ' || n.nspname || '.' || c.relname, string_agg(p.name, ', ')
    FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    CROSS JOIN LATERAL unnest(CASE c.relname WHEN 'rotation_seq' THEN '{USAGE}' WHEN 'assignments_id_seq' THEN '{USAGE,UPDATE}'
                                             ELSE '{UPDATE}' END::text[]) AS p (name)
    WHERE c.relkind = 'S' AND n.nspname = 'salesreg'
      AND c.relname IN ('rotation_seq', 'assignments_id_seq', 'outbox_id_seq', 'prospect_events_id_seq', 'parked_updates_id_seq',
                        'email_codes_id_seq', 'calendars_id_seq', 'audit_id_seq')
      AND NOT has_sequence_privilege(c.oid, p.name)
    GROUP BY n.nspname, c.relname
    UNION ALL
    SELECT 'function ' || n.nspname || '.' || quote_ident(p.proname) || '(' || pg_get_function_identity_arguments(p.oid) || ')',
           'EXECUTE'
    FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
    WHERE n.nspname = 'salesreg' AND p.proname = ANY ('{our functions}'::text[])
      AND p.prorettype <> 'trigger'::regtype AND NOT has_function_privilege(p.oid, 'EXECUTE')
) l
ORDER BY l.object NOT LIKE 'schema %', 1
-- name: migration_rights_missing cold
-- what a migration needs and this user may not, and the statement that gives it
SELECT 'database ' || current_database(), 'CREATE',
       'GRANT CREATE ON DATABASE ' || quote_ident(current_database()) || ' TO ' || quote_ident(current_user)
WHERE NOT has_database_privilege(current_database(), 'CREATE')
  AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_namespace n WHERE n.nspname = 'salesreg')
UNION ALL
SELECT 'schema ' || n.nspname, 'CREATE', 'GRANT CREATE ON SCHEMA ' || n.nspname || ' TO ' || quote_ident(current_user)
FROM pg_catalog.pg_namespace n
WHERE n.nspname IN ('public', 'salesreg') AND NOT has_schema_privilege(n.oid, 'CREATE')
UNION ALL
SELECT 'table ' || n.nspname || '.' || c.relname, 'to be its owner',
       'ALTER TABLE ' || n.nspname || '.' || c.relname || ' OWNER TO ' || quote_ident(current_user)
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p') AND n.nspname = 'public' AND c.relname IN ('sales_representatives', 'test_prospects')
  AND NOT pg_has_role(c.relowner, 'USAGE')
UNION ALL
SELECT 'table salesreg.schema_migrations', string_agg(p.name, ', '),
       'GRANT ' || string_agg(p.name, ', ') || ' ON table salesreg.schema_migrations TO ' || quote_ident(current_user)
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
CROSS JOIN unnest('{SELECT,INSERT}'::text[]) AS p (name)
WHERE n.nspname = 'salesreg' AND c.relname = 'schema_migrations' AND NOT has_table_privilege(c.oid, p.name)
HAVING count(*) > 0
ORDER BY 1
