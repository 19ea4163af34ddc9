-- name: import_prospects_copy cold
-- rows of a file, as many as there are: id, telegram_id, name, context, email, notes
COPY public.test_prospects (id, telegram_id, name, context, email, notes) FROM STDIN
