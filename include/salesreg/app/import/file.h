/*
 * A file as UTF-8, whatever it is written in: UTF-8, UTF-16 of either order, or Windows-1251, which its bytes tell.
 * What comes by a pipe is kept in a file without a name meanwhile, for it is read more than once.
 * Ownership: the file is the caller's, import_file_close() gives back what it holds, also after a fault. Faults live in the arena.
 * Units: bytes. Errors: a sentence for whoever has the file; NULL: none.
 * Sources: Unicode Standard 15, 3.10 (encoding schemes, byte order marks); Unicode's table CP1251.TXT (0x98 is no character);
 * what Excel saves: "CSV" in the machine's code page, "Unicode text" as UTF-16LE with tabs.
 */
#pragma once
#include "salesreg/base/arena.h"
#include <iconv.h>
#include <stdbool.h>
#include <stdint.h>

#define IMPORT_ENCODING_MAP(X)                                                                     \
	X(UTF_8, "UTF-8")                                                                          \
	X(UTF_16LE, "UTF-16LE")                                                                    \
	X(UTF_16BE, "UTF-16BE")                                                                    \
	X(WINDOWS_1251, "Windows-1251")

enum import_encoding {
#define X(name, text) IMPORT_##name,
	IMPORT_ENCODING_MAP(X)
#undef X
};
const char *import_encoding_name(enum import_encoding encoding);

enum { IMPORT_HASH_BYTES = 16, IMPORT_FILE_PIECE = 64 * 1024 };

struct import_file {
	const char *name; /* as it was given; "-" is standard input */
	int64_t size, at; /* how far it has been read */
	enum import_encoding encoding;
	size_t mark; /* bytes of the byte order mark */
	char hash[2 * IMPORT_HASH_BYTES + 1];
	struct arena *arena;
	int fd;
	bool is_ended;
	iconv_t decoder;
	size_t kept; /* bytes of a character whose rest has not been read */
	char raw[IMPORT_FILE_PIECE];
};

/* encoding: one of the names above, in any case; NULL: its bytes tell. Looks through all of it. */
const char *import_file_open(
    struct import_file *f, struct arena *a, const char *name, const char *encoding);
/* The same of what is open already, which `name` is only the name of. It is closed with the file. */
const char *import_file_take(
    struct import_file *f, struct arena *a, int fd, const char *name, const char *encoding);
/* To its beginning, behind the byte order mark. */
const char *import_file_rewind(struct import_file *f);
/* The next piece as UTF-8 without NUL; *size 0: the end. room: IMPORT_FILE_PIECE * 2 at least. */
const char *import_file_read(struct import_file *f, char *out, size_t room, size_t *size);
void import_file_close(struct import_file *f);
