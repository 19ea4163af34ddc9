/* What managers change of reps: when it fits, what it comes to, and that the rep is told in their language. */
#include "conversation_fixture.h"
#include "salesreg/domain/conversation/rep_change.h"

static void a_change_fits_some_statuses_and_leads_to_one(void **state)
{
	static const struct {
		const char *from; /* letters of absent, pending, active, suspended, removed */
		enum rep_change_kind kind;
		enum rep_status to;
	} rows[] = {
	    {"p", REP_CHANGE_APPROVE, REP_ACTIVE},
	    {"p", REP_CHANGE_REJECT, REP_REMOVED},
	    {"pa", REP_CHANGE_SUSPEND, REP_SUSPENDED},
	    {"s", REP_CHANGE_REACTIVATE, REP_ACTIVE},
	    {"pas", REP_CHANGE_REMOVE, REP_REMOVED},
	    {"pas", REP_CHANGE_SET_NAME, REP_ABSENT},
	    {"pas", REP_CHANGE_SET_EMAIL, REP_ABSENT},
	    {"pas", REP_CHANGE_SET_CAPACITY, REP_ABSENT},
	    {"a", REP_CHANGE_SET_ADMIN, REP_ABSENT},
	    {"a", REP_CHANGE_PAUSE, REP_ABSENT},
	    {"a", REP_CHANGE_RESUME, REP_ABSENT},
	};
	static const enum rep_status statuses[] = {
	    REP_ABSENT, REP_PENDING, REP_ACTIVE, REP_SUSPENDED, REP_REMOVED};
	static const char letters[] = "-pasr";
	(void)state;
	assert_int_equal(sizeof rows / sizeof *rows, REP_CHANGE_COUNT);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		for (size_t k = 0; k < sizeof statuses / sizeof *statuses; k++) {
			bool fits = strchr(rows[i].from, letters[k]) != NULL;
			assert_int_equal(rep_change_fits(rows[i].kind, statuses[k]), fits);
			/* ABSENT in the table: it stays what it is */
			assert_int_equal(rep_change_status(rows[i].kind, statuses[k]),
			    rows[i].to == REP_ABSENT ? statuses[k] : rows[i].to);
		}
}

static void a_yes_to_an_address_that_nobody_has_proven_is_a_no(void **state)
{
	(void)state;
	for (int bits = 0; bits < 16; bits++) {
		bool yes = bits & 1, proven = bits & 2;
		struct conversation_rules r = rules;
		r.proves_email = bits & 4;
		r.by_invitation = bits & 8;
		struct application_verdict verdict = application_decide(&r, yes, proven);
		bool unproven = yes && r.proves_email && !proven;
		assert_int_equal(verdict.approved, yes && !unproven);
		assert_int_equal(verdict.unproven, unproven);
		assert_int_equal(verdict.told, !yes              ? TEXT_REP_REJECTED
					       : !unproven       ? TEXT_REP_APPROVED
					       : r.by_invitation ? TEXT_REP_PROVE_BY_INVITE
								 : TEXT_REP_PROVE_FIRST);
	}
}

static void a_rep_is_told_in_their_own_language(void **state)
{
	const struct subject_view anna = {.rep_id = "1",
	    .name = "Anna \"A\" -- 🌴",
	    .email = ADDRESS,
	    .telegram_id = PERSON,
	    .locale = LOCALE_EN};
	struct message_list list = {0};
	(void)state;
	for (int kind = 0; kind < REP_CHANGE_COUNT; kind++)
		rep_change_tell(
		    &rules, &anna, rep_change_told((enum rep_change_kind)kind), "7", &arena, &list);
	assert_int_equal(list.count, REP_CHANGE_COUNT);
	for (const struct message *m = list.first; m; m = m->next) {
		assert_int_equal(m->chat_id, PERSON);
		assert_null(strchr(m->text, '{'));
		assert_null(strstr(m->text, "\xd0")); /* nothing Russian */
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup(a_change_fits_some_statuses_and_leads_to_one, each),
	    cmocka_unit_test_setup(a_yes_to_an_address_that_nobody_has_proven_is_a_no, each),
	    cmocka_unit_test_setup(a_rep_is_told_in_their_own_language, each),
	};
	return cmocka_run_group_tests(tests, begin, end);
}
