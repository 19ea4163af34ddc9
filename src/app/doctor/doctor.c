#include "salesreg/app/doctor/doctor.h"
#include <sys/statvfs.h>

void doctor_find(struct doctor *d, struct finding finding)
{
	if (d->count < DOCTOR_FINDINGS_MAX)
		d->findings[d->count++] = finding;
}

void doctor_checked(struct doctor *d, const char *area, const char *text)
{
	if (d->checked_count < DOCTOR_FACTS_MAX)
		d->checked[d->checked_count++] = (struct doctor_fact){area, text};
}

void doctor_skipped(struct doctor *d, const char *area, const char *why)
{
	d->incomplete = true;
	doctor_left_out(d, area, why);
}

void doctor_refused(struct doctor *d, const struct db_session *s, const char *look)
{
	const char *why = arena_strdup(d->arena, s->error);
	if (d->schema_broken && doctor_is_about_schema(s->sqlstate))
		doctor_left_out(d, look, why);
	else
		doctor_skipped(d, look, why);
}

void doctor_left_out(struct doctor *d, const char *area, const char *why)
{
	if (d->skipped_count < DOCTOR_FACTS_MAX)
		d->skipped[d->skipped_count++] = (struct doctor_fact){area, why};
}

const char *doctor_span(struct doctor *d, int64_t ms)
{
	static const struct {
		const char *name;
		int64_t ms;
	} units[] = {{"days", 86400 * 1000}, {"h", 3600 * 1000}, {"min", 60 * 1000}};
	for (size_t i = 0; i < sizeof units / sizeof *units; i++)
		if (ms >= 2 * units[i].ms)
			return arena_printf(
			    d->arena, "%lld %s", (long long)(ms / units[i].ms), units[i].name);
	return arena_printf(d->arena, "%lld s", (long long)ms / 1000);
}

void doctor_disk(struct doctor *d, const char *path, const char *what, const char *why)
{
	struct statvfs found;
	if (statvfs(path, &found) != 0)
		return;
	uint64_t available = (uint64_t)found.f_bavail * found.f_frsize;
	uint64_t total = (uint64_t)found.f_blocks * found.f_frsize;
	enum severity severity = disk_severity(available, total);
	if (severity == SEVERITY_NOTHING)
		return;
	doctor_find(d, (struct finding){severity, "disk", "disk-full",
			   arena_printf(d->arena, "%s has %.1f MiB of %.1f MiB left (%.200s)", what,
			       (double)available / 1048576, (double)total / 1048576, path),
			   why, "make room there, or give it a larger file system"});
}

size_t doctor_count(const struct doctor *d, enum severity severity)
{
	size_t count = 0;
	for (size_t i = 0; i < d->count; i++)
		count += d->findings[i].severity == severity;
	return count;
}

void doctor_finish(struct doctor *d)
{
	config_finish(&d->config);
}
