/*
 * Frames of the control plane: between supervisor and worker, and on control sockets. One list of fields makes the struct,
 * the encoder and the decoder of each message.
 * Ownership: messages are values; nothing points anywhere.
 * Units: in the names; times of day are microseconds since 1970 (us), memory is KiB.
 * Errors: encoding cannot fail (texts that do not fit are cut between characters, bytes that are no UTF-8 become '?');
 * decoding says ERR_NOT_FOUND for what is not whole yet and ERR_INVALID for what no encoder of this version made.
 *
 * A frame: u16 its whole size, u8 version, u8 type, then the fields in their order, all little-endian; a text is u8 length
 * and its bytes. Both ends are the same executable, so another version is an error, not a dialect.
 */
#pragma once
#include "salesreg/base/err.h"
#include "salesreg/base/log.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	IPC_VERSION = 1,
	IPC_FRAME_MAX = 512,
	IPC_HEADER_SIZE = 4,
	IPC_NAME_SIZE = 32,  /* with the NUL */
	IPC_TEXT_SIZE = 128, /* with the NUL */
};

#define IPC_HEALTH_MAP(X) X(OK, "ok") X(DEGRADED, "degraded")
enum ipc_health {
#define X(name, text) IPC_HEALTH_##name,
	IPC_HEALTH_MAP(X)
#undef X
	    IPC_HEALTHS
};
const char *ipc_health_name(enum ipc_health health);

/* Kinds of fields: u32, u64, i64, flag (bool), health, level (enum log_level), name and text (NUL-terminated UTF-8). */

/* worker → supervisor: configuration valid, loop running */
#define IPC_READY_FIELDS(F) F(u32, pid)
/* worker → supervisor, about every second, from the worker's own loop; -1 = not known */
#define IPC_BEAT_FIELDS(F)                                                                         \
	F(u64, progress)                                                                           \
	F(health, health)                                                                          \
	F(text, why)                                                                               \
	F(flag, leads)                                                                             \
	F(i64, outbox_backlog) F(i64, outbox_oldest_ms) F(u32, lag_ms) F(i64, pss_kib)
/* supervisor → worker */
#define IPC_LOG_LEVEL_FIELDS(F) F(level, level)
#define IPC_DRAIN_FIELDS(F) F(u32, deadline_ms)
/* command → control socket; "" = every role */
#define IPC_ASK_STATUS_FIELDS(F) F(name, role)
#define IPC_SET_LOG_LEVEL_FIELDS(F) F(name, role) F(level, level)
/* control socket → command: any number of these, … */
#define IPC_STATUS_FIELDS(F)                                                                       \
	F(name, role)                                                                              \
	F(name, state)                                                                             \
	F(flag, up)                                                                                \
	F(u32, pid)                                                                                \
	F(i64, since_us)                                                                           \
	F(u32, restarts)                                                                           \
	F(health, health)                                                                          \
	F(text, why)                                                                               \
	F(i64, last_death_us)                                                                      \
	F(text, last_death)                                                                        \
	F(i64, pss_kib)                                                                            \
	F(i64, rss_kib)                                                                            \
	F(u64, progress)                                                                           \
	F(flag, leads) F(i64, outbox_backlog) F(i64, outbox_oldest_ms) F(u32, lag_ms)
/* … and this one last */
#define IPC_DONE_FIELDS(F) F(flag, ok) F(text, what)

#define IPC_MESSAGE_MAP(X)                                                                         \
	X(READY, ready, IPC_READY_FIELDS)                                                          \
	X(BEAT, beat, IPC_BEAT_FIELDS)                                                             \
	X(LOG_LEVEL, log_level, IPC_LOG_LEVEL_FIELDS)                                              \
	X(DRAIN, drain, IPC_DRAIN_FIELDS)                                                          \
	X(ASK_STATUS, ask_status, IPC_ASK_STATUS_FIELDS)                                           \
	X(SET_LOG_LEVEL, set_log_level, IPC_SET_LOG_LEVEL_FIELDS)                                  \
	X(STATUS, status, IPC_STATUS_FIELDS)                                                       \
	X(DONE, done, IPC_DONE_FIELDS)

enum ipc_type {
#define X(type, member, fields) IPC_##type,
	IPC_MESSAGE_MAP(X)
#undef X
	    IPC_TYPES
};
const char *ipc_type_name(enum ipc_type type);

#define IPC_MEMBER_u32(name) uint32_t name;
#define IPC_MEMBER_u64(name) uint64_t name;
#define IPC_MEMBER_i64(name) int64_t name;
#define IPC_MEMBER_flag(name) bool name;
#define IPC_MEMBER_health(name) enum ipc_health name;
#define IPC_MEMBER_level(name) enum log_level name;
#define IPC_MEMBER_name(name) char name[IPC_NAME_SIZE];
#define IPC_MEMBER_text(name) char name[IPC_TEXT_SIZE];
#define IPC_MEMBER(kind, name) IPC_MEMBER_##kind(name)
#define X(type, member, fields)                                                                    \
	struct ipc_##member {                                                                      \
		fields(IPC_MEMBER)                                                                 \
	};
IPC_MESSAGE_MAP(X)
#undef X

struct ipc_message {
	enum ipc_type type;
	union {
#define X(type, member, fields) struct ipc_##member member;
		IPC_MESSAGE_MAP(X)
#undef X
	};
};

/* Returns the size of the frame. */
size_t ipc_encode(const struct ipc_message *message, uint8_t frame[IPC_FRAME_MAX]);
/* The first frame of bytes; *used is its size. */
MUST_CHECK enum err ipc_decode(
    const uint8_t *bytes, size_t size, struct ipc_message *message, size_t *used);
