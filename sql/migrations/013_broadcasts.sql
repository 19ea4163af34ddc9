-- What admins ask for in the chat that takes longer than a batch of updates may.
-- compatible: yes

-- Figures that are to be shown in a chat: gone when its message is in the outbox. One a chat: who asks again before that wants the newer ones.
CREATE TABLE salesreg.stats_requests (
    chat_id     bigint PRIMARY KEY,
    message_id  bigint,                         -- the message whose place they take; NULL: a new one
    days        bigint NOT NULL,
    wanted      bigint NOT NULL DEFAULT 1,      -- which request of this chat it is
    attempts    bigint NOT NULL DEFAULT 0,
    due_at      timestamptz NOT NULL DEFAULT now()
);
