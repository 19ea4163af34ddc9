-- What managers and outsiders ask of prospects and reps.
-- compatible: yes

-- Lists of all prospects, in the order in which they came (operator_prospects_page): read from either end. What is no time is older than any.
CREATE INDEX test_prospects_listed_idx ON public.test_prospects (coalesce(created_at, '-infinity'), id COLLATE "C");
