/*
 * Configuration: environment variables, each also as NAME_FILE (the value is read from that file, for mounted secrets).
 * One table gives parsing, defaults, units, --help, check-config and the documentation.
 * Ownership: the config owns its strings until config_finish(). Units: in the names and in the table.
 * Errors: config_load() says ERR_CONFIG and puts one line a problem into `problems`: variable, value (never a secret's),
 * rule. An empty value counts as not set, because compose files pass `${NAME:-}`.
 */
#pragma once
#include "salesreg/base/buf.h"
#include "salesreg/base/err.h"
#include "salesreg/base/secret.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { CONFIG_LIST_MAX = 64, CONFIG_VALUE_MAX = 1024 * 1024 };

struct config {
	struct secret smtp_url;
	char *smtp_from;
	int64_t smtp_tls;                              /* 0 required, 1 optional */
	struct secret owner_password, worker_password; /* of the database's roles */
	struct secret database_url, bot_token, google_client_secret, token_encryption_key;
	char *email_domains, *hand_over_words;
	bool outreach_enabled;
	int64_t outreach_interval_s, max_prospects_per_rep;
	char *prospect_hours;
	int64_t prospect_messages_per_day, follow_up_h; /* 0: none */
	int64_t assignment_strategy;   /* 0 round_robin, 1 least_loaded: enum strategy */
	int64_t calendar_account;      /* 0 same, 1 domain, 2 any */
	int64_t registration_approval; /* 0 auto, 1 admin, 2 invite */
	int64_t admin_ids[CONFIG_LIST_MAX];
	size_t admin_count;
	int64_t locale; /* enum locale */
	char *telegram_api_base;
	bool allow_plain_http;
	int64_t rate_limit_per_s, chat_rate_limit_per_s; /* 0 = no limit of ours */
	char *google_client_id, *google_auth_url, *google_token_url, *google_revoke_url,
	    *google_calendar_base;
	char *oauth_public_url, *oauth_listen;
	int64_t history_retention_days, prospect_retention_days, outbox_hold_hours,
	    unreachable_grace_min;
	char *time_zone;
	int64_t log_level, log_format; /* enum log_level, enum log_format */
	int64_t db_pool_size;
	char *metrics_listen, *run_dir, *workers, *messages, *qualification;
	bool debug_cores, syscall_filter;
};

/* What the caller cannot do without; others may stay unset. */
enum config_need { CONFIG_NEEDS_DATABASE = 1, CONFIG_NEEDS_TOKEN = 2, CONFIG_NEEDS_GOOGLE = 4 };

/* Who reads a variable. Commands for operators are among the readers of what they need. */
enum config_reader {
	CONFIG_READ_BY_BOT = 1,
	CONFIG_READ_BY_OUTREACH = 2,
	CONFIG_READ_BY_OAUTH = 4,
	CONFIG_READ_BY_ALL = 7,
	CONFIG_READ_BY_MIGRATE = 8 /* by `salesreg migrate --roles` alone */
};
/* Of those who cannot do without this. */
unsigned config_readers(unsigned needs);

/* Those of whom WORKERS names, as far as this version starts them: what `supervise` is for. */
unsigned config_readers_of_workers(void);
/* Of a worker by its name; all of them, if there is none of that name. */
unsigned config_reader_of(const char *worker);

/* What the worker that SALESREG_ROLE names must have; if it names none, what all of them must: in a container of one role, what
 * that role does not need may be missing. For config_load(). */
unsigned config_needs_of_role(void);

MUST_CHECK enum err config_load(struct config *c, unsigned needs, struct buf *problems);
/* The same for a process that reads as `readers`: what is only read by others stays at its default, whatever it is set to. */
MUST_CHECK enum err config_load_for(
    struct config *c, unsigned needs, unsigned readers, struct buf *problems);
void config_finish(struct config *c);

/*
 * Before config_load(), of a name in the table, as that will read it, from its file and without the white space around it.
 * Of a switch: whether it is a word for yes.
 */
bool config_is_on(const char *name);
/* From here on the environment has it like that. False: it cannot be read, and a problem was noted. */
MUST_CHECK bool config_settle(const char *name, struct buf *problems);
/* Whether a process that reads as these needs this variable of the environment ("NAME=value"): its own, and the libraries'. */
bool config_passes(const char *variable, unsigned readers);
/* Wipes the secrets that none of these reads. 0: all. */
void config_drop(struct config *c, unsigned readers);
/* Wipes the secrets of this table out of the environment, once they are read: children get none of them any more. */
void config_clear_environment(void);
/* Wipes out of the environment whatever config_passes() refuses these. Before there is a second thread. */
void config_keep_environment(unsigned readers);
/* The same with one variable. */
void config_forget(const char *name);

/* A variable that is set, as it was given: not trimmed, not parsed. */
struct config_given {
	const char *name, *value; /* for the call only */
	const char *path;         /* of the file it was read from, or NULL */
	bool secret;
};
void config_each_given(void (*each)(const struct config_given *given, void *data), void *data);

/* What a URL takes along over the wire. */
enum config_carries {
	CONFIG_CARRIES_NOTHING,
	CONFIG_CARRIES_USER,     /* what stands before its @, if there is a password in it */
	CONFIG_CARRIES_TOKEN,    /* a token of ours, which opens everything for whoever reads it */
	CONFIG_CARRIES_DATABASE, /* a libpq URI: db/address.h */
	CONFIG_CARRIES_MAIL,     /* codes that prove an e-mail; SMTP_TLS says how */
};
struct config_url {
	const char *name, *value; /* for the call only */
	enum config_carries carries;
};
/* The URLs that are set, carry a secret that is set, too, and are read by one of these. */
void config_each_url(const struct config *c, unsigned readers,
    void (*each)(const struct config_url *url, void *data), void *data);

/* The i-th variable of the table; NULL: there are no more. */
const char *config_name(size_t i);
/* The table as text: for --help, in lines to be wrapped so that they go on at that column, and as Markdown for the documentation. */
enum { CONFIG_DESCRIBE_INDENT = 6 };
void config_describe(struct buf *out, bool markdown);
/* What is in force, a variable a line; secrets show only whether they are set. */
void config_dump(const struct config *c, struct buf *out);
