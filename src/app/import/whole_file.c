#include "salesreg/app/import/whole_file.h"
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

int whole_file_open(struct whole_file *f, struct arena *a, const char *path)
{
	struct stat is;
	char real[PATH_MAX];
	bool is_there = stat(path, &is) == 0;
	*f = (struct whole_file){.path = path};
	if (is_there && S_ISREG(is.st_mode) && realpath(path, real))
		f->path = arena_strdup(a, real);
	if (!is_there || S_ISREG(is.st_mode))
		f->fresh = arena_concat(a, f->path, ".new", NULL);
	f->out = fopen(f->fresh ? f->fresh : f->path, "we");
	if (!f->out)
		return errno;
	if (is_there && f->fresh)
		(void)fchmod(fileno(f->out), is.st_mode & 07777);
	return 0;
}

int whole_file_close(struct whole_file *f, bool is_good)
{
	errno = 0;
	bool is_bad = fflush(f->out) != 0 || ferror(f->out) ||
		      (f->fresh && is_good && fsync(fileno(f->out)) != 0);
	int problem = is_bad ? errno : 0;
	if (fclose(f->out) != 0 && !is_bad) {
		is_bad = true;
		problem = errno;
	}
	if (f->fresh && is_good && !is_bad && rename(f->fresh, f->path) != 0) {
		is_bad = true;
		problem = errno;
	}
	if (f->fresh && (is_bad || !is_good))
		(void)unlink(f->fresh);
	return is_bad && !problem ? EIO : problem;
}
