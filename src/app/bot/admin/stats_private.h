/* What figures as text (stats_text.c) and as tables (stats_tables.c) have in common. */
#pragma once
#include "salesreg/domain/conversation/conversation.h"
#include "salesreg/store/reports.h"

struct stats_about;

/* What is being written. */
struct sheet {
	const struct conversation_rules *rules;
	struct arena *a;
	const char *text;
	enum locale locale;
};

#define ARGS(...)                                                                                  \
	(const struct catalog_arg[]){__VA_ARGS__},                                                 \
	    sizeof((const struct catalog_arg[]){__VA_ARGS__}) / sizeof(struct catalog_arg)

const char *sheet_render(
    const struct sheet *s, enum text_id id, const struct catalog_arg *args, size_t count);
const char *sheet_number(const struct sheet *s, int64_t n);
/* In the largest unit that gives at least two of it: "90 min" says more than "1 h". */
const char *sheet_length(const struct sheet *s, int64_t ms);
const char *sheet_head(
    const struct sheet *s, const struct stats_about *about, const struct reports *reports);
/* Of this time, or of the one before it; hours NULL: any. NULL: nobody came. */
const struct report_arrivals *sheet_arrivals(
    const struct reports *r, const char *period, const char *section, const char *hours);
/* The steps of the funnel, of those who came now and before; the same with nobody. */
enum { FUNNEL_STEPS = 5 };
struct funnel_step {
	int64_t now, before;
};
void sheet_funnel(const struct reports *r, struct funnel_step steps[FUNNEL_STEPS]);
int64_t sheet_capacity(const struct sheet *s, const struct report_load *row);
