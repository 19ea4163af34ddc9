-- name: tx_begin cold
BEGIN
-- name: tx_commit cold
COMMIT
-- name: tx_rollback cold
ROLLBACK
-- name: ping cold
SELECT 1
-- name: stopped_sessions_end cold
-- A process of ours that is stopped in the middle of a request (SIGSTOP, a paused container) keeps its sockets and its
-- locks: the server waits for the rest, and its time-outs count only between requests. So whoever lives ends the session
-- of one that holds any of our locks and has said nothing for 15 s; the leader says something every few seconds.
SELECT pg_catalog.pg_terminate_backend(a.pid)
FROM pg_catalog.pg_stat_activity a
WHERE a.datname = current_database() AND a.usename = current_user AND a.application_name LIKE 'salesreg %'
  AND a.wait_event = 'ClientRead' AND a.state_change < now() - interval '15 seconds'
  AND EXISTS (SELECT 1 FROM pg_catalog.pg_locks l
              WHERE l.pid = a.pid AND l.granted
                AND ((l.locktype = 'advisory' AND l.classid = 1935764581)
                     OR (l.locktype = 'relation' AND l.mode = 'RowShareLock'
                         AND l.relation = (SELECT c.oid FROM pg_catalog.pg_class c
                                           JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
                                           WHERE n.nspname = 'salesreg' AND c.relname = 'assignment_lock'))))
-- name: lock_holders cold
-- Sessions that are not ours and hold, until their transaction ends, locks on tables of ours that go with changed or locked
-- rows, or an advisory lock of our class (see db/lock_watch.h): pid, transaction, role, application, whether it is such a
-- lock, tables. Those of autovacuum stop nobody.
SELECT l.pid, l.virtualtransaction, a.usename, left(a.application_name, 63), l.locktype = 'advisory',
       string_agg(DISTINCT n.nspname || '.' || c.relname, ', ')
FROM pg_catalog.pg_locks l
LEFT JOIN pg_catalog.pg_class c ON l.locktype = 'relation' AND c.oid = l.relation AND c.relkind IN ('r', 'p')
LEFT JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_catalog.pg_stat_activity a ON a.pid = l.pid
WHERE l.granted AND l.database = (SELECT d.oid FROM pg_catalog.pg_database d WHERE d.datname = current_database())
  AND l.pid IS DISTINCT FROM pg_backend_pid()
  AND CASE l.locktype
      WHEN 'relation' THEN l.mode NOT IN ('AccessShareLock', 'ShareUpdateExclusiveLock')
          AND ((n.nspname = 'salesreg' AND c.relname = ANY ('{our tables}'::text[]))
               OR (n.nspname = 'public' AND c.relname IN ('test_prospects', 'sales_representatives')))
      WHEN 'advisory' THEN l.classid = 1935764581
      ELSE false END
  AND NOT coalesce(a.usename = current_user AND a.application_name LIKE 'salesreg %', false)
GROUP BY l.pid, l.virtualtransaction, a.usename, a.application_name, l.locktype = 'advisory'
ORDER BY 1 LIMIT 16
-- name: session_path_shut cold
SELECT pg_catalog.set_config('search_path', '', false)
-- name: session_path_open cold
-- $1 what search_path says
SELECT pg_catalog.set_config('search_path', $1::text, false)
-- name: search_path cold
-- After session_path_shut. What triggers and functions of others do depends on the search path, so it becomes again what
-- it is in any other session of this user: the schemas on it that there are now, for one that a stranger makes or opens later
-- would be on it, too. But not where a stranger could take the place of the system's functions and operators in our statements,
-- or did so while it was possible: then the kind of that, the object, the stranger, and what ends it; NULLs: nowhere. No strangers
-- are superusers, this user, the owners of the database, of our schema, of public and of the two tables, who can do as much by
-- triggers of theirs, and the members of all these.
WITH path AS MATERIALIZED (
    SELECT set_config('search_path', s.reset_val, true) AS was, current_schemas(false) AS schemas
    FROM pg_catalog.pg_settings s WHERE s.name = 'search_path' OFFSET 0
), owners (oid) AS (
    SELECT r.oid FROM pg_catalog.pg_roles r WHERE r.rolname IN (current_user, 'pg_database_owner')
    UNION ALL
    SELECT d.datdba FROM pg_catalog.pg_database d WHERE d.datname = current_database()
    UNION ALL
    SELECT n.nspowner FROM pg_catalog.pg_namespace n WHERE n.nspname IN ('salesreg', 'public')
    UNION ALL
    SELECT c.relowner FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = 'public' AND c.relname IN ('sales_representatives', 'test_prospects')
), known (oid) AS MATERIALIZED (
    SELECT r.oid FROM pg_catalog.pg_roles r
    WHERE r.rolsuper OR EXISTS (SELECT 1 FROM owners WHERE pg_has_role(r.oid, owners.oid, 'MEMBER'))
), schemas (oid, name, owner, acl) AS MATERIALIZED (
    SELECT n.oid, quote_ident(n.nspname), n.nspowner, coalesce(n.nspacl, acldefault('n', n.nspowner))
    FROM path JOIN pg_catalog.pg_namespace n ON n.nspname = ANY (path.schemas) AND n.nspname <> 'pg_catalog'
), strange (place, kind, object, owner, statement) AS (
    SELECT 1, 'owner', s.name, s.owner, 'ALTER SCHEMA ' || s.name || ' OWNER TO ' || quote_ident(current_user) FROM schemas s
    UNION ALL
    SELECT 2, 'create', s.name, a.grantee, 'REVOKE CREATE ON SCHEMA ' || s.name || ' FROM '
    FROM schemas s CROSS JOIN LATERAL aclexplode(s.acl) a WHERE a.privilege_type = 'CREATE' AND a.grantee <> s.owner
    UNION ALL
    SELECT 3, 'object', 'function ' || f.name, f.owner, 'DROP ROUTINE ' || f.name
    FROM (SELECT s.name || '.' || quote_ident(p.proname) || '(' || pg_get_function_identity_arguments(p.oid) || ')', p.proowner
          FROM schemas s JOIN pg_catalog.pg_proc p ON p.pronamespace = s.oid
          WHERE p.proname IN (SELECT c.proname FROM pg_catalog.pg_proc c WHERE c.pronamespace = 'pg_catalog'::regnamespace)
         ) AS f (name, owner)
    UNION ALL
    SELECT 3, 'object', 'operator ' || o.name, o.owner, 'DROP OPERATOR ' || o.name
    FROM (SELECT s.name || '.' || p.oprname || ' (' || CASE p.oprleft WHEN 0 THEN 'NONE' ELSE format_type(p.oprleft, NULL) END
                     || ', ' || CASE p.oprright WHEN 0 THEN 'NONE' ELSE format_type(p.oprright, NULL) END || ')', p.oprowner
          FROM schemas s JOIN pg_catalog.pg_operator p ON p.oprnamespace = s.oid
          WHERE p.oprname IN (SELECT c.oprname FROM pg_catalog.pg_operator c WHERE c.oprnamespace = 'pg_catalog'::regnamespace)
         ) AS o (name, owner)
), found (place, kind, object, who, statement) AS (
    SELECT s.place, s.kind, s.object, w.names, s.statement || CASE s.kind WHEN 'create' THEN w.names ELSE '' END
    FROM (SELECT s.place, s.kind, s.object, s.statement, array_agg(DISTINCT s.owner) AS owners
          FROM strange s WHERE NOT EXISTS (SELECT 1 FROM known WHERE known.oid = s.owner)
          GROUP BY s.place, s.kind, s.object, s.statement) s
    CROSS JOIN LATERAL (SELECT string_agg(CASE o.oid WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(o.oid)) END,
                                          ', ' ORDER BY o.oid) AS names FROM unnest(s.owners) AS o (oid)) w
)
SELECT (SELECT coalesce(string_agg(quote_ident(e.name), ', ' ORDER BY e.place), '')
        FROM path CROSS JOIN LATERAL unnest(path.schemas) WITH ORDINALITY AS e (name, place)),
       f.kind, f.object, f.who, f.statement
FROM (SELECT 1) one LEFT JOIN found f ON true
ORDER BY f.place, f.object LIMIT 20
-- name: plan_by_index cold
-- for the rest of a transaction that only reads, so that nothing of anybody else's is planned with it
SELECT set_config('enable_seqscan', 'off', true), set_config('enable_bitmapscan', 'off', true),
       set_config('enable_sort', 'off', true)
-- name: plans_discard cold
DISCARD PLANS
-- name: listener_probe cold
-- the payload is empty: the channel's random name says whose it is
SELECT pg_catalog.pg_notify($1::text, '')
-- name: migration_table_exists cold
SELECT to_regclass('salesreg.schema_migrations') IS NOT NULL
-- name: migration_list cold
SELECT version, checksum, compatible FROM salesreg.schema_migrations ORDER BY version
-- name: migration_record cold
INSERT INTO salesreg.schema_migrations (version, name, checksum, compatible)
VALUES ($1::integer, $2::text, $3::text, $4::boolean)
-- name: migration_lock cold
-- 'sale' as a number: one class for all advisory locks of this program
SELECT pg_catalog.pg_advisory_lock(1935764581, 1)
-- name: migration_unlock cold
SELECT pg_catalog.pg_advisory_unlock(1935764581, 1)
-- name: migration_patience cold
-- for the rest of the transaction: whoever waits for a table holds up all who come after
SELECT set_config('lock_timeout', '5s', true)
-- name: migration_waits cold
-- who holds what a migration or a change of owner waits for: another migration, then the oldest transaction; columns of
-- lock_holders. Any lock on a table is in its way, a reader's too.
SELECT l.pid, l.virtualtransaction, a.usename, left(a.application_name, 63), l.locktype = 'advisory',
       string_agg(DISTINCT n.nspname || '.' || c.relname, ', ')
FROM pg_catalog.pg_locks l
LEFT JOIN pg_catalog.pg_class c ON l.locktype = 'relation' AND c.oid = l.relation AND c.relkind IN ('r', 'p')
LEFT JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_catalog.pg_stat_activity a ON a.pid = l.pid
WHERE l.granted AND l.database = (SELECT d.oid FROM pg_catalog.pg_database d WHERE d.datname = current_database())
  AND l.pid IS DISTINCT FROM pg_backend_pid()
  AND CASE l.locktype
      WHEN 'relation' THEN (n.nspname = 'salesreg' AND c.relname = ANY ('{our tables}'::text[]))
          OR (n.nspname = 'public' AND c.relname IN ('test_prospects', 'sales_representatives'))
      WHEN 'advisory' THEN l.classid = 1935764581 AND l.objid = 1
      ELSE false END
GROUP BY l.pid, l.virtualtransaction, a.usename, a.application_name, a.xact_start, l.locktype = 'advisory'
ORDER BY l.locktype = 'advisory' DESC, a.xact_start NULLS FIRST LIMIT 1
-- name: server_identity cold
-- the timeline this server writes (0: it is a standby), and when it started. Not pg_control_checkpoint(): after a promotion
-- that one tells the old timeline until the next checkpoint.
SELECT CASE WHEN pg_catalog.pg_is_in_recovery() THEN 0
            ELSE ('x' || pg_catalog.substr(pg_catalog.pg_walfile_name(pg_catalog.pg_current_wal_lsn()), 1, 8))::bit(32)::bigint END,
       (extract(epoch FROM pg_catalog.pg_postmaster_start_time()) * 1000000)::bigint
-- name: server_system cold
SELECT system_identifier FROM pg_catalog.pg_control_system()
-- name: server_session cold
SELECT pg_catalog.pg_backend_pid()
-- name: home_seen cold
-- Which making of our tables this is. None while they are being restored: triggers come last, when all rows are there. From the
-- catalogs alone, so that it can be asked whatever is missing.
SELECT h.oid::bigint
FROM pg_catalog.pg_class h JOIN pg_catalog.pg_namespace n ON n.oid = h.relnamespace
JOIN pg_catalog.pg_class o ON o.relnamespace = n.oid AND o.relname = 'outbox' AND o.relkind = 'r'
WHERE n.nspname = 'salesreg' AND h.relname = 'home' AND h.relkind = 'r'
  AND EXISTS (SELECT 1 FROM pg_catalog.pg_trigger t WHERE t.tgrelid = o.oid AND NOT t.tgisinternal)
-- name: home_enter cold
-- $1 the cluster's identifier, $2 its timeline. The last column: as home_seen
SELECT e.kind, e.unsure, 'salesreg.home'::pg_catalog.regclass::oid::bigint FROM salesreg.enter($1::text, $2::bigint) AS e
