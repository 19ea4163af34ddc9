#include "salesreg/base/text.h"
#include "salesreg/domain/import/header.h"
#include "salesreg/domain/import/row.h"
#include "salesreg/domain/import/table.h"
#include <string.h>

const char *import_field_name(enum import_field field)
{
	static const char *const names[] = {
#define X(name, text) [IMPORT_##name] = text,
	    IMPORT_FIELD_MAP(X)
#undef X
	};
	return names[field];
}

/* As import_column_key() makes them, with a | behind each. */
static const char *const aliases[] = {
    [IMPORT_ID] = "id|ид|external id|ext id|crm id|client id|lead id|внешний id|внешний ид|внешний "
		  "код|id клиента|ид клиента|",
    [IMPORT_NAME] = "name|full name|fullname|client|client name|customer|customer name|contact "
		    "name|lead name|фио|ф и о|имя и фамилия|"
		    "имя фамилия|фамилия имя|фамилия имя отчество|полное имя|клиент|имя "
		    "клиента|контактное лицо|",
    [IMPORT_FIRST_NAME] = "first name|firstname|given name|имя|",
    [IMPORT_LAST_NAME] = "last name|lastname|surname|family name|фамилия|",
    [IMPORT_TELEGRAM] = "telegram|telegram id|telegram username|telegram name|telegram "
			"link|telegram contact|username|user name|tg|tg id|"
			"tg username|телеграм|телеграмм|телеграм id|тг|ник|ник в телеграм|ник в "
			"телеграме|ник telegram|ник в telegram|"
			"аккаунт telegram|логин telegram|контакт|контакты|contact|contacts|",
    [IMPORT_PHONE] = "phone|phone number|telephone|mobile|mobile phone|mobile number|cell|cell "
		     "phone|tel|whatsapp|ватсап|вотсап|телефон|тел|"
		     "номер|номер телефона|мобильный|мобильный телефон|сотовый|сотовый "
		     "телефон|контактный телефон|",
    [IMPORT_EMAIL] = "email|e mail|mail|email address|e mail address|почта|электронная почта|эл "
		     "почта|емейл|емэйл|имейл|"
		     "адрес электронной почты|",
    [IMPORT_CONTEXT] = "context|request|inquiry|enquiry|interest|interests|message|контекст|запрос|"
		       "интерес|интересы|что ищет|что интересует|"
		       "потребность|сообщение|",
    [IMPORT_NOTES] = "notes|note|comment|comments|remark|remarks|заметки|заметка|примечание|"
		     "примечания|комментарий|комментарии|",
    [IMPORT_STATUS] = "status|статус|",
    [IMPORT_CREATED_AT] = "created at|created|creation date|date created|date|дата|дата "
			  "создания|создан|создано|дата заявки|дата обращения|"
			  "дата добавления|",
    [IMPORT_LAST_CONTACT_AT] = "last contact at|last contact|last contacted|последний контакт|дата "
			       "последнего контакта|последняя связь|",
    [IMPORT_EXTRA] = "",
    [IMPORT_IGNORED] =
	"assigned rep|", /* as an export has it: who has whom is not changed by a file */
};

const char *import_column_key(const char *name, struct arena *a)
{
	char *key = text_fold(a, import_tidy(name, false, a));
	for (char *c = key; *c; c++)
		if (strchr("_-.:;,/\"'*#?()", *c))
			*c = ' ';
	return text_fold(a, key);
}

static bool is_alias(const char *list, const char *key)
{
	size_t n = strlen(key);
	for (const char *at = list; n > 0 && *at; at = strchr(at, '|') + 1)
		if (strncmp(at, key, n) == 0 && at[n] == '|')
			return true;
	return false;
}

static enum import_field field_of(const char *key)
{
	for (size_t field = 0; field < IMPORT_FIELD_COUNT; field++)
		if (is_alias(aliases[field], key))
			return (enum import_field)field;
	return IMPORT_EXTRA;
}

/* Before a name that would mean something else, or be taken for none. */
static const char extra_mark[] = "extra: ";

const char *import_extra_title(const char *name, struct arena *a)
{
	const char *key = import_column_key(name, a);
	bool plain = *key && field_of(key) == IMPORT_EXTRA && strcmp(key, "line") != 0 &&
		     strcmp(key, "column") != 0 && strcmp(key, "reason") != 0 &&
		     strncmp(name, extra_mark, sizeof extra_mark - 1) != 0;
	return plain ? name : arena_concat(a, extra_mark, name, NULL);
}

/* The column that a mapping means: by its name, else by its number; count: none. */
static size_t column_of(const struct import_header *h, const char *name, struct arena *a)
{
	const char *key = import_column_key(name, a);
	for (size_t i = 0; i < h->count; i++)
		if (strcmp(import_column_key(h->names[i], a), key) == 0)
			return i;
	size_t number = 0;
	for (const char *c = name; *c >= '0' && *c <= '9' && number <= IMPORT_COLUMNS_MOST; c++)
		number = number * 10 + (size_t)(*c - '0');
	bool all = name[0] && strspn(name, "0123456789") == strlen(name);
	return all && number >= 1 && number <= h->count ? number - 1 : h->count;
}

static const char *fields_listed(struct arena *a)
{
	const char *list = import_field_name(IMPORT_ID);
	for (size_t field = IMPORT_ID + 1; field < IMPORT_FIELD_COUNT; field++)
		list =
		    arena_concat(a, list, ", ", import_field_name((enum import_field)field), NULL);
	return list;
}

static const char *map_one(struct import_header *h, const char *map, struct arena *a)
{
	const char *equals = strrchr(map, '=');
	if (!equals)
		return arena_printf(
		    a, "--map %s: it is a column and a field, as \"Телефон=phone\"", map);
	size_t column = column_of(h, arena_strndup(a, map, (size_t)(equals - map)), a);
	if (column == h->count)
		return arena_printf(a, "--map %s: the file has no such column", map);
	for (size_t field = 0; field < IMPORT_FIELD_COUNT; field++) {
		if (strcmp(equals + 1, import_field_name((enum import_field)field)) != 0)
			continue;
		h->fields[column] = (enum import_field)field;
		h->is_mapped[column] = true;
		return NULL;
	}
	return arena_printf(
	    a, "--map %s: there is no such field; there are %s", map, fields_listed(a));
}

/* A file of bad rows that comes back corrected has these at its end. */
static void forget_reasons(struct import_header *h)
{
	static const char *const reasons[] = {"line", "column", "reason"};
	if (h->count < 4)
		return;
	for (size_t i = 0; i < 3; i++)
		if (strcmp(h->names[h->count - 3 + i], reasons[i]) != 0)
			return;
	for (size_t i = 0; i < 3; i++)
		if (!h->is_mapped[h->count - 3 + i])
			h->fields[h->count - 3 + i] = IMPORT_IGNORED;
}

/* Which column each field is in. A name that was mapped wins over one that was guessed. */
static const char *place(struct import_header *h, struct arena *a)
{
	for (size_t i = 0; i < h->count; i++) {
		enum import_field field = h->fields[i];
		if (field == IMPORT_EXTRA || field == IMPORT_IGNORED)
			continue;
		size_t before = h->at[field];
		if (before && h->is_mapped[before - 1] == h->is_mapped[i])
			return arena_printf(a,
			    "the columns \"%s\" and \"%s\" both look like the %s; say which is "
			    "not, as --map \"%s=extra\"",
			    h->names[before - 1], h->names[i], import_field_name(field),
			    before - 1 == i ? h->names[i] : arena_printf(a, "%zu", i + 1));
		if (before && h->is_mapped[before - 1]) {
			h->fields[i] = IMPORT_EXTRA;
			continue;
		}
		if (before)
			h->fields[before - 1] = IMPORT_EXTRA;
		h->at[field] = i + 1;
	}
	return NULL;
}

const char *import_header_parse(const char *const *cells, size_t count, const char *const *maps,
    size_t map_count, struct arena *a, struct import_header *header)
{
	*header = (struct import_header){.count = count,
	    .fields = ARENA_ARRAY(a, enum import_field, count + 1),
	    .names = ARENA_ARRAY(a, const char *, count + 1),
	    .is_mapped = ARENA_ARRAY(a, bool, count + 1)};
	if (count > IMPORT_COLUMNS_MOST)
		return arena_printf(a, "the file has %zu columns; more than %d are not read", count,
		    IMPORT_COLUMNS_MOST);
	for (size_t i = 0; i < count; i++) {
		const char *name = import_tidy(import_unguard(cells[i]), false, a);
		if (strncmp(name, extra_mark, sizeof extra_mark - 1) == 0) {
			header->names[i] = name + sizeof extra_mark - 1;
			header->fields[i] = IMPORT_EXTRA;
			header->is_mapped[i] = true;
			continue;
		}
		header->names[i] = *name ? name : arena_printf(a, "column %zu", i + 1);
		header->fields[i] = *name ? field_of(import_column_key(name, a)) : IMPORT_EXTRA;
	}
	for (size_t i = 0; i < map_count; i++) {
		const char *fault = map_one(header, maps[i], a);
		if (fault)
			return fault;
	}
	forget_reasons(header);
	const char *fault = place(header, a);
	if (fault)
		return fault;
	if (!header->at[IMPORT_ID] && !header->at[IMPORT_TELEGRAM] && !header->at[IMPORT_PHONE] &&
	    !header->at[IMPORT_EMAIL])
		return "no column of the first line is known as a Telegram contact, a phone "
		       "number, an e-mail address or an id; "
		       "say which is one, as --map \"Связь=telegram\"";
	return NULL;
}
