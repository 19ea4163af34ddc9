#include "salesreg/app/doctor/exposures.h"
#include "salesreg/base/wire.h"
#include "salesreg/db/address.h"
#include <stdio.h>

enum { TEXT_SIZE = WIRE_HOST_SIZE + 160, SMTP_TLS_REQUIRED = 0 };

struct looking {
	const struct config *config;
	void (*found)(const struct exposure *, void *);
	void *data;
};

/* A network of one's own is worth a word where somebody asks, not at each start. */
static enum severity gravity_of(enum wire_reach reach)
{
	return reach == WIRE_PRIVATE ? SEVERITY_NOTE : SEVERITY_WARNING;
}

static void look_at_token(const struct looking *l, const struct config_url *url)
{
	char host[WIRE_HOST_SIZE], what[TEXT_SIZE];
	if (!wire_is_open(url->value, host))
		return;
	bool allowed = l->config->allow_plain_http;
	enum severity severity = allowed ? gravity_of(wire_reach(host)) : SEVERITY_SERIOUS;
	(void)snprintf(
	    what, sizeof what, "%s is an http:// address of another machine, %s", url->name, host);
	l->found(
	    &(struct exposure){url->name, severity, "token-in-clear", what,
		"whoever can read that network gets the token, and all that people write",
		allowed ? "use https:// if that network is not yours alone; ALLOW_PLAIN_HTTP "
			  "is true"
			: "use https://, or set ALLOW_PLAIN_HTTP=true if that network is yours "
			  "alone (a compose network, as a rule)"},
	    l->data);
}

static void look_at_user(const struct looking *l, const struct config_url *url)
{
	char host[WIRE_HOST_SIZE], what[TEXT_SIZE];
	if (!wire_is_open(url->value, host))
		return;
	(void)snprintf(what, sizeof what, "%s has a password in it, which goes to %s in clear",
	    url->name, host);
	l->found(&(struct exposure){url->name, gravity_of(wire_reach(host)), "password-in-clear",
		     what, "whoever can read that network gets the password",
		     "use an https:// proxy, or one that asks for no password"},
	    l->data);
}

static void look_at_database(const struct looking *l, const struct config_url *url)
{
	struct db_address to;
	char host[WIRE_HOST_SIZE], what[TEXT_SIZE];
	if (uri_doubt_may_quote_password(uri_doubt(url->value)))
		return; /* the configuration is refused for that */
	db_address_read(&to, url->value);
	enum wire_reach reach = db_address_reach(&to, host);
	if (reach == WIRE_HERE)
		return;
	(void)snprintf(what, sizeof what,
	    "%s leads to another machine, %s, without verified TLS (sslmode=%s)", url->name, host,
	    to.ssl_mode[0] ? to.ssl_mode : "prefer");
	l->found(&(struct exposure){url->name, gravity_of(reach), "database-in-clear", what,
		     "whoever can change that network can read and alter what goes to and fro, the "
		     "password perhaps",
		     "if that network is not yours alone: sslmode=verify-full&sslrootcert=FILE"},
	    l->data);
}

/* Its password, if there is one, goes by TLS or not at all: http/mail.h. */
static void look_at_mail(const struct looking *l, const struct config_url *url)
{
	char host[WIRE_HOST_SIZE], what[TEXT_SIZE];
	if (l->config->smtp_tls == SMTP_TLS_REQUIRED || !wire_is_open(url->value, host))
		return;
	(void)snprintf(what, sizeof what,
	    "SMTP_TLS=optional lets mails go in clear to another machine, %s", host);
	l->found(&(struct exposure){url->name, gravity_of(wire_reach(host)), "mail-in-clear", what,
		     "whoever can read that network gets the codes that prove an e-mail",
		     "SMTP_TLS=required, or smtps://, if that network is not yours alone"},
	    l->data);
}

static void look(const struct config_url *url, void *data)
{
	switch (url->carries) {
	case CONFIG_CARRIES_NOTHING:
		break;
	case CONFIG_CARRIES_TOKEN:
		look_at_token(data, url);
		break;
	case CONFIG_CARRIES_USER:
		look_at_user(data, url);
		break;
	case CONFIG_CARRIES_MAIL:
		look_at_mail(data, url);
		break;
	case CONFIG_CARRIES_DATABASE:
		look_at_database(data, url);
		break;
	}
}

void exposures(const struct config *c, unsigned readers,
    void (*found)(const struct exposure *exposure, void *data), void *data)
{
	struct looking l = {c, found, data};
	config_each_url(c, readers, look, &l);
}

struct lines {
	struct buf *problems, *warnings;
};

static void say(const struct exposure *e, void *data)
{
	const struct lines *lines = data;
	struct buf *to = e->severity == SEVERITY_SERIOUS   ? lines->problems
			 : e->severity == SEVERITY_WARNING ? lines->warnings
							   : NULL;
	if (to)
		buf_addf(to, "%s: %s; %s\n", e->what, e->why, e->fix);
}

void exposures_say(
    const struct config *c, unsigned readers, struct buf *problems, struct buf *warnings)
{
	struct lines lines = {problems, warnings};
	exposures(c, readers, say, &lines);
}
