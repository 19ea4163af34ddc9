-- pgbench: what a batch of 100 updates reads and writes, with nothing but PostgreSQL in the way
\set base 100 * random(0, 100000)
BEGIN;
SELECT user_id, kind, phase, draft->>'name', locale FROM salesreg.user_sessions
  WHERE user_id = ANY (ARRAY(SELECT generate_series(:base, :base + 99))) ORDER BY user_id FOR NO KEY UPDATE;
SELECT r.id, r.name, r.email, r.status FROM public.sales_representatives r
  WHERE r.telegram_id = ANY (ARRAY(SELECT generate_series(:base, :base + 99))) ORDER BY r.id FOR NO KEY UPDATE;
UPDATE salesreg.bot_state SET next_update_id = coalesce(next_update_id, 0) + 100, updated_at = now() WHERE bot_id = 1;
INSERT INTO salesreg.user_sessions (user_id, phase, draft, locale)
  SELECT n, 'email', jsonb_build_object('name', 'Name Surname'), 'ru' FROM generate_series(:base, :base + 99) n
  ON CONFLICT (user_id) DO UPDATE SET phase = excluded.phase, draft = excluded.draft, updated_at = now();
WITH done AS (DELETE FROM salesreg.outbox WHERE state = 'sending'
              RETURNING id, chat_id, method, payload, priority, attempts, possible_duplicate, created_at)
  INSERT INTO salesreg.outbox_history (id, chat_id, method, payload, priority, state, attempts, possible_duplicate,
                                       message_id, created_at)
  SELECT id, chat_id, method, payload, priority, 'sent', attempts, possible_duplicate, 1, created_at FROM done;
INSERT INTO salesreg.outbox (chat_id, method, payload, priority, state, attempts)
  SELECT n, 'sendMessage', '{"chat_id": 1,"text": "Приятно познакомиться! Теперь рабочая почта — адрес на @truerealestate.bali.",
    "link_preview_options": {"is_disabled": true},
    "reply_markup": {"inline_keyboard": [[{"text": "Отмена","callback_data": "cancel"}]]}}', 0, 'sending', 1
  FROM generate_series(:base, :base + 99) n;
COMMIT;
