/*
 * A stream socket that carries frames both ways, on a libuv loop.
 * Ownership: the channel is the caller's memory and must stay until `closed` of ipc_channel_close() (or for ever, if it was
 * never opened); the channel owns the descriptor. Messages are borrowed for the callback. No memory is allocated.
 * Units: bytes.
 * Errors: ERR_BUSY when the peer does not read and the buffer is full: that message is not sent. What is no frame ends the
 * channel like a hang-up, with another reason.
 * Callbacks: from the loop only, except that ipc_channel_drain() delivers what has arrived before it returns.
 * Source: libuv 1.44 documentation, uv_pipe_t and uv_stream_t: a write request belongs to the stream until its callback,
 * which uv_close() calls with UV_ECANCELED before the close callback.
 */
#pragma once
#include "salesreg/ipc/message.h"
#include <uv.h>

enum { IPC_OUT_MAX = 16 * IPC_FRAME_MAX };

struct ipc_channel {
	uv_pipe_t pipe;
	bool open;    /* until ipc_channel_close() */
	bool closing; /* from then until `closed` */
	bool ended;   /* the peer is gone or talks nonsense */
	uint8_t in[2 * IPC_FRAME_MAX];
	size_t in_size;
	uint8_t out[IPC_OUT_MAX], flying[IPC_OUT_MAX]; /* to be written, being written */
	size_t out_size, flying_size;
	uv_write_t write;
	void (*message)(struct ipc_channel *channel, const struct ipc_message *message, void *data);
	/* Once: the peer hung up (ERR_UNAVAILABLE), or sent what is no frame (ERR_INVALID). Still to be closed. */
	void (*hung_up)(struct ipc_channel *channel, enum err why, void *data);
	void (*closed)(struct ipc_channel *channel, void *data);
	void *data;
};

/* message, hung_up and data have been set. Takes the descriptor over, also if it fails. */
MUST_CHECK enum err ipc_channel_open(struct ipc_channel *channel, uv_loop_t *loop, int fd);
/* The same for a connection that waits at a listening pipe. */
MUST_CHECK enum err ipc_channel_accept(
    struct ipc_channel *channel, uv_loop_t *loop, uv_stream_t *server);
MUST_CHECK enum err ipc_channel_send(
    struct ipc_channel *channel, const struct ipc_message *message);
/* Everything handed over has left for the kernel. */
bool ipc_channel_is_flushed(const struct ipc_channel *channel);
/* Reads what the peer left before it died; the callbacks come from within. */
void ipc_channel_drain(struct ipc_channel *channel);
/* closed may be NULL; nothing happens if the channel is not open. */
void ipc_channel_close(
    struct ipc_channel *channel, void (*closed)(struct ipc_channel *channel, void *data));
