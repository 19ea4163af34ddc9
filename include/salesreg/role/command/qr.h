/*
 * A QR code for a terminal: two modules a character cell, one above the other, black on white whatever the terminal's colours.
 * Errors: none; of a text that is too long for a code there is none.
 * Source: ISO/IEC 18004: four light modules around it.
 */
#pragma once
#include <stdbool.h>

/* On stdout, where it is wanted or that is a terminal. */
void qr_print(const char *text, bool wanted);
