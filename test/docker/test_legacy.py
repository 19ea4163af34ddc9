"""
A volume of the Python system this replaces: our compose starts on it, everything is there, and nothing has changed that
nobody asked to change. Variants, as DESIGN §5 describes the tables and as years of use leave them.
"""
import pytest

from engine import TOKEN, docker, healthy, logs, psql, value
from support.waiting import eventually

REPS = """
CREATE TABLE sales_representatives (
    id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
    telegram_id BIGINT UNIQUE NOT NULL,
    telegram_username VARCHAR(255),
    name VARCHAR(255) NOT NULL,
    email VARCHAR(255) NOT NULL,
    status VARCHAR(50) DEFAULT 'active',
    calendar_account_name VARCHAR(255),
    is_admin BOOLEAN DEFAULT FALSE,
    registered_at TIMESTAMPTZ DEFAULT NOW(),
    approved_at TIMESTAMPTZ,
    approved_by UUID,
    created_at TIMESTAMPTZ DEFAULT NOW(),
    updated_at TIMESTAMPTZ DEFAULT NOW()
);
"""
PROSPECTS = """
CREATE TABLE test_prospects (
    id VARCHAR(255) PRIMARY KEY,
    telegram_id VARCHAR(255) NOT NULL,
    name VARCHAR(255) NOT NULL,
    context TEXT,
    email VARCHAR(255),
    notes TEXT,
    status VARCHAR(50) DEFAULT 'unreached',
    assigned_rep_id UUID REFERENCES sales_representatives(id),
    last_contact_at TIMESTAMPTZ,
    created_at TIMESTAMPTZ DEFAULT NOW(),
    updated_at TIMESTAMPTZ DEFAULT NOW()
);
"""
INDEXES = """
CREATE INDEX idx_sales_reps_telegram_id ON sales_representatives (telegram_id);
CREATE INDEX idx_sales_reps_status ON sales_representatives (status);
CREATE INDEX idx_test_prospects_status ON test_prospects (status);
CREATE INDEX idx_test_prospects_assigned_rep ON test_prospects (assigned_rep_id);
"""
PEOPLE = """
INSERT INTO sales_representatives (telegram_id, telegram_username, name, email, status, is_admin, registered_at) VALUES
    (101, 'anna', 'Anna Petrova', 'anna@truerealestate.bali', 'active', true, '2024-01-01'),
    (102, NULL, 'Boris Ivanov', 'boris@truerealestate.bali', 'active', false, '2024-02-01'),
    (103, '', 'Carla', 'carla@elsewhere.example', 'pending', NULL, NULL);
INSERT INTO test_prospects (id, telegram_id, name, context, status, assigned_rep_id) VALUES
    ('test_001', '@test_buyer_alex', 'Alex', 'A villa in Canggu', 'in_conversation',
     (SELECT id FROM sales_representatives WHERE telegram_id = 101)),
    ('p2', '123456789', 'Bea', NULL, 'unreached', NULL);
"""
DUPLICATES = """
INSERT INTO sales_representatives (telegram_id, name, email, status) VALUES
    (201, 'Anna Twice', 'ANNA@truerealestate.bali', 'active'), (202, 'Anna Thrice', ' anna@truerealestate.bali ', 'removed'),
    (203, 'No Mail', '', 'active');
"""
REMOVED = """
INSERT INTO sales_representatives (telegram_id, name, email, status) VALUES
    (301, 'Gone', 'gone@truerealestate.bali', 'removed'), (302, 'Held', 'held@truerealestate.bali', 'suspended');
INSERT INTO test_prospects (id, telegram_id, name, status, assigned_rep_id)
    SELECT 'of_' || telegram_id, '@x', 'Of ' || name, 'contacted', id FROM sales_representatives WHERE telegram_id > 300;
"""
STATUSES = """
INSERT INTO sales_representatives (telegram_id, name, email, status) VALUES
    (401, 'Odd', 'odd@truerealestate.bali', 'on_leave'), (402, 'None', 'none@truerealestate.bali', NULL);
INSERT INTO test_prospects (id, telegram_id, name, status) VALUES ('s1', '@a', 'A', 'converted'), ('s2', '@b', 'B', 'archived'),
    ('s3', '@c', 'C', NULL), ('s4', 'not a telegram id at all', 'D', 'whatever'), ('s5', '@e', 'E', 'contacted');
"""
VARIANTS = {
    "with its indexes": REPS + PROSPECTS + INDEXES + PEOPLE,
    "without indexes": REPS + PROSPECTS + PEOPLE,
    "duplicate e-mails": REPS + PROSPECTS + INDEXES + PEOPLE + DUPLICATES,
    "removed reps who hold prospects": REPS + PROSPECTS + PEOPLE + REMOVED,
    "statuses of every kind": REPS + PROSPECTS + INDEXES + PEOPLE + STATUSES,
    "reps only": REPS,
    "no foreign key": REPS + PROSPECTS.replace(" REFERENCES sales_representatives(id)", "") + PEOPLE + REMOVED,
    "everything": REPS + PROSPECTS + INDEXES + PEOPLE + DUPLICATES + REMOVED + STATUSES,
}
ROWS = "SELECT coalesce(json_agg(t ORDER BY {}), '[]') FROM {} t"


def rows():
    return (value(ROWS.format("telegram_id", "sales_representatives")), value(ROWS.format("id", "test_prospects")))


@pytest.fixture(scope="module")
def old(compose, telegram):
    stack = compose("docker-compose.yml", REGISTRY_BOT_TOKEN=TOKEN, TELEGRAM_API_BASE="http://telegram:8081", ALLOW_PLAIN_HTTP="true")
    stack("up", "-d", "postgres")
    healthy("telegram-agent-db")
    stack.page = telegram()
    return stack


@pytest.mark.parametrize("variant", VARIANTS)
def test_it_starts_on_an_old_volume_and_changes_nothing(old, variant):
    old("rm", "-sf", "registry-bot", "outreach-daemon")
    psql("DROP SCHEMA IF EXISTS salesreg CASCADE")
    psql("DROP TABLE IF EXISTS test_prospects; DROP TABLE IF EXISTS sales_representatives")
    psql(VARIANTS[variant])
    seeded = variant == "reps only"
    before = None if seeded else rows()
    old("up", "-d", OUTREACH_ENABLED="false")
    healthy("registry-bot", "outreach-daemon")
    if seeded:
        assert value("SELECT count(*) FROM test_prospects") == "3"
    else:
        assert rows() == before
    # and it is at work: who was registered is known, a stranger can register
    known = old.page.person("Anna Petrova", id=101, username="anna")
    known.forget()
    if not seeded:
        known.says("статус")
        known.hears_anything()
        # her row says is_admin: who waits for a decision is shown to her besides
        for email in ("anna@truerealestate.bali", "carla@elsewhere.example"):
            eventually(lambda email=email: any(email in message.text for message in old.page.bot_messages(101)), what=f"she reads {email}")
    new = old.page.person("Dora Maar", id=900 + list(VARIANTS).index(variant))
    new.registers()
    assert value(f"SELECT status FROM sales_representatives WHERE telegram_id = {new.id}") == "active"
    # the bot was at work by then, and still nothing but the newcomer is different
    psql(f"DELETE FROM sales_representatives WHERE telegram_id = {new.id}")
    if not seeded:
        assert rows() == before, logs("outreach-daemon")


def test_the_documented_statements_work_as_before(old):
    out = docker("exec", "telegram-agent-db", "psql", "-U", "sales_agent", "-c", "SELECT * FROM sales_representatives;").stdout
    assert "Anna Petrova" in out
    out = docker("exec", "telegram-agent-db", "psql", "-U", "sales_agent", "-c",
                 "SELECT name, assigned_rep_id FROM test_prospects;").stdout
    assert "Alex" in out


def test_assigning_begins_where_it_is_wanted(old):
    old("up", "-d", OUTREACH_ENABLED="true")
    healthy("registry-bot", "outreach-daemon")
    eventually(lambda: value("SELECT count(*) FROM test_prospects WHERE id = 'p2' AND assigned_rep_id IS NOT NULL") == "1")
    # what the old system assigned stays where it is
    assert value("SELECT r.telegram_id FROM test_prospects p JOIN sales_representatives r ON r.id = p.assigned_rep_id"
                 " WHERE p.id = 'test_001'") == "101"
