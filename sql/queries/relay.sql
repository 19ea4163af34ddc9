-- name: relay_read
-- $1 chats, $2 messages in them: whose conversation each belongs to, and the message on the other side, if there is one. What carried
-- somebody's words here, or what was said here and passed on. The last two: it is a card, or a note
SELECT u.chat, u.message, k.prospect, left(p.name, 255), k.chat_id, k.message_id, k.passed_on, k.caption, v.telegram_id,
       coalesce(v.owner, 'bot'), coalesce(v.version, 1), v.blocked_at IS NOT NULL,
       (SELECT a.id FROM salesreg.assignments a WHERE a.prospect = k.prospect AND a.ended_at IS NULL LIMIT 1),
       r.telegram_id, s.locale, k.connection, y.connection, y.chat_id, k.card, k.note
FROM unnest($1::bigint[], $2::bigint[]) AS u (chat, message)
CROSS JOIN LATERAL (
    (SELECT c.prospect, c.from_chat AS chat_id, c.from_message AS message_id, false AS passed_on, c.caption, NULL::text AS connection,
            c.card, false AS note
     FROM salesreg.relay_pairs c WHERE c.to_chat = u.chat AND c.to_message = u.message)
    UNION ALL
    (SELECT c.prospect, c.to_chat, c.to_message, true, c.caption, NULL, false, false
     FROM salesreg.relay_pairs c WHERE c.from_chat = u.chat AND c.from_message = u.message ORDER BY c.to_message DESC LIMIT 1)
    UNION ALL
    (SELECT c.prospect, c.chat_id, c.message_id, true, c.caption, c.connection, false, false
     FROM salesreg.business_messages c WHERE c.from_chat = u.chat AND c.from_message = u.message ORDER BY c.message_id DESC LIMIT 1)
    UNION ALL
    (SELECT c.prospect, NULL, NULL, false, false, NULL, false, true
     FROM salesreg.prospect_events c WHERE c.chat_id = u.chat AND c.message_id = u.message AND c.kind = 'note' LIMIT 1)
    LIMIT 1) k
CROSS JOIN LATERAL (SELECT left(q.name, 255) AS name, q.assigned_rep_id
                    FROM public.test_prospects q WHERE q.id = k.prospect OFFSET 0) p
LEFT JOIN LATERAL (SELECT c.* FROM salesreg.conversations c WHERE c.prospect = k.prospect OFFSET 0) v ON true
LEFT JOIN LATERAL (SELECT w.telegram_id FROM public.sales_representatives w
                   WHERE w.id = p.assigned_rep_id AND w.status = 'active' OFFSET 0) r ON true
LEFT JOIN LATERAL (SELECT t.locale FROM salesreg.user_sessions t WHERE t.user_id = v.telegram_id OFFSET 0) s ON true
LEFT JOIN LATERAL salesreg.way_as_rep(k.prospect, r.telegram_id) y ON true
-- name: relay_partners
-- $1 Telegram ids of reps, $2 how many each: the open prospects whose conversations they lead, or who have written to them, and whom they
-- write to now, whatever has become of that one; with the last message of each that was passed on, the latest first
SELECT r.telegram_id, k.prospect, k.name, k.account, k.owner, k.version, k.blocked, k.assignment, k.last, k.locale,
       k.connection, k.own_account
FROM public.sales_representatives r
CROSS JOIN LATERAL (
    SELECT q.id AS prospect, q.name, v.telegram_id AS account, v.owner, v.version, v.blocked_at IS NOT NULL AS blocked,
           (SELECT a.id FROM salesreg.assignments a WHERE a.prospect = q.id AND a.ended_at IS NULL LIMIT 1) AS assignment,
           coalesce(m.last, 0) AS last,
           (SELECT t.locale FROM salesreg.user_sessions t WHERE t.user_id = v.telegram_id) AS locale,
           q.current, y.connection, y.chat_id AS own_account
    FROM ((SELECT p.id, left(p.name, 255) AS name, false AS current FROM public.test_prospects p
           WHERE p.assigned_rep_id = r.id AND p.status IN ('unreached', 'contacted', 'in_conversation'))
          UNION ALL
          (SELECT p.id, left(p.name, 255), true
           FROM salesreg.user_sessions s JOIN public.test_prospects p ON p.id = s.draft ->> 'client'
           WHERE s.user_id = r.telegram_id AND p.assigned_rep_id = r.id
             AND p.status NOT IN ('unreached', 'contacted', 'in_conversation'))) q
    JOIN salesreg.conversations v ON v.prospect = q.id
    CROSS JOIN LATERAL (SELECT max(c.to_message) AS last FROM salesreg.relay_pairs c
                        WHERE c.to_chat = r.telegram_id AND c.prospect = q.id AND c.from_chat IS NOT NULL) m
    LEFT JOIN LATERAL salesreg.way_as_rep(q.id, r.telegram_id) y ON true
    WHERE (v.telegram_id IS NOT NULL OR y.connection IS NOT NULL) AND (q.current OR v.owner = 'rep' OR m.last IS NOT NULL)
    ORDER BY q.current DESC, m.last DESC NULLS LAST, q.id LIMIT $2::integer) k
WHERE r.telegram_id = ANY ($1::bigint[]) AND r.status = 'active'
ORDER BY r.telegram_id, k.last DESC, k.prospect
-- name: conversations_block
-- $1 prospects, $2 whether the rep wants to hear nothing more of them
INSERT INTO salesreg.conversations AS c (prospect, blocked_at)
SELECT f.prospect, CASE WHEN f.blocked THEN now() END FROM unnest($1::varchar[], $2::boolean[]) AS f (prospect, blocked)
ON CONFLICT (prospect) DO UPDATE SET blocked_at = excluded.blocked_at
-- name: relay_prune cold
-- $1 days; at most 10,000 at a time
WITH old AS (
    SELECT to_chat, to_message FROM salesreg.relay_pairs WHERE at < now() - $1::integer * interval '1 day' LIMIT 10000
), gone AS (
    DELETE FROM salesreg.relay_pairs c USING old o WHERE c.to_chat = o.to_chat AND c.to_message = o.to_message RETURNING 1
)
SELECT count(*) FROM gone
