#include "salesreg/sandbox/telegram/entities.h"
#include "salesreg/base/buf.h"
#include "salesreg/base/json.h"
#include "salesreg/base/text.h"
#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { DEPTH_MAX = 32, ENTITIES_MAX = 100, ENTITIES_BYTES_MAX = 256 * 1024 };

struct span {
	const char *type; /* of the entity; NULL: the tag makes none */
	const char *tag;
	size_t tag_size;
	size_t offset;   /* UTF-16 units */
	const char *url; /* of a text_link */
};

struct builder {
	struct arena *arena;
	char *plain;
	size_t size, units;
	struct span open[DEPTH_MAX];
	size_t depth;
	struct buf entities; /* members of the array */
	size_t count;
};

static size_t units_of(uint32_t code_point)
{
	return code_point > 0xFFFF ? 2 : 1;
}

static void put(struct builder *b, uint32_t code_point)
{
	b->size += text_encode(code_point, b->plain + b->size);
	b->units += units_of(code_point);
}

static void add_entity(struct builder *b, const char *type, size_t offset, size_t length,
    const char *member, const char *value)
{
	if (length == 0 || b->count == ENTITIES_MAX)
		return;
	buf_addf(&b->entities, "%s{\"offset\":%zu,\"length\":%zu,\"type\":\"%s\"",
	    b->count++ ? "," : "", offset, length, type);
	if (value)
		buf_addf(&b->entities, ",\"%s\":%s", member, json_quote(b->arena, value));
	buf_addc(&b->entities, '}');
}

static void finish(struct builder *b, struct formatted *out)
{
	b->plain[b->size] = '\0';
	out->text = b->plain;
	out->entities =
	    b->count ? arena_concat(b->arena, "[", buf_text(&b->entities), "]", NULL) : NULL;
}

/* --- HTML --- */

static const struct {
	const char *tag, *type;
} tags[] = {{"b", "bold"}, {"strong", "bold"}, {"i", "italic"}, {"em", "italic"},
    {"u", "underline"}, {"ins", "underline"}, {"s", "strikethrough"}, {"strike", "strikethrough"},
    {"del", "strikethrough"}, {"code", "code"}, {"pre", "pre"}, {"a", "text_link"},
    {"tg-spoiler", "spoiler"}, {"span", "spoiler"}, {"blockquote", "blockquote"},
    {"tg-emoji", NULL}};

/* &lt; &gt; &amp; &quot; &#N; &#xN;: the code point, or 0 when it is only an ampersand. */
static uint32_t html_reference(const char **cursor)
{
	static const struct {
		const char *name;
		char value;
	} named[] = {{"lt", '<'}, {"gt", '>'}, {"amp", '&'}, {"quot", '"'}};
	const char *p = *cursor + 1;
	for (size_t i = 0; i < sizeof named / sizeof *named; i++) {
		size_t n = strlen(named[i].name);
		if (strncmp(p, named[i].name, n) == 0) {
			*cursor = p + n + (p[n] == ';');
			return (unsigned char)named[i].value;
		}
	}
	if (*p != '#')
		return 0;
	bool hex = p[1] == 'x';
	char *end;
	unsigned long value = strtoul(p + 1 + hex, &end, hex ? 16 : 10);
	if (end == p + 1 + hex || value == 0 || value > 0x10FFFF ||
	    (value >= 0xD800 && value < 0xE000))
		return 0;
	*cursor = end + (*end == ';');
	return (uint32_t)value;
}

/* The value of href in the inside of a tag, or NULL. */
static const char *html_href(struct arena *arena, const char *inside, size_t size)
{
	const char *found = memmem(inside, size, "href=", 5);
	if (!found)
		return NULL;
	const char *value = found + 5, *limit = inside + size, *end;
	if (value < limit && (*value == '"' || *value == '\'')) {
		end = memchr(value + 1, *value, (size_t)(limit - value - 1));
		value++;
	} else {
		end = limit;
	}
	return end ? arena_strndup(arena, value, (size_t)(end - value)) : NULL;
}

static const char *html_close(struct builder *b, const char *name, size_t size, size_t at)
{
	if (b->depth == 0)
		return arena_printf(b->arena, "Unexpected end tag at byte offset %zu", at);
	struct span *span = &b->open[b->depth - 1];
	if (size > 0 && (size != span->tag_size || strncasecmp(name, span->tag, size) != 0))
		return arena_printf(b->arena,
		    "Unmatched end tag at byte offset %zu, expected \"</%.*s>\", found \"</%.*s>\"",
		    at, (int)span->tag_size, span->tag, (int)size, name);
	b->depth--;
	if (span->type && (strcmp(span->type, "text_link") != 0 || span->url))
		add_entity(b, span->type, span->offset, b->units - span->offset, "url", span->url);
	return NULL;
}

/* *cursor is at '<'; past the tag on return. */
static const char *html_tag(struct builder *b, const char *start, const char **cursor)
{
	const char *p = *cursor + 1, *end = strchr(p, '>');
	size_t at = (size_t)(*cursor - start);
	bool closing = *p == '/';
	if (closing)
		p++;
	size_t n = strcspn(p, " \t\n>");
	if (!end)
		return arena_printf(b->arena, "Unclosed start tag at byte offset %zu", at);
	*cursor = end + 1;
	if (closing)
		return html_close(b, p, n, at);
	for (size_t i = 0; i < sizeof tags / sizeof *tags; i++) {
		if (strlen(tags[i].tag) != n || strncasecmp(tags[i].tag, p, n) != 0)
			continue;
		if (b->depth == DEPTH_MAX)
			return "Too many nested tags";
		struct span *span = &b->open[b->depth++];
		*span = (struct span){tags[i].type, tags[i].tag, n, b->units, NULL};
		if (span->type && strcmp(span->type, "text_link") == 0)
			span->url = html_href(b->arena, p, (size_t)(end - p));
		return NULL;
	}
	return arena_printf(
	    b->arena, "Unsupported start tag \"%.*s\" at byte offset %zu", (int)n, p, at);
}

static const char *parse_html(struct builder *b, const char *text)
{
	for (const char *p = text; *p;) {
		uint32_t code_point = 0;
		if (*p == '<') {
			const char *error = html_tag(b, text, &p);
			if (error)
				return error;
			continue;
		}
		if (*p == '&')
			code_point = html_reference(&p);
		put(b, code_point ? code_point : text_next(&p));
	}
	if (b->depth > 0)
		return arena_printf(b->arena,
		    "Can't find end tag corresponding to start tag \"%.*s\"",
		    (int)b->open[b->depth - 1].tag_size, b->open[b->depth - 1].tag);
	return NULL;
}

/* --- Markdown, both versions; links keep their text only --- */

static const char *markdown_type(char mark, bool twice, bool v2)
{
	switch (mark) {
	case '*':
		return "bold";
	case '_':
		return twice ? "underline" : "italic";
	case '`':
		return "code";
	case '~':
		return v2 ? "strikethrough" : NULL;
	case '|':
		return v2 && twice ? "spoiler" : NULL;
	default:
		return NULL;
	}
}

static const char *markdown_mark(struct builder *b, const char *start, const char **cursor, bool v2)
{
	char mark = **cursor;
	bool twice = v2 && (mark == '_' || mark == '|') && (*cursor)[1] == mark;
	const char *type = markdown_type(mark, twice, v2);
	size_t size = twice ? 2 : 1;
	struct span *top = b->depth > 0 ? &b->open[b->depth - 1] : NULL;
	if (top && top->tag_size == size && *top->tag == mark) {
		b->depth--;
		add_entity(b, top->type, top->offset, b->units - top->offset, NULL, NULL);
	} else if (b->depth < DEPTH_MAX) {
		b->open[b->depth++] = (struct span){type, *cursor, size, b->units, NULL};
	} else {
		return arena_printf(b->arena, "Too many nested entities at byte offset %zu",
		    (size_t)(*cursor - start));
	}
	*cursor += size;
	return NULL;
}

static const char *parse_markdown(struct builder *b, const char *text, bool v2)
{
	for (const char *p = text; *p;) {
		bool in_code = b->depth > 0 && *b->open[b->depth - 1].tag == '`';
		if (*p == '\\' && p[1] > 0 && ispunct((unsigned char)p[1])) {
			put(b, (unsigned char)p[1]);
			p += 2;
		} else if ((in_code ? *p == '`' : markdown_type(*p, p[1] == *p, v2) != NULL)) {
			const char *error = markdown_mark(b, text, &p, v2);
			if (error)
				return error;
		} else if (v2 && !in_code && strchr(">#+-=|{}.!", *p)) {
			return arena_printf(b->arena,
			    "Character '%c' is reserved and must be escaped with the preceding "
			    "'\\'",
			    *p);
		} else {
			put(b, text_next(&p));
		}
	}
	if (b->depth > 0)
		return arena_printf(b->arena,
		    "Can't find end of the entity starting at byte offset %zu",
		    (size_t)(b->open[b->depth - 1].tag - text));
	return NULL;
}

const char *entities_parse(
    struct arena *arena, enum parse_mode mode, const char *text, struct formatted *out)
{
	/* a reference is never shorter than the character it stands for: &#1; is four bytes */
	struct builder b = {.arena = arena, .plain = arena_alloc(arena, strlen(text) * 3 + 4)};
	buf_init(&b.entities, ENTITIES_BYTES_MAX);
	const char *error = NULL;
	switch (mode) {
	case PARSE_NONE:
		entities_detect(arena, text, out);
		return NULL;
	case PARSE_HTML:
		error = parse_html(&b, text);
		break;
	case PARSE_MARKDOWN:
	case PARSE_MARKDOWN_V2:
		error = parse_markdown(&b, text, mode == PARSE_MARKDOWN_V2);
		break;
	}
	if (!error && b.entities.failed)
		error = "The entities are too long";
	if (!error)
		finish(&b, out);
	buf_finish(&b.entities);
	return error;
}

/* --- what needs no markup --- */

static bool is_word(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

static bool is_address_byte(char c)
{
	return is_word(c) || c == '.' || c == '-' || c == '+';
}

/* Bytes of the entity that starts at p, 0 if none does; before is the preceding byte. */
static size_t detect_at(const char *p, char before, const char **type)
{
	size_t n = 1;
	if (before != '\0' &&
	    (is_address_byte(before) || before == '/' || (unsigned char)before > 127))
		return 0;
	if (*p == '/') {
		while (n <= 32 && is_word(p[n]))
			n++;
		if (n > 1 && p[n] == '@')
			for (n++; is_word(p[n]);)
				n++;
		*type = "bot_command";
		return n > 1 ? n : 0;
	}
	if (*p == '@') {
		while (n <= 32 && is_word(p[n]))
			n++;
		*type = "mention";
		return n >= 4 ? n : 0;
	}
	if (strncmp(p, "http://", 7) == 0 || strncmp(p, "https://", 8) == 0) {
		*type = "url";
		return strcspn(p, " \t\n\r<>\"");
	}
	for (n = 0; is_address_byte(p[n]);)
		n++;
	if (n == 0 || p[n] != '@')
		return 0;
	size_t at = n++;
	while (is_address_byte(p[n]))
		n++;
	while (p[n - 1] == '.')
		n--; /* it ends the sentence, not the address */
	const char *dot = memrchr(p + at, '.', n - at);
	*type = "email";
	return dot && dot + 2 < p + n ? n : 0;
}

void entities_detect(struct arena *arena, const char *text, struct formatted *out)
{
	*out = (struct formatted){.text = text};
	if (!strpbrk(text, "/@"))
		return;
	struct builder b = {.arena = arena};
	buf_init(&b.entities, ENTITIES_BYTES_MAX); /* more than so many of these ever need */
	char before = '\0';
	for (const char *p = text; *p;) {
		const char *type = NULL;
		size_t n = detect_at(p, before, &type);
		if (n > 0) {
			size_t units = text_utf16_units(arena_strndup(arena, p, n));
			add_entity(&b, type, b.units, units, NULL, NULL);
			b.units += units;
			p += n;
		} else {
			b.units += units_of(text_next(&p));
		}
		before = p[-1];
	}
	if (b.count)
		out->entities = arena_concat(arena, "[", buf_text(&b.entities), "]", NULL);
	buf_finish(&b.entities);
}
