-- What managers and outsiders ask of prospects and reps.
-- compatible: yes

-- Lists of all prospects, in the order in which they came (operator_prospects_page): read from either end. Of plain columns: an expression with
-- a time in it would keep the column's type from being altered.
CREATE INDEX test_prospects_listed_idx ON public.test_prospects (created_at, id COLLATE "C");

-- Whom managers look for (prospects_found): by the beginnings of the words of a name; and who a button of an admin's means (managed_card), which has
-- no room for an id.
CREATE INDEX test_prospects_name_idx ON public.test_prospects USING gin (to_tsvector('simple', left(name, 255)));
-- Those whose name has all these words, or, begins, words that begin so: as many as are asked for, in no order. Only a bitmap is made of that index, and our
-- sessions have none.
CREATE FUNCTION salesreg.prospects_named(words text, begins boolean, most bigint) RETURNS SETOF varchar LANGUAGE sql STABLE
    SET search_path = pg_catalog, pg_temp SET enable_bitmapscan = on SET enable_seqscan = off AS $$
    SELECT q.id FROM public.test_prospects q
    WHERE to_tsvector('simple', left(q.name, 255)) @@ (
        SELECT CASE WHEN numnode(w.said) = 0 THEN NULL WHEN begins THEN (replace(w.said::text, ' & ', ':* & ') || ':*')::tsquery ELSE w.said END
        FROM plainto_tsquery('simple', words) AS w (said))
    LIMIT most
$$;
CREATE INDEX test_prospects_hash_idx ON public.test_prospects (hashtextextended(id::text, 0));

-- What a round of assigning was decided on, so that each assignment of it can be explained (operator_why): a row a round, of bounded size
-- however many prospects it gave to however many reps. An assignment is of the round that began with it, or last before it, at the same
-- instant: one transaction made both.
CREATE TABLE salesreg.assignment_rounds (
    first_assignment bigint PRIMARY KEY,
    at               timestamptz NOT NULL DEFAULT now(),
    facts            jsonb NOT NULL
);

-- The reports. Each view takes its rows from a function, whose text depends on no column: a view of its own on a table of the older
-- program's would keep that one's columns from being altered. The functions run with their owner's rights, so that whoever may use the
-- schema and read a view needs no right on what it is made of; they tell numbers, and the names of reps.

-- Who came from `since` until before `until`, what became of them, and when: the first rep, a rep's first word that they wrote. hours: whether it
-- was within the working hours of that first rep, where they are: in, out; unknown without a rep, or where these have set none. With the
-- rights of whoever calls it: those below do.
CREATE FUNCTION salesreg.arrivals(since timestamptz, until timestamptz, company_zone text)
    RETURNS TABLE (arrived_at timestamptz, source text, campaign text, status text, rep uuid, assigned_at timestamptz, is_assigned boolean,
                   contacted_at timestamptz, is_contacted boolean, hours text)
    LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    WITH clocks AS MATERIALIZED (
        SELECT r.id AS rep, h.days, coalesce(salesreg.zone_or_null(s.time_zone), salesreg.zone_or_null(c.time_zone),
                                             salesreg.zone_or_null(company_zone), 'UTC') AS zone
        FROM public.sales_representatives r
        JOIN (SELECT w.rep, count(*) AS days FROM salesreg.rep_hours w GROUP BY w.rep) h ON h.rep = r.id
        LEFT JOIN salesreg.rep_schedule s ON s.rep = r.id
        LEFT JOIN salesreg.calendar_accounts c ON c.rep = r.id
    )
    SELECT p.arrived_at, coalesce(v.source, 'table'), left(v.campaign, 255), p.status, p.rep, a.started_at,
           a.started_at IS NOT NULL OR p.rep IS NOT NULL, e.at,
           e.at IS NOT NULL OR p.status IN ('contacted', 'converted')
               OR EXISTS (SELECT 1 FROM salesreg.business_chats b WHERE b.prospect = p.id AND b.own_at IS NOT NULL OFFSET 0),
           CASE WHEN k.rep IS NULL THEN 'unknown'
                WHEN EXISTS (SELECT 1 FROM salesreg.rep_hours h
                             WHERE h.rep = k.rep AND h.weekday = extract(isodow FROM p.arrived_at AT TIME ZONE k.zone)
                               AND (p.arrived_at AT TIME ZONE k.zone)::time >= h.opens AND (p.arrived_at AT TIME ZONE k.zone)::time < h.closes)
                 AND NOT EXISTS (SELECT 1 FROM salesreg.days_off o WHERE o.rep = k.rep AND o.day = (p.arrived_at AT TIME ZONE k.zone)::date)
                THEN 'in' ELSE 'out' END
    FROM (SELECT q.id, left(q.status, 50) AS status, q.assigned_rep_id AS rep, q.created_at::timestamptz AS arrived_at
          FROM public.test_prospects q
          WHERE q.created_at >= since AND q.created_at < until) p
    LEFT JOIN LATERAL (SELECT c.source, c.campaign FROM salesreg.conversations c WHERE c.prospect = p.id OFFSET 0) v ON true
    -- each by the index it has
    LEFT JOIN LATERAL (SELECT f.started_at, f.rep
                       FROM ((SELECT l.started_at, l.rep FROM salesreg.assignments l WHERE l.prospect = p.id AND l.ended_at IS NULL)
                             UNION ALL
                             (SELECT l.started_at, l.rep FROM salesreg.assignments l WHERE l.prospect = p.id AND l.ended_at IS NOT NULL)) f
                       ORDER BY f.started_at LIMIT 1) a ON true
    LEFT JOIN LATERAL (SELECT min(n.at) AS at FROM salesreg.prospect_events n WHERE n.prospect = p.id AND n.kind = 'contacted' OFFSET 0) e ON true
    LEFT JOIN clocks k ON k.rep = coalesce(a.rep, p.rep)
$$;

-- The same counted, for the time from `since` until `until` and for as long a time before it (period: this, before): as a whole, by the hours, by who has
-- them now, and by where they came from (section: all, hours, rep, source). The columns are those of the views. Who is a rep's own contact came
-- with a rep, so these tell nothing of how long it takes. NULL for only_rep: of all.
CREATE FUNCTION salesreg.report_of_arrivals(since timestamptz, until timestamptz, company_zone text, only_rep uuid)
    RETURNS TABLE (period text, section text, rep uuid, hours text, source text, campaign text, arrived bigint, assigned bigint,
                   contacted bigint, in_conversation bigint, converted bigint, archived bigint, to_rep_p50 interval, to_rep_p95 interval,
                   to_contact_p50 interval, to_contact_p95 interval)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    WITH counted AS (
        SELECT CASE WHEN a.arrived_at >= since THEN 'this' ELSE 'before' END AS period, a.*,
               CASE WHEN a.source <> 'own' AND a.assigned_at IS NOT NULL
                    THEN greatest(a.assigned_at - a.arrived_at, interval '0') END AS to_rep,
               CASE WHEN a.source <> 'own' AND a.contacted_at IS NOT NULL
                    THEN greatest(a.contacted_at - a.arrived_at, interval '0') END AS to_contact
        FROM salesreg.arrivals(since - (until - since), until, company_zone) a
        WHERE only_rep IS NULL OR a.rep = only_rep
    )
    SELECT c.period,
           CASE WHEN grouping(c.hours) = 0 THEN 'hours' WHEN grouping(c.rep) = 0 THEN 'rep' WHEN grouping(c.source) = 0 THEN 'source' ELSE 'all' END,
           c.rep, c.hours, c.source, c.campaign, count(*), count(*) FILTER (WHERE c.is_assigned), count(*) FILTER (WHERE c.is_contacted),
           count(*) FILTER (WHERE c.status IN ('in_conversation', 'converted')), count(*) FILTER (WHERE c.status = 'converted'),
           count(*) FILTER (WHERE c.status = 'archived'),
           percentile_cont(0.5) WITHIN GROUP (ORDER BY c.to_rep), percentile_cont(0.95) WITHIN GROUP (ORDER BY c.to_rep),
           percentile_cont(0.5) WITHIN GROUP (ORDER BY c.to_contact), percentile_cont(0.95) WITHIN GROUP (ORDER BY c.to_contact)
    FROM counted c
    GROUP BY GROUPING SETS ((c.period), (c.period, c.hours), (c.period, c.rep), (c.period, c.source, c.campaign))
$$;

-- Who has which load now: open prospects, of them those with whom this rep has had no contact yet, since when the oldest of these waits, how
-- many wait for more than a day; with whom nobody has had contact for 14 days. Reps who are gone only if they still have some.
CREATE FUNCTION salesreg.report_of_load()
    RETURNS TABLE (rep uuid, name text, status text, available boolean, paused boolean, open bigint, capacity bigint, without_contact bigint, without_contact_since timestamptz,
                   without_contact_late bigint, stale bigint)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT r.id, left(r.name, 255), left(r.status, 50), coalesce(d.available, true), d.paused_until IS NOT NULL, coalesce(h.open, 0),
           d.capacity, coalesce(h.waits, 0), h.oldest,
           coalesce(h.late, 0), coalesce(h.stale, 0)
    FROM public.sales_representatives r
    LEFT JOIN salesreg.rep_rotation d ON d.rep = r.id
    LEFT JOIN (
        SELECT o.rep, count(*) AS open, count(o.waits_since) AS waits, min(o.waits_since) AS oldest,
               count(*) FILTER (WHERE o.waits_since < now() - interval '1 day') AS late,
               count(*) FILTER (WHERE o.quiet_since < now() - interval '14 days') AS stale
        FROM (SELECT p.assigned_rep_id AS rep, coalesce(p.last_contact_at, p.created_at, '-infinity')::timestamptz AS quiet_since,
                     CASE WHEN p.status <> 'contacted'
                           AND NOT EXISTS (SELECT 1 FROM salesreg.prospect_events e
                                           WHERE e.prospect = p.id AND e.kind = 'contacted' AND e.rep = p.assigned_rep_id OFFSET 0)
                           AND NOT EXISTS (SELECT 1 FROM salesreg.business_chats b WHERE b.prospect = p.id AND b.own_at IS NOT NULL OFFSET 0)
                          THEN coalesce(a.started_at, p.created_at::timestamptz, '-infinity') END AS waits_since
              FROM public.test_prospects p
              LEFT JOIN LATERAL (SELECT l.started_at FROM salesreg.assignments l
                                 WHERE l.prospect = p.id AND l.ended_at IS NULL OFFSET 0) a ON true
              WHERE p.assigned_rep_id IS NOT NULL AND p.status IN ('unreached', 'contacted', 'in_conversation')) o
        GROUP BY o.rep) h ON h.rep = r.id
    WHERE r.status IN ('active', 'pending') OR h.open > 0
$$;

-- What waits now: for a rep (late: for more than an hour), for a rep's first word (late: for more than a day), and open ones with whom nobody has had
-- contact for 14 days.
CREATE FUNCTION salesreg.report_of_waiting()
    RETURNS TABLE (without_rep bigint, without_rep_since timestamptz, without_rep_late bigint, without_contact bigint,
                   without_contact_since timestamptz, without_contact_late bigint, stale bigint)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT w.waits, w.oldest, w.late, l.waits, l.oldest, l.late, l.stale + w.stale
    FROM (SELECT count(*) AS waits, min(coalesce(p.created_at, '-infinity'))::timestamptz AS oldest,
                 count(*) FILTER (WHERE coalesce(p.created_at, '-infinity') < now() - interval '1 hour') AS late,
                 count(*) FILTER (WHERE coalesce(p.last_contact_at, p.created_at, '-infinity') < now() - interval '14 days') AS stale
          FROM public.test_prospects p
          WHERE p.assigned_rep_id IS NULL AND p.status IN ('unreached', 'contacted', 'in_conversation')) w
    CROSS JOIN (SELECT coalesce(sum(r.without_contact), 0)::bigint AS waits, min(r.without_contact_since) AS oldest,
                       coalesce(sum(r.without_contact_late), 0)::bigint AS late, coalesce(sum(r.stale), 0)::bigint AS stale
                FROM salesreg.report_of_load() r) l
$$;

-- Those whom report_of_waiting counts, one by one, and since when: w without a rep, c without a rep's first word, q with whom nobody has had contact for
-- 14 days. For an answer in a chat: the oldest of those without a rep are looked at, and of those whom reps have, as many as `most`. late: longer
-- than an hour, a day, 30 days. With the rights of whoever calls it.
CREATE FUNCTION salesreg.waiting_now(most bigint)
    RETURNS TABLE (prospect varchar, list text, since timestamptz, late boolean)
    LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    WITH looked AS MATERIALIZED (
        (SELECT w.id, NULL::uuid AS rep, left(w.status, 50) AS status, w.created_at::timestamptz AS came_at, w.last_contact_at::timestamptz AS contact_at
         FROM public.test_prospects w
         WHERE w.assigned_rep_id IS NULL AND w.status IN ('unreached', 'contacted', 'in_conversation')
         ORDER BY w.created_at, w.id COLLATE "C" LIMIT most)
        UNION ALL
        (SELECT h.id, h.assigned_rep_id, left(h.status, 50), h.created_at::timestamptz, h.last_contact_at::timestamptz
         FROM public.test_prospects h
         WHERE h.assigned_rep_id IS NOT NULL AND h.status IN ('unreached', 'contacted', 'in_conversation')
         ORDER BY h.assigned_rep_id, h.created_at LIMIT most)
    )
    SELECT l.id, v.list, v.since, v.since < now() - v.allowed
    FROM looked l
    LEFT JOIN LATERAL (SELECT a.started_at FROM salesreg.assignments a WHERE a.prospect = l.id AND a.ended_at IS NULL OFFSET 0) a ON true
    CROSS JOIN LATERAL (VALUES
        ('w', coalesce(l.came_at, '-infinity'), interval '1 hour', l.rep IS NULL),
        ('c', coalesce(a.started_at, l.came_at, '-infinity'), interval '1 day',
         l.rep IS NOT NULL AND l.status <> 'contacted'
             AND NOT EXISTS (SELECT 1 FROM salesreg.prospect_events e WHERE e.prospect = l.id AND e.kind = 'contacted' AND e.rep = l.rep OFFSET 0)
             AND NOT EXISTS (SELECT 1 FROM salesreg.business_chats b WHERE b.prospect = l.id AND b.own_at IS NOT NULL OFFSET 0)),
        ('q', coalesce(l.contact_at, l.came_at, '-infinity'), interval '30 days',
         coalesce(l.contact_at, l.came_at, '-infinity') < now() - interval '14 days')) AS v (list, since, allowed, fits)
    WHERE v.fits
$$;

-- Assignments that ended, by why (declined, suspended, unavailable, converted…) and by whose they were; the same two times as above.
CREATE FUNCTION salesreg.report_of_ended(since timestamptz, until timestamptz)
    RETURNS TABLE (period text, rep uuid, reason text, ended bigint)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT e.period, e.rep, e.reason, count(*)
    FROM (SELECT CASE WHEN a.ended_at >= since THEN 'this' ELSE 'before' END AS period, a.rep, coalesce(a.reason, 'unknown') AS reason
          FROM salesreg.assignments a WHERE a.ended_at >= since - (until - since) AND a.ended_at < until) e
    GROUP BY e.period, e.rep, e.reason
$$;
CREATE FUNCTION salesreg.report_rep_name(this_rep uuid) RETURNS text LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS $$
    SELECT left(r.name, 255) FROM public.sales_representatives r WHERE r.id = this_rep
$$;

CREATE VIEW salesreg.report_waiting AS SELECT * FROM salesreg.report_of_waiting();
CREATE VIEW salesreg.report_load AS SELECT * FROM salesreg.report_of_load();
-- of the last day, 7 and 30 days, and as long before: the zone of whoever asks stands for the company's
CREATE VIEW salesreg.report_funnel AS
SELECT d.days, n.period, coalesce(a.arrived, 0) AS arrived, coalesce(a.assigned, 0) AS assigned, coalesce(a.contacted, 0) AS contacted,
       coalesce(a.in_conversation, 0) AS in_conversation, coalesce(a.converted, 0) AS converted, coalesce(a.archived, 0) AS archived,
       a.to_rep_p50, a.to_rep_p95, a.to_contact_p50, a.to_contact_p95
FROM (VALUES (1), (7), (30)) AS d (days) CROSS JOIN (VALUES ('this'), ('before')) AS n (period)
LEFT JOIN LATERAL (SELECT r.* FROM salesreg.report_of_arrivals(now() - d.days * interval '24 hours', now(), current_setting('TimeZone'), NULL) r
                   WHERE r.section = 'all') a ON a.period = n.period;
CREATE VIEW salesreg.report_hours AS
SELECT d.days, a.period, a.hours, a.arrived, a.assigned, a.contacted, a.in_conversation, a.converted, a.archived,
       a.to_rep_p50, a.to_rep_p95, a.to_contact_p50, a.to_contact_p95
FROM (VALUES (1), (7), (30)) AS d (days)
CROSS JOIN LATERAL salesreg.report_of_arrivals(now() - d.days * interval '24 hours', now(), current_setting('TimeZone'), NULL) a
WHERE a.section = 'hours';
CREATE VIEW salesreg.report_reps AS
SELECT d.days, a.period, a.rep, salesreg.report_rep_name(a.rep) AS name, a.arrived, a.assigned, a.contacted, a.in_conversation, a.converted,
       a.archived, a.to_rep_p50, a.to_rep_p95, a.to_contact_p50, a.to_contact_p95
FROM (VALUES (1), (7), (30)) AS d (days)
CROSS JOIN LATERAL salesreg.report_of_arrivals(now() - d.days * interval '24 hours', now(), current_setting('TimeZone'), NULL) a
WHERE a.section = 'rep';
CREATE VIEW salesreg.report_sources AS
SELECT d.days, a.period, a.source, a.campaign, a.arrived, a.assigned, a.contacted, a.in_conversation, a.converted, a.archived,
       a.to_rep_p50, a.to_rep_p95, a.to_contact_p50, a.to_contact_p95
FROM (VALUES (1), (7), (30)) AS d (days)
CROSS JOIN LATERAL salesreg.report_of_arrivals(now() - d.days * interval '24 hours', now(), current_setting('TimeZone'), NULL) a
WHERE a.section = 'source';
CREATE VIEW salesreg.report_ended AS
SELECT d.days, e.period, e.rep, salesreg.report_rep_name(e.rep) AS name, e.reason, e.ended
FROM (VALUES (1), (7), (30)) AS d (days)
CROSS JOIN LATERAL salesreg.report_of_ended(now() - d.days * interval '24 hours', now()) e;
