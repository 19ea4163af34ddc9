-- name: exports_begin cold
BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY
-- name: exports_names cold
-- $1 how many: the columns that files had and the table has not
SELECT k.name FROM (SELECT DISTINCT jsonb_object_keys(d.extra) AS name FROM salesreg.prospect_details d) k
ORDER BY k.name COLLATE "C" LIMIT $1::integer
-- name: exports_page cold
-- $1 behind which prospect, $2 how many, $3 status or NULL
SELECT p.id, left(p.name, 255), left(p.telegram_id, 255), d.phone, left(p.email, 255), left(p.status, 50), left(r.name, 255),
       left(p.context, 500000), left(p.notes, 500000), c.source, left(c.campaign, 255),
       CASE WHEN isfinite(p.created_at::timestamptz)
            THEN to_char(p.created_at::timestamptz AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') END,
       CASE WHEN isfinite(p.last_contact_at::timestamptz)
            THEN to_char(p.last_contact_at::timestamptz AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') END,
       d.extra::text
FROM public.test_prospects p
LEFT JOIN salesreg.prospect_details d ON d.prospect = p.id
LEFT JOIN salesreg.conversations c ON c.prospect = p.id
LEFT JOIN public.sales_representatives r ON r.id = p.assigned_rep_id
WHERE p.id > $1::varchar AND ($3::text IS NULL OR p.status = $3::text)
ORDER BY p.id LIMIT $2::integer
-- name: exports_person cold
-- $1 prospect: all that there is of this one person, as JSON; of what was sent to them the latest 10,000
SELECT json_build_object(
    'id', p.id, 'name', left(p.name, 255), 'telegram', left(p.telegram_id, 255), 'phone', d.phone, 'email', left(p.email, 255),
    'status', left(p.status, 50), 'representative', left(r.name, 255), 'context', left(p.context, 500000),
    'notes', left(p.notes, 500000), 'other', d.extra, 'source', coalesce(c.source, 'table'), 'campaign', left(c.campaign, 255),
    'created_at', p.created_at, 'last_contact_at', p.last_contact_at, 'telegram_account', c.telegram_id, 'met_at', c.met_at,
    'language', s.locale, 'takes_no_voice_messages', coalesce(c.no_voices, false),
    'said_stop_at', (SELECT o.at FROM salesreg.opt_outs o WHERE o.telegram_id = c.telegram_id),
    'answers', (SELECT coalesce(json_agg(json_build_object('at', a.answered_at, 'question', a.question, 'answer', a.answer)
                                         ORDER BY a.answered_at, a.question), '[]')
                FROM salesreg.answers a WHERE a.prospect = p.id),
    'history', (SELECT coalesce(json_agg(json_build_object('at', e.at, 'what', e.kind, 'representative', left(w.name, 255), 'text', e.detail)
                                         ORDER BY e.id), '[]')
                FROM salesreg.prospect_events e LEFT JOIN public.sales_representatives w ON w.id = e.rep WHERE e.prospect = p.id),
    'written_to_the_representative', (SELECT coalesce(json_agg(json_build_object('at', b.incoming_at) ORDER BY b.incoming_at), '[]')
                                      FROM salesreg.business_chats b WHERE b.prospect = p.id AND b.incoming_at IS NOT NULL),
    'messages_sent_to_them', (SELECT coalesce(json_agg(json_build_object('at', m.finished_at, 'method', m.method, 'message', m.payload)
                                                       ORDER BY m.finished_at, m.id), '[]')
                              FROM (SELECT h.* FROM salesreg.outbox_history h WHERE h.chat_id = c.telegram_id AND h.state = 'sent'
                                    ORDER BY h.finished_at DESC, h.id DESC LIMIT 10000) m))::text
FROM public.test_prospects p
LEFT JOIN salesreg.prospect_details d ON d.prospect = p.id
LEFT JOIN salesreg.conversations c ON c.prospect = p.id
LEFT JOIN salesreg.user_sessions s ON s.user_id = c.telegram_id
LEFT JOIN public.sales_representatives r ON r.id = p.assigned_rep_id
WHERE p.id = $1::varchar
