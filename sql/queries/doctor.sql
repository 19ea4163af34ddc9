-- name: doctor_server
-- one row: the server as it is, and its clock in microseconds since 1970
SELECT current_setting('server_version_num')::integer, current_setting('server_version'),
       pg_encoding_to_char(d.encoding), pg_is_in_recovery(), current_setting('transaction_read_only') = 'on',
       (extract(epoch FROM clock_timestamp()) * 1000000)::bigint, current_setting('autovacuum') = 'on',
       current_setting('synchronous_commit') = 'off', current_setting('fsync') = 'off', d.datname, current_user,
       pg_database_size(d.oid)
FROM pg_catalog.pg_database d WHERE d.datname = current_database()
-- name: doctor_connections
-- how many more connections this user may open to this database (but for those of doctor itself), and how many the
-- workers have already
SELECT least(current_setting('max_connections')::bigint - current_setting('superuser_reserved_connections')::bigint
                 - (SELECT sum(s.numbackends) FROM pg_catalog.pg_stat_database s)::bigint,
             CASE WHEN d.datconnlimit >= 0 THEN d.datconnlimit - (SELECT count(*) FROM pg_catalog.pg_stat_activity a
                                                                 WHERE a.datname = d.datname) END,
             CASE WHEN r.rolconnlimit >= 0 THEN r.rolconnlimit - (SELECT count(*) FROM pg_catalog.pg_stat_activity a
                                                                 WHERE a.usename = r.rolname) END)
           + (SELECT count(*) FROM pg_catalog.pg_stat_activity a
              WHERE a.datname = d.datname AND a.application_name IN ('salesreg doctor', 'salesreg probe')),
       (SELECT count(*) FROM pg_catalog.pg_stat_activity a
        WHERE a.datname = d.datname
          AND (a.application_name LIKE 'salesreg bot%' OR a.application_name LIKE 'salesreg outreach%')),
       EXISTS (SELECT 1 FROM pg_catalog.pg_stat_activity a
               WHERE a.datname = d.datname AND a.application_name LIKE 'salesreg outreach%')
FROM pg_catalog.pg_database d, pg_catalog.pg_roles r
WHERE d.datname = current_database() AND r.rolname = current_user
-- name: doctor_open_transactions
-- $1 seconds: who has left a transaction open for longer
SELECT a.pid, coalesce(a.usename, '?'), coalesce(a.application_name, ''),
       (extract(epoch FROM now() - a.xact_start) * 1000)::bigint
FROM pg_catalog.pg_stat_activity a
WHERE a.datname = current_database() AND a.state LIKE 'idle in transaction%'
  AND a.xact_start < now() - $1::bigint * interval '1 second'
ORDER BY a.xact_start LIMIT 5
-- name: doctor_collation
-- what this database was made with and what the system has now, where they differ; PostgreSQL 15 or newer
SELECT d.datcollversion, pg_database_collation_actual_version(d.oid)
FROM pg_catalog.pg_database d
WHERE d.datname = current_database() AND d.datcollversion <> pg_database_collation_actual_version(d.oid)
-- name: doctor_strange_triggers
-- Strangers (see search_path, which has the same list) who may put triggers on tables of ours, or whose function a trigger there calls: it runs as whoever
-- writes the table, as the workers. The right or the trigger, the object, the stranger, what ends it.
WITH owners (oid) AS (
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
), tables (oid, name, owner, acl) AS (
    SELECT c.oid, n.nspname || '.' || c.relname, c.relowner, c.relacl
    FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p')
      AND ((n.nspname = 'salesreg' AND c.relname = ANY ('{our tables}'::text[]))
           OR (n.nspname = 'public' AND c.relname IN ('sales_representatives', 'test_prospects')))
)
SELECT 'right', t.name, w.name, 'REVOKE TRIGGER ON ' || t.name || ' FROM ' || w.name
FROM tables t CROSS JOIN LATERAL aclexplode(t.acl) a
CROSS JOIN LATERAL (SELECT CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(a.grantee)) END) AS w (name)
WHERE a.privilege_type = 'TRIGGER' AND a.grantee <> t.owner AND NOT EXISTS (SELECT 1 FROM known WHERE known.oid = a.grantee)
UNION
SELECT 'trigger', quote_ident(g.tgname) || ' on ' || t.name, quote_ident(pg_get_userbyid(p.proowner)),
       'DROP TRIGGER ' || quote_ident(g.tgname) || ' ON ' || t.name
FROM tables t JOIN pg_catalog.pg_trigger g ON g.tgrelid = t.oid AND NOT g.tgisinternal
JOIN pg_catalog.pg_proc p ON p.oid = g.tgfoid
WHERE NOT EXISTS (SELECT 1 FROM known WHERE known.oid = p.proowner)
ORDER BY 1, 2, 3 LIMIT 20
-- name: doctor_not_ours
-- what is in the schema besides what the migrations make, and its owner; an extension is one thing.
-- What belongs to whoever applied the migrations may be of a newer version.
SELECT o.name, quote_ident(pg_get_userbyid(o.owner))
FROM (
    SELECT CASE c.relkind WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view' WHEN 'f' THEN 'foreign table'
                          WHEN 'S' THEN 'sequence' ELSE 'table' END || ' salesreg.' || quote_ident(c.relname) AS name,
           c.relowner AS owner
    FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = 'salesreg' AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
      AND NOT c.relname = ANY ('{our tables}'::text[]) AND NOT c.relname = ANY ('{our sequences}'::text[])
      AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_depend d -- a column's goes with its table
                      WHERE d.classid = 'pg_catalog.pg_class'::regclass AND d.objid = c.oid
                        AND ((d.refobjsubid > 0 AND d.deptype IN ('a', 'i')) OR d.deptype = 'e'))
    UNION ALL
    SELECT 'extension ' || quote_ident(e.extname), e.extowner
    FROM pg_catalog.pg_extension e JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace WHERE n.nspname = 'salesreg'
    UNION ALL
    SELECT 'function salesreg.' || quote_ident(p.proname) || '(' || pg_get_function_identity_arguments(p.oid) || ')', p.proowner
    FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
    WHERE n.nspname = 'salesreg' AND NOT p.proname = ANY ('{our functions}'::text[])
      AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_depend d
                      WHERE d.classid = 'pg_catalog.pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e')
) o
WHERE o.owner <> ALL (SELECT c.relowner FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
                      WHERE n.nspname = 'salesreg' AND c.relname = 'schema_migrations')
ORDER BY 1 LIMIT 20
-- name: doctor_unvacuumed
-- tables of ours whose autovacuum was switched off
SELECT n.nspname || '.' || c.relname
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind = 'r'
  AND ((n.nspname = 'salesreg' AND c.relname = ANY ('{our tables}'::text[]))
       OR (n.nspname = 'public' AND c.relname IN ('sales_representatives', 'test_prospects')))
  AND EXISTS (SELECT 1 FROM unnest(c.reloptions) o WHERE o ~* '^autovacuum_enabled=(false|off|no|0)$')
ORDER BY 1
-- name: doctor_data_directory
-- no row unless this user may know; and whether the server is on this machine
SELECT s.setting, coalesce(inet_server_addr() = inet_client_addr(), true)
FROM pg_catalog.pg_settings s WHERE s.name = 'data_directory'
-- name: doctor_outbox
-- $1 seconds. How many messages are due for longer and the oldest one's milliseconds; how many failed; how many
-- are held; how many may have
-- arrived twice in the last 24 hours; for how many milliseconds more Telegram wants nothing at all; how many are put off for
-- more than an hour, and the longest one's milliseconds; how many answers were dropped in the last 24 hours because newer ones
-- waited behind them (outbox_thin), and of how many chats
SELECT late.messages, late.oldest_ms,
       (SELECT count(*) FROM salesreg.outbox f WHERE f.state = 'failed'),
       (SELECT count(*) FROM salesreg.outbox f WHERE f.state = 'held'),
       (SELECT count(*) FROM salesreg.outbox p WHERE p.possible_duplicate)
           + (SELECT count(*) FROM salesreg.outbox_history h
              WHERE h.finished_at > now() - interval '24 hours' AND h.possible_duplicate),
       (SELECT (extract(epoch FROM max(b.send_blocked_until) - now()) * 1000)::bigint FROM salesreg.bot_state b),
       off.messages, off.longest_ms, crowded.messages, crowded.chats
FROM (SELECT count(*) AS messages, (extract(epoch FROM max(o.due_at) - now()) * 1000)::bigint AS longest_ms
      FROM salesreg.outbox o WHERE o.state = 'queued' AND o.due_at > now() + interval '1 hour') off,
     (SELECT count(*) AS messages, count(DISTINCT d.chat_id) AS chats FROM salesreg.outbox_history d
      WHERE d.finished_at > now() - interval '24 hours' AND d.state = 'dropped' AND d.error = 'crowded') crowded,
     (SELECT count(*) AS messages, (extract(epoch FROM now() - min(greatest(q.created_at, q.released_at))) * 1000)::bigint AS oldest_ms
      FROM salesreg.outbox q
      WHERE q.state = 'queued' AND q.due_at <= now()
        AND coalesce(q.released_at, q.created_at) < now() - $1::bigint * interval '1 second') late
-- name: doctor_parked
SELECT count(*), (extract(epoch FROM now() - min(p.parked_at)) * 1000)::bigint FROM salesreg.parked_updates p
-- name: doctor_timers
-- how many timers were given up, what the last of them failed with, and the statement that begins them again
SELECT count(*), (array_agg(t.error ORDER BY t.id DESC))[1],
       'UPDATE salesreg.timers SET due_at = now(), failures = 0 WHERE due_at = ''infinity'''
FROM salesreg.timers t WHERE t.due_at = 'infinity'
-- name: doctor_reps_pending
-- $1 seconds: how many have waited longer to be approved, and the longest one's milliseconds
SELECT count(*), (extract(epoch FROM now() - min(r.registered_at)) * 1000)::bigint
FROM public.sales_representatives r
WHERE r.status = 'pending' AND r.registered_at < now() - $1::bigint * interval '1 second'
-- name: doctor_claims_waiting
-- $1 seconds: the same of people with a new account whose e-mail somebody else has
SELECT count(*), (extract(epoch FROM now() - min(s.updated_at)) * 1000)::bigint
FROM salesreg.user_sessions s JOIN salesreg.rep_email e ON e.email_key = lower(s.claim_email) AND e.rep = s.claim_rep
WHERE s.claim_email IS NOT NULL AND s.phase = 'claim' AND s.updated_at < now() - $1::bigint * interval '1 second'
-- name: doctor_mails_waiting
-- $1 seconds: codes that wait to be mailed for longer: how many, since when, what was said last
SELECT count(*), (extract(epoch FROM now() - min(c.created_at)) * 1000)::bigint, (array_agg(c.error ORDER BY c.due_at DESC))[1]
FROM salesreg.email_codes c
WHERE c.live AND c.state IN ('queued', 'sending') AND c.created_at < now() - $1::bigint * interval '1 second'
-- name: doctor_code_limits
-- $1 mails to a mailbox and $2 in all an hour, $3 mails to a person an hour and $4 a day, $5 wrong codes for a mailbox a day and $6 of
-- a person a week: what has reached one: mailbox (NULL: a person, or all), person (NULL: a mailbox, or all), mails in the hour,
-- wrong codes, people, the first five of them
(SELECT left(c.mailbox, 320), NULL::bigint, count(*) FILTER (WHERE c.created_at > now() - interval '1 hour'), sum(c.wrong),
        count(DISTINCT c.user_id), array_to_string((array_agg(DISTINCT c.user_id))[1:5], ', ')
 FROM salesreg.email_codes c WHERE c.created_at > now() - interval '1 day' GROUP BY c.mailbox
 HAVING count(*) FILTER (WHERE c.created_at > now() - interval '1 hour') >= $1::bigint OR sum(c.wrong) >= $5::bigint
 ORDER BY 3 DESC, 1 LIMIT 5)
UNION ALL
(SELECT NULL, c.user_id, count(*) FILTER (WHERE c.created_at > now() - interval '1 hour'), sum(c.wrong), 1, NULL
 FROM salesreg.email_codes c WHERE c.created_at > now() - interval '7 days' GROUP BY c.user_id
 HAVING count(*) FILTER (WHERE c.created_at > now() - interval '1 hour') >= $3::bigint
     OR count(*) FILTER (WHERE c.created_at > now() - interval '1 day') >= $4::bigint OR sum(c.wrong) >= $6::bigint
 ORDER BY 4 DESC, 2 LIMIT 5)
UNION ALL
SELECT NULL, NULL, count(*), sum(c.wrong), count(DISTINCT c.user_id), array_to_string((array_agg(DISTINCT c.user_id))[1:5], ', ')
FROM salesreg.email_codes c WHERE c.created_at > now() - interval '1 hour' HAVING count(*) >= $2::bigint
-- name: doctor_reps_without_email
-- reps whose e-mail is not theirs alone, with who has it (NULL: it is empty); the last column: how many there are
SELECT coalesce(nullif(btrim(left(r.name, 255)), ''), 'a rep without a name'), coalesce('Telegram id ' || r.telegram_id, 'id ' || r.id),
       btrim(left(r.email, 255)), CASE WHEN h.id IS NOT NULL THEN coalesce(left(h.name, 255), 'a rep without a name') END, count(*) OVER ()
FROM public.sales_representatives r
LEFT JOIN salesreg.rep_email e ON e.email_key = lower(btrim(r.email)) COLLATE "C"
LEFT JOIN public.sales_representatives h ON h.id = e.rep
WHERE r.status IS DISTINCT FROM 'removed' AND NOT EXISTS (SELECT 1 FROM salesreg.rep_email o WHERE o.rep = r.id)
ORDER BY r.registered_at NULLS LAST, r.id LIMIT 5
-- name: doctor_same_person
-- open prospects of one person: how many pairs, how many of them are with two reps, and the first pair
WITH open AS MATERIALIZED (
    SELECT p.id, p.assigned_rep_id AS rep, i.kind, i.value
    FROM salesreg.prospect_identities i
    JOIN public.test_prospects p ON p.id = i.prospect AND p.status IN ('unreached', 'contacted', 'in_conversation')
    WHERE i.kind <> 'none'
      AND (i.kind, i.value) IN (SELECT kind, value FROM salesreg.prospect_identities WHERE kind <> 'none'
                                GROUP BY kind, value
                                HAVING count(*) BETWEEN 2 AND 200 AND NOT salesreg.is_nobodys(kind, value))
), pairs AS (
    SELECT DISTINCT a.id AS one, b.id AS other, a.rep <> b.rep AS apart
    FROM open a JOIN open b ON b.kind = a.kind AND b.value = a.value AND b.id > a.id
)
SELECT count(*), count(*) FILTER (WHERE apart), min(one || ' and ' || other) FROM pairs
-- name: doctor_declined
-- how many open prospects every rep there is has declined, for how many milliseconds the oldest has waited, and how many of
-- them an admin has been told of
SELECT count(*), (extract(epoch FROM now() - min(a.since)) * 1000)::bigint, count(a.escalated_at)
FROM salesreg.declined_prospects a JOIN public.test_prospects p ON p.id = a.prospect
WHERE a.exhausted AND p.assigned_rep_id IS NULL AND p.status IN ('unreached', 'contacted', 'in_conversation')
-- name: doctor_triggers
-- triggers of ours that are missing or do not fire
SELECT w.tab, w.name, t.tgname IS NOT NULL
FROM (VALUES ('salesreg.outbox', 'outbox_wake'), ('salesreg.timers', 'timers_due'), ('salesreg.assignments', 'assigned'),
             ('salesreg.rep_email', 'rep_email_freed_delete'), ('salesreg.rep_email', 'rep_email_freed_update'),
             ('public.test_prospects', 'salesreg_inserted'), ('public.test_prospects', 'salesreg_updated'),
             ('public.test_prospects', 'salesreg_deleted'), ('public.test_prospects', 'salesreg_truncated'),
             ('public.sales_representatives', 'salesreg_wake_insert'),
             ('public.sales_representatives', 'salesreg_wake_update')) AS w (tab, name)
LEFT JOIN pg_catalog.pg_trigger t ON t.tgrelid = to_regclass(w.tab) AND t.tgname = w.name AND NOT t.tgisinternal
WHERE t.tgname IS NULL OR t.tgenabled NOT IN ('O', 'A')
ORDER BY w.tab, w.name
-- name: doctor_indexes
-- indexes of ours that are missing, or of no use as their building failed: whether statements need it rather than are faster
-- with it, its schema if it exists
SELECT w.name, w.is_key, i.nspname
FROM (SELECT unnest('{our keys}'::text[]) AS name, true AS is_key UNION ALL SELECT unnest('{our indexes}'::text[]), false) w
LEFT JOIN (SELECT c.relname, n.nspname, x.indisvalid
           FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
           JOIN pg_catalog.pg_index x ON x.indexrelid = c.oid
           WHERE n.nspname IN ('public', 'salesreg')) i ON i.relname = w.name
WHERE i.indisvalid IS NOT TRUE
ORDER BY NOT w.is_key, w.name
-- name: doctor_required_columns
-- columns of others that must have a value and have no default: whoever writes a row without knowing of them is refused; and
-- the statement that gives them one
SELECT w.tab, string_agg(a.attname::text, ', ' ORDER BY a.attnum),
       string_agg(format('ALTER TABLE %s ALTER COLUMN %I SET DEFAULT …', w.tab, a.attname), '; ' ORDER BY a.attnum)
FROM (VALUES ('public.test_prospects', '{id,telegram_id,name,context,status,last_contact_at}'::text[]),
             ('public.sales_representatives', '{telegram_id,telegram_username,name,email,status,approved_at}')) AS w (tab, written)
JOIN pg_catalog.pg_attribute a ON a.attrelid = to_regclass(w.tab) AND a.attnum > 0 AND NOT a.attisdropped AND a.attnotnull
                              AND NOT a.atthasdef AND a.attidentity = '' AND a.attname <> ALL (w.written)
GROUP BY w.tab ORDER BY w.tab
-- name: doctor_lock_row
-- the statement that brings the row back, or NULL
SELECT CASE WHEN NOT EXISTS (SELECT 1 FROM salesreg.assignment_lock) THEN 'INSERT INTO salesreg.assignment_lock DEFAULT VALUES' END
-- name: doctor_prospects
-- $1 capacity, $2 seconds: how many prospects wait for longer (10,000 stands for that many or more), the oldest one's
-- milliseconds, how many reps have room
SELECT w.prospects, w.oldest_ms,
       (SELECT count(*) FROM salesreg.rep_rotation d JOIN public.sales_representatives r ON r.id = d.rep
        WHERE r.status = 'active' AND d.available AND d.paused_until IS NULL
          AND (SELECT count(*) FROM (SELECT 1 FROM public.test_prospects h
               WHERE h.assigned_rep_id = r.id AND h.status IN ('unreached', 'contacted', 'in_conversation')
               LIMIT coalesce(d.capacity, $1::bigint)) held) < coalesce(d.capacity, $1::bigint))
FROM (SELECT count(*) AS prospects, (extract(epoch FROM now() - min(p.since)) * 1000)::bigint AS oldest_ms
      FROM (SELECT greatest(q.created_at, q.updated_at) AS since FROM public.test_prospects q
            WHERE q.assigned_rep_id IS NULL AND q.status IN ('unreached', 'contacted', 'in_conversation')
              AND coalesce(greatest(q.created_at, q.updated_at), '-infinity') < now() - $2::bigint * interval '1 second'
              AND NOT EXISTS (SELECT 1 FROM salesreg.declined_prospects a WHERE a.prospect = q.id)
            ORDER BY q.created_at LIMIT 10000) p) w
-- name: doctor_unreachable
-- how many active reps Telegram does not reach, the longest one's milliseconds, how many active reps there are
SELECT count(*) FILTER (WHERE d.unreachable_since IS NOT NULL),
       (extract(epoch FROM now() - min(d.unreachable_since)) * 1000)::bigint, count(*)
FROM public.sales_representatives r JOIN salesreg.rep_rotation d ON d.rep = r.id WHERE r.status = 'active'
-- name: doctor_left_behind
-- open prospects that salesreg never assigned, with reps who are suspended or removed: how many, and with how many reps; and the
-- statement that has them assigned anew
SELECT count(*), count(DISTINCT p.assigned_rep_id),
       'UPDATE test_prospects p SET assigned_rep_id = NULL FROM sales_representatives r WHERE r.id = p.assigned_rep_id'
       || ' AND r.status IN (''suspended'', ''removed'') AND p.status IN (''unreached'', ''contacted'', ''in_conversation'')'
FROM public.test_prospects p
JOIN public.sales_representatives r ON r.id = p.assigned_rep_id AND r.status IN ('suspended', 'removed')
WHERE p.status IN ('unreached', 'contacted', 'in_conversation')
  AND NOT EXISTS (SELECT 1 FROM salesreg.assignments a WHERE a.prospect = p.id AND a.ended_at IS NULL OFFSET 0)
  AND NOT EXISTS (SELECT 1 FROM salesreg.assignments a WHERE a.prospect = p.id AND a.ended_at IS NOT NULL OFFSET 0)
-- name: doctor_statuses
-- statuses that are none of ours, with how many have it: of reps (and how many open prospects they hold), then of prospects
SELECT 'reps', coalesce(quote_literal(left(r.status, 50)), 'NULL'), count(*),
       (SELECT count(*) FROM public.test_prospects p JOIN public.sales_representatives h ON h.id = p.assigned_rep_id
        WHERE h.status IS NOT DISTINCT FROM r.status AND p.status IN ('unreached', 'contacted', 'in_conversation'))
FROM public.sales_representatives r
WHERE r.status IS NULL OR r.status NOT IN ('pending', 'active', 'suspended', 'removed')
GROUP BY r.status
UNION ALL
SELECT 'prospects', coalesce(quote_literal(left(p.status, 50)), 'NULL'), count(*), 0
FROM public.test_prospects p
WHERE p.status IS NULL OR p.status NOT IN ('unreached', 'contacted', 'in_conversation', 'converted', 'archived')
GROUP BY p.status
ORDER BY 1 DESC, 3 DESC, 2 LIMIT 20
-- name: doctor_contacts
-- open prospects whose telegram_id is not plainly a username, and whether Telegram refuses to link to the id it is
SELECT p.id, left(p.telegram_id, 200), btrim(coalesce(p.email, '')) <> '', h.telegram_id IS NOT NULL
FROM public.test_prospects p
LEFT JOIN salesreg.hidden_people h
       ON h.telegram_id::text = p.telegram_id AND h.refused_at > now() - interval '7 days'
WHERE p.status IN ('unreached', 'contacted', 'in_conversation')
  AND p.telegram_id !~ '^@?[A-Za-z]([A-Za-z0-9]|_(?!_|$)){3,31}$'
ORDER BY p.created_at, p.id LIMIT 10000
-- name: doctor_business
-- reps whose own accounts the bot is connected to: how many, how many without the right to reply, and with more rights than are needed,
-- with the names of some
SELECT count(*),
       count(*) FILTER (WHERE NOT b.can_reply),
       left(string_agg(left(r.name, 60), ', ' ORDER BY r.name) FILTER (WHERE NOT b.can_reply), 200),
       count(*) FILTER (WHERE b.rights <> ''),
       left(string_agg(left(r.name, 60), ', ' ORDER BY r.name) FILTER (WHERE b.rights <> ''), 200)
FROM salesreg.business_connections b
JOIN public.sales_representatives r ON r.telegram_id = b.telegram_id AND r.status = 'active'
WHERE b.enabled
