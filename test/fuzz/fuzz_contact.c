/*
 * Bytes → a contact: whatever a table holds, the result is well formed, and what people are shown leads to the same person.
 */
#include "fuzz.h"
#include "salesreg/base/text.h"
#include "salesreg/domain/contact/contact.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct arena a;
	arena_init(&a, 1 << 26);
	struct contact contact, again;
	const char *text = text_clean(&a, (const char *)bytes, size < 4096 ? size : 4096);
	enum contact_problem problem = contact_parse(text, &a, &contact);
	require(problem < CONTACT_PROBLEM_COUNT);
	require((problem == CONTACT_NO_PROBLEM) == (contact.kind != CONTACT_NONE));
	require((contact.kind != CONTACT_NONE) == (contact.value != NULL));
	require((problem == CONTACT_FOREIGN_LETTER) == (contact.foreign != NULL));
	if (problem == CONTACT_NO_PROBLEM) {
		require(text_is_clean(contact.value, strlen(contact.value)));
		require(strlen(contact.value) <= 254);
		/* an id of more than ten digits needs its link */
		if (contact.kind != CONTACT_TELEGRAM_ID || strlen(contact.value) <= 10) {
			require(contact_parse(contact.shown, &a, &again) == CONTACT_NO_PROBLEM);
			require(again.kind == contact.kind);
			require(strcmp(again.value, contact.value) == 0);
		}
		(void)contact_link(&contact, &a);
	}
	arena_finish(&a);
	return 0;
}
