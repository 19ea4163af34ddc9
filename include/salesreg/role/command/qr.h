/*
 * A QR code for a terminal: two modules a character cell, one above the other, black on white whatever the terminal's colours.
 * Ownership: the caller's buffer. Errors: false: the text is too long for a code.
 * Source: ISO/IEC 18004: four light modules around it.
 */
#pragma once
#include "salesreg/base/buf.h"
#include <stdbool.h>

bool qr_draw(const char *text, struct buf *out);
