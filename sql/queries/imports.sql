-- name: imports_lock cold
-- One import at a time: two at once would both make who is in both files. No advisory lock: who holds one of ours and waits for its client,
-- as a COPY does, and a person who is asked, is taken for stopped (stopped_sessions_end).
LOCK TABLE salesreg.import_staging IN SHARE ROW EXCLUSIVE MODE
-- name: imports_settings cold
-- the rest of the transaction: all rows are looked at together
SELECT set_config('enable_nestloop', 'off', true), set_config('work_mem', '32MB', true)
-- name: imports_copy cold
COPY salesreg.import_staging (line, id, name, telegram, telegram_kind, telegram_value, phone, email, email_value, context, notes,
                              status, created_at, last_contact_at, extra, raw_telegram, telegram_problem, raw_email, email_problem,
                              raw_status, status_problem, problem, problem_column, fate) FROM STDIN
-- name: imports_unidentified cold
-- $1 behind which prospect, $2 how many: those whose contacts nobody has looked at yet
SELECT p.id, left(p.telegram_id, 255), left(p.email, 255)
FROM public.test_prospects p
WHERE p.id > $1::varchar
  AND NOT EXISTS (SELECT 1 FROM salesreg.prospect_identities i WHERE i.prospect = p.id OFFSET 0)
ORDER BY p.id LIMIT $2::integer
-- name: imports_identify cold
-- $1 prospects, $2 kinds, $3 values: of rows that are as they were read ($4 telegram_id, $5 email), and locked now
WITH f AS (
    SELECT * FROM unnest($1::varchar[], $2::text[], $3::text[], $4::text[], $5::text[]) AS f (prospect, kind, value, telegram, email)
), held AS (
    SELECT p.id FROM public.test_prospects p
    WHERE p.id IN (SELECT f.prospect FROM f)
      AND (p.id, coalesce(left(p.telegram_id, 255), ''), coalesce(left(p.email, 255), ''))
          IN (SELECT f.prospect, coalesce(f.telegram, ''), coalesce(f.email, '') FROM f)
    FOR NO KEY UPDATE SKIP LOCKED
)
INSERT INTO salesreg.prospect_identities (prospect, kind, value)
SELECT f.prospect, f.kind, f.value FROM f JOIN held h ON h.id = f.prospect
ON CONFLICT DO NOTHING
-- name: imports_normalize cold
-- an accent may be a sign of its own: one spelling of each letter
UPDATE salesreg.import_staging s
SET id = normalize(s.id, NFC), name = normalize(s.name, NFC), context = normalize(s.context, NFC), notes = normalize(s.notes, NFC),
    raw_telegram = normalize(s.raw_telegram, NFC), extra = normalize(s.extra::text, NFC)::jsonb
WHERE s.id IS NOT NFC NORMALIZED OR s.name IS NOT NFC NORMALIZED OR s.context IS NOT NFC NORMALIZED OR s.notes IS NOT NFC NORMALIZED
   OR s.raw_telegram IS NOT NFC NORMALIZED OR s.extra::text IS NOT NFC NORMALIZED
-- name: imports_match cold
-- Who each row is. A key leads to some prospects; a row is the one to whom all its keys lead that lead to anybody. What more than ten
-- prospects share tells nothing about a person. Rows that are nobody yet and share a key are one person: the first of them, or the one
-- that is somebody; a row that shares keys with two is neither.
WITH keys AS MATERIALIZED (
    SELECT s.line, k.kind, k.value
    FROM salesreg.import_staging s
    CROSS JOIN LATERAL (VALUES (s.telegram_kind, s.telegram_value), ('phone', s.phone), ('email', s.email_value)) AS k (kind, value)
    WHERE s.fate IS NULL AND k.value IS NOT NULL
), led AS MATERIALIZED (
    SELECT l.kind, l.value, l.prospect
    FROM (SELECT u.kind, u.value, u.prospect, count(*) OVER (PARTITION BY u.kind, u.value) AS many
          FROM (SELECT i.kind, i.value, i.prospect FROM salesreg.prospect_identities i
                WHERE i.kind <> 'none' AND (i.kind, i.value) IN (SELECT k.kind, k.value FROM keys k)
                UNION
                SELECT 'phone', d.phone, d.prospect FROM salesreg.prospect_details d
                WHERE d.phone IN (SELECT k.value FROM keys k WHERE k.kind = 'phone')
                UNION
                SELECT 'telegram_id', c.telegram_id::text, c.prospect FROM salesreg.conversations c
                WHERE c.telegram_id IN (SELECT k.value::bigint FROM keys k WHERE k.kind = 'telegram_id')) u
         ) l
    WHERE l.many <= 10
), found AS MATERIALIZED (
    SELECT k.line, k.kind, l.prospect FROM keys k JOIN led l ON l.kind = k.kind AND l.value = k.value
    UNION ALL
    SELECT s.line, 'id', p.id FROM salesreg.import_staging s JOIN public.test_prospects p ON p.id = s.id WHERE s.fate IS NULL
), pairs AS MATERIALIZED (
    SELECT f.line, f.prospect, array_agg(f.kind) AS known FROM found f GROUP BY f.line, f.prospect
), lines AS MATERIALIZED (
    SELECT q.line, count(*) AS many, min(q.prospect) AS prospect FROM pairs q GROUP BY q.line
), asked AS ( -- of the few lines that lead to several
    SELECT f.line, count(DISTINCT f.kind) AS kinds,
           left(string_agg(DISTINCT f.prospect || ' by its ' || replace(f.kind, '_', ' '), ', '), 500) AS said
    FROM found f JOIN lines n ON n.line = f.line AND n.many > 1 GROUP BY f.line
), whole AS (
    SELECT w.line, count(*) AS many, min(w.prospect) AS prospect
    FROM (SELECT f.line, f.prospect, count(DISTINCT f.kind) AS kinds
          FROM found f JOIN lines n ON n.line = f.line AND n.many > 1 GROUP BY f.line, f.prospect) w
    JOIN asked a ON a.line = w.line AND a.kinds = w.kinds
    GROUP BY w.line
), decided AS MATERIALIZED (
    SELECT e.*, q.known
    FROM (SELECT s.line, s.id, CASE WHEN n.many = 1 THEN n.prospect WHEN w.many = 1 THEN w.prospect END AS prospect,
                 CASE WHEN n.many > 1 AND w.many IS DISTINCT FROM 1
                      THEN 'it is more than one prospect: ' || a.said END AS conflict
          FROM salesreg.import_staging s
          LEFT JOIN lines n ON n.line = s.line
          LEFT JOIN asked a ON a.line = s.line
          LEFT JOIN whole w ON w.line = s.line
          WHERE s.fate IS NULL) e
    LEFT JOIN pairs q ON q.line = e.line AND q.prospect = e.prospect
), firsts AS MATERIALIZED ( -- of each key of a row that is nobody yet
    SELECT n.line, n.kind, n.first
    FROM (SELECT d.line, d.prospect, k.kind,
                 coalesce(min(d.line) FILTER (WHERE d.prospect IS NOT NULL) OVER (PARTITION BY k.kind, k.value),
                          min(d.line) OVER (PARTITION BY k.kind, k.value)) AS first
          FROM (SELECT * FROM keys UNION ALL SELECT e.line, 'id', e.id FROM decided e WHERE e.id IS NOT NULL) k
          JOIN decided d ON d.line = k.line
          WHERE d.conflict IS NULL) n
    WHERE n.prospect IS NULL
), twins AS MATERIALIZED (
    SELECT t.line, min(t.first) AS first
    FROM (SELECT d.line, min(d.line) OVER (PARTITION BY d.prospect) AS first FROM decided d WHERE d.prospect IS NOT NULL
          UNION ALL
          SELECT f.line, f.first FROM firsts f) t
    GROUP BY t.line
), joining AS ( -- rows whose keys are those of two people of this file: a second time they would be two prospects'
    SELECT f.line, 'it is more than one person of this file: '
                   || left(string_agg(DISTINCT 'line ' || f.first || ' by its ' || replace(f.kind, '_', ' '), ', '), 500) AS conflict
    FROM firsts f
    JOIN decided d ON d.line = f.first
    JOIN twins t ON t.line = f.first
    WHERE f.first <> f.line AND (d.prospect IS NOT NULL OR t.first = f.first)
    GROUP BY f.line HAVING count(DISTINCT coalesce(d.prospect, 'line ' || f.first)) > 1
)
UPDATE salesreg.import_staging s
SET prospect = d.prospect, known = d.known, of_line = CASE WHEN t.first <> s.line AND j.line IS NULL THEN t.first END,
    problem = coalesce(d.conflict, j.conflict), problem_column = CASE WHEN coalesce(d.conflict, j.conflict) IS NOT NULL THEN '' END,
    fate = CASE WHEN coalesce(d.conflict, j.conflict) IS NOT NULL THEN 'bad' END
FROM decided d LEFT JOIN twins t ON t.line = d.line LEFT JOIN joining j ON j.line = d.line
WHERE s.line = d.line
-- name: imports_twins cold
-- $1 skip, update or error: rows that are about whom another row is about
UPDATE salesreg.import_staging s
SET fate = CASE WHEN $1::text = 'error' THEN 'bad' ELSE 'duplicate' END, problem_column = '',
    problem = 'it is the same person as line ' || s.of_line
WHERE s.fate IS NULL AND s.of_line IS NOT NULL
-- name: imports_new cold
-- $1 the import: rows of people whom nobody knows yet
UPDATE salesreg.import_staging s
SET fate = CASE WHEN n.problem IS NULL THEN 'created' ELSE 'bad' END, problem = n.problem,
    problem_column = n.problem_column,
    -- a rep sees one contact on the card, and the notes: so a number beside it stands there
    notes = CASE WHEN s.telegram IS NOT NULL AND s.phone IS NOT NULL AND coalesce(strpos(s.notes, s.phone), 0) = 0
                 THEN concat_ws(E'\n', s.notes, s.phone) ELSE s.notes END,
    -- an id of this kind may have come with a file of another database
    prospect = coalesce(s.id, 'i' || $1::bigint || '-' || lpad(s.line::text, 7, '0')
                              || CASE WHEN EXISTS (SELECT 1 FROM public.test_prospects o
                                                   WHERE o.id = 'i' || $1::bigint || '-' || lpad(s.line::text, 7, '0') OFFSET 0)
                                      THEN '-' || left(replace(gen_random_uuid()::text, '-', ''), 8) ELSE '' END)
FROM (SELECT q.line, coalesce(q.telegram_problem, q.email_problem, q.status_problem,
                              CASE WHEN coalesce(q.telegram, q.phone, q.email) IS NULL
                                   THEN 'nobody has this id, and it has no contact of which somebody new could be made' END) AS problem,
             CASE WHEN q.telegram_problem IS NOT NULL THEN 'telegram' WHEN q.email_problem IS NOT NULL THEN 'email'
                  WHEN q.status_problem IS NOT NULL THEN 'status' ELSE '' END AS problem_column
      FROM salesreg.import_staging q WHERE q.fate IS NULL AND q.prospect IS NULL) n
WHERE s.line = n.line
-- name: imports_known cold
-- $1 skip, update or error: rows of prospects there are. What such a row has becomes what the prospect will have; nothing is blanked.
WITH old AS (
    SELECT s.line, p.ctid AS place, p.telegram_id, p.name, p.email, p.context, p.notes, p.status, e.phone, e.extra, s.phone AS said_phone,
           CASE WHEN s.telegram_problem IS NOT NULL
                 AND s.raw_telegram IS DISTINCT FROM salesreg.import_tidy_line(p.telegram_id) THEN s.telegram_problem END AS bad_telegram,
           CASE WHEN s.email_problem IS NOT NULL
                 AND s.raw_email IS DISTINCT FROM salesreg.import_tidy_line(p.email) THEN s.email_problem END AS bad_email,
           CASE WHEN s.status_problem IS NOT NULL
                 AND s.raw_status IS DISTINCT FROM salesreg.import_tidy_line(p.status) THEN s.status_problem END AS bad_status,
           CASE WHEN s.telegram IS NULL OR s.telegram_kind = ANY (s.known)
                  OR EXISTS (SELECT 1 FROM salesreg.prospect_identities i
                             WHERE i.prospect = p.id AND i.kind = s.telegram_kind AND i.value = s.telegram_value)
                THEN p.telegram_id ELSE s.telegram END AS new_telegram,
           -- what is the same letter by letter is looked at no further
           CASE WHEN s.name IS NULL OR s.name = p.name OR s.name = salesreg.import_tidy_line(p.name) THEN p.name ELSE s.name END AS new_name,
           CASE WHEN s.email IS NULL OR 'email' = ANY (s.known) OR EXISTS (SELECT 1 FROM salesreg.prospect_identities i
                                                WHERE i.prospect = p.id AND i.kind = 'email' AND i.value = s.email_value)
                THEN p.email ELSE s.email END AS new_email,
           CASE WHEN s.context IS NULL OR s.context = p.context OR s.context = salesreg.import_tidy(p.context) THEN p.context ELSE s.context END AS new_context,
           CASE WHEN s.notes IS NULL OR s.notes = p.notes
                  OR salesreg.import_tidy(p.notes) IN (s.notes, concat_ws(E'\n', s.notes, s.phone), concat_ws(E'\n', s.notes, e.phone))
                THEN p.notes ELSE s.notes END AS new_notes,
           coalesce(s.status, p.status) AS new_status,
           s.phone IS NOT NULL AND e.phone IS DISTINCT FROM s.phone
               AND NOT coalesce('phone' = ANY (s.known), false)
               AND NOT EXISTS (SELECT 1 FROM salesreg.prospect_identities i
                               WHERE i.prospect = p.id AND i.kind = 'phone' AND i.value = s.phone) AS is_phone_new,
           coalesce(e.extra, '{}') || coalesce(s.extra, '{}') AS new_extra,
           -- the number or the address that has stood where Telegram's name stands, which is written there now
           (SELECT min(i.value) FROM salesreg.prospect_identities i
            WHERE i.prospect = p.id AND i.kind = 'phone' AND i.value IS DISTINCT FROM e.phone) AS old_phone,
           (SELECT min(i.value) FROM salesreg.prospect_identities i
            WHERE i.prospect = p.id AND i.kind = 'email' AND coalesce(p.email, '') = '') AS old_email
    FROM salesreg.import_staging s
    JOIN public.test_prospects p ON p.id = s.prospect
    LEFT JOIN salesreg.prospect_details e ON e.prospect = p.id
    WHERE s.fate IS NULL AND s.prospect IS NOT NULL
), kept AS ( -- no contact is lost where another takes its place
    SELECT o.*, coalesce(nullif(o.new_email, ''), CASE WHEN r.is_replaced THEN o.old_email END, o.new_email) AS kept_email,
           CASE WHEN o.is_phone_new THEN o.said_phone ELSE coalesce(o.phone, CASE WHEN r.is_replaced THEN o.old_phone END) END AS kept_phone
    FROM old o CROSS JOIN LATERAL (VALUES (o.new_telegram IS DISTINCT FROM o.telegram_id)) AS r (is_replaced)
), judged AS (
    SELECT o.*, coalesce(o.bad_telegram, o.bad_email, o.bad_status) AS bad,
           (o.new_telegram, o.new_name, o.new_email, o.new_context, o.new_notes, o.new_status)
               IS NOT DISTINCT FROM (o.telegram_id, o.name, o.email, o.context, o.notes, o.status)
               AND NOT o.is_phone_new AND o.new_extra = coalesce(o.extra, '{}') AS same
    FROM kept o
)
UPDATE salesreg.import_staging s
SET fate = CASE WHEN j.bad IS NOT NULL THEN 'bad' WHEN j.same THEN 'same' WHEN $1::text = 'update' THEN 'updated'
                WHEN $1::text = 'skip' THEN 'duplicate' ELSE 'bad' END,
    problem = CASE WHEN j.bad IS NOT NULL THEN j.bad
                   WHEN NOT j.same AND $1::text <> 'update' THEN 'it is there already, as ' || s.prospect || ', with other data' END,
    problem_column = CASE WHEN j.bad_telegram IS NOT NULL THEN 'telegram' WHEN j.bad_email IS NOT NULL THEN 'email'
                          WHEN j.bad_status IS NOT NULL THEN 'status' ELSE '' END,
    place = j.place,
    was = json_build_object('telegram_id', j.telegram_id, 'name', j.name, 'email', j.email, 'context', j.context, 'notes', j.notes,
                            'status', j.status, 'phone', j.phone, 'extra', j.extra)::jsonb,
    telegram = j.new_telegram, name = j.new_name, email = j.kept_email, context = j.new_context, status = j.new_status,
    -- a number beside another contact stands in the notes, where the rep sees it
    notes = CASE WHEN (j.new_notes, j.kept_phone) IS DISTINCT FROM (j.notes, j.phone) AND coalesce(strpos(j.new_notes, j.kept_phone), 0) = 0
                 THEN concat_ws(E'\n', j.new_notes, j.kept_phone) ELSE j.new_notes END,
    phone = j.kept_phone, extra = nullif(j.new_extra, '{}')
FROM judged j WHERE s.line = j.line
-- name: imports_counts cold
SELECT count(*), count(*) FILTER (WHERE s.fate = 'created'), count(*) FILTER (WHERE s.fate = 'updated'),
       count(*) FILTER (WHERE s.fate = 'same'), count(*) FILTER (WHERE s.fate = 'duplicate'), count(*) FILTER (WHERE s.fate = 'bad')
FROM salesreg.import_staging s
-- name: imports_problems cold
-- $1 behind which line, $2 how many: rows that are not imported, and why
SELECT s.line, s.fate = 'bad', left(s.problem_column, 255), left(s.problem, 1000)
FROM salesreg.import_staging s
WHERE s.fate IN ('bad', 'duplicate') AND s.line > $1::bigint
ORDER BY s.line LIMIT $2::integer
-- name: imports_create cold
INSERT INTO public.test_prospects (id, telegram_id, name, context, email, notes, status, created_at, last_contact_at)
SELECT s.prospect, coalesce(s.telegram, s.phone, s.email), coalesce(s.name, s.telegram, s.phone, s.email), s.context, s.email, s.notes,
       coalesce(s.status, 'unreached'), coalesce(s.created_at, now()), s.last_contact_at
FROM salesreg.import_staging s WHERE s.fate = 'created' ORDER BY s.line
-- name: imports_identities cold
-- of who is new
INSERT INTO salesreg.prospect_identities (prospect, kind, value)
SELECT s.prospect, k.kind, k.value
FROM salesreg.import_staging s
CROSS JOIN LATERAL (VALUES (s.telegram_kind, s.telegram_value), ('phone', s.phone), ('email', s.email_value)) AS k (kind, value)
WHERE s.fate = 'created' AND k.value IS NOT NULL
ON CONFLICT DO NOTHING
-- name: imports_update cold
-- whoever was changed by somebody else since they were compared is not where they were
WITH changed AS (
    UPDATE public.test_prospects p
    SET telegram_id = s.telegram, name = s.name, email = s.email, context = s.context, notes = s.notes, status = s.status, updated_at = now()
    FROM salesreg.import_staging s
    WHERE s.fate = 'updated' AND p.ctid = s.place AND p.id = s.prospect
    RETURNING 1
)
SELECT salesreg.must((SELECT count(*) FROM changed) = (SELECT count(*) FROM salesreg.import_staging s WHERE s.fate = 'updated'))
-- name: imports_details cold
INSERT INTO salesreg.prospect_details (prospect, phone, extra)
SELECT s.prospect, CASE WHEN s.fate = 'updated' OR s.telegram IS NOT NULL THEN s.phone END, s.extra
FROM salesreg.import_staging s
WHERE (s.fate = 'created' AND ((s.telegram IS NOT NULL AND s.phone IS NOT NULL) OR s.extra IS NOT NULL))
   OR (s.fate = 'updated' AND (s.phone IS NOT NULL OR s.extra IS NOT NULL))
ON CONFLICT (prospect) DO UPDATE SET phone = excluded.phone, extra = excluded.extra
-- name: imports_number cold
-- the next one, under imports_lock
SELECT coalesce(max(i.id), 0) + 1 FROM salesreg.imports i
-- name: imports_record cold
-- $1 number, $2 file, $3 hash, $4 who, $5 skip, update or error
INSERT INTO salesreg.imports (id, file, hash, operator, on_duplicate, read_rows, created, updated, same, duplicates, bad)
SELECT $1::bigint, $2::text, $3::text, $4::text, $5::text,
       count(*), count(*) FILTER (WHERE s.fate = 'created'), count(*) FILTER (WHERE s.fate = 'updated'),
       count(*) FILTER (WHERE s.fate = 'same'), count(*) FILTER (WHERE s.fate = 'duplicate'), count(*) FILTER (WHERE s.fate = 'bad')
FROM salesreg.import_staging s
-- name: imports_remember cold
-- $1 number: what each row did
INSERT INTO salesreg.import_rows (import, prospect, line, was, became)
SELECT $1::bigint, s.prospect, s.line, s.was, salesreg.import_print(p.telegram_id, p.name, p.email, p.context, p.notes, p.status)
FROM salesreg.import_staging s JOIN public.test_prospects p ON p.id = s.prospect
WHERE s.fate IN ('created', 'updated')
-- name: imports_clear cold
DELETE FROM salesreg.import_staging
-- name: imports_list cold
-- $1 how many: the latest first
SELECT i.id, left(i.file, 1000), i.hash, left(i.operator, 255), i.state, i.on_duplicate, i.read_rows, i.created, i.updated, i.same,
       i.duplicates, i.bad, (extract(epoch FROM i.at) * 1000000)::bigint, i.taken_back, i.left_alone
FROM salesreg.imports i ORDER BY i.id DESC LIMIT $1::integer
-- name: imports_before cold
-- $1 hash: the import that had this very file, the latest that has not been taken back
SELECT i.id FROM salesreg.imports i WHERE i.hash = $1::text AND i.state = 'done' ORDER BY i.id DESC LIMIT 1
-- name: imports_undo_look cold
-- $1 import: its state
SELECT i.state FROM salesreg.imports i WHERE i.id = $1::bigint FOR NO KEY UPDATE
-- name: imports_undo cold
-- $1 import, $2 who. What nobody has touched since goes back to what it was. Touched: changed, met by the bot, worked on by a rep or by
-- whoever else writes events (that it was assigned is the program's own doing), imported again later
WITH mine AS MATERIALIZED (
    SELECT r.prospect, r.was, p.ctid AS place
    FROM salesreg.import_rows r JOIN public.test_prospects p ON p.id = r.prospect
    WHERE r.import = $1::bigint
      AND r.became = salesreg.import_print(p.telegram_id, p.name, p.email, p.context, p.notes, p.status)
      AND NOT EXISTS (SELECT 1 FROM salesreg.conversations c WHERE c.prospect = r.prospect AND c.telegram_id IS NOT NULL)
      AND NOT EXISTS (SELECT 1 FROM salesreg.import_rows l WHERE l.prospect = r.prospect AND l.import > r.import)
      AND (r.was IS NOT NULL OR NOT EXISTS (SELECT 1 FROM salesreg.prospect_events e
                                            WHERE e.prospect = r.prospect
                                              AND (e.kind NOT IN ('assigned', 'returned') OR e.detail = 'by hand')))
), gone AS (
    DELETE FROM public.test_prospects p USING mine m WHERE m.was IS NULL AND p.ctid = m.place AND p.id = m.prospect RETURNING p.id
), back AS (
    UPDATE public.test_prospects p
    SET telegram_id = m.was ->> 'telegram_id', name = m.was ->> 'name', email = m.was ->> 'email', context = m.was ->> 'context',
        notes = m.was ->> 'notes', status = m.was ->> 'status', updated_at = now()
    FROM mine m WHERE m.was IS NOT NULL AND p.ctid = m.place AND p.id = m.prospect RETURNING p.id
), details AS (
    UPDATE salesreg.prospect_details d SET phone = m.was ->> 'phone', extra = nullif(m.was -> 'extra', 'null')
    FROM mine m WHERE m.was IS NOT NULL AND d.prospect = m.prospect
), forgotten AS (
    DELETE FROM salesreg.import_rows r USING mine m WHERE r.import = $1::bigint AND m.was IS NOT NULL AND r.prospect = m.prospect
), counted AS (
    SELECT (SELECT count(*) FROM gone) AS gone, (SELECT count(*) FROM back) AS back
)
UPDATE salesreg.imports i
SET state = 'undone', undone_at = now(), undone_by = $2::text, taken_back = c.gone + c.back,
    left_alone = i.created + i.updated - c.gone - c.back
FROM counted c WHERE i.id = $1::bigint
RETURNING c.gone, c.back, i.left_alone
-- name: imports_untaken cold
-- $1 import, $2 how many: what was left as it is, now that the rest has been taken back
SELECT r.prospect, left(p.name, 255)
FROM salesreg.import_rows r JOIN public.test_prospects p ON p.id = r.prospect
WHERE r.import = $1::bigint
ORDER BY r.line LIMIT $2::integer
