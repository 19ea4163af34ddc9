-- name: roles_refused cold
-- $1 owner, $2 worker. Why they cannot be the two roles; no row: they can.
-- Since PostgreSQL 16 a role may be granted by whoever has ADMIN OPTION on it, as who made it has, and no more by everybody with
-- CREATEROLE (manual of 16: 22.2 "Role Attributes", role creation; "GRANT", GRANT on Roles; its release notes, Migration).
SELECT CASE WHEN $1::text = $2::text
            THEN 'owner and worker are the same role, ' || quote_ident($1::text) || ', so it cannot be both'
            WHEN r.rolsuper THEN 'the role ' || quote_ident(r.rolname) || ' is a superuser, so it cannot be one of the two'
            ELSE 'the role ' || quote_ident(r.rolname) || ' was made by somebody else, and ' || quote_ident(current_user)
                 || ' may not grant it; as a superuser: GRANT ' || quote_ident(r.rolname) || ' TO ' || quote_ident(current_user)
                 || ' WITH ADMIN OPTION' END
FROM (SELECT 1) one
LEFT JOIN pg_catalog.pg_roles r
       ON r.rolname IN ($1::text, $2::text)
      AND (r.rolsuper OR (current_setting('server_version_num')::integer >= 160000
                          AND NOT pg_has_role(r.oid, CASE WHEN current_setting('server_version_num')::integer >= 160000
                                                          THEN 'SET' ELSE 'MEMBER' END)
                          AND NOT pg_has_role(r.oid, 'MEMBER WITH ADMIN OPTION')))
WHERE $1::text = $2::text OR r.rolname IS NOT NULL
ORDER BY r.rolsuper DESC, r.rolname LIMIT 1
-- name: roles_make cold
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
        SELECT 'ALTER ROLE ' || quote_ident(l.name)
                   || CASE WHEN l.enters AND NOT coalesce(r.rolcanlogin, false) THEN ' LOGIN' ELSE '' END
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
    -- to hand over to the one and to become either. To have made a role is not enough since PostgreSQL 16, unless
    -- createrole_self_grant (manual, 20.11.1) says so; both options are said, for a membership may have been given without them
    SELECT 5, 'GRANT ' || quote_ident(m.name) || ' TO ' || quote_ident(current_user)
              || CASE WHEN v.since_16 THEN ' WITH INHERIT TRUE, SET TRUE' ELSE '' END, NULL
    FROM (VALUES ($1::text), ($2::text)) AS m (name)
    CROSS JOIN (SELECT current_setting('server_version_num')::integer >= 160000) AS v (since_16)
    LEFT JOIN pg_catalog.pg_roles r ON r.rolname = m.name
    WHERE NOT (SELECT u.rolsuper FROM pg_catalog.pg_roles u WHERE u.rolname = current_user)
      AND (r.oid IS NULL OR NOT pg_has_role(r.oid, CASE WHEN v.since_16 THEN 'SET' ELSE 'MEMBER' END)
           OR NOT pg_has_role(r.oid, 'USAGE'))
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
    -- since PostgreSQL 16 (manual, "REVOKE", Notes) each grantor's membership is one of its own, and goes only where this user
    -- could have given it; others are left to roles_beyond
    SELECT 10, 'REVOKE ' || quote_ident(o.rolname) || ' FROM ' || quote_ident(w.rolname)
               || CASE WHEN current_setting('server_version_num')::integer >= 160000
                       THEN ' GRANTED BY ' || quote_ident(pg_get_userbyid(m.grantor)) ELSE '' END, NULL
    FROM pg_catalog.pg_auth_members m JOIN pg_catalog.pg_roles o ON o.oid = m.roleid
    JOIN pg_catalog.pg_roles w ON w.oid = m.member
    WHERE o.rolname = $1::text AND w.rolname = $2::text
      AND (current_setting('server_version_num')::integer < 160000 OR pg_has_role(m.grantor, 'USAGE'))
) AS s (place, statement, shown)
ORDER BY s.place, s.statement
-- name: roles_default cold
-- $1 owner, $2 worker: what the worker may do with what later migrations make
SELECT 'ALTER DEFAULT PRIVILEGES FOR ROLE ' || quote_ident($1::text) || ' IN SCHEMA salesreg GRANT '
           || w.rights || ' TO ' || quote_ident($2::text), NULL
FROM (VALUES ('SELECT, INSERT, UPDATE, DELETE ON TABLES'), ('USAGE, UPDATE ON SEQUENCES')) AS w (rights)
-- name: role_become cold
-- $1 a role, or none
SELECT set_config('role', $1::text, false)
-- name: roles_beyond cold
-- $1 owner, $2 worker: what the worker may beyond reading and writing rows, by itself, as a member or as anybody, and the
-- statement that takes it away. Every membership counts, also one without rights of its own: with ADMIN it gives itself the rest.
WITH RECURSIVE reach (oid, via) AS (
    SELECT r.oid, NULL::oid FROM pg_catalog.pg_roles r WHERE r.rolname = $2::text
    UNION
    SELECT m.roleid, coalesce(reach.via, m.roleid) FROM pg_catalog.pg_auth_members m JOIN reach ON m.member = reach.oid
), strong (via) AS (
    SELECT DISTINCT reach.via FROM reach JOIN pg_catalog.pg_roles r ON r.oid = reach.oid
    WHERE reach.via IS NOT NULL
      AND (r.rolname = $1::text OR r.rolsuper OR r.rolcreaterole OR r.rolcreatedb
           OR (r.rolname ~ '^pg_' -- these only look
               AND r.rolname NOT IN ('pg_monitor', 'pg_read_all_settings', 'pg_read_all_stats', 'pg_stat_scan_tables',
                                     'pg_use_reserved_connections'))
           OR EXISTS (SELECT 1 FROM pg_catalog.pg_database d WHERE d.datname = current_database() AND d.datdba = r.oid)
           OR EXISTS (SELECT 1 FROM pg_catalog.pg_namespace n WHERE n.nspname IN ('public', 'salesreg') AND n.nspowner = r.oid))
), grantees (oid, name) AS (
    SELECT DISTINCT reach.oid, quote_ident(pg_get_userbyid(reach.oid)) FROM reach
    WHERE reach.via IS NULL OR reach.via NOT IN (SELECT strong.via FROM strong)
    UNION ALL
    SELECT 0, 'PUBLIC'
), heir (name) AS (
    SELECT quote_ident(CASE WHEN session_user = $2::text THEN $1::text ELSE session_user END)
), tables (id, schema, bare, name, owner, acl) AS (
    SELECT c.oid, n.nspname, c.relname, quote_ident(n.nspname) || '.' || quote_ident(c.relname), c.relowner, c.relacl
    FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f')
      AND ((n.nspname = 'salesreg' AND c.relname = ANY ('{our tables}'::text[]))
           OR (n.nspname = 'public' AND c.relname IN ('sales_representatives', 'test_prospects')))
), acls (acl, schema, bare, name, owner) AS (
    SELECT t.acl, t.schema, t.bare, t.name, t.owner FROM tables t
    UNION ALL -- a REVOKE on a table takes those of its columns, too
    SELECT f.attacl, t.schema, t.bare, t.name, t.owner FROM tables t JOIN pg_catalog.pg_attribute f ON f.attrelid = t.id
    WHERE f.attacl IS NOT NULL
), excess (name, grantee, rights) AS (
    SELECT t.name, g.name, string_agg(DISTINCT a.privilege_type, ', ')
    FROM acls t CROSS JOIN LATERAL aclexplode(t.acl) a JOIN grantees g ON g.oid = a.grantee
    WHERE a.grantee <> t.owner
      AND (a.privilege_type IN ('TRUNCATE', 'TRIGGER', 'REFERENCES', 'MAINTAIN')
           OR (a.privilege_type = 'DELETE' AND t.schema = 'public')
           OR (a.privilege_type IN ('INSERT', 'UPDATE', 'DELETE') AND t.schema = 'salesreg' AND t.bare = 'schema_migrations'))
    GROUP BY t.name, g.name
)
SELECT f.what, f.statement
FROM (
    SELECT 1, 'has the attribute ' || a.name, 'ALTER ROLE ' || quote_ident($2::text) || ' NO' || a.name
    FROM pg_catalog.pg_roles r
    CROSS JOIN LATERAL (VALUES ('REPLICATION', r.rolreplication),
                               ('BYPASSRLS', r.rolbypassrls AND NOT EXISTS ( -- there it may be what hidden_rows asked for
                                   SELECT 1 FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
                                   WHERE c.relrowsecurity AND n.nspname IN ('public', 'salesreg')))) AS a (name, has)
    WHERE r.rolname = $2::text AND a.has
    UNION ALL
    SELECT 2, 'is a member of ' || quote_ident(pg_get_userbyid(s.via)),
           'REVOKE ' || quote_ident(pg_get_userbyid(s.via)) || ' FROM ' || quote_ident($2::text)
               || CASE WHEN current_setting('server_version_num')::integer >= 160000 -- each grantor's is one of its own
                       THEN ' GRANTED BY ' || quote_ident(pg_get_userbyid(m.grantor)) ELSE '' END
    FROM strong s JOIN pg_catalog.pg_auth_members m ON m.roleid = s.via
    JOIN pg_catalog.pg_roles w ON w.oid = m.member AND w.rolname = $2::text
    UNION ALL
    SELECT 3, 'owns the database', 'ALTER DATABASE ' || quote_ident(d.datname) || ' OWNER TO ' || heir.name
    FROM pg_catalog.pg_database d JOIN reach ON reach.oid = d.datdba AND reach.via IS NULL CROSS JOIN heir
    WHERE d.datname = current_database()
    UNION ALL
    SELECT 4, 'owns the schema public', 'ALTER SCHEMA public OWNER TO ' || heir.name
    FROM pg_catalog.pg_namespace n JOIN reach ON reach.oid = n.nspowner AND reach.via IS NULL CROSS JOIN heir
    WHERE n.nspname = 'public'
    UNION ALL
    SELECT 5, 'may CREATE in the ' || o.name, 'REVOKE CREATE ON ' || o.name || ' FROM ' || g.name
    FROM (SELECT 'DATABASE ' || quote_ident(d.datname), d.datdba, d.datacl FROM pg_catalog.pg_database d
          WHERE d.datname = current_database()
          UNION ALL
          SELECT 'SCHEMA ' || n.nspname, n.nspowner, n.nspacl FROM pg_catalog.pg_namespace n
          WHERE n.nspname IN ('public', 'salesreg')) AS o (name, owner, acl)
    CROSS JOIN LATERAL aclexplode(o.acl) a JOIN grantees g ON g.oid = a.grantee
    WHERE a.privilege_type = 'CREATE' AND a.grantee <> o.owner
    UNION ALL
    SELECT 6, 'may ' || e.rights || ' on ' || string_agg(e.name, ', ' ORDER BY e.name),
           'REVOKE ' || e.rights || ' ON ' || string_agg(e.name, ', ' ORDER BY e.name) || ' FROM ' || e.grantee
    FROM excess e GROUP BY e.rights, e.grantee
) AS f (place, what, statement)
GROUP BY f.place, f.what, f.statement
ORDER BY f.place, f.statement
