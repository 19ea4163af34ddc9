#include "salesreg/domain/conversation/intents.h"
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

enum { LONGEST_BYTES = 256 };

/*
 * Words stand as normalise() leaves them: lower case, е for ё, only letters, digits and single spaces.
 * Signs are for messages without a single letter; skin tones are dropped before looking.
 */
struct word {
	const char *text;
	size_t size;
	enum phrase phrase;
};
#define W(phrase, text)                                                                            \
	{                                                                                          \
		text, sizeof(text) - 1, PHRASE_##phrase                                            \
	}
static const struct word words[] = {W(START, "старт"), W(START, "начать"), W(START, "меню"),
    W(START, "start"), W(START, "menu"), W(REGISTER, "зарегистрироваться"),
    W(REGISTER, "регистрация"), W(REGISTER, "хочу зарегистрироваться"),
    W(REGISTER, "зарегистрируй меня"), W(REGISTER, "зарегистрируйте меня"), W(REGISTER, "register"),
    W(REGISTER, "register me"), W(REGISTER, "sign up"), W(REGISTER, "signup"),
    W(REGISTER, "registration"), W(YES, "да"), W(YES, "д"), W(YES, "да да"), W(YES, "дада"),
    W(YES, "ага"), W(YES, "угу"), W(YES, "ок"), W(YES, "окей"), W(YES, "хорошо"), W(YES, "конечно"),
    W(YES, "да конечно"), W(YES, "да пожалуйста"), W(YES, "да хочу"), W(YES, "хочу"),
    W(YES, "давай"), W(YES, "давайте"), W(YES, "согласен"), W(YES, "согласна"),
    W(YES, "подтверждаю"), W(YES, "верно"), W(YES, "yes"), W(YES, "y"), W(YES, "yes please"),
    W(YES, "yeah"), W(YES, "yep"), W(YES, "yup"), W(YES, "ok"), W(YES, "okay"), W(YES, "sure"),
    W(YES, "of course"), W(YES, "agree"), W(YES, "i agree"), W(YES, "confirm"), W(YES, "lets go"),
    W(NO, "нет"), W(NO, "н"), W(NO, "не"), W(NO, "неа"), W(NO, "нет спасибо"), W(NO, "не надо"),
    W(NO, "нет не надо"), W(NO, "не хочу"), W(NO, "не сейчас"), W(NO, "потом"), W(NO, "позже"),
    W(NO, "no"), W(NO, "n"), W(NO, "nope"), W(NO, "nah"), W(NO, "no thanks"), W(NO, "no thank you"),
    W(NO, "not now"), W(NO, "later"), W(CANCEL, "отмена"), W(CANCEL, "отменить"),
    W(CANCEL, "отмени"), W(CANCEL, "отмените"), W(CANCEL, "стоп"), W(CANCEL, "хватит"),
    W(CANCEL, "передумал"), W(CANCEL, "передумала"), W(CANCEL, "cancel"), W(CANCEL, "stop"),
    W(CANCEL, "abort"), W(CANCEL, "never mind"), W(CANCEL, "nevermind"), W(CANCEL, "quit"),
    W(CLIENTS, "мои клиенты"), W(CLIENTS, "клиенты"), W(CLIENTS, "мой клиент"),
    W(CLIENTS, "список клиентов"), W(CLIENTS, "покажи клиентов"),
    W(CLIENTS, "покажи моих клиентов"), W(CLIENTS, "лиды"), W(CLIENTS, "мои лиды"),
    W(CLIENTS, "my clients"), W(CLIENTS, "clients"), W(CLIENTS, "client list"),
    W(CLIENTS, "show my clients"), W(CLIENTS, "my prospects"), W(CLIENTS, "prospects"),
    W(CLIENTS, "my leads"), W(CLIENTS, "leads"), W(STATUS, "статус"), W(STATUS, "мой статус"),
    W(STATUS, "профиль"), W(STATUS, "мой профиль"), W(STATUS, "мои данные"), W(STATUS, "кто я"),
    W(STATUS, "status"), W(STATUS, "my status"), W(STATUS, "profile"), W(STATUS, "my profile"),
    W(STATUS, "my data"), W(STATUS, "who am i"), W(CHANGE_EMAIL, "сменить почту"),
    W(CHANGE_EMAIL, "поменять почту"), W(CHANGE_EMAIL, "изменить почту"),
    W(CHANGE_EMAIL, "сменить мою почту"), W(CHANGE_EMAIL, "смена почты"),
    W(CHANGE_EMAIL, "новая почта"), W(CHANGE_EMAIL, "сменить email"),
    W(CHANGE_EMAIL, "поменять email"), W(CHANGE_EMAIL, "изменить email"),
    W(CHANGE_EMAIL, "сменить мейл"), W(CHANGE_EMAIL, "change email"),
    W(CHANGE_EMAIL, "change my email"), W(CHANGE_EMAIL, "change mail"),
    W(CHANGE_EMAIL, "update email"), W(CHANGE_EMAIL, "new email"), W(UNREGISTER, "отключиться"),
    W(UNREGISTER, "отключи меня"), W(UNREGISTER, "отключите меня"), W(UNREGISTER, "отписаться"),
    W(UNREGISTER, "удалить меня"), W(UNREGISTER, "удалите меня"), W(UNREGISTER, "выйти"),
    W(UNREGISTER, "удалить аккаунт"), W(UNREGISTER, "отменить регистрацию"),
    W(UNREGISTER, "unregister"), W(UNREGISTER, "unregister me"), W(UNREGISTER, "unsubscribe"),
    W(UNREGISTER, "remove me"), W(UNREGISTER, "delete me"), W(UNREGISTER, "delete my account"),
    W(UNREGISTER, "sign off"), W(APPLICATIONS, "заявки"), W(APPLICATIONS, "новые заявки"),
    W(APPLICATIONS, "кто ждет"), W(APPLICATIONS, "кто ждет решения"), W(APPLICATIONS, "pending"),
    W(APPLICATIONS, "applications"), W(APPLICATIONS, "requests"), W(APPLICATIONS, "who is waiting"),
    W(LANGUAGE, "язык"), W(LANGUAGE, "языки"), W(LANGUAGE, "сменить язык"),
    W(LANGUAGE, "поменять язык"), W(LANGUAGE, "изменить язык"), W(LANGUAGE, "выбрать язык"),
    W(LANGUAGE, "другой язык"), W(LANGUAGE, "language"), W(LANGUAGE, "languages"),
    W(LANGUAGE, "change language"), W(LANGUAGE, "change my language"), W(LANGUAGE, "lang"),
    W(HELP, "помощь"), W(HELP, "помоги"), W(HELP, "помогите"), W(HELP, "справка"),
    W(HELP, "что ты умеешь"), W(HELP, "что делать"), W(HELP, "help"), W(HELP, "help me"),
    W(HELP, "what can you do"), W(HELP, "info")};

static const struct word commands[] = {W(START, "start"), W(START, "menu"), W(REGISTER, "register"),
    W(YES, "yes"), W(NO, "no"), W(CANCEL, "cancel"), W(CANCEL, "stop"), W(CLIENTS, "clients"),
    W(CLIENTS, "my_clients"), W(CLIENTS, "prospects"), W(STATUS, "status"), W(STATUS, "profile"),
    W(CHANGE_EMAIL, "email"), W(CHANGE_EMAIL, "change_email"), W(UNREGISTER, "unregister"),
    W(APPLICATIONS, "pending"), W(APPLICATIONS, "applications"), W(LANGUAGE, "language"),
    W(LANGUAGE, "lang"), W(HELP, "help")};

static const struct word signs[] = {W(YES, "+"), W(YES, "👍"), W(YES, "👌"), W(YES, "✅"), W(YES, "✔"),
    W(NO, "-"), W(NO, "👎"), W(NO, "❌"), W(NO, "🙅")};

#define COUNT(words) (sizeof(words) / sizeof(words)[0])

static enum phrase find(const struct word *list, size_t count, const char *text, size_t size)
{
	for (size_t i = 0; i < count; i++)
		if (list[i].size == size && memcmp(list[i].text, text, size) == 0)
			return list[i].phrase;
	return PHRASE_NONE;
}

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
	char out[3 * LONGEST_BYTES + 1]; /* a bad byte becomes three */
	if (folded[0] == '/')
		return find(commands, COUNT(commands), folded + 1, strcspn(folded + 1, " @"));
	size_t size = normalise(folded, out);
	if (size)
		return find(words, COUNT(words), out, size);
	return find(signs, COUNT(signs), out, strip_modifiers(folded, out));
}
