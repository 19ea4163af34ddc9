-- name: audit_write cold
-- $1 actor, $2 who, $3 host, $4 pid, $5 command, $6 action, $7 rep, $8 prospect, $9 before, $10 after
INSERT INTO salesreg.audit (actor, who, host, pid, command, action, rep, prospect, before, after)
VALUES ($1::text, left($2::text, 255), left($3::text, 255), $4::integer, left($5::text, 255), $6::text, $7::uuid, $8::varchar,
        $9::jsonb, $10::jsonb)
-- name: audit_decided cold
-- $1 reps about whom admins decided just now, $2 their new statuses, $3 the admins' accounts, $4 their names, $5 reasons or NULL
INSERT INTO salesreg.audit (actor, who, called, action, rep, before, after)
SELECT 'admin', f.admin::text, left(f.called, 255), CASE f.status WHEN 'active' THEN 'approve' ELSE 'reject' END, f.rep,
       pg_catalog.jsonb_build_object('status', 'pending'),
       pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object('status', f.status, 'reason', f.reason))
FROM unnest($1::uuid[], $2::text[], $3::bigint[], $4::text[], $5::text[]) AS f (rep, status, admin, called, reason)
-- name: audit_rep_changed cold
-- $1 reps that admins change just now, before that is done, $2 what they do, $3 statuses that it leads to, $4 seconds of a pause (< 0: no end) or
-- capacities (0: as everybody's), $5 everybody's, $6 the admins' accounts, $7 their names
INSERT INTO salesreg.audit (actor, who, called, action, rep, before, after)
SELECT 'admin', f.admin::text, left(f.called, 255), f.change, f.rep,
       CASE WHEN f.change IN ('pause', 'resume')
            THEN pg_catalog.jsonb_build_object('paused_until', CASE WHEN isfinite(d.paused_until)
                                                                    THEN pg_catalog.to_jsonb(extract(epoch FROM d.paused_until)::double precision)
                                                                    WHEN d.paused_until IS NOT NULL THEN pg_catalog.to_jsonb('until resumed'::text) END)
            WHEN f.change = 'set-capacity' THEN pg_catalog.jsonb_build_object('capacity', coalesce(d.capacity, f.usual))
            ELSE pg_catalog.jsonb_build_object('status', left(r.status, 50)) END,
       CASE WHEN f.change IN ('pause', 'resume')
            THEN pg_catalog.jsonb_build_object('paused_until', CASE WHEN f.amount > 0
                                                                    THEN pg_catalog.to_jsonb((extract(epoch FROM now()) + f.amount)::double precision)
                                                                    WHEN f.amount < 0 THEN pg_catalog.to_jsonb('until resumed'::text) END)
            WHEN f.change = 'set-capacity' THEN pg_catalog.jsonb_build_object('capacity', coalesce(nullif(f.amount, 0), f.usual))
            ELSE pg_catalog.jsonb_build_object('status', f.status) END
FROM unnest($1::uuid[], $2::text[], $3::text[], $4::bigint[], $5::bigint[], $6::bigint[], $7::text[])
    AS f (rep, change, status, amount, usual, admin, called)
JOIN public.sales_representatives r ON r.id = f.rep
LEFT JOIN salesreg.rep_rotation d ON d.rep = f.rep
-- name: audit_prospects_given cold
-- $1 prospects that admins give just now, before that is done, $2 whose they were, $3 whose they are, each a rep or NULL, $4 the admins' accounts, $5 their names
INSERT INTO salesreg.audit (actor, who, called, action, rep, prospect, before, after)
SELECT 'admin', f.admin::text, left(f.called, 255), CASE WHEN f.rep IS NULL THEN 'unassign' WHEN f.was IS NULL THEN 'assign' ELSE 'reassign' END,
       f.rep, f.prospect,
       pg_catalog.jsonb_build_object('rep', f.was, 'name', (SELECT left(r.name, 255) FROM public.sales_representatives r WHERE r.id = f.was)),
       pg_catalog.jsonb_build_object('rep', f.rep, 'name', (SELECT left(r.name, 255) FROM public.sales_representatives r WHERE r.id = f.rep))
FROM unnest($1::varchar[], $2::uuid[], $3::uuid[], $4::bigint[], $5::text[]) AS f (prospect, was, rep, admin, called)
-- name: audit_prospects_status cold
-- $1 prospects whose status admins set just now, $2 what it was, $3 what it is, $4 the admins' accounts, $5 their names
INSERT INTO salesreg.audit (actor, who, called, action, prospect, before, after)
SELECT 'admin', f.admin::text, left(f.called, 255), 'status', f.prospect, pg_catalog.jsonb_build_object('status', f.was),
       pg_catalog.jsonb_build_object('status', f.status)
FROM unnest($1::varchar[], $2::text[], $3::text[], $4::bigint[], $5::text[]) AS f (prospect, was, status, admin, called)
-- name: audit_prospects_noted cold
-- $1 prospects, $2 what admins note on them just now, $3 the admins' accounts, $4 their names
INSERT INTO salesreg.audit (actor, who, called, action, prospect, after)
SELECT 'admin', f.admin::text, left(f.called, 255), 'note', f.prospect, pg_catalog.jsonb_build_object('note', f.said)
FROM unnest($1::varchar[], $2::text[], $3::bigint[], $4::text[]) AS f (prospect, said, admin, called)
-- name: audit_code_resent cold
-- $1 accounts that admins had another code mailed for just now, $2 to which addresses, $3 the admins' accounts, $4 their names
INSERT INTO salesreg.audit (actor, who, called, action, after)
SELECT 'admin', f.admin::text, left(f.called, 255), 'resend-code',
       pg_catalog.jsonb_build_object('telegram_id', f.account, 'email', f.email)
FROM unnest($1::bigint[], $2::text[], $3::bigint[], $4::text[]) AS f (account, email, admin, called)
-- name: audit_moved cold
-- $1 reps whom admins moved to other accounts just now, $2 the accounts they had, $3 those they have, $4 the admins'
INSERT INTO salesreg.audit (actor, who, action, rep, before, after)
SELECT 'admin', f.admin::text, 'move', f.rep, pg_catalog.jsonb_build_object('telegram_id', f.old),
       pg_catalog.jsonb_build_object('telegram_id', f.new)
FROM unnest($1::uuid[], $2::bigint[], $3::bigint[], $4::bigint[]) AS f (rep, old, new, admin)
-- name: audit_refused cold
-- $1 accounts that say to be a rep with another one, which admins did not believe just now, $2 the admins' accounts
INSERT INTO salesreg.audit (actor, who, action, after)
SELECT 'admin', f.admin::text, 'refuse', pg_catalog.jsonb_build_object('telegram_id', f.account)
FROM unnest($1::bigint[], $2::bigint[]) AS f (account, admin)
-- name: audit_invited cold
-- $1 the addresses of invitations that admins made just now, or NULL, $2 the admins' accounts
INSERT INTO salesreg.audit (actor, who, action, after)
SELECT 'admin', f.admin::text, 'invite', pg_catalog.jsonb_build_object('email', f.email)
FROM unnest($1::text[], $2::bigint[]) AS f (email, admin)
-- name: operator_audit_list
-- $1 rep or NULL, $2 prospect or NULL, $3 seconds back or NULL, $4 how many: the latest first
SELECT (extract(epoch FROM l.at) * 1000000)::bigint, l.actor, left(l.who, 255), coalesce(w.name, left(l.called, 255)), left(l.host, 255), l.pid,
       left(l.command, 255), left(l.action, 100), l.rep, left(r.name, 255), l.prospect, left(p.name, 255),
       left(l.before::text, 4000), left(l.after::text, 4000)
FROM (SELECT * FROM salesreg.audit x
      WHERE ($1::uuid IS NULL OR x.rep = $1::uuid) AND ($2::text IS NULL OR x.prospect = $2::text)
        AND ($3::bigint IS NULL OR x.at >= now() - $3::bigint * interval '1 second')
      ORDER BY x.id DESC LIMIT $4::integer) l
LEFT JOIN public.sales_representatives r ON r.id = l.rep
LEFT JOIN public.test_prospects p ON p.id = l.prospect
LEFT JOIN LATERAL (SELECT left(q.name, 255) AS name FROM public.sales_representatives q
                   WHERE l.actor = 'admin' AND q.telegram_id::text = l.who LIMIT 1) w ON true
ORDER BY l.id DESC
-- name: history_prune_audit cold
-- $1 days
WITH old AS (
    SELECT x.id FROM salesreg.audit x WHERE x.at < now() - $1::integer * interval '1 day'
    ORDER BY x.at LIMIT 10000 FOR UPDATE SKIP LOCKED
), gone AS (
    DELETE FROM salesreg.audit x USING old o WHERE x.id = o.id RETURNING 1
)
SELECT count(*) FROM gone
