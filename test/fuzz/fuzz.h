/*
 * What every target needs. A target asserts what must hold whatever came in, not only that nothing dies.
 * Ownership, units, callbacks: none. Errors: require() ends the process, so that libFuzzer keeps the input.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

#define require(condition)                                                                         \
	do {                                                                                       \
		if (!(condition)) {                                                                \
			(void)fprintf(stderr, "%s:%d: it does not hold that %s\n", __FILE__,       \
			    __LINE__, #condition);                                                 \
			abort();                                                                   \
		}                                                                                  \
	} while (0)

enum { FUZZ_ARENA_BYTES = 1 << 26, FUZZ_TEXT_BYTES = 8192 };
