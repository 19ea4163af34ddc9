#include "salesreg/base/buf.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { KEEP_WHEN_CLEARED = 64 * 1024, FIRST_SIZE = 256 };

void buf_init(struct buf *b, size_t maximum)
{
	*b = (struct buf){.maximum = maximum};
}

void buf_init_secret(struct buf *b, size_t maximum)
{
	*b = (struct buf){.maximum = maximum, .wipes = true};
}

/* All of it: what is beyond the size now may have been written before. */
static void wipe(struct buf *b)
{
	if (b->wipes && b->data)
		explicit_bzero(b->data, b->capacity);
}

void buf_finish(struct buf *b)
{
	wipe(b);
	free(b->data);
	*b = (struct buf){.maximum = b->maximum, .wipes = b->wipes};
}

void buf_clear(struct buf *b)
{
	if (b->capacity > KEEP_WHEN_CLEARED)
		buf_finish(b);
	wipe(b);
	b->size = 0;
	b->failed = false;
}

/* realloc() would leave a copy behind. */
static char *grow(struct buf *b, size_t capacity)
{
	if (!b->wipes)
		return realloc(b->data, capacity);
	char *data = malloc(capacity);
	if (data && b->data) {
		memcpy(data, b->data, b->size);
		wipe(b);
		free(b->data);
	}
	return data;
}

/* Room for n more bytes and a NUL. */
static bool reserve(struct buf *b, size_t n)
{
	if (b->failed)
		return false;
	if (n > b->maximum - b->size) {
		b->failed = true;
		return false;
	}
	size_t need = b->size + n + 1;
	if (need <= b->capacity)
		return true;
	size_t capacity = b->capacity ? b->capacity : FIRST_SIZE;
	while (capacity < need)
		capacity *= 2;
	char *data = grow(b, capacity);
	if (!data) {
		b->failed = true;
		return false;
	}
	b->data = data;
	b->capacity = capacity;
	return true;
}

void buf_add(struct buf *b, const void *bytes, size_t n)
{
	if (n == 0 || !reserve(b, n))
		return;
	memcpy(b->data + b->size, bytes, n);
	b->size += n;
}

void buf_adds(struct buf *b, const char *s)
{
	buf_add(b, s, strlen(s));
}

void buf_addc(struct buf *b, char c)
{
	buf_add(b, &c, 1);
}

void buf_add_i64(struct buf *b, int64_t value)
{
	char digits[24];
	int n = snprintf(digits, sizeof digits, "%lld", (long long)value);
	buf_add(b, digits, (size_t)n);
}

void buf_addf(struct buf *b, const char *format, ...)
{
	va_list args, again;
	va_start(args, format);
	va_copy(again, args);
	int n = vsnprintf(NULL, 0, format, args);
	va_end(args);
	if (n > 0 && reserve(b, (size_t)n)) {
		(void)vsnprintf(b->data + b->size, (size_t)n + 1, format, again);
		b->size += (size_t)n;
	}
	va_end(again);
}

const char *buf_text(struct buf *b)
{
	if (!b->data)
		return "";
	b->data[b->size] = '\0';
	return b->data;
}
