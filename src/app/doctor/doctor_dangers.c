#include "salesreg/app/doctor/doctor.h"
#include "salesreg/app/doctor/exposures.h"
#include "salesreg/db/address.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const char area[] = "configuration";

/* Files of secrets ---------------------------------------------------------------------------------------------------------*/

/* A directory on the way that lets nobody else through protects what is in it, whatever the mode of the file. */
static bool is_behind_a_door(const char *path)
{
	char *real = realpath(path, NULL);
	bool behind = false;
	struct stat found;
	for (char *slash; real && !behind && (slash = strrchr(real, '/')) && slash > real;) {
		*slash = '\0';
		behind = stat(real, &found) == 0 && (found.st_mode & S_IXOTH) == 0;
	}
	free(real);
	return behind;
}

/* Container engines mount secrets for the container's one user, with the mode that they have outside. */
static bool is_of_the_engine(const char *path)
{
	return strncmp(path, "/run/secrets/", strlen("/run/secrets/")) == 0 ||
	       getenv("KUBERNETES_SERVICE_HOST");
}

static void look_at_file(const struct config_given *given, void *data)
{
	struct doctor *d = data;
	struct stat found;
	if (!given->secret || !given->path || *given->path != '/' ||
	    stat(given->path, &found) != 0 || (found.st_mode & (S_IROTH | S_IWOTH)) == 0 ||
	    is_of_the_engine(given->path) || is_behind_a_door(given->path))
		return;
	doctor_find(d,
	    (struct finding){SEVERITY_WARNING, area, "secret-file",
		arena_printf(d->arena, "the file of %s, %s, may be %s by every user of the machine",
		    given->name, given->path, found.st_mode & S_IWOTH ? "written" : "read"),
		"there is a secret in it",
		arena_printf(d->arena, "chmod 600 %s (and chown it to the user of the workers)",
		    given->path)});
}

/* The example's password ---------------------------------------------------------------------------------------------------*/

/* A token that is for Telegram itself: an emulator, here or in the next container, is reached by http. */
static bool is_real(const struct doctor *d)
{
	return d->bot_id != 0 && d->config.telegram_api_base &&
	       strncmp(d->config.telegram_api_base, "https://", 8) == 0;
}

static void look_at_password(struct doctor *d)
{
	if (!secret_is_set(&d->config.database_url) ||
	    !db_address_has_example_password(secret_reveal(&d->config.database_url)))
		return;
	doctor_find(
	    d, (struct finding){is_real(d) ? SEVERITY_SERIOUS : SEVERITY_WARNING, area,
		   "example-password", "the database's password is the example's, changeme",
		   is_real(d) ? "it is what everybody tries first, and a real bot's data are in "
				"the database"
			      : "it is what everybody tries first",
		   "change it with ALTER ROLE … PASSWORD, then where it comes from: DATABASE_URL "
		   "(compose: POSTGRES_PASSWORD), PGPASSWORD, a service or a password file"});
}

/* Who is let in --------------------------------------------------------------------------------------------------------------*/

static void look_at_door(struct doctor *d)
{
	enum { AUTO = 0 };
	if (!d->config.email_domains || d->config.registration_approval != AUTO ||
	    secret_is_set(&d->config.smtp_url))
		return;
	doctor_find(d, (struct finding){SEVERITY_SERIOUS, area, "open-door",
			   arena_printf(d->arena,
			       "whoever types an address of %s into the bot becomes a rep at once",
			       d->config.email_domains),
			   "REGISTRATION_APPROVAL is auto and nothing proves that the address is "
			   "theirs, so any "
			   "stranger on Telegram is sent clients' names, contacts and notes",
			   "set SMTP_URL and SMTP_FROM, so that a code is mailed there, or "
			   "REGISTRATION_APPROVAL to invite (`salesreg rep invite` makes "
			   "links) or to admin "
			   "(with ADMIN_TELEGRAM_IDS)"});
}

/* Listeners ----------------------------------------------------------------------------------------------------------------*/

static void look_at_listener(struct doctor *d, const char *name, const char *address)
{
	bool any = address && (strncmp(address, "0.0.0.0:", 8) == 0 || *address == ':' ||
				  strncmp(address, "[::]:", 5) == 0);
	if (any)
		doctor_find(
		    d, (struct finding){SEVERITY_NOTE, area, "listens-everywhere",
			   arena_printf(
			       d->arena, "%s is %s: every address of this machine", name, address),
			   "whoever reaches the port may ask, and open as many connections as they "
			   "like",
			   "keep the port from strangers (a firewall, a NetworkPolicy as "
			   "docker/k8s/network-policy.yaml), or give one address: 127.0.0.1:PORT"});
}

/* Secrets on the wire ------------------------------------------------------------------------------------------------------*/

static void note_exposure(const struct exposure *e, void *data)
{
	struct doctor *d = data;
	doctor_find(d, (struct finding){e->severity, area, e->code, arena_strdup(d->arena, e->what),
			   e->why, e->fix});
	/* nor does doctor send it there */
	if (e->severity == SEVERITY_SERIOUS)
		d->may_call = false;
}

void doctor_dangers(struct doctor *d)
{
	exposures(&d->config, d->bot_needed ? CONFIG_READ_BY_ALL : CONFIG_READ_BY_OUTREACH,
	    note_exposure, d);
	look_at_listener(d, "METRICS_LISTEN", d->config.metrics_listen);
	if (d->config.google_client_id)
		look_at_listener(d, "OAUTH_LISTEN", d->config.oauth_listen);
	config_each_given(look_at_file, d);
	look_at_password(d);
	look_at_door(d);
}
