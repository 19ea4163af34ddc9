#include "salesreg/ipc/channel.h"
#include <string.h>
#include <unistd.h>

static void end(struct ipc_channel *c, enum err why)
{
	if (c->ended)
		return;
	c->ended = true;
	(void)uv_read_stop((uv_stream_t *)&c->pipe);
	if (c->hung_up)
		c->hung_up(c, why, c->data);
}

/* Hands over every whole frame; the callback may close the channel. */
static void deliver(struct ipc_channel *c)
{
	size_t done = 0;
	while (c->open && !c->ended) {
		struct ipc_message message;
		size_t used;
		enum err err = ipc_decode(c->in + done, c->in_size - done, &message, &used);
		if (err == ERR_INVALID)
			end(c, ERR_INVALID);
		if (err != ERR_OK)
			break;
		done += used;
		c->message(c, &message, c->data);
	}
	memmove(c->in, c->in + done, c->in_size - done);
	c->in_size -= done;
}

static void on_room(uv_handle_t *handle, size_t suggested, uv_buf_t *buf)
{
	(void)suggested;
	struct ipc_channel *c = handle->data;
	*buf = uv_buf_init((char *)c->in + c->in_size, (unsigned)(sizeof c->in - c->in_size));
}

static void on_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *buf)
{
	(void)buf;
	struct ipc_channel *c = stream->data;
	if (n < 0) {
		end(c, ERR_UNAVAILABLE);
		return;
	}
	c->in_size += (size_t)n;
	deliver(c);
}

static enum err begin(struct ipc_channel *c)
{
	if (uv_read_start((uv_stream_t *)&c->pipe, on_room, on_read) == 0)
		return ERR_OK;
	ipc_channel_close(c, NULL);
	return ERR_IO;
}

static void prepare(struct ipc_channel *c, uv_loop_t *loop)
{
	c->open = true;
	c->closing = c->ended = false;
	c->in_size = c->out_size = c->flying_size = 0;
	(void)uv_pipe_init(loop, &c->pipe, 0); /* cannot fail on Unix */
	c->pipe.data = c;
}

enum err ipc_channel_open(struct ipc_channel *c, uv_loop_t *loop, int fd)
{
	prepare(c, loop);
	if (uv_pipe_open(&c->pipe, fd) != 0) {
		(void)close(fd);
		ipc_channel_close(c, NULL);
		return ERR_IO;
	}
	return begin(c);
}

enum err ipc_channel_accept(struct ipc_channel *c, uv_loop_t *loop, uv_stream_t *server)
{
	prepare(c, loop);
	if (uv_accept(server, (uv_stream_t *)&c->pipe) != 0) {
		ipc_channel_close(c, NULL);
		return ERR_IO;
	}
	return begin(c);
}

static void flush(struct ipc_channel *c);

static void on_written(uv_write_t *write, int status)
{
	struct ipc_channel *c = write->data;
	c->flying_size = 0;
	if (status == 0 && c->open)
		flush(c);
}

static void flush(struct ipc_channel *c)
{
	if (c->flying_size > 0 || c->out_size == 0)
		return;
	memcpy(c->flying, c->out, c->out_size);
	c->flying_size = c->out_size;
	c->out_size = 0;
	c->write.data = c;
	uv_buf_t buf = uv_buf_init((char *)c->flying, (unsigned)c->flying_size);
	if (uv_write(&c->write, (uv_stream_t *)&c->pipe, &buf, 1, on_written) != 0)
		c->flying_size = 0; /* the peer is gone; reading will say so */
}

enum err ipc_channel_send(struct ipc_channel *c, const struct ipc_message *message)
{
	if (!c->open || c->ended)
		return ERR_UNAVAILABLE;
	if (sizeof c->out - c->out_size < IPC_FRAME_MAX)
		return ERR_BUSY;
	c->out_size += ipc_encode(message, c->out + c->out_size);
	flush(c);
	return ERR_OK;
}

bool ipc_channel_is_flushed(const struct ipc_channel *c)
{
	return c->out_size == 0 && c->flying_size == 0;
}

void ipc_channel_drain(struct ipc_channel *c)
{
	uv_os_fd_t fd;
	while (c->open && !c->ended && uv_fileno((uv_handle_t *)&c->pipe, &fd) == 0) {
		ssize_t n = read(fd, c->in + c->in_size, sizeof c->in - c->in_size);
		if (n <= 0)
			return;
		c->in_size += (size_t)n;
		deliver(c);
	}
}

static void on_closed(uv_handle_t *handle)
{
	struct ipc_channel *c = handle->data;
	c->closing = false;
	if (c->closed)
		c->closed(c, c->data);
}

void ipc_channel_close(
    struct ipc_channel *c, void (*closed)(struct ipc_channel *channel, void *data))
{
	if (!c->open)
		return;
	c->open = false;
	c->closing = true;
	c->closed = closed;
	uv_close((uv_handle_t *)&c->pipe, on_closed);
}
