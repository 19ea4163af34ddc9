#include "salesreg/role/command/qr.h"
#include "salesreg/base/buf.h"
#include <qrencode.h>
#include <stdio.h>
#include <unistd.h>

enum { QUIET = 4, QR_BYTES = 256 * 1024 };

/* Outside of the code everything is light. */
static bool is_dark(const QRcode *code, int x, int y)
{
	return x >= 0 && y >= 0 && x < code->width && y < code->width &&
	       (code->data[y * code->width + x] & 1);
}

static bool draw(const char *text, struct buf *out)
{
	static const char *const cells[2][2] = {{" ", "▄"}, {"▀", "█"}};
	QRcode *code = QRcode_encodeString8bit(text, 0, QR_ECLEVEL_M);
	if (!code)
		return false;
	for (int y = -QUIET; y < code->width + QUIET; y += 2) {
		/* black (16) on white (231) of the 256 colours, which no theme changes */
		buf_adds(out, "\033[38;5;16;48;5;231m");
		for (int x = -QUIET; x < code->width + QUIET; x++)
			buf_adds(out, cells[is_dark(code, x, y)][is_dark(code, x, y + 1)]);
		buf_adds(out, "\033[0m\n");
	}
	QRcode_free(code);
	return !out->failed;
}

void qr_print(const char *text, bool wanted)
{
	struct buf code;
	if (!wanted && !isatty(STDOUT_FILENO))
		return;
	buf_init(&code, QR_BYTES);
	if (draw(text, &code))
		(void)fputs(buf_text(&code), stdout);
	buf_finish(&code);
}
