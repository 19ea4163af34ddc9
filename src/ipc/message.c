#include "salesreg/ipc/message.h"
#include "salesreg/base/text.h"
#include <assert.h>
#include <string.h>

const char *ipc_health_name(enum ipc_health health)
{
	switch (health) {
#define X(name, text)                                                                              \
	case IPC_HEALTH_##name:                                                                    \
		return text;
		IPC_HEALTH_MAP(X)
#undef X
	case IPC_HEALTHS:
		break;
	}
	return "?";
}

const char *ipc_type_name(enum ipc_type type)
{
	switch (type) {
#define X(type, member, fields)                                                                    \
	case IPC_##type:                                                                           \
		return #type;
		IPC_MESSAGE_MAP(X)
#undef X
	case IPC_TYPES:
		break;
	}
	return "?";
}

/* The most a frame of each type can take, so that the encoder need not look. */
#define MOST_u32 4
#define MOST_u64 8
#define MOST_i64 8
#define MOST_flag 1
#define MOST_health 1
#define MOST_level 1
#define MOST_name IPC_NAME_SIZE
#define MOST_text IPC_TEXT_SIZE
#define MOST(kind, name) +MOST_##kind
#define X(type, member, fields)                                                                    \
	_Static_assert(                                                                            \
	    IPC_HEADER_SIZE + 0 fields(MOST) <= IPC_FRAME_MAX, #type " may not fit its frame");
IPC_MESSAGE_MAP(X)
#undef X
_Static_assert(IPC_TEXT_SIZE <= 256 && IPC_NAME_SIZE <= 256, "lengths are one byte");

/* Encoding -----------------------------------------------------------------------------------------------------------*/

struct writer {
	uint8_t *bytes;
	size_t size;
};

static void put(struct writer *w, uint64_t value, size_t bytes)
{
	for (size_t i = 0; i < bytes; i++)
		w->bytes[w->size++] = (uint8_t)(value >> (8 * i));
}

/* Whole characters only, as many as fit. */
static void put_string(struct writer *w, const char *s, size_t space)
{
	char held[IPC_TEXT_SIZE];
	size_t n = strnlen(s, space - 1), length = 0;
	if (n == space - 1)
		while (n > 0 && ((unsigned char)s[n] & 0xC0) == 0x80)
			n--;
	memcpy(held, s, n);
	held[n] = '\0';
	uint8_t *size_byte = &w->bytes[w->size++];
	const char *cursor = held;
	for (const char *from = held; text_next(&cursor) != 0; from = cursor) {
		size_t bytes = (size_t)(cursor - from);
		if (!text_is_clean(from, bytes))
			w->bytes[w->size] = '?';
		else
			memcpy(w->bytes + w->size, from, bytes);
		w->size += bytes;
		length += bytes;
	}
	*size_byte = (uint8_t)length;
}

#define PUT_u32(value) put(&w, value, 4);
#define PUT_u64(value) put(&w, value, 8);
#define PUT_i64(value) put(&w, (uint64_t)(value), 8);
#define PUT_flag(value) put(&w, value, 1);
#define PUT_health(value) put(&w, value, 1);
#define PUT_level(value) put(&w, value, 1);
#define PUT_name(value) put_string(&w, value, IPC_NAME_SIZE);
#define PUT_text(value) put_string(&w, value, IPC_TEXT_SIZE);
#define PUT(kind, name) PUT_##kind(body->name)

size_t ipc_encode(const struct ipc_message *message, uint8_t frame[IPC_FRAME_MAX])
{
	struct writer w = {.bytes = frame, .size = 2};
	put(&w, IPC_VERSION, 1);
	put(&w, message->type, 1);
	switch (message->type) {
#define X(type, member, fields)                                                                    \
	case IPC_##type: {                                                                         \
		const struct ipc_##member *body = &message->member;                                \
		fields(PUT) break;                                                                 \
	}
		IPC_MESSAGE_MAP(X)
#undef X
	case IPC_TYPES:
		assert(false);
	}
	size_t size = w.size;
	w.size = 0;
	put(&w, size, 2);
	return size;
}

/* Decoding -----------------------------------------------------------------------------------------------------------*/

struct reader {
	const uint8_t *bytes;
	size_t rest;
	bool failed; /* stays: read everything, then look once */
};

static uint64_t get(struct reader *r, size_t bytes)
{
	if (bytes > r->rest) {
		r->failed = true;
		return 0;
	}
	uint64_t value = 0;
	for (size_t i = 0; i < bytes; i++)
		value |= (uint64_t)r->bytes[i] << (8 * i);
	r->bytes += bytes;
	r->rest -= bytes;
	return value;
}

/* A number that must be below `end`. */
static uint64_t get_below(struct reader *r, uint64_t end)
{
	uint64_t value = get(r, 1);
	if (value < end)
		return value;
	r->failed = true;
	return 0;
}

static void get_string(struct reader *r, char *out, size_t space)
{
	size_t n = (size_t)get(r, 1);
	if (r->failed || n >= space || n > r->rest || !text_is_clean((const char *)r->bytes, n)) {
		r->failed = true;
		n = 0;
	}
	memcpy(out, r->bytes, n);
	out[n] = '\0';
	r->bytes += n;
	r->rest -= n;
}

#define GET_u32(value) value = (uint32_t)get(&r, 4);
#define GET_u64(value) value = get(&r, 8);
#define GET_i64(value) value = (int64_t)get(&r, 8);
#define GET_flag(value) value = get_below(&r, 2) != 0;
#define GET_health(value) value = (enum ipc_health)get_below(&r, IPC_HEALTHS);
#define GET_level(value) value = (enum log_level)get_below(&r, LOG_ERROR + 1);
#define GET_name(value) get_string(&r, value, IPC_NAME_SIZE);
#define GET_text(value) get_string(&r, value, IPC_TEXT_SIZE);
#define GET(kind, name) GET_##kind(body->name)

enum err ipc_decode(const uint8_t *bytes, size_t size, struct ipc_message *message, size_t *used)
{
	*used = 0;
	if (size < IPC_HEADER_SIZE)
		return ERR_NOT_FOUND;
	size_t whole = (size_t)bytes[0] | (size_t)bytes[1] << 8;
	if (whole < IPC_HEADER_SIZE || whole > IPC_FRAME_MAX || bytes[2] != IPC_VERSION ||
	    bytes[3] >= IPC_TYPES)
		return ERR_INVALID;
	if (size < whole)
		return ERR_NOT_FOUND;
	struct reader r = {.bytes = bytes + IPC_HEADER_SIZE, .rest = whole - IPC_HEADER_SIZE};
	*message = (struct ipc_message){.type = (enum ipc_type)bytes[3]};
	switch (message->type) {
#define X(type, member, fields)                                                                    \
	case IPC_##type: {                                                                         \
		struct ipc_##member *body = &message->member;                                      \
		fields(GET) break;                                                                 \
	}
		IPC_MESSAGE_MAP(X)
#undef X
	case IPC_TYPES:
		return ERR_INVALID;
	}
	if (r.failed || r.rest > 0)
		return ERR_INVALID;
	*used = whole;
	return ERR_OK;
}
