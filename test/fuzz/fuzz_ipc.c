/*
 * Bytes → frames: whatever a broken or hostile peer sends, a message is well formed, and what was decoded encodes to the very
 * bytes it came from.
 */
#include "fuzz.h"
#include "salesreg/base/text.h"
#include "salesreg/ipc/message.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	size_t at = 0;
	for (;;) {
		struct ipc_message message;
		size_t used = 1;
		enum err err = ipc_decode(bytes + at, size - at, &message, &used);
		require(err == ERR_OK || err == ERR_NOT_FOUND || err == ERR_INVALID);
		if (err != ERR_OK) {
			require(used == 0);
			break;
		}
		require(used >= IPC_HEADER_SIZE && used <= IPC_FRAME_MAX && used <= size - at);
		require(message.type < IPC_TYPES);
		uint8_t again[IPC_FRAME_MAX];
		require(ipc_encode(&message, again) == used);
		require(memcmp(again, bytes + at, used) == 0);
		at += used;
	}
	return 0;
}
