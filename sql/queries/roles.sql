-- name: roles_refused
-- $1 owner, $2 worker. Why they cannot be the two roles; no row: they can
SELECT CASE WHEN $1::text = $2::text THEN 'owner and worker are the same role, ' || quote_ident($1::text)
            ELSE 'the role ' || quote_ident(r.rolname) || ' is a superuser' END
FROM (SELECT 1) one LEFT JOIN pg_catalog.pg_roles r ON r.rolname IN ($1::text, $2::text) AND r.rolsuper
WHERE $1::text = $2::text OR r.rolname IS NOT NULL
LIMIT 1
-- name: roles_make
-- $1 owner, $2 worker, $3 and $4 their passwords as the server keeps them (NULL: unchanged). The statements that make the two
-- roles, and what is said of each; whoever owned the two tables so far can go on changing them, as a member of the owner.
SELECT s.statement, s.shown
FROM (
    SELECT 1, 'CREATE ROLE ' || quote_ident($1::text), NULL
    WHERE NOT EXISTS (SELECT 1 FROM pg_catalog.pg_roles r WHERE r.rolname = $1::text)
    UNION ALL
    SELECT 2, 'CREATE ROLE ' || quote_ident($2::text), NULL
    WHERE NOT EXISTS (SELECT 1 FROM pg_catalog.pg_roles r WHERE r.rolname = $2::text)
    UNION ALL
    -- what is so already is not said: since PostgreSQL 16 NOCREATEDB is refused to whoever has no CREATEDB
    SELECT 3, a.statement || coalesce(' PASSWORD ' || quote_literal(a.password), ''),
           a.statement || CASE WHEN a.password IS NULL THEN '' ELSE ' PASSWORD (not shown)' END
    FROM (
        SELECT 'ALTER ROLE ' || quote_ident(l.name) || CASE WHEN l.enters AND NOT coalesce(r.rolcanlogin, false) THEN ' LOGIN' ELSE '' END
                   || CASE WHEN l.confined AND r.rolcreaterole THEN ' NOCREATEROLE' ELSE '' END
                   || CASE WHEN l.confined AND r.rolcreatedb THEN ' NOCREATEDB' ELSE '' END AS statement,
               l.password,
               l.password IS NOT NULL OR (l.confined AND (r.oid IS NULL OR NOT r.rolcanlogin OR r.rolcreaterole OR r.rolcreatedb))
                   AS changes
        FROM (VALUES ($1::text, $3::text, $3::text IS NOT NULL, false), ($2::text, $4::text, true, true))
             AS l (name, password, enters, confined)
        LEFT JOIN pg_catalog.pg_roles r ON r.rolname = l.name
    ) a
    WHERE a.changes
    UNION ALL
    SELECT 5, 'GRANT ' || quote_ident(m.name) || ' TO ' || quote_ident(current_user), NULL
    FROM (VALUES ($1::text), ($2::text)) AS m (name)
    WHERE NOT (SELECT r.rolsuper FROM pg_catalog.pg_roles r WHERE r.rolname = current_user)
    UNION ALL
    SELECT 6, 'GRANT CREATE, CONNECT ON DATABASE ' || quote_ident(current_database()) || ' TO ' || quote_ident($1::text), NULL
    UNION ALL
    SELECT 7, 'GRANT CONNECT ON DATABASE ' || quote_ident(current_database()) || ' TO ' || quote_ident($2::text), NULL
    UNION ALL
    SELECT 8, 'GRANT USAGE, CREATE ON SCHEMA public TO ' || quote_ident($1::text), NULL
    UNION ALL
    SELECT DISTINCT 9, 'GRANT ' || quote_ident($1::text) || ' TO ' || quote_ident(r.rolname), NULL
    FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_catalog.pg_roles r ON r.oid = c.relowner
    WHERE n.nspname = 'public' AND c.relname IN ('sales_representatives', 'test_prospects')
      AND NOT r.rolsuper AND r.rolname NOT IN ($1::text, $2::text)
    UNION ALL
    SELECT 10, 'REVOKE ' || quote_ident(o.rolname) || ' FROM ' || quote_ident(w.rolname), NULL
    FROM pg_catalog.pg_auth_members m JOIN pg_catalog.pg_roles o ON o.oid = m.roleid
    JOIN pg_catalog.pg_roles w ON w.oid = m.member
    WHERE o.rolname = $1::text AND w.rolname = $2::text
) AS s (place, statement, shown)
ORDER BY s.place, s.statement
-- name: roles_default
-- $1 owner, $2 worker: what the worker may do with what later migrations make
SELECT 'ALTER DEFAULT PRIVILEGES FOR ROLE ' || quote_ident($1::text) || ' IN SCHEMA salesreg GRANT '
           || w.rights || ' TO ' || quote_ident($2::text), NULL
FROM (VALUES ('SELECT, INSERT, UPDATE, DELETE ON TABLES'), ('USAGE, UPDATE ON SEQUENCES')) AS w (rights)
-- name: role_become
-- $1 a role, or none
SELECT set_config('role', $1::text, false)
