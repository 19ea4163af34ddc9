/* What prospects' settings allow, which getChat tells of whoever the bot has met. */
#include "inquiries_private.h"
#include "salesreg/base/json.h"
#include "salesreg/base/log.h"

void inquiry_chat_answered(struct inquiry *inquiry, const struct telegram_answer *answer)
{
	struct chat_settings *chat = &inquiry->chat;
	if (answer->class != TELEGRAM_OK) {
		/* nothing is known of them, which is what it was before */
		log_debug("a prospect's chat could not be asked for: %s", answer->description);
		return;
	}
	chat->private_forwards = json_get_bool(answer->result, "has_private_forwards", false);
	chat->no_voices =
	    json_get_bool(answer->result, "has_restricted_voice_and_video_messages", false);
	chat->message_stars = json_get_i64(answer->result, "paid_message_star_count", 0);
}

bool inquiry_chats_write(
    struct db_plan *plan, struct arena *a, const struct inquiry *round, size_t count)
{
	struct chat_settings *rows = ARENA_ARRAY(a, struct chat_settings, count);
	size_t answered = 0, asked = 0;
	for (size_t i = 0; i < count; i++) {
		if (round[i].connection)
			continue;
		asked++;
		if (!round[i].later)
			rows[answered++] = round[i].chat;
	}
	chats_asked(plan, a, rows, answered);
	return asked > 0;
}
