#include "salesreg/supervise/control.h"
#include "salesreg/base/log.h"
#include "salesreg/base/patience.h"
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void on_message(struct ipc_channel *client, const struct ipc_message *message, void *data)
{
	struct control *c = data;
	c->heard_ms[client - c->clients] = uv_now(c->pipe.loop);
	c->request(client, message, c->data);
}

static void on_connection(uv_stream_t *server, int status);

static void on_client_gone(struct ipc_channel *client, void *data)
{
	(void)client;
	struct control *c = data;
	if (c->open && c->one_waits)
		on_connection((uv_stream_t *)&c->pipe, 0);
}

/* The longest silent one is hung up on: whoever asks has an answer at once and goes. */
static void make_room(struct control *c)
{
	size_t oldest = CONTROL_CLIENTS;
	for (size_t i = 0; i < CONTROL_CLIENTS; i++)
		if (c->clients[i].open &&
		    (oldest == CONTROL_CLIENTS || c->heard_ms[i] < c->heard_ms[oldest]))
			oldest = i;
	if (oldest < CONTROL_CLIENTS)
		ipc_channel_close(&c->clients[oldest], on_client_gone);
}

static void on_idle(uv_timer_t *timer)
{
	struct control *c = timer->data;
	bool any = false;
	for (size_t i = 0; i < CONTROL_CLIENTS; i++) {
		if (!c->clients[i].open)
			continue;
		if (uv_now(timer->loop) - c->heard_ms[i] >= CONTROL_IDLE_MS)
			ipc_channel_close(&c->clients[i], on_client_gone);
		else
			any = true;
	}
	if (!any)
		(void)uv_timer_stop(timer);
}

static void on_hung_up(struct ipc_channel *client, enum err why, void *data)
{
	(void)why;
	(void)data;
	ipc_channel_close(client, on_client_gone);
}

static void on_connection(uv_stream_t *server, int status)
{
	struct control *c = server->data;
	if (status != 0)
		return;
	c->one_waits = false;
	for (size_t i = 0; i < CONTROL_CLIENTS; i++) {
		struct ipc_channel *client = &c->clients[i];
		if (client->open || client->closing)
			continue;
		client->message = on_message;
		client->hung_up = on_hung_up;
		client->data = c;
		c->heard_ms[i] = uv_now(server->loop);
		if (ipc_channel_accept(client, server->loop, server) != ERR_OK)
			log_debug("a connection to the control socket was lost");
		if (!uv_is_active((uv_handle_t *)&c->idle))
			(void)uv_timer_start(&c->idle, on_idle, CONTROL_IDLE_MS, CONTROL_TICK_MS);
		return;
	}
	c->one_waits = true; /* libuv takes no other until this one is accepted */
	make_room(c);
}

enum err control_open(struct control *c, uv_loop_t *loop, const char *dir, const char *name,
    char *message, size_t message_size)
{
	if (!run_dir_make(dir, message, message_size))
		return ERR_CONFIG;
	enum err err = run_dir_claim(dir, name, &c->lock_fd, message, message_size);
	if (err != ERR_OK)
		return err;
	/* with the lock ours, a socket that is there belongs to a dead process */
	run_dir_path(dir, name, "sock", c->path);
	(void)unlink(c->path);
	(void)uv_pipe_init(loop, &c->pipe, 0);
	c->pipe.data = c;
	(void)uv_timer_init(loop, &c->idle);
	c->idle.data = c;
	c->open = true;
	mode_t before = umask(0177);
	int code = uv_pipe_bind(&c->pipe, c->path);
	(void)umask(before);
	if (code == 0)
		code = uv_listen((uv_stream_t *)&c->pipe, CONTROL_BACKLOG, on_connection);
	if (code == 0)
		return ERR_OK;
	(void)snprintf(message, message_size,
	    "the control socket %s cannot be opened (%s); set SALESREG_RUN_DIR to another "
	    "directory",
	    c->path, uv_strerror(code));
	control_close(c, NULL);
	return ERR_CONFIG;
}

struct opening {
	struct control *control;
	uv_loop_t *loop;
	const char *dir, *name;
	char *message;
	size_t size;
};

static enum err attempt(void *data)
{
	const struct opening *o = data;
	return control_open(o->control, o->loop, o->dir, o->name, o->message, o->size);
}

enum err control_open_patiently(struct control *c, uv_loop_t *loop, const char *dir,
    const char *name, char *message, size_t message_size)
{
	char what[RUN_DIR_MAX + 32];
	(void)snprintf(what, sizeof what, "the run directory %s", dir);
	return patience(
	    what, attempt, &(struct opening){c, loop, dir, name, message, message_size});
}

void control_answer(struct ipc_channel *client, const struct ipc_message *message)
{
	if (ipc_channel_send(client, message) != ERR_OK)
		ipc_channel_close(client, on_client_gone);
}

void control_done(struct ipc_channel *client, bool ok, const char *what)
{
	struct ipc_message done = {.type = IPC_DONE, .done = {.ok = ok}};
	(void)snprintf(done.done.what, sizeof done.done.what, "%s", what);
	control_answer(client, &done);
}

static void count_down(struct control *c)
{
	if (--c->closing == 0 && c->closed)
		c->closed(c->data);
}

static void on_client_closed(struct ipc_channel *client, void *data)
{
	(void)client;
	count_down(data);
}

static void on_handle_closed(uv_handle_t *handle)
{
	count_down(handle->data);
}

void control_close(struct control *c, void (*closed)(void *data))
{
	if (!c->open)
		return;
	c->open = false;
	c->closed = closed;
	c->closing = 2;
	for (size_t i = 0; i < CONTROL_CLIENTS; i++) {
		if (!c->clients[i].open && !c->clients[i].closing)
			continue;
		c->closing++;
		c->clients[i].closed = on_client_closed;
		ipc_channel_close(&c->clients[i], on_client_closed);
	}
	(void)unlink(c->path); /* before the lock goes: it is still ours */
	uv_close((uv_handle_t *)&c->idle, on_handle_closed);
	uv_close((uv_handle_t *)&c->pipe, on_handle_closed);
	(void)close(c->lock_fd);
}
