#include "salesreg/base/hardening.h"
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

/* setenv(3) puts others in their places: these stay reachable. */
static struct {
	char **list, *text;
} moved;

static void move_environment(void)
{
	size_t count = 0, size = 1, used = 0;
	for (; environ[count]; count++)
		size += strlen(environ[count]) + 1;
	moved.list = calloc(count + 1, sizeof *moved.list);
	moved.text = malloc(size);
	if (!moved.list || !moved.text)
		abort();
	for (size_t i = 0; i < count; i++) {
		size_t n = strlen(environ[i]);
		moved.list[i] = memcpy(moved.text + used, environ[i], n + 1);
		used += n + 1;
	}
	for (size_t i = 0; i < count; i++)
		explicit_bzero(environ[i], strlen(environ[i]));
	environ = moved.list;
}

void hardening_start(bool cores)
{
	static const struct rlimit none = {0, 0};
	move_environment();
	(void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	if (cores)
		return;
	(void)setrlimit(RLIMIT_CORE, &none);
	(void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}
