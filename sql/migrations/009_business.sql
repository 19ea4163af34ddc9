-- Bots that reps have connected to their own Telegram accounts ("Secretary Mode"): what the bot may do there, and what it has to know
-- of a chat in such an account to do it. What is said there is nowhere.
-- compatible: yes

CREATE TABLE salesreg.business_connections (
    id            text COLLATE "C" PRIMARY KEY,  -- Telegram's; a new connection has a new one
    telegram_id   bigint NOT NULL,               -- whose account it is
    enabled       boolean NOT NULL,
    can_reply     boolean NOT NULL,
    can_read      boolean NOT NULL,
    rights        text NOT NULL DEFAULT '',      -- other ones that were given, with commas: more than is needed
    connected_at  timestamptz NOT NULL,
    updated_at    timestamptz NOT NULL DEFAULT now(),
    check_due     boolean NOT NULL DEFAULT false -- Telegram is to be asked what it is now
);
CREATE UNIQUE INDEX business_connections_account_idx ON salesreg.business_connections (telegram_id) WHERE enabled;
CREATE INDEX business_connections_check_idx ON salesreg.business_connections (id) WHERE check_due;

-- Chats in a rep's own account with a prospect of theirs; of other people's there is no row. The bot may write there only for a day after
-- the prospect's last word (Bot API, "BusinessBotRights", can_reply).
CREATE TABLE salesreg.business_chats (
    connection    text COLLATE "C" NOT NULL,
    chat_id       bigint NOT NULL,               -- the prospect's account
    prospect      varchar(255) NOT NULL,         -- no foreign key: it would forbid a TRUNCATE
    incoming_at   timestamptz,                   -- the prospect's last word
    own_at        timestamptz,                   -- the rep's last word, typed by themselves
    refused_at    timestamptz,                   -- Telegram lets the bot write nothing there, until something is heard from there again
    refused       text,                          -- what it said
    PRIMARY KEY (connection, chat_id)
);
CREATE INDEX business_chats_account_idx ON salesreg.business_chats (chat_id);
CREATE INDEX business_chats_prospect_idx ON salesreg.business_chats (prospect varchar_pattern_ops);

-- What the bot has written there as the rep, so that it is not taken for the rep's own word; and where the rep had said it, so that an edit
-- finds it. Numbers of messages are the account's, not the bot's.
CREATE TABLE salesreg.business_messages (
    connection    text COLLATE "C" NOT NULL,
    chat_id       bigint NOT NULL,
    message_id    bigint NOT NULL,
    from_chat     bigint,
    from_message  bigint,
    prospect      varchar(255) NOT NULL,
    caption       boolean NOT NULL DEFAULT false, -- what can be edited is a caption, no text
    at            timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (connection, chat_id, message_id)
);
CREATE INDEX business_messages_said_idx ON salesreg.business_messages (from_chat, from_message) WHERE from_chat IS NOT NULL;
CREATE INDEX business_messages_at_idx ON salesreg.business_messages (at);

-- By which connection, and in which chat, the bot may write to this prospect as the rep of this account now: while Telegram lets it, and the
-- prospect has not gone on in the bot's own chat since. No row: by none.
CREATE FUNCTION salesreg.way_as_rep(of_prospect varchar, rep_account bigint) RETURNS TABLE (connection text, chat_id bigint)
    ROWS 1
    LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT h.connection, h.chat_id FROM salesreg.business_chats h
    JOIN salesreg.business_connections b ON b.id = h.connection AND b.enabled AND b.can_reply AND b.telegram_id = rep_account
    WHERE h.prospect = of_prospect AND h.refused_at IS NULL AND h.incoming_at > now() - interval '24 hours'
      AND coalesce((SELECT n.at FROM salesreg.relay_pairs n
                    WHERE n.to_chat = b.telegram_id AND n.prospect = h.prospect AND n.from_chat IS NOT NULL
                    ORDER BY n.to_message DESC LIMIT 1) < h.incoming_at, true)
    LIMIT 1
$$;

-- Which way a message went: by this connection, as the rep; NULL: by the bot. Taken from the text, where the bot puts it first: JSON's own
-- operators refuse a row whose payload has a character that PostgreSQL has no room for (\u0000).
ALTER TABLE salesreg.outbox
    ADD COLUMN connection text GENERATED ALWAYS AS
        (substring(payload::text FROM '^[{]"business_connection_id":"([^"]*)"')) STORED;
ALTER TABLE salesreg.outbox_history
    ADD COLUMN connection text GENERATED ALWAYS AS
        (substring(payload::text FROM '^[{]"business_connection_id":"([^"]*)"')) STORED;
