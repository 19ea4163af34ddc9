-- name: operator_prospects_page
-- $1 status, $2 only those without a rep, $3 how many, $4 a rep, $5 where they come from, $6 a campaign, $7 only who came in so many
-- seconds, $8 only open ones with whom there was no contact for so many, $9 the order (newest, oldest, name, quiet), $10 whether only
-- those of a time, or only those of none, $11 and $12 the place behind which it goes on, where $10 is said; each but $2, $3 and $9 may
-- be NULL. Planned with its values, so that of the cases one is left, which an index has.
SELECT p.id, p.name, p.telegram_id, p.email, p.status, r.name, c.source, left(c.campaign, 255), coalesce(c.owner, 'bot'),
       CASE WHEN isfinite(p.created_at::timestamptz) THEN (extract(epoch FROM p.created_at::timestamptz) * 1000000)::bigint ELSE 0 END,
       CASE WHEN isfinite(p.last_contact_at::timestamptz) THEN (extract(epoch FROM p.last_contact_at::timestamptz) * 1000000)::bigint ELSE 0 END,
       p.created_at::text
FROM (SELECT q.id, left(q.name, 255) AS name, left(q.telegram_id, 255) AS telegram_id, left(q.email, 255) AS email,
             left(q.status, 50) AS status, q.assigned_rep_id, q.created_at, q.last_contact_at
      FROM public.test_prospects q
      WHERE ($1::text IS NULL OR q.status = $1::text) AND (NOT $2::boolean OR q.assigned_rep_id IS NULL)
        AND ($4::uuid IS NULL OR q.assigned_rep_id = $4::uuid)
        AND ($5::text IS NULL OR coalesce((SELECT v.source FROM salesreg.conversations v WHERE v.prospect = q.id), 'table') = $5::text)
        AND ($6::text IS NULL OR (SELECT v.campaign FROM salesreg.conversations v WHERE v.prospect = q.id) = $6::text)
        AND ($7::bigint IS NULL OR (q.created_at >= now() - $7::bigint * interval '1 second'
                                    AND q.created_at < 'infinity'))
        AND ($8::bigint IS NULL OR (q.status IN ('unreached', 'contacted', 'in_conversation')
                                    AND coalesce(q.last_contact_at, q.created_at, '-infinity') < now() - $8::bigint * interval '1 second'))
        AND ($10::boolean IS NULL OR CASE WHEN $10::boolean THEN q.created_at IS NOT NULL ELSE q.created_at IS NULL END)
        AND ($12::text IS NULL OR $9::text <> 'newest'
             OR CASE WHEN $10::boolean THEN (q.created_at, q.id COLLATE "C") < ($11::timestamptz, $12::text COLLATE "C")
                ELSE q.id COLLATE "C" < $12::text COLLATE "C" END)
        AND ($12::text IS NULL OR $9::text <> 'oldest'
             OR CASE WHEN $10::boolean THEN (q.created_at, q.id COLLATE "C") > ($11::timestamptz, $12::text COLLATE "C")
                ELSE q.id COLLATE "C" > $12::text COLLATE "C" END)
      ORDER BY CASE WHEN $9::text = 'newest' THEN q.created_at END DESC,
               CASE WHEN $9::text = 'newest' THEN q.id COLLATE "C" END DESC,
               CASE WHEN $9::text = 'oldest' THEN q.created_at END,
               CASE WHEN $9::text = 'name' THEN lower(left(q.name, 255)) END,
               CASE WHEN $9::text = 'quiet' THEN coalesce(q.last_contact_at, q.created_at, '-infinity') END,
               q.id COLLATE "C"
      LIMIT $3::integer) p
LEFT JOIN LATERAL (SELECT left(w.name, 255) AS name FROM public.sales_representatives w WHERE w.id = p.assigned_rep_id OFFSET 0) r ON true
LEFT JOIN LATERAL (SELECT v.source, v.campaign, v.owner FROM salesreg.conversations v WHERE v.prospect = p.id OFFSET 0) c ON true
ORDER BY CASE WHEN $9::text = 'newest' THEN p.created_at END DESC,
         CASE WHEN $9::text = 'newest' THEN p.id COLLATE "C" END DESC,
         CASE WHEN $9::text = 'oldest' THEN p.created_at END,
         CASE WHEN $9::text = 'name' THEN lower(p.name) END,
         CASE WHEN $9::text = 'quiet' THEN coalesce(p.last_contact_at, p.created_at, '-infinity') END,
         p.id COLLATE "C"
-- name: operator_prospects_total
-- $1 to $7: how many there are of what operator_prospects_page lists with its $1, $2, $4 to $8
SELECT count(*) FROM public.test_prospects q
WHERE ($1::text IS NULL OR q.status = $1::text) AND (NOT $2::boolean OR q.assigned_rep_id IS NULL)
  AND ($3::uuid IS NULL OR q.assigned_rep_id = $3::uuid)
  AND ($4::text IS NULL OR coalesce((SELECT v.source FROM salesreg.conversations v WHERE v.prospect = q.id), 'table') = $4::text)
  AND ($5::text IS NULL OR (SELECT v.campaign FROM salesreg.conversations v WHERE v.prospect = q.id) = $5::text)
  AND ($6::bigint IS NULL OR (q.created_at >= now() - $6::bigint * interval '1 second'
                              AND q.created_at < 'infinity'))
  AND ($7::bigint IS NULL OR (q.status IN ('unreached', 'contacted', 'in_conversation')
                              AND coalesce(q.last_contact_at, q.created_at, '-infinity') < now() - $7::bigint * interval '1 second'))
