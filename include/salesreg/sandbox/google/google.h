/*
 * An emulator of Google's OAuth 2.0 and Calendar API v3, beside the Bot API and on the same port. It believes nothing it has
 * not given out itself: redirect URI, client, verifier, single use, expiry and the scope of each call are enforced, and a
 * revocation ends the whole grant.
 *
 * Ownership: google_create() to google_destroy() (NULL is fine); the sandbox owns it.
 * Units: seconds and milliseconds as named; its clock is the sandbox's (/sandbox/clock).
 * Errors: Google's own; control calls as those of sandbox.h.
 * Callbacks: none.
 * Facts: developers.google.com/identity/protocols/oauth2/web-server and /identity/openid-connect/openid-connect;
 * developers.google.com/calendar/api/v3/reference. What Google does not document is said where it is decided.
 *
 * FOR CLIENTS
 *   GET, POST /google/o/oauth2/v2/auth   account chooser and consent, HTML forms, no script
 *   POST /google/token                   authorization_code, refresh_token
 *   POST /google/revoke
 *   /google/calendar/v3/…                users/me/calendarList, calendars/ID/events[/ID], freeBusy
 *
 * CONTROL API, below /sandbox/google/
 *   GET  project   → {"project":{client_id, audience, …}}
 *   POST project   {client_id?, client_secret?, second_secret?, redirects?:[…], audience?, organisation?, deleted?,
 *                   api_disabled?, trusted?}
 *                  audience: production, unverified, testing (refresh tokens die after 7 days, only test users), internal.
 *                  redirects []: any http://127.0.0.1, http://localhost or http://[::1] again.
 *   GET  accounts  → {"accounts":[{sub, email, name, hd, granted, refresh_tokens, …}]}
 *   POST accounts  {email, sub?, name?, hd?, zone?, email_verified?, test_user?, blocked?, disabled?}
 *                  Known by sub or, without one, by e-mail: updated. blocked: by the Workspace's administrator
 *                  (admin_policy_enforced). disabled: every token of it is dead.
 *   POST tokens    {account, do}: "expire" (access tokens, now), "kill" (refresh tokens: revoked, expired, password),
 *                  "revoke" (the user withdraws the whole grant)
 *   GET  calendars?account=A                 → {"calendars":[{id, summary, role, primary, selected, zone, …}]}
 *   POST calendars {account, id?, summary?, role?, selected?, zone?, unreadable?, forget_sync?, remove?}
 *                  Into the account's list: a new one without id, one that others have with theirs. role: owner, writer,
 *                  reader, freeBusyReader. zone: of the zone database, Asia/Makassar at first.
 *                  unreadable: the reason of an error entry in freeBusy, "" for none. forget_sync: sync tokens given so far
 *                  are 410 fullSyncRequired. remove: out of the list.
 *   GET  events?account=A&calendar=primary   → {"events":[…], "zone"}, as events.get has them, deleted ones with status cancelled
 *   POST events    {account, calendar?, event:{…}}    as if by hand: made, or with the id of one there is, put in its place;
 *                  organizer and answers of attendees as given
 *                  {account, calendar?, delete:ID}
 *   GET  faults, DELETE faults, POST faults   see rules.h
 *   GET  journal?after=SEQ&limit=N            → {"calls":[…], "last_seq"}, see call.h
 *   DELETE journal
 */
#pragma once
#include "salesreg/base/buf.h"
#include "salesreg/http/server.h"
#include <jansson.h>

struct google;
struct sandbox;
/* redirects: what the client may ask for, NULL-terminated; NULL: any on this machine. */
struct google *google_create(struct sandbox *s, const char *const *redirects);
void google_destroy(struct google *g);

/* For the chat page (stream.h): accounts, and whether their calendars have changed. */
void google_write_news(const struct google *g, struct buf *out);

/* Whatever begins with "/google/". */
void google_handle(struct sandbox *s, struct http_exchange *x, const char *path);
