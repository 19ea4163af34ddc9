#include "salesreg/supervise/memory.h"
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The beginning of a file of /proc; "" if it cannot be read. */
static void read_proc(pid_t pid, const char *name, char *out, size_t size)
{
	char path[64];
	(void)snprintf(path, sizeof path, "/proc/%d/%s", (int)pid, name);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, out, size - 1);
	out[n > 0 ? n : 0] = '\0';
	if (fd >= 0)
		(void)close(fd);
}

static int64_t field(const char *text, const char *name)
{
	const char *line = strstr(text, name);
	return line ? strtoll(line + strlen(name), NULL, 10) : -1;
}

struct memory memory_of(pid_t pid)
{
	char text[2048];
	read_proc(pid, "smaps_rollup", text, sizeof text);
	struct memory m = {.pss_kib = field(text, "\nPss:"), .rss_kib = field(text, "\nRss:")};
	if (m.rss_kib >= 0)
		return m;
	read_proc(pid, "statm", text, sizeof text);
	const char *resident = strchr(text, ' ');
	if (resident)
		m.rss_kib = strtoll(resident, NULL, 10) * (sysconf(_SC_PAGESIZE) / 1024);
	return m;
}
