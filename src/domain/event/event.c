#include "salesreg/domain/event/event.h"
#include "salesreg/base/text.h"
#include "salesreg/domain/event/intents.h"
#include <string.h>

const char *event_kind_name(enum event_kind kind)
{
	static const char *const names[] = {
#define X(name, text) [EVENT_##name] = text,
	    EVENT_KIND_MAP(X)
#undef X
	};
	return names[kind];
}

static enum phrase phrase_of(const struct event *event, struct arena *a)
{
	return event->kind == EVENT_START ? PHRASE_START : phrase_recognise(event->text, a);
}

enum event_repeat event_repeats(
    const struct event *before, const struct event *event, struct arena *a)
{
	bool words = event->kind == EVENT_TEXT || event->kind == EVENT_START;
	if (words && (before->kind == EVENT_TEXT || before->kind == EVENT_START)) {
		enum phrase phrase = phrase_of(event, a);
		if (phrase != phrase_of(before, a))
			return EVENT_NEW;
		bool same = phrase != PHRASE_NONE ||
			    strcmp(text_fold(a, before->text), text_fold(a, event->text)) == 0;
		return same ? EVENT_SAME : EVENT_SAME_SORT;
	}
	if (before->kind != event->kind)
		return EVENT_NEW;
	switch (event->kind) {
	case EVENT_BUTTON:
		return strcmp(before->text, event->text) == 0 ? EVENT_SAME : EVENT_NEW;
	case EVENT_MEDIA: {
		bool both = before->album && event->album;
		bool one = before->album || event->album;
		return (both && strcmp(before->album, event->album) != 0) || (one && !both)
			   ? EVENT_NEW
			   : EVENT_SAME;
	}
	case EVENT_PEOPLE:
		return before->chosen_id == event->chosen_id ? EVENT_SAME : EVENT_NEW;
	case EVENT_CONTACT:
	case EVENT_EDITED:
		return EVENT_SAME;
	case EVENT_TEXT:
	case EVENT_START:
	case EVENT_BLOCKED:
	case EVENT_UNBLOCKED:
	case EVENT_CONNECTION:
	case EVENT_OWN_CHAT:
	case EVENT_OWN_DELETED:
	case EVENT_IGNORED:
		break;
	}
	return EVENT_NEW;
}
