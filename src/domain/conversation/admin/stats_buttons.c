#include "salesreg/domain/conversation/admin/stats_buttons.h"
#include "salesreg/domain/event/callback_data.h"

const int64_t stats_periods[STATS_PERIODS] = {7, 30, 90};

void stats_buttons(struct message *message, const struct catalog *catalog, enum locale locale,
    int64_t days, bool as_table, struct arena *a)
{
	struct button *buttons = ARENA_ARRAY(a, struct button, STATS_PERIODS + 1);
	for (size_t i = 0; i < STATS_PERIODS; i++) {
		const struct catalog_arg count[] = {
		    {"days", arena_printf(a, "%lld", (long long)stats_periods[i])}};
		enum text_id label =
		    stats_periods[i] == days ? TEXT_BUTTON_STATS_CHOSEN : TEXT_BUTTON_STATS_DAYS;
		buttons[i] = (struct button){
		    .text = catalog_render(catalog, locale, label, count, 1, a),
		    .data = press_data(
			a, as_table ? PRESS_STATS_TABLE : PRESS_STATS_DAYS, stats_periods[i]),
		};
	}
	buttons[STATS_PERIODS] = (struct button){
	    .text = catalog_render(catalog, locale,
		as_table ? TEXT_BUTTON_STATS_TEXT : TEXT_BUTTON_STATS_TABLE, NULL, 0, a),
	    .data = press_data(a, as_table ? PRESS_STATS_DAYS : PRESS_STATS_TABLE, days),
	    .new_row = true};
	message_set_buttons(message, buttons, STATS_PERIODS + 1);
}
