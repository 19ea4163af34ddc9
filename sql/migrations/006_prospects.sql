-- Prospects in the chat: links that lead to the bot, whose conversation it is, and who wants no messages.
-- compatible: yes

-- What t.me/<bot>?start=… carries: a prospect's own link, or a campaign's. The link itself is nowhere, only its hash.
CREATE TABLE salesreg.links (
    token_hash  text COLLATE "C" PRIMARY KEY,
    prospect    varchar(255),             -- whose own link it is; NULL: a campaign's. No foreign key: it would forbid a TRUNCATE
    campaign    text,                     -- as its maker called it
    created_at  timestamptz NOT NULL DEFAULT now(),
    removed_at  timestamptz,              -- it leads nowhere any more
    CHECK ((prospect IS NULL) <> (campaign IS NULL))
);
CREATE UNIQUE INDEX links_campaign_idx ON salesreg.links (campaign) WHERE removed_at IS NULL;
CREATE INDEX links_prospect_idx ON salesreg.links (prospect varchar_pattern_ops) WHERE prospect IS NOT NULL;

-- Prospects whom the bot has met, or whose source is known: one conversation each. Who leads it is a state with a number, which
-- grows with each change: what was decided on an older one is not sent.
CREATE TABLE salesreg.conversations (
    prospect     varchar(255) NOT NULL,   -- no foreign key, as above
    telegram_id  bigint,                  -- the account that came first; another one never takes its place
    owner        text NOT NULL DEFAULT 'bot' CHECK (owner IN ('bot', 'rep', 'nobody')),
    version      bigint NOT NULL DEFAULT 1,
    source       text NOT NULL DEFAULT 'table' CHECK (source IN ('table', 'campaign', 'chat', 'own')),
    campaign     text,
    met_at       timestamptz,
    -- what getChat says of the account, asked once
    asked_at         timestamptz,
    private_forwards boolean NOT NULL DEFAULT false,  -- no link to the account by its number
    no_voices        boolean NOT NULL DEFAULT false,
    message_stars    bigint NOT NULL DEFAULT 0,       -- what a first message costs who writes
    blocked_at   timestamptz,             -- the rep wants to hear nothing more of them
    created_at   timestamptz NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX conversations_prospect_idx ON salesreg.conversations (prospect varchar_pattern_ops);
CREATE UNIQUE INDEX conversations_account_idx ON salesreg.conversations (telegram_id) WHERE telegram_id IS NOT NULL;
CREATE INDEX conversations_to_ask_idx ON salesreg.conversations (met_at)
    WHERE asked_at IS NULL AND met_at IS NOT NULL AND telegram_id IS NOT NULL;

-- version: of the conversation with this chat's person; where that is another one by now, the message is not sent any more. unasked:
-- nobody asked for it, so it is not sent to who has said STOP. relay: whose words it carries, see store/relay.h.
ALTER TABLE salesreg.outbox ADD COLUMN version bigint, ADD COLUMN unasked boolean NOT NULL DEFAULT false, ADD COLUMN relay json;

-- Which message in one chat carries what was said in another: replies and edits find their way by it. from_chat NULL: the bot's own
-- words about a prospect, to which a rep may reply.
CREATE TABLE salesreg.relay_pairs (
    to_chat       bigint NOT NULL,
    to_message    bigint NOT NULL,
    from_chat     bigint,
    from_message  bigint,
    prospect      varchar(255) NOT NULL,
    caption       boolean NOT NULL DEFAULT false,  -- what can be edited is a caption, no text
    card          boolean NOT NULL DEFAULT false,  -- of the bot's own words: a reply is a note, and goes to nobody
    at            timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (to_chat, to_message)
);
CREATE INDEX relay_pairs_said_idx ON salesreg.relay_pairs (from_chat, from_message) WHERE from_chat IS NOT NULL;
CREATE INDEX relay_pairs_last_idx ON salesreg.relay_pairs (to_chat, prospect varchar_pattern_ops, to_message);
CREATE INDEX relay_pairs_at_idx ON salesreg.relay_pairs (at);

-- What the sender is told of words that did not arrive, for what Telegram said: a message of the outbox that replies to them.
CREATE FUNCTION salesreg.relay_refusal(relay json, gone boolean, error text) RETURNS json LANGUAGE sql IMMUTABLE
    SET search_path = pg_catalog, pg_temp AS $$
    SELECT CASE WHEN relay ->> 'message' IS NULL
        THEN pg_catalog.json_build_object('chat_id', (relay ->> 'chat')::bigint, 'text', t.said)
        ELSE pg_catalog.json_build_object('chat_id', (relay ->> 'chat')::bigint, 'text', t.said, 'reply_parameters',
                                          pg_catalog.json_build_object('message_id', (relay ->> 'message')::bigint,
                                                                       'allow_sending_without_reply', true)) END
    FROM (SELECT relay -> 'refused' ->> CASE WHEN gone THEN 'gone'
                                            WHEN error ILIKE '%BUSINESS%' OR error ILIKE '%BOT_ACCESS_FORBIDDEN%' THEN 'own'
                                            WHEN error ILIKE '%VOICE_MESSAGES_FORBIDDEN%' THEN 'voice'
                                            WHEN error ILIKE '%can''t be copied%' THEN 'copy'
                                            WHEN error ILIKE '%to copy not found%' THEN 'deleted'
                                            WHEN error ILIKE '%too large%' OR error ILIKE '%too big%' THEN 'large'
                                            ELSE 'other' END AS said) t
$$;

-- Whoever gets a prospect whom another one led does not lead by that: the bot does again, and says who looks after them now. Who asked for
-- a person when there was none has one now; what the bot said of that still goes, so the version stays.
CREATE FUNCTION salesreg.on_assigned() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    UPDATE salesreg.conversations c SET owner = 'bot', version = c.version + 1
    FROM fresh f
    WHERE c.prospect = f.prospect AND c.owner = 'rep'
      AND EXISTS (SELECT 1 FROM salesreg.assignments a WHERE a.prospect = f.prospect AND a.rep <> f.rep);
    UPDATE salesreg.conversations c SET owner = 'rep' FROM fresh f WHERE c.prospect = f.prospect AND c.owner = 'nobody';
    -- one rep's wish to hear no more is not the next one's
    UPDATE salesreg.conversations c SET blocked_at = NULL
    FROM fresh f
    WHERE c.prospect = f.prospect AND c.blocked_at IS NOT NULL
      AND EXISTS (SELECT 1 FROM salesreg.assignments a WHERE a.prospect = f.prospect AND a.rep <> f.rep);
    RETURN NULL;
END
$$;
CREATE TRIGGER assigned AFTER INSERT ON salesreg.assignments
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION salesreg.on_assigned();
REVOKE EXECUTE ON FUNCTION salesreg.on_assigned() FROM PUBLIC;

-- Who has said STOP. Kept for ever, whatever becomes of the prospect.
CREATE TABLE salesreg.opt_outs (
    telegram_id  bigint PRIMARY KEY,
    at           timestamptz NOT NULL DEFAULT now()
);
