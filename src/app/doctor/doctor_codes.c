#include "salesreg/app/bot/mail/code_limits.h"
#include "salesreg/app/doctor/doctor.h"
#include "salesreg/store/doctor.h"

static const char area[] = "reps";
static const char keep_out[] =
    "if they are strangers, REGISTRATION_APPROVAL=invite keeps them from asking for codes at all; "
    "the "
    "limits themselves end by and by, and who has the mailbox is still sent two mails a day";

/* Whoever has the mailbox, and does not ask for the codes, is bothered by them. */
static void find_mailbox(struct doctor *d, const struct doctor_code_limit *row)
{
	bool guessed = row->wrong >= WRONG_FOR_MAILBOX_DAY;
	const char *who =
	    arena_printf(d->arena, "%lld Telegram account%s (%s%s)", (long long)row->people,
		row->people == 1 ? "" : "s", row->some, row->people > 5 ? ", …" : "");
	doctor_find(d,
	    (struct finding){SEVERITY_WARNING, area, guessed ? "codes-guessed" : "code-limit",
		guessed ? arena_printf(d->arena,
			      "%lld wrong codes for %s were typed within a day by %s",
			      (long long)row->wrong, row->mailbox, who)
			: arena_printf(d->arena,
			      "%lld mails with codes went to %s within the last hour, for %s",
			      (long long)row->mails, row->mailbox, who),
		guessed
		    ? "somebody may be trying to guess one; each code for this mailbox has two "
		      "tries for now"
		    : "somebody may be filling the mailbox; accounts that ask for more are told to "
		      "wait",
		keep_out});
}

static void find_person(struct doctor *d, const struct doctor_code_limit *row)
{
	doctor_find(
	    d, (struct finding){SEVERITY_NOTE, area, "code-limit",
		   arena_printf(d->arena,
		       "Telegram account %lld has asked for %lld mails with codes within the last "
		       "hour, "
		       "and typed %lld wrong codes within a week",
		       (long long)row->person, (long long)row->mails, (long long)row->wrong),
		   "what is beyond the limits is not mailed until that is past",
		   "if you know whose it is, see with them where their mail goes; a stranger needs "
		   "nothing"});
}

static void find_all(struct doctor *d, const struct doctor_code_limit *row)
{
	doctor_find(d,
	    (struct finding){SEVERITY_WARNING, area, "code-limit",
		arena_printf(d->arena,
		    "%lld mails with codes were asked for within the last hour, by %lld Telegram "
		    "accounts",
		    (long long)row->mails, (long long)row->people),
		"that is the limit in all: who has asked for two within a day is told to wait",
		keep_out});
}

void doctor_codes(struct doctor *d, struct db_session *session)
{
	static const struct doctor_code_bounds bounds = {
	    .to_mailbox = MAILS_TO_MAILBOX_HOUR,
	    .in_all = MAILS_IN_ALL_HOUR,
	    .to_person = MAILS_TO_PERSON_HOUR,
	    .to_person_day = MAILS_TO_PERSON_DAY,
	    .wrong_for_mailbox = WRONG_FOR_MAILBOX_DAY,
	    .wrong_of_person = WRONG_OF_PAIR_DAY,
	};
	struct doctor_code_limit *rows;
	size_t count;
	if (!doctor_code_limits(session, d->arena, &bounds, &rows, &count)) {
		doctor_refused(d, session, "limits on codes");
		return;
	}
	for (size_t i = 0; i < count; i++) {
		if (rows[i].mailbox)
			find_mailbox(d, &rows[i]);
		else if (rows[i].person)
			find_person(d, &rows[i]);
		else
			find_all(d, &rows[i]);
	}
}
