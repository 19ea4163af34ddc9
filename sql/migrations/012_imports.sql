-- Prospects out of files: which imports there were, what each changed, and what the file said besides.
-- compatible: yes

CREATE TABLE salesreg.imports (
    id            bigint PRIMARY KEY,       -- one more than the last: only one import at a time writes
    file          text NOT NULL,            -- its name, '-' for what came by a pipe
    hash          text NOT NULL,            -- of its content: BLAKE2b, 128 bits
    operator      text NOT NULL,            -- the user of the operating system who ran it; "admin" and an account: by chat
    state         text NOT NULL DEFAULT 'done' CHECK (state IN ('done', 'undone')),
    on_duplicate  text NOT NULL,
    read_rows     bigint NOT NULL,          -- the sum of the next five
    created       bigint NOT NULL,
    updated       bigint NOT NULL,
    same          bigint NOT NULL,
    duplicates    bigint NOT NULL,
    bad           bigint NOT NULL,
    at            timestamptz NOT NULL DEFAULT now(),
    undone_at     timestamptz,
    undone_by     text,
    taken_back    bigint,                   -- by --undo
    left_alone    bigint                    -- what somebody had touched by then
);

-- What an import did to each prospect, until it is taken back or the prospect is gone.
CREATE TABLE salesreg.import_rows (
    import    bigint NOT NULL REFERENCES salesreg.imports (id) ON DELETE CASCADE,
    prospect  varchar(255) NOT NULL,        -- no foreign key: it would forbid a TRUNCATE of the prospects
    line      bigint NOT NULL,
    was       jsonb,                        -- what it replaced; NULL: the prospect was new
    became    bigint NOT NULL               -- what it left, as salesreg.import_print(): whether somebody has changed it since
);
CREATE UNIQUE INDEX import_rows_import_idx ON salesreg.import_rows (import, prospect varchar_pattern_ops);
CREATE INDEX import_rows_prospect_idx ON salesreg.import_rows (prospect varchar_pattern_ops);

-- What a file said that test_prospects has no column for.
CREATE TABLE salesreg.prospect_details (
    prospect  varchar(255) NOT NULL,        -- no foreign key, as above
    phone     text COLLATE "C",             -- "+" and digits, beside a contact of another kind
    extra     jsonb                         -- columns that mean nothing to the program, by their names
);
CREATE UNIQUE INDEX prospect_details_prospect_idx ON salesreg.prospect_details (prospect varchar_pattern_ops);
CREATE INDEX prospect_details_phone_idx ON salesreg.prospect_details (phone) WHERE phone IS NOT NULL;

-- The rows of a file while it is imported: within one transaction, so nobody ever sees any.
CREATE UNLOGGED TABLE salesreg.import_staging (
    line              bigint NOT NULL,
    id                varchar(255),
    name              text,
    telegram          text,
    telegram_kind     text COLLATE "C",
    telegram_value    text COLLATE "C",
    phone             text COLLATE "C",
    email             text,
    email_value       text COLLATE "C",
    context           text,
    notes             text,
    status            text,
    created_at        timestamptz,
    last_contact_at   timestamptz,
    extra             jsonb,
    raw_telegram      text,
    telegram_problem  text,
    raw_email         text,
    email_problem     text,
    raw_status        text,
    status_problem    text,
    problem           text,
    problem_column    text,
    fate              text,                 -- created, updated, same, duplicate, bad
    prospect          varchar(255),         -- whom the row is about
    known             text[],               -- the kinds of its keys that lead there
    of_line           bigint,               -- the row before that is about the same one
    place             tid,                  -- where the prospect's row was when it was compared
    was               jsonb
) WITH (autovacuum_vacuum_scale_factor = 0.05, autovacuum_analyze_scale_factor = 0.05);

-- A text as an import reads it, so that what stands in the table can be compared with it (domain/import/row.h, import_tidy()).
CREATE FUNCTION salesreg.import_tidy(this_text text) RETURNS text LANGUAGE sql IMMUTABLE
    SET search_path = pg_catalog, pg_temp AS $$
    SELECT nullif(btrim(translate(normalize(replace(this_text, E'\r\n', E'\n'), NFC),
                                  E'\r\t\u00a0\u2007\u202f\x01\x02\x03\x04\x05\x06\x07\x08\x0b\x0c\x0e\x0f\x10\x11\x12\x13\x14\x15\x16\x17\x18\x19\x1a\x1b' ||
                                  E'\x1c\x1d\x1e\x1f\x7f\u00ad\u200b\u2060\ufeff',
                                  E'\n' || repeat(' ', 33)), E' \n'), '')
$$;
-- The same of a text of one line.
CREATE FUNCTION salesreg.import_tidy_line(this_text text) RETURNS text LANGUAGE sql IMMUTABLE
    SET search_path = pg_catalog, pg_temp AS $$
    SELECT translate(salesreg.import_tidy(this_text), E'\n', ' ')
$$;
CREATE FUNCTION salesreg.import_print(telegram_id text, name text, email text, context text, notes text, status text) RETURNS bigint
    LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT pg_catalog.hashtextextended(ROW (telegram_id, name, email, context, notes, status)::text, 0)
$$;
