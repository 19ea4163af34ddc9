"""
A database with a bit of everything that commands print, whose rows are the same each time: what people are called has quotes, line
ends, escapes, emoji, wide letters and letters of two signs. Times are relative to one moment, and what is printed of them as an
age is of days and hours and some minutes, so that a slow run prints the same.
"""
from .database import tables

REPS = {letter: f"00000000-0000-0000-0000-00000000000{letter}" for letter in "abcde"}
ANNA, BORIS, CLARA, TARO, EVE = REPS.values()


def fill(db):
    db.execute("BEGIN")  # one now()
    db.no_prospects()
    _reps(db)
    _prospects(db)
    _conversations(db)
    _messages(db)
    _audit(db)
    _imports(db)
    _calendars(db)
    db.execute("COMMIT")


def _reps(db):
    db.execute(
        "INSERT INTO sales_representatives (id, telegram_id, telegram_username, name, email, status, is_admin, registered_at) VALUES"
        " (%s, 11, 'anna_k', 'Anna O''Neil', 'Anna@truerealestate.bali', 'active', true, now() - interval '30 days'),"
        " (%s, 22, NULL, 'Борис 100%%', 'boris@truerealestate.bali', 'suspended', false, now() - interval '20 days'),"
        " (%s, 33, '@clara', E'Clara\n\x1b[31m-- 🌴', 'clara@truerealestate.bali', 'pending', false, now()),"
        " (%s, 44, 'taro_yamada_of_the_north', '山田 太郎', 'taro.yamada.of.the.northern.office@truerealestate.bali', 'active', false, now() - interval '10 days'),"
        " (%s, 55, NULL, 'Eve \"X\"; DROP TABLE reps; --', 'eve@truerealestate.bali', 'active', false, now() - interval '5 days')", *REPS.values())
    db.rep_rotation.update("capacity = 7 WHERE rep = %s", ANNA)
    db.rep_rotation.update("available = false, reason = 'blocked the bot', unreachable_since = now() - interval '150 minutes' WHERE rep = %s", TARO)
    db.rep_rotation.update("paused_until = 'infinity' WHERE rep = %s", EVE)
    db.user_sessions.insert("(user_id, updated_at) VALUES (11, now() - interval '90 minutes'), (44, now() - interval '60 hours')")
    for rep in (ANNA, EVE):
        db.rep_hours.insert("(rep, weekday, opens, closes) SELECT %s, d, '00:00', '24:00' FROM generate_series(1, 7) d", rep)
        db.rep_schedule.insert("(rep, time_zone) VALUES (%s, 'UTC')", rep)


PROSPECTS = [  # id, contact, name, status, rep, hours since they came, since the last contact
    ("p1", "@maria_o", "Maria O'Brien", "contacted", ANNA, 24.5, 12.5),
    ("p2", "@anya_p", 'Анна "Аня" Петрова', "in_conversation", ANNA, 48.5, 1.5),
    ("p3", "@two_lines", "-- two\nlines 🌴🏝️", "unreached", None, 3.5, None),
    ("p4", "+62812345678", "=HYPERLINK(\"http://x\")", "unreached", TARO, 480.5, None),
    ("p5", "@chan_tai_man", "陳大文, 香港島中西區皇后大道中一百九十九號", "converted", ANNA, 72.5, 24.5),
    ("p6", "@jose", "Jose\u0301 Mun\u0303oz \x1b[31mred\x1b[0m", "archived", EVE, 240.5, 200.5),
    ("ffffffff-0000-4000-8000-000000000007", "@a_name_as_long_as_telegram_allows", "A person whose parents could not agree and gave every name they had", "unreached", EVE,
     0.5, None),
    ("p8", "88", "سارة", "unreached", None, 30.5, None),
]


def _prospects(db):
    for prospect, contact, name, status, rep, came, contacted in PROSPECTS:
        db.execute("INSERT INTO test_prospects (id, telegram_id, name, status, assigned_rep_id, created_at, last_contact_at)"
                   " VALUES (%s, %s, %s, %s, %s, now() - %s * interval '1 hour', now() - %s * interval '1 hour')", prospect, contact, name, status, rep, came, contacted)
    db.execute("UPDATE test_prospects SET email = 'Maria@Example.org', context = E'A villa in Canggu;\nwith \"a garden\"', notes = 'Calls after six' WHERE id = 'p1'")
    db.prospect_details.insert("(prospect, phone, extra) VALUES ('p1', '+628111222333', '{\"Бюджет\": \"350 000 $\", \"Note, \\\"quoted\\\"\": \"-- x\"}')")


def _conversations(db):
    db.links.insert("(token_hash, campaign, created_at, removed_at) VALUES ('x', 'June', now() - interval '60 hours', NULL),"
                    " ('y', 'O''Hara \"-- 🌴', now() - interval '85 hours', now() - interval '1 hour'), ('z', '夏のキャンペーン', now(), NULL)")
    db.qualifications.insert("(prospect, script, question, score) VALUES ('p1', 'v1', 'when', 30)")
    db.answers.insert("(prospect, question, script, value, answer, answered_at) VALUES ('p1', 'what', 'v1', 'villa', E'Вилла\nу моря', now() - interval '2 hours'),"
                      " ('p1', 'budget', 'v1', '', '', now() - interval '1 hour')")
    db.assignments.insert("(id, prospect, rep, started_at, ended_at, reason) OVERRIDING SYSTEM VALUE VALUES"
                          " (101, 'p1', %s, now() - interval '24 hours 29 minutes', now() - interval '20 hours', 'declined'),"
                          " (102, 'p1', %s, now() - interval '20 hours', NULL, NULL), (103, 'p2', %s, now() - interval '48 hours', NULL, NULL),"
                          " (104, 'p4', %s, now() - interval '480 hours', NULL, NULL), (105, 'p5', %s, now() - interval '72 hours', now() - interval '24 hours', 'converted')",
                          EVE, ANNA, ANNA, TARO, ANNA)
    db.conversations.delete()
    db.conversations.insert("(prospect, telegram_id, source, campaign, owner, created_at) VALUES ('p1', 77, 'campaign', 'June', 'rep', now() - interval '24 hours'), ('p2', 78, 'chat', NULL, 'nobody', now()),"
                            " ('p5', 79, 'campaign', 'O''Hara \"-- 🌴', 'rep', now() - interval '72 hours'), ('p8', 88, 'own', NULL, 'bot', now())")
    db.assignment_rounds.delete()
    db.assignment_rounds.insert("(first_assignment, at, facts) SELECT 101, started_at, jsonb_build_object('rule', 'round_robin', 'prospects', 1, 'candidates',"
                                " jsonb_build_array(jsonb_build_array(%s::text, 0, 5, 1), jsonb_build_array(%s::text, 1, 7, 2)), 'others',"
                                f" jsonb_build_array(jsonb_build_array(%s::text, 'suspended', 0, 5))) FROM {tables.assignments} WHERE id = 101", EVE, ANNA, BORIS)
    db.prospect_events.delete()
    for row, (rep, assignment, kind, detail, ago) in enumerate([
            (None, None, "said", "a \x1b[31mred\x1b[0m word, and\nmore: 'q' \"Q\" -- 🌴", 1), (ANNA, 102, "contacted", None, 12.5),
            (ANNA, 102, "assigned", "after a decline", 20), (EVE, 101, "declined", "слишком далеко", 20.1), (EVE, 101, "assigned", "round_robin", 24.4)]):
        db.prospect_events.insert("(id, prospect, rep, assignment, kind, detail, at) OVERRIDING SYSTEM VALUE VALUES (%s, 'p1', %s, %s, %s, %s, now() - %s * interval '1 hour')",
                                  900 - row, rep, assignment, kind, detail, ago)


def _messages(db):
    db.outbox.delete()
    for number, chat, text, state, error, ago in [
            (501, 11, "Здравствуйте!\nQuote ' \" -- 🌴 山田", "failed", "Forbidden: bot was blocked by the user", 74.1),
            (502, -100123456789, "a \x1b[31mred\x1b[0m word " + "long " * 40, "held", None, 29.1), (503, 44, "later", "queued", None, 26.1)]:
        db.outbox.insert("(id, chat_id, method, payload, state, error, attempts, possible_duplicate, created_at, due_at) OVERRIDING SYSTEM VALUE VALUES"
                         " (%s, %s, 'sendMessage', json_build_object('chat_id', %s, 'text', %s::text), %s, %s, 3, %s, now() - %s * interval '1 hour',"
                         " CASE %s WHEN 'queued' THEN now() + interval '53 hours 55 minutes' ELSE now() - interval '1 minute' END)", number, chat, chat, text, state, error, state == "held", ago, state)
    db.parked_updates.insert("(id, bot_id, update_id, user_id, payload, raw, reason, parked_at, retry_at) OVERRIDING SYSTEM VALUE VALUES"
                             " (601, 1, 7001, 11, '{\"message\": {\"text\": \"it''s \\\"me\\\"\\n-- 🌴\"}}', NULL, 'the row was not as it was read', now() - interval '50 hours 5 minutes', NULL),"
                             " (602, 1, NULL, NULL, NULL, '\\xff00'::bytea, 'not JSON', now() - interval '75 hours 5 minutes', now())")


def _audit(db):
    db.audit.insert("(at, actor, who, called, host, pid, command, action, rep, prospect, before, after) VALUES"
                    " (now() - interval '3 hours', 'operator', 'root', NULL, 'db-1.example.org', 471, 'rep suspend', 'suspend', %s, NULL, '{\"status\": \"active\"}', '{\"status\": \"suspended\"}'),"
                    " (now() - interval '2 hours', 'admin', '11', E'Anna O''Neil\n--', NULL, NULL, NULL, 'edit', NULL, 'p3', '{\"name\": \"x\"}', '{\"name\": \"-- two\\nlines 🌴🏝️\", \"email\": null}'),"
                    " (now() - interval '1 hour', 'operator', 'o''hara', NULL, 'tools', 12, 'link add', 'add-link', NULL, NULL, NULL, '{\"campaign\": \"夏のキャンペーン\"}'),"
                    " (now(), 'program', 'outreach', NULL, 'tools', 13, NULL, 'forget', NULL, 'gone', '{\"a\": [1, {\"b\": true}]}', NULL)", BORIS)


def _imports(db):
    db.imports.insert("(id, file, hash, operator, state, on_duplicate, read_rows, created, updated, same, duplicates, bad, at, undone_at, undone_by, taken_back, left_alone) VALUES"
                      " (1, E'leads \"of\\nJune\" 🌴.csv', repeat('a', 32), 'root', 'undone', 'skip', 10, 5, 0, 1, 3, 1, now() - interval '3 days', now(), 'root', 4, 1),"
                      " (2, '-', repeat('b', 32), 'admin 11', 'done', 'update', 1000000, 999999, 1, 0, 0, 0, now(), NULL, NULL, NULL, NULL)")


def _calendars(db):
    db.calendar_accounts.insert("(rep, sub, email, scopes, state, reason, connected_at) VALUES (%s, '1', 'anna@gmail.com', '', 'reconnect', 'invalid_grant: Token has been revoked.', now())", ANNA)
    db.execute(f"INSERT INTO {tables.calendars} (rep, calendar_id, summary, role, is_primary, selected, conflicts)"
               " VALUES (%s, 'a', 'Отпуск -- \"x\" 🌴', 'owner', true, true, true)", ANNA)
    db.calendar_jobs.insert("(rep, kind) VALUES (%s, 'sync')", ANNA)
