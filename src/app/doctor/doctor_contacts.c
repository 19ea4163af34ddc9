/* Prospects whose contact leads nowhere, and those who are one person. */
#include "salesreg/app/doctor/doctor.h"
#include "salesreg/domain/contact/contact.h"
#include "salesreg/store/doctor.h"

enum { EXAMPLES = 3 };

static void same_person(struct doctor *d, struct db_session *s)
{
	int64_t pairs, apart;
	const char *example;
	if (!doctor_same_person(s, d->arena, &pairs, &apart, &example)) {
		doctor_refused(d, s, "prospects of one person");
		return;
	}
	if (pairs == 0)
		return;
	doctor_find(
	    d, (struct finding){SEVERITY_NOTE, "prospects", "same-person",
		   arena_printf(d->arena,
		       "%lld %s of open prospects %s the same person, %lld of them with two reps: "
		       "%s%s",
		       (long long)pairs, pairs == 1 ? "pair" : "pairs", pairs == 1 ? "is" : "are",
		       (long long)apart, example, pairs == 1 ? "" : "; …"),
		   "they have the same username, id, phone number or e-mail; a new one goes to the "
		   "rep "
		   "who has the other, but what is assigned stays where it is",
		   "set the status of the one that is not needed to archived, or correct its "
		   "contact"});
}

void doctor_people(struct doctor *d, struct db_session *s)
{
	static const char area[] = "prospects";
	struct arena *a = d->arena;
	same_person(d, s);
	struct doctor_contact *rows;
	size_t count, lost = 0;
	if (!doctor_contacts(s, a, &rows, &count)) {
		doctor_refused(d, s, "contacts of prospects");
		return;
	}
	const char *examples = "";
	for (size_t i = 0; i < count; i++) {
		struct contact contact;
		enum contact_problem problem = contact_parse(rows[i].telegram, a, &contact);
		const char *reason = problem != CONTACT_NO_PROBLEM
					 ? contact_problem_sentence(problem)
					 : "Telegram does not let the bot link to this id";
		if ((problem == CONTACT_NO_PROBLEM && !rows[i].hidden) ||
		    (problem == CONTACT_NOTHING && rows[i].has_email))
			continue;
		if (lost++ < EXAMPLES)
			examples =
			    arena_printf(a, "%s%s%s (%s): %s", examples, *examples ? "; " : "",
				rows[i].prospect, rows[i].telegram ? rows[i].telegram : "", reason);
	}
	if (lost == 0)
		return;
	doctor_find(d,
	    (struct finding){SEVERITY_WARNING, area, "contact",
		arena_printf(a, "%zu open %s cannot be reached in Telegram: %s%s", lost,
		    lost == 1 ? "prospect" : "prospects", examples, lost > EXAMPLES ? "; …" : ""),
		"their rep is told so and cannot write to them",
		"set test_prospects.telegram_id to @name, a t.me link, a Telegram id or a "
		"phone number with its country code"});
}
