#include "salesreg/domain/phrases.h"
#include "salesreg/base/text.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

const char *phrase_name(enum phrase phrase)
{
	static const char *const names[] = {
#define X(name, text) [PHRASE_##name] = text,
	    PHRASE_MAP(X)
#undef X
	};
	return names[phrase];
}

enum { LONGEST_BYTES = 256, LONGEST_PHRASE_BYTES = 64 };

/*
 * Lists of |word|word|, to be searched for "|word|". Words stand as normalise() leaves them: lower
 * case, е for ё, only letters, digits and single spaces. Signs are for messages without a single
 * letter; skin tones are dropped before looking.
 */
static const struct {
	const char *words, *commands, *signs;
} vocabulary[] = {
    [PHRASE_NONE] = {"", "", ""},
    [PHRASE_START] = {"|старт|начать|меню|start|menu|", "|start|menu|", ""},
    [PHRASE_REGISTER] =
	{
	    "|зарегистрироваться|регистрация|хочу зарегистрироваться|зарегистрируй меня|"
	    "зарегистрируйте меня|register|register me|sign up|signup|registration|",
	    "|register|",
	    "",
	},
    [PHRASE_YES] =
	{
	    "|да|д|да да|дада|ага|угу|ок|окей|хорошо|конечно|да конечно|да пожалуйста|да хочу|"
	    "хочу|давай|давайте|согласен|согласна|подтверждаю|верно|yes|y|yes please|yeah|yep|"
	    "yup|ok|okay|sure|of course|agree|i agree|confirm|lets go|",
	    "|yes|",
	    "|+|👍|👌|✅|✔|",
	},
    [PHRASE_NO] =
	{
	    "|нет|н|не|неа|нет спасибо|не надо|нет не надо|не хочу|не сейчас|потом|позже|no|n|"
	    "nope|nah|no thanks|no thank you|not now|later|",
	    "|no|",
	    "|-|👎|❌|🙅|",
	},
    [PHRASE_CANCEL] =
	{
	    "|отмена|отменить|отмени|отмените|стоп|хватит|передумал|передумала|cancel|stop|"
	    "abort|never mind|nevermind|quit|",
	    "|cancel|stop|",
	    "",
	},
    [PHRASE_CLIENTS] =
	{
	    "|мои клиенты|клиенты|мой клиент|список клиентов|покажи клиентов|"
	    "покажи моих клиентов|лиды|мои лиды|my clients|clients|client list|"
	    "show my clients|my prospects|prospects|my leads|leads|",
	    "|clients|my_clients|prospects|",
	    "",
	},
    [PHRASE_STATUS] =
	{
	    "|статус|мой статус|профиль|мой профиль|мои данные|кто я|status|my status|profile|"
	    "my profile|my data|who am i|",
	    "|status|profile|",
	    "",
	},
    [PHRASE_CHANGE_EMAIL] =
	{
	    "|сменить почту|поменять почту|изменить почту|сменить мою почту|смена почты|"
	    "новая почта|сменить email|поменять email|изменить email|сменить мейл|"
	    "change email|change my email|change mail|update email|new email|",
	    "|email|change_email|",
	    "",
	},
    [PHRASE_UNREGISTER] =
	{
	    "|отключиться|отключи меня|отключите меня|отписаться|удалить меня|удалите меня|"
	    "выйти|удалить аккаунт|отменить регистрацию|unregister|unregister me|unsubscribe|"
	    "remove me|delete me|delete my account|sign off|",
	    "|unregister|",
	    "",
	},
    [PHRASE_APPLICATIONS] =
	{
	    "|заявки|новые заявки|кто ждет|кто ждет решения|pending|applications|requests|"
	    "who is waiting|",
	    "|pending|applications|",
	    "",
	},
    [PHRASE_LANGUAGE] =
	{
	    "|язык|языки|сменить язык|поменять язык|изменить язык|выбрать язык|другой язык|"
	    "language|languages|change language|change my language|lang|",
	    "|language|lang|",
	    "",
	},
    [PHRASE_HELP] =
	{
	    "|помощь|помоги|помогите|справка|что ты умеешь|что делать|help|help me|"
	    "what can you do|info|",
	    "|help|",
	    "",
	},
};
enum { PHRASE_COUNT = sizeof vocabulary / sizeof vocabulary[0] };

static bool is_modifier(uint32_t c)
{
	return c == 0xFE0F || c == 0xFE0E || (c >= 0x1F3FB && c <= 0x1F3FF);
}

/* Apostrophes and hyphens vanish ("let's", "e-mail"),
 * everything else that is no letter or digit parts words. */
static size_t normalise(const char *folded, char *out)
{
	size_t size = 0;
	bool gap = false;
	for (uint32_t c; (c = text_next(&folded));) {
		if (c == '-' || c == '\'' || c == 0x2019 || c == 0x2011)
			continue;
		if (!text_is_letter(c) && !(c >= '0' && c <= '9')) {
			gap = true;
			continue;
		}
		if (gap && size)
			out[size++] = ' ';
		gap = false;
		size += text_encode(c, out + size);
	}
	return size;
}

static size_t strip_modifiers(const char *folded, char *out)
{
	size_t size = 0;
	for (uint32_t c; (c = text_next(&folded));)
		if (!is_modifier(c))
			size += text_encode(c, out + size);
	return size;
}

enum phrase phrase_recognise(const char *text, struct arena *a)
{
	if (strnlen(text, LONGEST_BYTES + 1) > LONGEST_BYTES)
		return PHRASE_NONE;
	const char *folded = text_fold(a, text);
	char out[3 * LONGEST_BYTES + 3] = "|"; /* a bad byte becomes three */
	bool command = folded[0] == '/';
	size_t size = 0, words = 0;
	if (command) {
		size = strcspn(folded + 1, " @");
		memcpy(out + 1, folded + 1, size);
	} else {
		words = size = normalise(folded, out + 1);
		if (!words)
			size = strip_modifiers(folded, out + 1);
	}
	if (size == 0 || size > LONGEST_PHRASE_BYTES || memchr(out + 1, '|', size))
		return PHRASE_NONE;
	out[1 + size] = '|';
	out[2 + size] = '\0';
	for (unsigned i = 0; i < PHRASE_COUNT; i++) {
		const char *list = command ? vocabulary[i].commands
				   : words ? vocabulary[i].words
					   : vocabulary[i].signs;
		if (strstr(list, out))
			return (enum phrase)i;
	}
	return PHRASE_NONE;
}
