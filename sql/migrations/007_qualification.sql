-- The questions that prospects are asked, what they answer, and where they stop.
-- compatible: yes

-- Scripts that somebody has begun: whoever began on one ends on it, whatever is configured since. Never changed, never removed.
CREATE TABLE salesreg.scripts (
    version     text COLLATE "C" PRIMARY KEY, -- a hash of the content
    script      json NOT NULL,                -- as QUALIFICATION has it
    created_at  timestamptz NOT NULL DEFAULT now()
);

-- How far each prospect is.
CREATE TABLE salesreg.qualifications (
    prospect         varchar(255) NOT NULL,   -- no foreign key: it would forbid a TRUNCATE of the prospects
    script           text COLLATE "C" NOT NULL,
    question         text COLLATE "C",        -- that is asked; NULL: all have been
    score            integer NOT NULL DEFAULT 0,
    started_at       timestamptz NOT NULL DEFAULT now(),
    moved_at         timestamptz NOT NULL DEFAULT now(), -- the last answer, or step back
    finished_at      timestamptz,
    summary_chat     bigint,                  -- the message that shows a rep the answers, and is edited as they come
    summary_message  bigint
) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05);
CREATE UNIQUE INDEX qualifications_prospect_idx ON salesreg.qualifications (prospect varchar_pattern_ops);

CREATE TABLE salesreg.answers (
    prospect     varchar(255) NOT NULL,       -- no foreign key, as above
    question     text COLLATE "C" NOT NULL,
    script       text COLLATE "C" NOT NULL,
    value        text NOT NULL,               -- as the program reads it back (domain/qualification/script.h); '': skipped
    answer       text NOT NULL,               -- in words, in the prospect's language
    answered_at  timestamptz NOT NULL DEFAULT now()
) WITH (fillfactor = 85);
CREATE UNIQUE INDEX answers_prospect_idx ON salesreg.answers (prospect varchar_pattern_ops, question);
CREATE INDEX answers_script_idx ON salesreg.answers (script, question);

-- A message of which only the newest text counts: what a rep is shown of this prospect's answers. It is sent, or, where it has been
-- sent before, edited: which of the two is known when it is claimed.
ALTER TABLE salesreg.outbox ADD summary_of text COLLATE "C";
CREATE INDEX outbox_summary_idx ON salesreg.outbox (summary_of) WHERE state = 'queued' AND summary_of IS NOT NULL;

-- The number that a prospect has answered with: the latest, as "+" and digits; NULL: none.
CREATE FUNCTION salesreg.answered_phone(this_prospect varchar) RETURNS text LANGUAGE sql STABLE
    SET search_path = pg_catalog, pg_temp AS $$
    SELECT a.value FROM salesreg.answers a
    WHERE a.prospect = this_prospect AND a.value ~ '^[+][0-9]{7,15}$'
    ORDER BY a.answered_at DESC LIMIT 1
$$;

-- By what else one may look for them: the numbers and e-mail addresses among their answers, each on a line.
CREATE FUNCTION salesreg.answered_contacts(this_prospect varchar) RETURNS text LANGUAGE sql STABLE
    SET search_path = pg_catalog, pg_temp AS $$
    SELECT string_agg(left(a.value, 255), E'\n') FROM salesreg.answers a
    WHERE a.prospect = this_prospect AND (a.value ~ '^[+][0-9]{7,15}$' OR a.value ~ '^[^[:space:]]+@[^[:space:]]+$')
$$;

-- What a prospect has answered, for whoever is assigned them: the script, the answers, whether all were asked, who leads the
-- conversation, the number among the answers. NULL: nothing yet.
CREATE FUNCTION salesreg.answers_given(this_prospect varchar) RETURNS text LANGUAGE sql STABLE
    SET search_path = pg_catalog, pg_temp AS $$
    SELECT pg_catalog.json_build_object('script', s.script, 'answers', g.answers, 'finished', t.question IS NULL,
                                        'bot_leads', coalesce(c.owner, 'bot') = 'bot',
                                        'phone', salesreg.answered_phone(this_prospect))::text
    FROM salesreg.qualifications t
    JOIN salesreg.scripts s ON s.version = t.script
    LEFT JOIN salesreg.conversations c ON c.prospect = t.prospect
    CROSS JOIN LATERAL (SELECT json_object_agg(a.question, a.value) AS answers
                        FROM salesreg.answers a WHERE a.prospect = t.prospect) g
    WHERE t.prospect = this_prospect AND g.answers IS NOT NULL
$$;

-- For outsiders: what became of each question, by script. asked = answered + skipped + dropped + waiting.
CREATE VIEW salesreg.report_qualification AS
WITH questions AS (
    SELECT s.version, q.place, q.question ->> 'id' AS question, q.question ->> 'kind' AS kind
    FROM salesreg.scripts s
    CROSS JOIN LATERAL json_array_elements(s.script -> 'questions') WITH ORDINALITY AS q (question, place)
), answered AS (
    SELECT a.script, a.question, count(*) FILTER (WHERE a.value <> '') AS answered, count(*) FILTER (WHERE a.value = '') AS skipped
    FROM salesreg.answers a GROUP BY a.script, a.question
), stopped AS (
    SELECT t.script, t.question, count(*) FILTER (WHERE t.moved_at < now() - interval '1 day') AS dropped,
           count(*) FILTER (WHERE t.moved_at >= now() - interval '1 day') AS waiting
    FROM salesreg.qualifications t
    -- one that was answered and is asked again, after a step back, has its answer
    WHERE t.question IS NOT NULL
      AND NOT EXISTS (SELECT 1 FROM salesreg.answers a WHERE a.prospect = t.prospect AND a.question = t.question)
    GROUP BY t.script, t.question
)
SELECT q.version AS script, q.place AS place, q.question, q.kind,
       coalesce(a.answered, 0) + coalesce(a.skipped, 0) + coalesce(d.dropped, 0) + coalesce(d.waiting, 0) AS asked,
       coalesce(a.answered, 0) AS answered, coalesce(a.skipped, 0) AS skipped,
       coalesce(d.dropped, 0) AS dropped, coalesce(d.waiting, 0) AS waiting
FROM questions q
LEFT JOIN answered a ON a.script = q.version AND a.question = q.question
LEFT JOIN stopped d ON d.script = q.version AND d.question = q.question;
