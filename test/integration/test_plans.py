"""
The statements of the hot paths look at few rows however many there are, with the settings of a worker's session (read from
the program's own source) and without statistics: planned on empty tables, then again as a session does now and then.
"""
import json
import re

import pytest

from support.database import tables
from support.paths import ROOT
from test_statements import ALL, FILES

TEXTS = {name: text for _, name, text in ALL}
MANY = 20_000
# with these arguments each must find 10 rows or fewer, but for what a LIMIT asks for
HOT = {
    "sessions_read": ["'{1000000001,1000000002}'"],
    "reps_read": ["'{1000000001,1000000002}'"],
    "claims_waiting": ["5", "'{1000000001}'", "true"],
    "broadcasts_read": ["'{1000000001,1000000002}'", "'{7,0}'", "'{0,1}'"],
    "broadcasts_feed": ["1", "'{ru,en}'", """'{"{}","{}"}'""", "'ru'", "5"],
    "prospects_met": ["'{1000000001,2000000100}'", "'{buyer_7,other}'"],
    "timers_claim": ["4", "'{1,2}'", "1"],
    "timers_next": ["'{1,2}'"],
    "timers_done": ["'{1}'", "'{0}'"],
    "timers_retry": ["'{1}'", "'{0}'", "'{1}'", "'{x}'"],
    "timers_give_up": ["'{1}'", "'{0}'", "'{x}'"],
    "timers_lock": ["1"],
    "timers_read": ["1", "0", "'{Europe/Moscow,NULL}'", "'Asia/Makassar'", "540", "1260"],
    "timers_write": ["2000000100", "'{}'", "1", "'held100'", "20000", "1", "NULL", "NULL"],
    "timers_remind": ["'held5'", "1", "1"],
    "timers_remind_again": ["1", "1"],
    "timers_end": ["1"],
    "timers_heard": ["'{2000000100,77}'", "'{t,f}'", "1"],
    "timers_refused": ["'{2000000100,77}'", "'{blocked,privacy}'", "'{x,y}'"],
    "timers_follow_up": ["'{1}'", "'{c4ca4238-a0b9-2382-0dcc-509a6f75849b}'", "'{UTC}'", "'{30000}'", "'{600}'"],
    "timers_reach_out": ["'{held100,held7}'", "'{c4ca4238-a0b9-2382-0dcc-509a6f75849b,c4ca4238-a0b9-2382-0dcc-509a6f75849b}'",
                         "'{Asia/Dubai,NULL}'", "'{ru,en}'", "'{Europe/Moscow,NULL}'", "'UTC'"],
    "links_create": ["'{y}'", "'{waiting7}'"],
    "links_read": ["'{x,bizChat2000000100,bizChat77}'"],
    "prospects_create": ["'{77}'", "'{x}'", "'{X}'", "'{chat}'", "'{NULL}'"],
    "prospects_meet": ["'{held7}'", "'{77}'"],
    "prospects_unclaimed": ["'{waiting7}'"],
    "prospects_reopen": ["'{held7,waiting7}'"],
    "prospects_leave": ["'{77}'"],
    "prospects_joined": ["'{77}'"],
    "prospects_forwarded": ["'{held7}'"],
    "business_read": ["'{c100,c200,none}'", "'{2000000100,77,77}'", "'{\"\",buyer_200,\"\"}'", "'{1,2,3}'"],
    "business_end": ["'{c100}'"],
    "business_replace": ["'{1000000100}'", "'{x}'"],
    "business_connect": ["'{77}'", "'{x}'", "'{t}'", "'{t}'", "'{\"\"}'", "'{1}'"],
    "business_greet": ["'{held100}'", "'{1}'"],
    "business_heard": ["'{c100}'", "'{2000000100}'", "'{held100}'", "'{1}'"],
    "business_own": ["'{c100}'", "'{2000000100}'", "'{held100}'", "'{1}'"],
    "business_deleted": ["'{c100}'", "'{2000000100}'", "'{1,2}'"],
    "conversations_block": ["'{held7}'", "'{t}'"],
    "relay_read": ["'{1000000001,1000000001}'", "'{7,8}'"],
    "relay_partners": ["'{1000000001,2000000100}'", "8"],
    "conversations_own": ["'{held7}'", "'{rep}'", "'{1}'"],
    "questions_read": ["'{2000000100,2000000101}'", "'{x}'", "'Asia/Makassar'"],
    "scripts_put": ["'y'", "'{}'"],
    "questions_begin": ["'{2000000100}'", "'{a}'", "'x'"],
    "questions_moved": ["'{2000000100,2000000100}'", "'{a,NULL}'", "'{1,2}'"],
    "answers_write": ["'{2000000100,2000000101}'", "'{a,b}'", "'{1,2}'", "'{1,2}'", "'{\"c,d\",\"\"}'"],
    "summaries_put": ["'{held100,held101}'", "'{1000000100,1000000101}'", "'{\"{}\",\"{}\"}'"],
    "assignments_close": ["'{100}'", "'{archived}'", "'{x}'"],
    "prospects_said": ["'{waiting7}'", "'{x}'", "'{1000000001}'", "'{7}'", "'{t}'"],
    "prospects_heard_before": ["'{waiting7}'", "'{1000000001}'", "'{\"{}\"}'"],
    "opt_outs_add": ["'{77}'"],
    "opt_outs_remove": ["'{77}'"],
    "rep_emails_read": ["'{1@truerealestate.bali,2@truerealestate.bali}'"],
    "rep_subjects_read": ["'{1000000001}'"],
    "assignments_read": ["'{1,2}'"],
    "clients_page": ["'{1,2}'", "'{1000000001,1000000002}'", "'{NULL,1700000000000000}'", "'{NULL,7}'", "'{f,t}'", "5", "'UTC'", "'{NULL,NULL}'", "true"],
    "clients_card": ["'{1,2,3}'", "'{1000000001,1000000100,1000000100}'", "'{1,0,0}'", "'{\"\",h100,bizChat2000000100}'",
                     "'{NULL,NULL,1700000000000000}'", "'{NULL,NULL,7}'", "'{0,0,9}'", "5", "300", "'UTC'"],
    # an id, a name, a contact, a search that nobody is asked for
    "prospects_found": ["'{1,2,3,4}'", "'{held7,x nobody,@buyer_7,x}'", "'{0,0,2000000100,0}'", "'{\"\",\"\",username,\"\"}'",
                        "'{\"\",\"\",buyer_7,\"\"}'", "'{\"\",\"\",\"\",\"\"}'", "'{%held7%,%x nobody%,%@buyer_7%,%x%}'", "'{t,t,t,t}'",
                        "'{77,77,77,1000000001}'", "'{NULL,NULL,NULL,admin_find}'", "'{0,0,8,0}'", "9"],
    "managed_hold": ["('{' || hashtextextended('held100', 0) || '}')::bigint[]"],
    "managed_waits": ["1001", "'Asia/Makassar'"],
    "managed_waiting": ["'{1,2}'", "'{w,c}'", "'{0,8}'", "9", "1001", "'Asia/Makassar'"],
    "managed_card": ["'{1,2}'", "('{' || hashtextextended('held100', 0) || ',NULL}')::bigint[]", "'{77,1000000001}'", "'{NULL,admin_note}'", "'{0,0}'", "'{11,11}'", "300",
                     "'Asia/Makassar'"],
    "own_clients_read": ["'{1000000001,1000000002}'", "'{2000000100,77}'", "'{buyer_7,\"\"}'"],
    "own_clients_end": ["'{new1,waiting7}'"],
    "own_clients_add": ["'{new1,waiting7}'", "'{f,t}'", "'{77,78}'", "'{NULL,x}'", "'{X,Y}'",
                        "'{c4ca4238-a0b9-2382-0dcc-509a6f75849b,c4ca4238-a0b9-2382-0dcc-509a6f75849b}'", "'{900000001,900000002}'"],
    "own_clients_told": ["'{held7}'"],
    "notes_add": ["'{held7}'", "'{c4ca4238-a0b9-2382-0dcc-509a6f75849b}'", "'{x}'", "'{1000000001}'", "'{7}'"],
    "notes_change": ["'{1000000001}'", "'{7}'", "'{x}'"],
    "assignment_lock_if": ["false", "'{1000000001,1000000002}'"],
    "outbox_claim": ["5", "'{1000000001}'", f"'{tables.home}'::regclass::oid::bigint"],
    "outbox_remaining": [],
    "oauth_states_create": ["'{x}'", "'{c4ca4238-a0b9-2382-0dcc-509a6f75849b}'", "'{1000000001}'"],
    "oauth_state_open": ["'x'"],
    "oauth_state_take": ["'x'", "true"],
    "oauth_exchange_end": ["1"],
    "calendar_accounts_read": ["'{1000000001}'"],
    "calendar_connect_replace": ["'c4ca4238-a0b9-2382-0dcc-509a6f75849b'", "'1'"],
    "calendar_connect": ["'c4ca4238-a0b9-2382-0dcc-509a6f75849b'", "1000000001", "'1'", "'x'", "'x'", "'00'", "'00'", "60", "'x'"],
    "calendar_check_ask": ["'c4ca4238-a0b9-2382-0dcc-509a6f75849b'", "0", "1000000"],
    "calendar_check_read": ["'c4ca4238-a0b9-2382-0dcc-509a6f75849b'"],
    "calendar_check_load": ["'c4ca4238-a0b9-2382-0dcc-509a6f75849b'"],
    "calendar_check_answer": ["'c4ca4238-a0b9-2382-0dcc-509a6f75849b'", "NULL", "'{1}'", "'{2}'"],
    "calendar_revocations_drop": ["'1'", "false"],
    "calendar_disconnect": ["'{c4ca4238-a0b9-2382-0dcc-509a6f75849b}'"],
    "bot_username": [],
    "calendar_choices": ["'{1000000001}'", "20"],
    "calendar_pick": ["'{1}'", "'{c4ca4238-a0b9-2382-0dcc-509a6f75849b}'", "'50'"],
    "outbox_edits": ["'{1000000001,1000000002}'", "'{33,34}'"],
    "zones_read": ["'{Asia/Dubai,Nowhere}'"],
    "calendar_target": ["'{1}'", "'{c4ca4238-a0b9-2382-0dcc-509a6f75849b}'"],
    "calendar_target_gone": ["'c4ca4238-a0b9-2382-0dcc-509a6f75849b'", "'x'", "0"],
    "agenda_days": ["'{1000000001}'", "'Asia/Makassar'", "100"],
    "calendar_sync_load": ["'c4ca4238-a0b9-2382-0dcc-509a6f75849b'"],
    "calendar_sync_calendars": ["'c4ca4238-a0b9-2382-0dcc-509a6f75849b'", "50"],
    "calendar_tokens_store": ["'c4ca4238-a0b9-2382-0dcc-509a6f75849b'", "'00'", "'00'", "'00'", "60", "'x'"],
    "calendar_token_dead": ["'c4ca4238-a0b9-2382-0dcc-509a6f75849b'", "'00'", "'x'", "true"],
    "calendar_connect_lock": ["'c4ca4238-a0b9-2382-0dcc-509a6f75849b'"],
    "oauth_outcome": ["1", "'c4ca4238-a0b9-2382-0dcc-509a6f75849b'", "'00'", "1000000001"],
    "calendar_list_store": ["'c4ca4238-a0b9-2382-0dcc-509a6f75849b'", "'{x}'", "'{x}'", "'{owner}'", "'{t}'", "'{t}'", "'UTC'", "0", "50"],
    "calendar_events_wipe": ["'c4ca4238-a0b9-2382-0dcc-509a6f75849b'", "'x'", "false", "'{x}'"],
    "calendar_events_add": ["'c4ca4238-a0b9-2382-0dcc-509a6f75849b'", "'x'", "'{x}'", "'{1}'", "'{2}'", "'{NULL}'", "'{NULL}'", "'UTC'"],
    "calendar_synced": ["'c4ca4238-a0b9-2382-0dcc-509a6f75849b'", "'x'", "'x'", "true", "NULL"],
    "calendar_sync_end": ["'c4ca4238-a0b9-2382-0dcc-509a6f75849b'", "NULL"],
    "outbox_promote": ["'{1000000001}'"],
    "outbox_sent": ["'{1}'", "'{1000000001}'", "'{1}'", "'{1}'", "'{NULL}'"],
    "allocation_candidates": ["5", "'{}'"],
    "allocation_identify": ["'{p1}'", "'{username}'", "'{name}'"],
    "allocation_known": ["'{username}'", "'{buyer_7}'", "'{new}'"],
    "allocation_shared": ["'{username}'", "'{buyer_7}'"],
    "assignments_contacted": ["'{1}'"],
    "assignments_decline": ["'{1}'"],
    "assignments_release": ["'{c4ca4238-a0b9-2382-0dcc-509a6f75849b}'", "'unregistered'"],  # md5 of 1
    "reps_unreachable": ["'{1000000001}'"],
    "outbox_reschedule": ["'{1}'", "'{1000000001}'", "'{1}'", "'{1}'", "'{f}'", "'{x}'", "'{t}'", "'{NULL}'"],
    "outbox_unreachable": ["'{1}'", "'{1000000001}'", "'{1}'", "'{x}'", "'{1}'", "900"],
    "reps_reachable": ["'{1000000001}'"],
    "allocation_declined": ["5", "'{}'", "0", "''", "0", "25"],
    "allocation_exhausted": ["true", "5", "0", "''", "0", "25"],
    "allocation_apart_end": ["0", "''", "25"],
    "allocation_served": ["'{c4ca4238-a0b9-2382-0dcc-509a6f75849b}'", "'{7}'"],
    "allocation_reassigned": ["'c4ca4238-a0b9-2382-0dcc-509a6f75849b'", "'waiting1'"],
    "allocation_escalated": ["'{waiting1}'", "true"],
    "allocation_changed": ["5"],
    "allocation_cards": ["'{1,2}'", "'{0,7}'"],
    "allocation_cards_unsent": ["'{1,2}'", "'{0,7}'"],
    "allocation_cards_rewrite": ["'{1}'", "'{\"{}\"}'"],
    "allocation_cards_due": ["5"],
    "allocation_cards_later": ["'{1}'", "'{0}'"],
    "allocation_shown": ["'{1,2}'"],
    "claims_read": ["'{1000000001,1000000002}'"],
    "locales_chosen": ["'{1000000001,1000000002}'"],
    "sessions_write": ["'{1000000001}'", "'{unknown}'", "'{none}'", "'{x}'", "'{ru}'", "'{t}'", "'{NULL}'", "'{NULL}'", "'{NULL}'", "'{0}'", "'{0}'", "'{0}'", "'{NULL}'",
                       "'{0}'"],
    "claims_over": ["5"],
    "claims_end": ["'{1000000001}'", "'{\"{}\"}'"],
    "admins_missed": ["'{1000000001}'"],
    "admins_heard": ["'{1000000001}'"],
    "outbox_failed": ["'{1}'", "'{1000000001}'", "'{1}'", "'{x}'"],
    "outbox_queue": ["'{1000000001}'", "'{sendMessage}'", "'{\"{}\"}'", "1", "'{NULL}'"],
    "reps_available": ["'{c4ca4238-a0b9-2382-0dcc-509a6f75849b}'"],
    "reps_unavailable": ["'{c4ca4238-a0b9-2382-0dcc-509a6f75849b}'", "'x'"],
    "reps_username": ["'{c4ca4238-a0b9-2382-0dcc-509a6f75849b}'", "'{x}'"],
    "reps_email": ["'{c4ca4238-a0b9-2382-0dcc-509a6f75849b}'", "'{x@truerealestate.bali}'", "'{x@truerealestate.bali}'"],
    "rep_emails_proven": ["'{1@truerealestate.bali}'"],
    "reps_leave": ["'{c4ca4238-a0b9-2382-0dcc-509a6f75849b}'"],
    "reps_make_way": ["'{1000000001}'"],
    "reps_made_way": ["'{1000000001}'", "'{1000000002}'"],
    "reps_move": ["'{c4ca4238-a0b9-2382-0dcc-509a6f75849b}'", "'{1000000001}'", "'{7}'", "'{NULL}'"],
    "assignments_undo": ["'{1}'"],
    "assignments_undo_others": ["'{1}'"],
    "allocation_skipped_locked": ["5", "'{}'"],
    "allocation_next": ["'{}'"],
    "allocation_stayed": ["'{held1,held2}'"],
    "bot_backlog": [],
    "allocation_waiting": [],
    "codes_read": ["'{1000000001,1000000002}'"],
    "codes_counted": ["'{1000000001,1000000002}'", "'{3@truerealestate.bali}'", "500"],
    "codes_over": ["'{1000000001}'"],
    "codes_wrong": ["'{1}'"],
    "codes_due": ["4", "'{1,2}'"],
    "codes_untold": ["'{1,2}'", "0"],
    "codes_tell": ["'{1}'", "'{\"{}\"}'"],
    "codes_next": ["'{1,2}'"],
    "codes_sending": ["'{1}'", "'{x}'"],
    "codes_result": ["'{1}'", "'{queued}'", "'{1}'", "'{x}'", "'{f}'", "'{\"{}\"}'"],
    "calendar_jobs_claim": ["4", "'{1,2}'", "1"],
    "calendar_jobs_next": ["'{1,2}'"],
    "calendar_jobs_done": ["'{1}'", "'{0}'"],
    "calendar_jobs_retry": ["'{1}'", "'{0}'", "'{1}'", "'{x}'"],
    "calendar_jobs_give_up": ["'{1}'", "'{0}'", "'{x}'"],
    "invites_read": ["'{x,y}'", "'{1000000001,1000000002}'"],
    "invites_hold": ["'{x}'", "'{1000000001}'"],
    "invites_use": ["'{x}'", "'{1000000001}'"],
    "outbox_insert": ["'{1000000001}'", "'{sendMessage}'", "'{\"{}\"}'", "'{0}'", "'{t}'", "'{1}'", "'{1}'",
                      "'{f}'", "'{NULL}'"],
    "hours_read": ["'{c4ca4238-a0b9-2382-0dcc-509a6f75849b}'", "'{1000000001}'", "'Asia/Makassar'"],
    "hours_windows": ["'{c4ca4238-a0b9-2382-0dcc-509a6f75849b}'", "'{1000000001}'", "NULL", "'Asia/Makassar'", "0", "1000"],
    "slots_busy": ["'{c4ca4238-a0b9-2382-0dcc-509a6f75849b}'", "'{1000000001}'", "0", "5000"],
    "slots_unknown": ["'{c4ca4238-a0b9-2382-0dcc-509a6f75849b}'"],
    "hours_clear": ["'{c4ca4238-a0b9-2382-0dcc-509a6f75849b}'"],
    "outbox_albums": ["'{1000000001}'", "'{7}'", "'{1}'", "'{a}'", "'{\"{}\"}'", "'{NULL}'", "'{0}'"],
    "outbox_thin": ["'{1000000001,1000000001}'", "20"],
}

# what is to be so before
BEFORE = {
    "calendar_token_dead": [f"INSERT INTO {tables.calendar_accounts} (rep, sub, email, scopes, refresh_token) VALUES"
                            " (md5('1')::uuid, 'x', 'x', 'x', '\\x00') ON CONFLICT (rep) DO UPDATE SET refresh_token = '\\x00', state = 'connected'"],
    "calendar_target_gone": [f"INSERT INTO {tables.calendar_accounts} (rep, sub, email, scopes, target, connected_at) VALUES"
                             " (md5('1')::uuid, 'x', 'x', 'x', 'x', timestamptz 'epoch') ON CONFLICT (rep) DO UPDATE"
                             " SET target = 'x', connected_at = timestamptz 'epoch'"],
    "oauth_exchange_end": [f"INSERT INTO {tables.oauth_exchanges} (id, rep, user_id) VALUES (1, gen_random_uuid(), 1)"],
    "invites_use": [f"UPDATE {tables.invites} SET held_by = 1000000001 WHERE token_hash = 'x'"],
    "assignments_undo": [f"UPDATE {tables.assignments} SET reason = 'declined', ended_at = now() WHERE id = 1",
                         "UPDATE public.test_prospects SET assigned_rep_id = NULL WHERE id = (SELECT prospect"
                         f" FROM {tables.assignments} WHERE id = 1)"],
}
# these are run alone, after plan_by_index
ALONE = {"bot_backlog"}
# these count, up to so many
COUNTED = {"codes_counted": 500, "prospects_found": 3 * 500, "managed_waits": 3 * 1001, "bot_backlog": 10_000, "allocation_waiting": 10_000}


def execute(name):
    return f"EXECUTE {name}" + (f" ({', '.join(HOT[name])})" if HOT[name] else "")


def session_settings():
    source = "".join(path.read_text() for path in sorted((ROOT / "src" / "db").glob("*.c")))
    literals = re.search(r"session_defaults\[\] =(.*?);\n", source, re.S).group(1)
    return "".join(re.findall(r'"([^"]*)"', literals))


# what other hands do, a row or a thousand at once
CHANGES = [
    "INSERT INTO public.test_prospects (id, telegram_id, name) VALUES ('new', '@x', 'X')",
    "UPDATE public.test_prospects SET assigned_rep_id = md5('1')::uuid WHERE id = 'waiting1'",
    "UPDATE public.test_prospects SET assigned_rep_id = md5('1')::uuid WHERE id ~ '^waiting1...$'",
    "UPDATE public.test_prospects SET assigned_rep_id = NULL WHERE id IN ('held7', 'held8')",
    "UPDATE public.test_prospects SET telegram_id = '@other' WHERE id = 'held7'",
    "UPDATE public.test_prospects SET telegram_id = '@other' WHERE id ~ '^held1...$'",
    "UPDATE public.test_prospects SET status = 'converted' WHERE id = 'held7'",
    "UPDATE public.test_prospects SET updated_at = now() WHERE id ~ '^held1...$'",
    "DELETE FROM public.test_prospects WHERE id IN ('held7', 'waiting7')",
    "DELETE FROM public.test_prospects WHERE id ~ '^(held|waiting)1...$'",
    "INSERT INTO public.sales_representatives (telegram_id, name, email) VALUES (1, 'New One', 'new@truerealestate.bali')",
    "UPDATE public.sales_representatives SET email = 'other@truerealestate.bali' WHERE telegram_id = 1000000007",
    "UPDATE public.sales_representatives SET telegram_id = 7 WHERE telegram_id = 1000000007",
    "UPDATE public.sales_representatives SET status = 'suspended' WHERE telegram_id = 1000000007",
    "UPDATE public.sales_representatives SET status = 'suspended' WHERE telegram_id BETWEEN 1000000001 AND 1000001000",
]


def fill_theirs(cursor):
    cursor.execute("""
        INSERT INTO public.sales_representatives (id, telegram_id, name, email)
            SELECT md5(n::text)::uuid, 1000000000 + n, 'Rep ' || n, n || '@truerealestate.bali' FROM generate_series(1, %(n)s) n;
        INSERT INTO public.test_prospects (id, telegram_id, name, assigned_rep_id)
            SELECT 'held' || row_number() OVER (), '@x', 'X', id FROM public.sales_representatives;
        INSERT INTO public.test_prospects (id, telegram_id, name)
            SELECT 'waiting' || n, '@x', 'X' FROM generate_series(1, %(n)s) n;
    """, {"n": MANY})


def fill_ours(cursor):
    cursor.execute(f"""
        INSERT INTO {tables.user_sessions} (user_id) SELECT telegram_id FROM public.sales_representatives;
        INSERT INTO {tables.assignments} (prospect, rep)
            SELECT id, assigned_rep_id FROM public.test_prospects WHERE assigned_rep_id IS NOT NULL;
        INSERT INTO {tables.prospect_identities} (prospect, kind, value)
            SELECT 'held' || n, 'username', 'buyer_' || n FROM generate_series(1, %(n)s) n;
        INSERT INTO {tables.outbox} (chat_id, method, payload)
            SELECT 1000000000 + n %% 1000, 'sendMessage', '{{}}' FROM generate_series(1, %(n)s) n;
        INSERT INTO {tables.broadcasts} (id, admin, said, author, text, about, state)
            SELECT n, 1000000000 + n, 7, 'x', 'x', 'x', 'sending' FROM generate_series(1, 100) n;
        INSERT INTO {tables.broadcast_recipients} (broadcast, rep, chat_id, state)
            SELECT 1 + telegram_id %% 2, id, CASE WHEN telegram_id %% 4 < 2 THEN telegram_id END,
                   CASE WHEN telegram_id %% 4 < 2 THEN 'sent' ELSE 'waiting' END FROM public.sales_representatives;
        INSERT INTO {tables.email_codes} (user_id, email, email_key, state, due_at)
            SELECT telegram_id, email, email, 'queued', now() + interval '1 minute' FROM public.sales_representatives;
        INSERT INTO {tables.calendar_jobs} (rep, kind, due_at)
            SELECT id, 'sync', CASE WHEN telegram_id %% 2 = 0 THEN 'infinity' ELSE now() + interval '1 minute' END
            FROM public.sales_representatives;
        INSERT INTO {tables.invites} (token_hash, ends_at, held_by)
            SELECT 'h' || n, now() + interval '1 day', 1000000000 + n FROM generate_series(1, %(n)s) n
            UNION ALL SELECT c, now() + interval '1 day', h FROM (VALUES ('x', NULL::bigint), ('y', NULL)) AS v (c, h);
        INSERT INTO {tables.rep_hours} (rep, weekday, opens, closes)
            SELECT r.id, d, '10:00', '19:00' FROM public.sales_representatives r, generate_series(1, 5) d;
        INSERT INTO {tables.rep_schedule} (rep) SELECT id FROM public.sales_representatives;
        INSERT INTO {tables.calendar_accounts} (rep, sub, email, scopes) SELECT id, id, 'x', '' FROM public.sales_representatives
            ON CONFLICT DO NOTHING;
        INSERT INTO {tables.calendars} (rep, calendar_id, summary, role, is_primary, selected, conflicts)
            SELECT id, 'c', 'c', 'owner', true, true, true FROM public.sales_representatives ON CONFLICT DO NOTHING;
        INSERT INTO {tables.calendar_busy} (rep, calendar_id, event_id, starts_at, ends_at)
            SELECT id, 'c', 'e', now(), now() + interval '1 hour' FROM public.sales_representatives ON CONFLICT DO NOTHING;
        INSERT INTO {tables.links} (token_hash, prospect) SELECT 'h' || n, 'held' || n FROM generate_series(1, %(n)s) n;
        INSERT INTO {tables.links} (token_hash, campaign) VALUES ('x', 'x');
        INSERT INTO {tables.conversations} (prospect, telegram_id)
            SELECT 'held' || n, 2000000000 + n FROM generate_series(10, %(n)s) n;
        INSERT INTO {tables.business_connections} (id, telegram_id, enabled, can_reply, can_read, connected_at)
            SELECT 'c' || n, 1000000000 + n, true, true, true, now() FROM generate_series(1, %(n)s) n;
        INSERT INTO {tables.business_chats} (connection, chat_id, prospect, incoming_at)
            SELECT 'c' || n, 2000000000 + n, 'held' || n, now() FROM generate_series(1, %(n)s) n;
        INSERT INTO {tables.business_messages} (connection, chat_id, message_id, from_chat, from_message, prospect)
            SELECT 'c' || n, 2000000000 + n, m, 1000000000 + n, m, 'held' || n FROM generate_series(1, %(n)s) n, generate_series(1, 3) m;
        INSERT INTO {tables.timers} (kind, prospect, due_at)
            SELECT 'reminder', 'held' || n, now() + interval '1 minute' FROM generate_series(10, %(n)s) n;
        INSERT INTO {tables.scripts} (version, script) VALUES ('x', '{{}}');
        INSERT INTO {tables.qualifications} (prospect, script, question)
            SELECT 'held' || n, 'x', 'a' FROM generate_series(10, %(n)s) n;
        INSERT INTO {tables.answers} (prospect, question, script, value, answer)
            SELECT 'held' || n, q, 'x', 'v', 'v' FROM generate_series(10, %(n)s) n, unnest('{{b,c,d}}'::text[]) q;
        INSERT INTO {tables.outbox} (chat_id, method, payload, summary_of)
            SELECT 1000000000 + n %% 1000, 'sendMessage', '{{}}', 'held' || n FROM generate_series(1, 2000) n;
        INSERT INTO {tables.prospect_events} (prospect, kind, chat_id, message_id)
            SELECT 'held' || n, 'note', 1000000000 + n, 7 FROM generate_series(1, %(n)s) n;
        INSERT INTO {tables.opt_outs} (telegram_id) SELECT 2000000000 + n FROM generate_series(1, %(n)s) n;
        INSERT INTO {tables.days_off} (rep, day) SELECT id, current_date + 1 FROM public.sales_representatives;
    """, {"n": MANY})


@pytest.fixture(scope="module")
def session(postgres, template):
    """Everything is planned while the tables are empty; then they fill up."""
    postgres.create("plans", template)
    connection = postgres.connect("plans")
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM public.test_prospects")
        cursor.execute("VACUUM")
        for statement in filter(None, map(str.strip, session_settings().split(";"))):
            cursor.execute(statement)
        for name in HOT:
            cursor.execute(f"PREPARE {name} AS {TEXTS[name]}")
            cursor.execute(f"EXPLAIN {execute(name)}")
        fill_theirs(cursor)
        for change in CHANGES:
            cursor.execute(f"BEGIN; {change}; ROLLBACK")
        fill_ours(cursor)
        cursor.execute(TEXTS["plans_discard"])
    yield connection
    connection.close()
    postgres.drop("plans")


def rows_looked_at(node, besides=None):
    """What scans returned and threw away, over all loops, but of one table."""
    loops = node.get("Actual Loops", 1)
    own = 0
    if node.get("Relation Name", "") != besides and "Scan" in node["Node Type"] and node["Node Type"] not in ("CTE Scan", "Function Scan", "Subquery Scan"):
        own = (node.get("Actual Rows", 0) + node.get("Rows Removed by Filter", 0)
               + node.get("Rows Removed by Index Recheck", 0)) * loops
    return own + sum(rows_looked_at(child, besides) for child in node.get("Plans", []))


@pytest.mark.parametrize("name", sorted(HOT))
def test_the_statement_looks_at_few_rows(session, name):
    looks_at_few_rows(session, name, *BEFORE.get(name, []))


# that a statement is not in HOT is a decision: it runs at a start, at a sweep, when something is changed by hand or by an
# admin, has nothing to search, reads no table of ours (lock_holders), or goes through all reps (allocation_reps)
def test_every_statement_is_hot_or_said_to_be_cold():
    """`-- name: x cold`: so seldom, or on so few rows ever, that it may look at all of them."""
    said = {name for path in FILES for name in re.findall(r"^-- name: (\w+) cold$", path.read_text(), re.M)}
    others = {name for name in TEXTS if not name.startswith(("doctor_", "operator_", "demo_"))}
    assert not said & set(HOT)
    assert others == said | set(HOT), "a row in HOT, or `cold` behind the name"


@pytest.mark.parametrize("name", ["clients_page", "clients_card"])
def test_a_page_of_a_rep_with_very_many_clients_looks_at_few_of_them(session, name):
    looks_at_few_rows(session, name, "UPDATE public.test_prospects SET assigned_rep_id = md5('1')::uuid,"
                      " created_at = CASE WHEN id ~ '1$' THEN NULL ELSE now() - random() * interval '1 year' END WHERE id ~ '^waiting'",
                      allowed=20)


@pytest.mark.parametrize("name", ["allocation_declined", "allocation_exhausted", "allocation_apart_end"])
def test_of_those_that_wait_for_a_rep_with_room_a_slice_is_looked_at(session, name):
    """The one rep with room has declined them all, another one has not and has no room."""
    looks_at_few_rows(
        session, name, f"INSERT INTO {tables.declined_prospects} (prospect, since)"
        " SELECT id, now() - interval '1 day' + row_number() OVER () * interval '1 ms' FROM public.test_prospects"
        " WHERE assigned_rep_id IS NULL",
        f"INSERT INTO {tables.assignments} (prospect, rep, ended_at, reason) SELECT prospect, md5('1')::uuid, now(), 'declined'"
        f" FROM {tables.declined_prospects}",
        f"DELETE FROM {tables.rep_rotation} WHERE rep NOT IN (md5('1')::uuid, md5('2')::uuid)",
        "UPDATE public.test_prospects SET assigned_rep_id = md5('2')::uuid WHERE id ~ '^held1...$'",
        besides="sales_representatives", allowed=25 * 20) # a rep is looked for among all of them


def test_who_has_room_is_found_once_and_not_for_each_declined_prospect(session):
    """Sixty reps, all with room: the one whose turn it is has declined what waits, the next one takes it."""
    looks_at_few_rows(
        session, "allocation_declined",
        f"DELETE FROM {tables.rep_rotation} WHERE rep NOT IN (SELECT md5(n::text)::uuid FROM generate_series(1, 60) n)",
        f"INSERT INTO {tables.declined_prospects} (prospect, since) SELECT 'waiting' || n, now() - interval '1 day' + n * interval '1 ms'"
        " FROM generate_series(1, 25) n",
        f"INSERT INTO {tables.assignments} (prospect, rep, ended_at, reason)"
        " SELECT 'waiting' || n, d.rep, now(), 'declined' FROM generate_series(1, 25) n,"
        f" (SELECT rep, row_number() OVER (ORDER BY last_reassigned_turn, last_assigned_turn, rep) AS place FROM {tables.rep_rotation}) d"
        " WHERE d.place <= CASE WHEN n < 25 THEN 1 ELSE 2 END",
        besides="sales_representatives", allowed=10 * 60)


@pytest.mark.parametrize("name", ["allocation_declined", "allocation_exhausted"])
def test_what_nobody_will_take_is_not_looked_at_at_every_wake(session, name):
    looks_at_few_rows(session, name, f"INSERT INTO {tables.declined_prospects} (prospect, exhausted, escalated_at)"
                      " SELECT id, true, now() FROM public.test_prospects WHERE assigned_rep_id IS NULL")


@pytest.mark.parametrize("change", CHANGES)
def test_the_triggers_of_a_change_look_at_few_rows(session, change):
    """By what the server itself counts, as the plans inside a function cannot be asked for."""
    looked = ("SELECT relname, seq_tup_read + coalesce(idx_tup_fetch, 0) FROM pg_stat_xact_user_tables"
              " WHERE relname <> ALL ('{test_prospects,sales_representatives}')")
    with session.cursor() as cursor:
        for _ in range(7):  # a function plans anew five times, and then once for all
            cursor.execute("BEGIN")
            try:
                cursor.execute(looked)
                before = dict(cursor.fetchall())
                cursor.execute(change)
                changed = cursor.rowcount
                cursor.execute(looked)
                rows = {table: count - before[table] for table, count in cursor.fetchall() if count > before[table]}
            finally:
                cursor.execute("ROLLBACK")
            assert max(rows.values(), default=0) < 500 + 5 * changed, rows


def test_the_doubt_about_a_calendar_looks_at_few_rows(session):
    looked = ("SELECT sum(seq_tup_read + coalesce(idx_tup_fetch, 0)) FROM pg_stat_xact_user_tables"
              " WHERE relname IN ('calendars', 'calendar_accounts')")
    with session.cursor() as cursor:
        for _ in range(7):
            cursor.execute("BEGIN")
            try:
                cursor.execute(looked)
                before = cursor.fetchone()[0]
                cursor.execute("SELECT salesreg.calendar_doubt(md5('1')::uuid)")
                assert cursor.fetchone()[0] == "unread"
                cursor.execute(looked)
                assert 0 < cursor.fetchone()[0] - before < 10
            finally:
                cursor.execute("ROLLBACK")


@pytest.mark.parametrize("words", ["wanted", "want", "person wanted"])
def test_of_names_few_are_looked_at(session, words):
    """A name with its words, among very many others."""
    looked = "SELECT seq_tup_read + coalesce(idx_tup_fetch, 0) FROM pg_stat_xact_user_tables WHERE relname = 'test_prospects'"
    with session.cursor() as cursor:
        cursor.execute("BEGIN")
        try:
            cursor.execute("UPDATE public.test_prospects SET name = 'Wanted Person' WHERE id IN ('held7', 'waiting7')")
            for _ in range(7):
                cursor.execute(looked)
                before = cursor.fetchone()[0]
                cursor.execute("SELECT * FROM salesreg.prospects_named(%s, true, 201)", [words])
                assert sorted(row[0] for row in cursor.fetchall()) == ["held7", "waiting7"]
                cursor.execute(looked)
                assert cursor.fetchone()[0] - before < 10
        finally:
            cursor.execute("ROLLBACK")


def test_what_waits_is_looked_at_as_far_as_was_asked(session):
    looked = "SELECT sum(seq_tup_read + coalesce(idx_tup_fetch, 0)) FROM pg_stat_xact_user_tables"
    with session.cursor() as cursor:
        for _ in range(7):
            cursor.execute("BEGIN")
            try:
                cursor.execute(looked)
                before = cursor.fetchone()[0]
                cursor.execute("SELECT count(*) FROM salesreg.waiting_now(100)")
                assert cursor.fetchone()[0] == 200
                cursor.execute(looked)
                assert cursor.fetchone()[0] - before < 1000
            finally:
                cursor.execute("ROLLBACK")


def looks_at_few_rows(session, name, *before, allowed=0, besides=None):
    with session.cursor() as cursor:
        cursor.execute("BEGIN")
        try:
            for statement in before:
                cursor.execute(statement)
            if name in ALONE:
                cursor.execute(TEXTS["plan_by_index"])
            if before:
                cursor.execute(TEXTS["plans_discard"])
            cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {execute(name)}")
            plan = cursor.fetchone()[0]
        finally:
            cursor.execute("ROLLBACK")
    plan = plan if isinstance(plan, list) else json.loads(plan)
    looked = rows_looked_at(plan[0]["Plan"], besides)
    assert looked < 500 + COUNTED.get(name, 0) + allowed, f"{looked} rows of {MANY}: {json.dumps(plan, indent=1)}"
