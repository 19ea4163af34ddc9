-- name: questions_read
-- $1 Telegram ids, $2 the versions of scripts that the reader knows, $3 the company's zone: how far each of these people is who has been
-- asked anything: by which script, with its text where it is not known, which question, and the answers as an object; and
-- today's date in days since 1970.
SELECT u.telegram_id, q.script, CASE WHEN q.script <> ALL ($2::text[]) THEN s.script::text END, q.question,
       (SELECT json_object_agg(a.question, a.value)::text FROM salesreg.answers a WHERE a.prospect = q.prospect),
       (now() AT TIME ZONE $3::text)::date - date '1970-01-01'
FROM unnest($1::bigint[]) AS u (telegram_id)
CROSS JOIN LATERAL (SELECT c.prospect FROM salesreg.conversations c WHERE c.telegram_id = u.telegram_id OFFSET 0) c
CROSS JOIN LATERAL (SELECT t.* FROM salesreg.qualifications t WHERE t.prospect = c.prospect OFFSET 0) q
CROSS JOIN LATERAL (SELECT v.script FROM salesreg.scripts v WHERE v.version = q.script OFFSET 0) s
-- name: scripts_put
-- $1 version, $2 the script: kept from the first prospect on who is asked by it
INSERT INTO salesreg.scripts (version, script) VALUES ($1::text, $2::json) ON CONFLICT DO NOTHING
-- name: questions_begin
-- $1 Telegram ids of prospects, as the conversation has them, $2 their first questions, $3 the script
INSERT INTO salesreg.qualifications (prospect, script, question)
SELECT c.prospect, $3::text, f.question
FROM unnest($1::bigint[], $2::text[]) AS f (telegram_id, question)
CROSS JOIN LATERAL (SELECT v.prospect FROM salesreg.conversations v WHERE v.telegram_id = f.telegram_id OFFSET 0) c
ON CONFLICT (prospect) DO NOTHING
-- name: questions_moved
-- $1 Telegram ids, $2 which question each is asked now, NULL: none, $3 scores: of several of one person the last
WITH f AS (
    SELECT DISTINCT ON (u.telegram_id) u.telegram_id, u.question, u.score
    FROM unnest($1::bigint[], $2::text[], $3::bigint[]) WITH ORDINALITY AS u (telegram_id, question, score, place)
    ORDER BY u.telegram_id, u.place DESC
), at AS MATERIALIZED (
    SELECT c.prospect, f.question, f.score FROM f
    CROSS JOIN LATERAL (SELECT v.prospect FROM salesreg.conversations v WHERE v.telegram_id = f.telegram_id OFFSET 0) c
), moved AS (
    UPDATE salesreg.qualifications q
    SET question = at.question, score = at.score, moved_at = now(),
        finished_at = CASE WHEN at.question IS NULL THEN coalesce(q.finished_at, now()) END
    FROM at WHERE q.prospect = at.prospect
    RETURNING 1
)
SELECT salesreg.must((SELECT count(*) FROM moved) = (SELECT count(*) FROM f))
-- name: answers_write
-- $1 Telegram ids, $2 questions, $3 values, $4 the same in words, $5 questions whose answers go, with commas: of several about one
-- question the last counts
WITH given AS (
    SELECT u.*, c.prospect, c.script
    FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::text[]) WITH ORDINALITY
        AS u (telegram_id, question, value, answer, voided, place)
    CROSS JOIN LATERAL (SELECT q.prospect, q.script FROM salesreg.conversations v
                        JOIN salesreg.qualifications q ON q.prospect = v.prospect
                        WHERE v.telegram_id = u.telegram_id OFFSET 0) c
), last AS MATERIALIZED (
    SELECT DISTINCT ON (e.prospect, e.question) e.prospect, e.question, e.script, e.value, e.answer
    FROM (SELECT g.prospect, g.question, g.script, g.value, g.answer, g.place FROM given g
          UNION ALL
          SELECT g.prospect, x.question, g.script, NULL, NULL, g.place
          FROM given g CROSS JOIN LATERAL unnest(string_to_array(g.voided, ',')) AS x (question)) e
    ORDER BY e.prospect, e.question, e.place DESC
), gone AS (
    DELETE FROM salesreg.answers a USING last l
    WHERE l.value IS NULL AND a.prospect = l.prospect AND a.question = l.question
)
INSERT INTO salesreg.answers (prospect, question, script, value, answer)
SELECT l.prospect, l.question, l.script, l.value, l.answer FROM last l WHERE l.value IS NOT NULL
ON CONFLICT (prospect, question) DO UPDATE SET value = excluded.value, answer = excluded.answer, answered_at = now()
-- name: summaries_put
-- $1 prospects, $2 the chats of their reps, $3 what these are shown from now on: what waits to be sent is replaced
WITH f AS (
    SELECT DISTINCT ON (u.prospect) u.prospect, u.chat_id, u.payload
    FROM unnest($1::text[], $2::bigint[], $3::text[]) WITH ORDINALITY AS u (prospect, chat_id, payload, place)
    ORDER BY u.prospect, u.place DESC
), waiting AS MATERIALIZED (
    SELECT o.id, f.prospect, f.payload FROM f
    CROSS JOIN LATERAL (SELECT w.id FROM salesreg.outbox w
                        WHERE w.state = 'queued' AND w.summary_of = f.prospect AND w.chat_id = f.chat_id
                        ORDER BY w.id DESC LIMIT 1 FOR UPDATE SKIP LOCKED) o
), renewed AS (
    UPDATE salesreg.outbox o SET payload = w.payload::json FROM waiting w WHERE o.id = w.id
)
INSERT INTO salesreg.outbox (chat_id, method, payload, priority, state, summary_of)
SELECT f.chat_id, 'sendMessage', f.payload::json, 1, 'queued', f.prospect
FROM f WHERE NOT EXISTS (SELECT 1 FROM waiting w WHERE w.prospect = f.prospect)
-- name: assignments_close
-- $1 assignments whose reps are done with the prospect, $2 its status from now on, $3 why, or NULL
WITH wanted AS MATERIALIZED (
    SELECT a.id, a.prospect, a.rep, f.status, f.reason
    FROM unnest($1::bigint[], $2::text[], $3::text[]) AS f (id, status, reason)
    CROSS JOIN LATERAL (SELECT n.id, n.prospect, n.rep FROM salesreg.assignments n
                        WHERE n.id = f.id AND n.ended_at IS NULL OFFSET 0) a
), closed AS (
    UPDATE public.test_prospects p SET status = w.status, updated_at = now()
    FROM wanted w
    WHERE p.id = w.prospect AND p.assigned_rep_id = w.rep
      -- coalesce: by its key, not by an index of all that are open
      AND coalesce(p.status, '') IN ('unreached', 'contacted', 'in_conversation')
    RETURNING w.id, w.prospect, w.rep, w.status, w.reason
), ended AS (
    UPDATE salesreg.assignments a SET ended_at = now(), reason = c.status FROM closed c WHERE a.id = c.id
), cards AS (
    INSERT INTO salesreg.stale_cards (assignment) SELECT id FROM closed ON CONFLICT DO NOTHING
), noticed AS MATERIALIZED (
    SELECT pg_catalog.pg_notify('salesreg_reconcile', '') FROM (SELECT 1 FROM closed LIMIT 1) any_closed
), explained AS (
    INSERT INTO salesreg.prospect_events (prospect, rep, assignment, kind, detail)
    SELECT prospect, rep, id, status, reason FROM closed
)
SELECT salesreg.must(count(*) = cardinality($1::bigint[])) FROM closed WHERE EXISTS (SELECT 1 FROM noticed)
