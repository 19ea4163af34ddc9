/* Frames of the control plane: what goes in comes out, and nothing else is taken for one. */
#include "salesreg/base/text.h"
#include "salesreg/ipc/channel.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

static struct ipc_message beat(void)
{
	return (struct ipc_message){.type = IPC_BEAT,
	    .beat = {.progress = UINT64_MAX - 1,
		.health = IPC_HEALTH_DEGRADED,
		.why = "нет базы данных",
		.leads = true,
		.outbox_backlog = -1,
		.outbox_oldest_ms = INT64_MIN,
		.lag_ms = 0x01020304}};
}

static void every_message_survives_the_journey(void **state)
{
	(void)state;
	for (int type = 0; type < IPC_TYPES; type++) {
		struct ipc_message in = {.type = (enum ipc_type)type}, out;
		uint8_t frame[IPC_FRAME_MAX];
		size_t size = ipc_encode(&in, frame), used;
		assert_int_equal(ipc_decode(frame, size, &out, &used), ERR_OK);
		assert_int_equal(used, size);
		assert_int_equal(out.type, type);
		assert_string_not_equal(ipc_type_name(out.type), "?");
	}
	struct ipc_message in = beat(), out;
	uint8_t frame[IPC_FRAME_MAX];
	size_t size = ipc_encode(&in, frame), used;
	assert_int_equal(ipc_decode(frame, size, &out, &used), ERR_OK);
	assert_true(out.beat.progress == UINT64_MAX - 1);
	assert_int_equal(out.beat.health, IPC_HEALTH_DEGRADED);
	assert_string_equal(out.beat.why, "нет базы данных");
	assert_true(out.beat.leads);
	assert_true(out.beat.outbox_backlog == -1 && out.beat.outbox_oldest_ms == INT64_MIN);
	assert_int_equal(out.beat.lag_ms, 0x01020304);
}

static void the_bytes_are_little_endian_on_every_machine(void **state)
{
	(void)state;
	struct ipc_message in = {.type = IPC_READY, .ready = {.pid = 0x01020304}};
	uint8_t frame[IPC_FRAME_MAX];
	static const uint8_t expected[] = {8, 0, IPC_VERSION, IPC_READY, 4, 3, 2, 1};
	assert_int_equal(ipc_encode(&in, frame), sizeof expected);
	assert_memory_equal(frame, expected, sizeof expected);
}

static void a_frame_in_parts_is_waited_for(void **state)
{
	(void)state;
	struct ipc_message in = beat(), out;
	uint8_t frame[IPC_FRAME_MAX];
	size_t size = ipc_encode(&in, frame), used;
	for (size_t n = 0; n < size; n++)
		assert_int_equal(ipc_decode(frame, n, &out, &used), ERR_NOT_FOUND);
}

static void what_no_encoder_made_is_refused(void **state)
{
	(void)state;
	struct ipc_message in = beat(), out;
	uint8_t good[IPC_FRAME_MAX], bad[IPC_FRAME_MAX + 8];
	size_t size = ipc_encode(&in, good), used;
	static const struct {
		size_t at;
		uint8_t value;
	} changes[] = {{2, IPC_VERSION + 1}, {2, 0}, {3, IPC_TYPES}, {3, 255}, {1, 255}, {0, 3},
	    {IPC_HEADER_SIZE + 8, IPC_HEALTHS}, {IPC_HEADER_SIZE + 9, 255},
	    {IPC_HEADER_SIZE + 10, 0xFF}, {IPC_HEADER_SIZE + 10, 0}};
	for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
		memcpy(bad, good, size);
		bad[changes[i].at] = changes[i].value;
		assert_int_equal(ipc_decode(bad, sizeof bad, &out, &used), ERR_INVALID);
		assert_int_equal(used, 0);
	}
	/* longer than its fields, and shorter */
	memcpy(bad, good, size);
	bad[size] = 0;
	bad[0]++;
	assert_int_equal(ipc_decode(bad, size + 1, &out, &used), ERR_INVALID);
	bad[0] = (uint8_t)(size - 1);
	assert_int_equal(ipc_decode(bad, size, &out, &used), ERR_INVALID);
}

static void texts_too_long_are_cut_between_characters(void **state)
{
	(void)state;
	struct ipc_message in = {.type = IPC_DONE}, out;
	uint8_t frame[IPC_FRAME_MAX];
	size_t used;
	memset(in.done.what, 'x', IPC_TEXT_SIZE); /* no NUL: as bad as it gets */
	memcpy(in.done.what + IPC_TEXT_SIZE - 2, "ж", 2);
	size_t size = ipc_encode(&in, frame);
	assert_int_equal(ipc_decode(frame, size, &out, &used), ERR_OK);
	assert_int_equal(strlen(out.done.what), IPC_TEXT_SIZE - 2);
	(void)snprintf(in.done.what, sizeof in.done.what, "a\xD0\xFFz");
	size = ipc_encode(&in, frame);
	assert_int_equal(ipc_decode(frame, size, &out, &used), ERR_OK);
	assert_string_equal(out.done.what, "a??z");
}

/* The channel ----------------------------------------------------------------------------------------------------------*/

struct heard {
	size_t count;
	uint64_t last;
	enum err hung_up;
	bool inside;
};

static void on_message(struct ipc_channel *c, const struct ipc_message *message, void *data)
{
	(void)c;
	struct heard *heard = data;
	assert_false(heard->inside);
	heard->count++;
	heard->last = message->beat.progress;
}

static void on_hung_up(struct ipc_channel *c, enum err why, void *data)
{
	struct heard *heard = data;
	assert_false(heard->inside);
	heard->hung_up = why;
	ipc_channel_close(c, NULL);
}

static void open_channel(struct ipc_channel *c, uv_loop_t *loop, int fd, struct heard *heard)
{
	*c = (struct ipc_channel){.message = on_message, .hung_up = on_hung_up, .data = heard};
	heard->inside = true;
	assert_int_equal(ipc_channel_open(c, loop, fd), ERR_OK);
	heard->inside = false;
}

static void a_peer_that_does_not_read_costs_bounded_memory(void **state)
{
	(void)state;
	uv_loop_t loop;
	int ends[2];
	struct heard heard[2] = {{0}};
	static struct ipc_channel a, b;
	assert_int_equal(uv_loop_init(&loop), 0);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends), 0);
	open_channel(&a, &loop, ends[0], &heard[0]);
	struct ipc_message message = beat();
	uint64_t sent = 0;
	for (;;) {
		message.beat.progress = sent;
		enum err err = ipc_channel_send(&a, &message);
		if (err != ERR_OK) {
			assert_int_equal(err, ERR_BUSY);
			break;
		}
		sent++;
		assert_true(sent < 1000 * 1000);
	}
	/* what was taken arrives, in order and whole */
	open_channel(&b, &loop, ends[1], &heard[1]);
	while (heard[1].count < sent)
		(void)uv_run(&loop, UV_RUN_ONCE);
	assert_true(heard[1].last == sent - 1);
	assert_true(ipc_channel_is_flushed(&a));
	ipc_channel_close(&a, NULL);
	(void)uv_run(&loop, UV_RUN_DEFAULT);
	assert_int_equal(heard[1].hung_up, ERR_UNAVAILABLE);
	assert_int_equal(uv_loop_close(&loop), 0);
}

static void nonsense_hangs_up_and_what_came_before_it_counts(void **state)
{
	(void)state;
	uv_loop_t loop;
	int ends[2];
	struct heard heard = {0};
	static struct ipc_channel c;
	assert_int_equal(uv_loop_init(&loop), 0);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends), 0);
	open_channel(&c, &loop, ends[0], &heard);
	struct ipc_message message = beat();
	uint8_t frame[IPC_FRAME_MAX];
	size_t size = ipc_encode(&message, frame);
	assert_int_equal(write(ends[1], frame, size), size);
	assert_int_equal(write(ends[1], "GET / HTTP/1.1\r\n\r\n", 18), 18);
	(void)uv_run(&loop, UV_RUN_DEFAULT);
	assert_int_equal(heard.count, 1);
	assert_int_equal(heard.hung_up, ERR_INVALID);
	assert_int_equal(ipc_channel_send(&c, &message), ERR_UNAVAILABLE);
	(void)close(ends[1]);
	assert_int_equal(uv_loop_close(&loop), 0);
}

static void what_a_dead_peer_left_can_be_read_at_once(void **state)
{
	(void)state;
	uv_loop_t loop;
	int ends[2];
	struct heard heard = {0};
	static struct ipc_channel c;
	assert_int_equal(uv_loop_init(&loop), 0);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends), 0);
	open_channel(&c, &loop, ends[0], &heard);
	struct ipc_message message = beat();
	uint8_t frame[IPC_FRAME_MAX];
	size_t size = ipc_encode(&message, frame);
	for (int i = 0; i < 50; i++)
		assert_int_equal(write(ends[1], frame, size), size);
	(void)close(ends[1]);
	ipc_channel_drain(&c);
	assert_int_equal(heard.count, 50);
	ipc_channel_close(&c, NULL);
	(void)uv_run(&loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&loop), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_message_survives_the_journey),
	    cmocka_unit_test(the_bytes_are_little_endian_on_every_machine),
	    cmocka_unit_test(a_frame_in_parts_is_waited_for),
	    cmocka_unit_test(what_no_encoder_made_is_refused),
	    cmocka_unit_test(texts_too_long_are_cut_between_characters),
	    cmocka_unit_test(a_peer_that_does_not_read_costs_bounded_memory),
	    cmocka_unit_test(nonsense_hangs_up_and_what_came_before_it_counts),
	    cmocka_unit_test(what_a_dead_peer_left_can_be_read_at_once),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
