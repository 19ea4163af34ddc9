/*
 * Bytes → hours or days off as somebody types them: what is taken is in order and within its bounds, and the same when what is
 * shown of it is typed again, in both languages; what is not is told by a word of the text.
 */
#include "fuzz.h"
#include "salesreg/base/civil.h"
#include "salesreg/base/text.h"
#include "salesreg/domain/calendar/hours_text.h"

static const char *const names[] = {"пн вт ср чт пт сб вс", "Mon Tue Wed Thu Fri Sat Sun"};

static void check_hours(const struct hours_text *read, int32_t today, struct arena *a)
{
	const struct hours *hours = &read->hours;
	struct hours_text again;
	struct hours unpacked;
	require(hours->count > 0 && hours->count <= HOURS_MOST_RANGES);
	for (size_t i = 0; i < hours->count; i++) {
		const struct hours_range *r = &hours->ranges[i], *before = r - 1;
		require(r->weekday >= 1 && r->weekday <= 7);
		require(r->opens >= 0 && r->opens < r->closes && r->closes <= HOURS_DAY_MINUTES);
		require(i == 0 || before->weekday < r->weekday ||
			(before->weekday == r->weekday && before->closes < r->opens));
	}
	const char *packed = hours_pack(a, hours);
	require(hours_unpack(packed, &unpacked) && strcmp(hours_pack(a, &unpacked), packed) == 0);
	for (size_t i = 0; i < 2; i++) {
		hours_read_text(hours_print(a, hours, names[i]), today, NULL, a, &again);
		require(again.problem == HOURS_NONE && again.meaning == HOURS_MEANS_HOURS);
		require(strcmp(hours_pack(a, &again.hours), packed) == 0);
	}
}

static void check_days(const struct hours_text *read, int32_t today, struct arena *a)
{
	struct hours_text again;
	require(read->day_count > 0 && read->day_count <= HOURS_DAYS_OFF_MOST);
	for (size_t i = 0; i < read->day_count; i++) {
		require(read->days[i] >= today && read->days[i] < today + 3 * 366 + 100);
		require(i == 0 || read->days[i - 1] < read->days[i]);
	}
	const char *shown = days_print(a, read->days, read->day_count);
	hours_read_text(arena_concat(a, "off ", shown, NULL), today, NULL, a, &again);
	require(again.problem == HOURS_NONE && again.meaning == HOURS_MEANS_OFF);
	require(again.day_count == read->day_count);
	require(memcmp(again.days, read->days, again.day_count * sizeof *again.days) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct arena a;
	struct hours_text read;
	struct hours hours;
	int32_t today = civil_days((struct civil){2026, 11, 26});
	arena_init(&a, FUZZ_ARENA_BYTES);
	const char *typed =
	    text_clean(&a, (const char *)bytes, size < FUZZ_TEXT_BYTES ? size : FUZZ_TEXT_BYTES);
	hours_read_text(typed, today, NULL, &a, &read);
	require(read.said != NULL && text_is_clean(read.said, strlen(read.said)));
	if (read.problem != HOURS_NONE)
		require(read.word == 0 || (*read.said && strstr(text_fold(&a, typed), read.said)));
	else if (read.meaning == HOURS_MEANS_HOURS)
		check_hours(&read, today, &a);
	else
		check_days(&read, today, &a);
	if (hours_unpack(typed, &hours))
		require(hours_unpack(hours_pack(&a, &hours), &hours));
	else
		require(hours.count == 0);
	arena_finish(&a);
	return 0;
}
