/*
 * A control socket: answers `status`, `healthcheck` and `log-level` with frames of ipc/message.h.
 * Ownership: the control is the caller's memory and must stay until `closed`; requests are borrowed for the callback. It
 * removes its socket when it closes; what a dead process left there is replaced.
 * Units: milliseconds.
 * Errors: control_open() says why in one line; ERR_BUSY: another process has it. Who asks nonsense is hung up on, and so is who says nothing
 * for CONTROL_IDLE_MS; with all places taken, the longest silent client makes room.
 * Callbacks: from the loop only.
 */
#pragma once
#include "salesreg/ipc/channel.h"
#include "salesreg/supervise/run_dir.h"

enum { CONTROL_CLIENTS = 16, CONTROL_BACKLOG = 64, CONTROL_IDLE_MS = 5000, CONTROL_TICK_MS = 1000 };

struct control {
	uv_pipe_t pipe;
	uv_timer_t idle; /* runs while there is a client */
	bool open;
	int lock_fd;
	bool one_waits; /* for a place among the clients */
	int closing;    /* handles that are still to close */
	char path[RUN_PATH_SIZE];
	struct ipc_channel clients[CONTROL_CLIENTS];
	uint64_t heard_ms[CONTROL_CLIENTS]; /* of the loop's clock: when each connected, or asked */
	/* Answer with control_answer(): rows if there are any, a DONE at the end. */
	void (*request)(struct ipc_channel *client, const struct ipc_message *request, void *data);
	void (*closed)(void *data);
	void *data;
};

/* request and data have been set. The socket is <dir>/<name>.sock, and only one process at a time has it. */
enum err control_open(struct control *c, uv_loop_t *loop, const char *dir, const char *name,
    char *message, size_t message_size);
/* With patience for a predecessor (base/patience.h), before the loop runs. */
enum err control_open_patiently(struct control *c, uv_loop_t *loop, const char *dir,
    const char *name, char *message, size_t message_size);
void control_answer(struct ipc_channel *client, const struct ipc_message *message);
void control_done(struct ipc_channel *client, bool ok, const char *what);
/* closed may be NULL; it is called from the loop, or never if the control was not open. */
void control_close(struct control *c, void (*closed)(void *data));
