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
    source       text NOT NULL DEFAULT 'table' CHECK (source IN ('table', 'campaign', 'chat')),
    campaign     text,
    met_at       timestamptz,
    created_at   timestamptz NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX conversations_prospect_idx ON salesreg.conversations (prospect varchar_pattern_ops);
CREATE UNIQUE INDEX conversations_account_idx ON salesreg.conversations (telegram_id) WHERE telegram_id IS NOT NULL;

-- version: of the conversation with this chat's person; where that is another one by now, the message is not sent any more. unasked:
-- nobody asked for it, so it is not sent to who has said STOP. relay: whose words it carries, see store/relay.h.
ALTER TABLE salesreg.outbox ADD COLUMN version bigint, ADD COLUMN unasked boolean NOT NULL DEFAULT false, ADD COLUMN relay json;

-- Who has said STOP. Kept for ever, whatever becomes of the prospect.
CREATE TABLE salesreg.opt_outs (
    telegram_id  bigint PRIMARY KEY,
    at           timestamptz NOT NULL DEFAULT now()
);
