/* Prospects whose contact leads nowhere. */
#include "salesreg/app/doctor.h"
#include "salesreg/domain/contact.h"
#include "salesreg/store/doctor.h"

enum { EXAMPLES = 3 };

void doctor_people(struct doctor *d, struct db_session *s)
{
	static const char area[] = "prospects";
	struct arena *a = d->arena;
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
	    (struct finding){GRAVITY_WARNING, area, "contact",
		arena_printf(a, "%zu open %s cannot be reached in Telegram: %s%s", lost,
		    lost == 1 ? "prospect" : "prospects", examples, lost > EXAMPLES ? "; …" : ""),
		"their rep is told so and cannot write to them",
		"set test_prospects.telegram_id to @name, a t.me link, a Telegram id or a "
		"phone number with its country code"});
}
