/*
 * Error codes that cross module borders. One list makes the enum, the names and the sentences.
 * Ownership: strings returned are static.
 */
#pragma once

#define ERR_MAP(X)                                                                                 \
	X(OK, "success")                                                                           \
	X(INVALID, "a value is not of the expected form")                                          \
	X(TOO_BIG, "a size limit was exceeded")                                                    \
	X(NOT_FOUND, "no such thing")                                                              \
	X(TIMEOUT, "no answer within the time allowed")                                            \
	X(CANCELLED, "given up before it finished")                                                \
	X(UNAVAILABLE, "the other side cannot be reached")                                         \
	X(BUSY, "no free place in the queue")                                                      \
	X(CONFLICT, "someone else changed it first; worth another try")                            \
	X(REFUSED, "the other side refused the request")                                           \
	X(CONFIG, "the configuration is not usable")                                               \
	X(IO, "the operating system reported an error")

enum err {
#define X(name, sentence) ERR_##name,
	ERR_MAP(X)
#undef X
};

#define MUST_CHECK __attribute__((warn_unused_result))

/* "no answer within the time allowed" */
const char *err_sentence(enum err err);

/* Exit codes of every command: sysexits.h's EX_USAGE, EX_TEMPFAIL and EX_CONFIG, so that init systems know them. */
enum exit_code {
	EXIT_CODE_OK = 0,
	EXIT_CODE_FAILED = 1,
	EXIT_CODE_USAGE = 64,
	EXIT_CODE_DATA = 65, /* what was to be read is not usable */
	EXIT_CODE_BUSY = 75, /* somebody else has what we need */
	EXIT_CODE_CONFIG = 78
};
/* Of what kept a process from starting. */
int exit_code_of_start(enum err err);
