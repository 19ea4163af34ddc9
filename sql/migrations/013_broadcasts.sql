-- What admins ask for in the chat that takes longer than a batch of updates may.
-- compatible: yes

-- Figures that are to be shown in a chat: gone when its message is in the outbox. One a chat: who asks again before that wants the newer ones.
CREATE TABLE salesreg.stats_requests (
    chat_id     bigint PRIMARY KEY,
    message_id  bigint,                         -- the message whose place they take; NULL: a new one
    days        bigint NOT NULL,
    as_table    boolean NOT NULL,
    wanted      bigint NOT NULL DEFAULT 1,      -- which request of this chat it is
    attempts    bigint NOT NULL DEFAULT 0,
    due_at      timestamptz NOT NULL DEFAULT now()
);

-- What an admin sends to all reps. A draft is the admin's message; when it is sent, each active rep who can be reached is a recipient, and whoever
-- is none at that moment never becomes one.
CREATE TABLE salesreg.broadcasts (
    id             bigint PRIMARY KEY,          -- one more than the last: only the leader makes any
    admin          bigint NOT NULL,             -- who wrote it, in their own chat
    said           bigint NOT NULL,             -- the message there that is its text
    author         text NOT NULL,               -- as recipients read it
    text           text NOT NULL,               -- '' when it is over: messages are kept in the history
    format         json,                        -- how it looks (Bot API, "MessageEntity")
    about          text NOT NULL,               -- what its buttons carry of the text
    state          text NOT NULL DEFAULT 'draft' CHECK (state IN ('draft', 'sending', 'stopped', 'done')),
    shown_message  bigint,                      -- the bot's message that says how far it is
    shown          text,                        -- what that says
    shown_at       timestamptz,
    due_at         timestamptz NOT NULL DEFAULT now(),  -- when the next ones go
    created_at     timestamptz NOT NULL DEFAULT now(),
    sent_at        timestamptz,                 -- when it was said to go
    ended_at       timestamptz                  -- when there was nobody left
);
CREATE UNIQUE INDEX broadcasts_said_idx ON salesreg.broadcasts (admin, said);
CREATE INDEX broadcasts_due_idx ON salesreg.broadcasts (due_at) WHERE state IN ('sending', 'stopped') AND ended_at IS NULL;

CREATE TABLE salesreg.broadcast_recipients (
    broadcast  bigint NOT NULL REFERENCES salesreg.broadcasts (id) ON DELETE CASCADE,
    rep        uuid NOT NULL,                   -- no foreign key: what was sent stays when they are gone
    chat_id    bigint,                          -- where it went; NULL: it has not yet
    -- left: no rep any more when it was their turn; stopped: by the admin; gone: Telegram lets nobody write there
    state      text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'queued', 'sent', 'failed', 'gone', 'left', 'stopped')),
    PRIMARY KEY (broadcast, rep)
);
CREATE UNIQUE INDEX broadcast_recipients_chat_idx ON salesreg.broadcast_recipients (broadcast, chat_id) WHERE chat_id IS NOT NULL;
CREATE INDEX broadcast_recipients_waiting_idx ON salesreg.broadcast_recipients (broadcast, rep) WHERE state = 'waiting';

-- A message that is one of a broadcast: where it ends, it says so to its recipient's row.
ALTER TABLE salesreg.outbox ADD COLUMN broadcast bigint;
CREATE INDEX outbox_broadcast_idx ON salesreg.outbox (broadcast) WHERE broadcast IS NOT NULL;

-- Files of prospects that admins sent: read, shown what would come of them, and imported at the admin's word. One a chat: a newer one takes
-- its place. The file itself is Telegram's, and is asked for each time.
CREATE TABLE salesreg.file_imports (
    chat_id     bigint PRIMARY KEY,
    message_id  bigint NOT NULL,                -- the admin's, with the file
    file_id     text NOT NULL,
    file_name   text NOT NULL,
    size        bigint NOT NULL,                -- in bytes; 0: Telegram did not say
    state       text NOT NULL DEFAULT 'sent',   -- then shown, for a day; then wanted: all, or the good rows of it
    attempts    bigint NOT NULL DEFAULT 0,
    due_at      timestamptz NOT NULL DEFAULT now()
);
