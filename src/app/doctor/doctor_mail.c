#include "salesreg/app/doctor/doctor.h"
#include "salesreg/app/rules.h"

enum { LOOK_MS = 10000 };
static const char area[] = "mail";

static const char *what_to_do(enum mail_step step)
{
	switch (step) {
	case MAIL_STEP_REACH:
		return "see that host and port in SMTP_URL are the mail server's (mostly "
		       "smtp://…:587 or "
		       "smtps://…:465), and that this machine reaches it (network, firewall, "
		       "proxy)";
	case MAIL_STEP_TLS:
		return "use the port of the server that has STARTTLS (mostly 587), or smtps:// "
		       "with its port "
		       "(465); SMTP_TLS=optional only for a server on this machine, or one that "
		       "asks "
		       "for no password";
	case MAIL_STEP_CERTIFICATE:
		return "put the name that the certificate has into SMTP_URL; for an authority of "
		       "your own "
		       "set SSL_CERT_FILE";
	case MAIL_STEP_HELLO:
		return "the server is greeted by the domain of SMTP_FROM: set it to an address of "
		       "a domain "
		       "that the server serves";
	case MAIL_STEP_LOGIN:
		return "correct user and password in SMTP_URL (%40 for an @, %2F for a / in them); "
		       "some "
		       "servers want a password made for programs";
	case MAIL_STEP_SENDER:
		return "set SMTP_FROM to an address that this user may send from, or put the "
		       "server's user "
		       "and password into SMTP_URL; a relay has to let this machine in";
	case MAIL_STEP_DONE:
		break;
	}
	return "";
}

static const char *what_fails(enum mail_step step)
{
	switch (step) {
	case MAIL_STEP_REACH:
		return "the mail server is not reached";
	case MAIL_STEP_TLS:
		return "there is no TLS with the mail server as SMTP_URL and SMTP_TLS want it";
	case MAIL_STEP_CERTIFICATE:
		return "the mail server's certificate cannot be verified";
	case MAIL_STEP_HELLO:
		return "the mail server does not accept the greeting";
	case MAIL_STEP_LOGIN:
		return "the mail server does not let the user of SMTP_URL in";
	case MAIL_STEP_SENDER:
		return "the mail server does not take mail from SMTP_FROM";
	case MAIL_STEP_DONE:
		break;
	}
	return "";
}

void doctor_mail(struct doctor *d)
{
	struct mail_options options;
	struct mail_look look;
	struct buf problems;
	if (!rules_mail(&d->config, &options) || !d->bot_needed)
		return;
	buf_init(&problems, 64 * 1024);
	rules_check_mail(&d->config, d->arena, &problems);
	bool usable = problems.size == 0;
	buf_finish(&problems);
	if (!usable) { /* which is a finding of the configuration's */
		doctor_left_out(d, area, "the configuration has to be fixed first");
		return;
	}
	mail_look(&options, LOOK_MS, &look);
	doctor_checked(d, area, "the mail server (nothing was mailed)");
	if (look.failed_at == MAIL_STEP_DONE)
		return;
	doctor_find(d, (struct finding){look.for_now ? SEVERITY_WARNING : SEVERITY_SERIOUS, area,
			   "mail-server",
			   arena_printf(d->arena, "%s: %s", what_fails(look.failed_at),
			       arena_strdup(d->arena, look.reply)),
			   "codes are not mailed, so nobody can register or change the e-mail",
			   what_to_do(look.failed_at)});
}
