#include "salesreg/role/command/sockets.h"
#include "salesreg/base/config.h"
#include "salesreg/supervise/ask.h"
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NAMES_MAX = 16 };

int sockets_find_dir(struct sockets *s, const char *command)
{
	/* only the one variable matters here: a container's health must not hang on the others */
	struct config config;
	struct buf problems;
	buf_init(&problems, 64 * 1024);
	*s = (struct sockets){0};
	if (config_load(&config, 0, &problems) != ERR_OK)
		log_debug("configuration: %s", buf_text(&problems));
	bool found = run_dir_find(config.run_dir, s->dir, s->message, sizeof s->message);
	if (!found)
		(void)fprintf(stderr, "salesreg %s: %s\n", command, s->message);
	config_finish(&config);
	buf_finish(&problems);
	return found ? EXIT_CODE_OK : EXIT_CODE_CONFIG;
}

static void add_row(const struct ipc_status *row, void *data)
{
	struct sockets *s = data;
	if (s->count < SOCKETS_ROWS_MAX)
		s->rows[s->count++] = *row;
}

static enum err ask(struct sockets *s, const char *name, const struct ipc_message *request)
{
	char path[RUN_PATH_SIZE], what[IPC_TEXT_SIZE];
	run_dir_path(s->dir, name, "sock", path);
	if (s->distrusted)
		return ERR_REFUSED;
	enum err err = ask_control(path, s->owner, request, SOCKETS_TIMEOUT_MS, add_row, s, what);
	(void)snprintf(s->message, sizeof s->message, "%s", what);
	return err;
}

/* Somebody has the socket and does not answer as it should: that is a finding, not a gap. */
static void add_silent(struct sockets *s, const char *name, enum err err)
{
	struct ipc_status row = {.state = "silent",
	    .pss_kib = -1,
	    .rss_kib = -1,
	    .outbox_backlog = -1,
	    .outbox_oldest_ms = -1,
	    .health = IPC_HEALTH_DEGRADED};
	(void)snprintf(row.role, sizeof row.role, "%s", name);
	(void)snprintf(row.why, sizeof row.why, "its control socket: %s",
	    err == ERR_CONFLICT ? "a process of another user answers there, and is not believed"
				: err_sentence(err));
	add_row(&row, s);
}

static void ask_status(struct sockets *s, const char *name, const char *role)
{
	struct ipc_message request = {.type = IPC_ASK_STATUS};
	(void)snprintf(
	    request.ask_status.role, sizeof request.ask_status.role, "%s", role ? role : "");
	enum err err = ask(s, name, &request);
	if (err != ERR_OK && err != ERR_NOT_FOUND && err != ERR_REFUSED)
		add_silent(s, name, err);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(a, b);
}

/* Workers that run alone have a socket each. */
static size_t list_alone(const struct sockets *s, char names[NAMES_MAX][IPC_NAME_SIZE])
{
	DIR *dir = opendir(s->dir);
	size_t count = 0;
	for (struct dirent *entry; dir && count < NAMES_MAX && (entry = readdir(dir));) {
		char *end = strrchr(entry->d_name, '.');
		size_t length = end ? (size_t)(end - entry->d_name) : 0;
		if (!end || strcmp(end, ".sock") != 0 || length == 0 || length >= IPC_NAME_SIZE)
			continue;
		(void)snprintf(names[count], IPC_NAME_SIZE, "%.*s", (int)length, entry->d_name);
		if (strcmp(names[count], "supervise") != 0)
			count++;
	}
	if (dir)
		(void)closedir(dir);
	qsort(names, count, IPC_NAME_SIZE, by_name);
	return count;
}

void sockets_status(struct sockets *s, const char *role)
{
	char names[NAMES_MAX][IPC_NAME_SIZE];
	bool one = role && *role;
	s->count = 0;
	s->distrusted = !run_dir_trust(s->dir, &s->owner, s->message, sizeof s->message);
	if (s->distrusted)
		return;
	ask_status(s, "supervise", role);
	if (one && s->count == 0 && strcmp(role, "supervise") != 0)
		ask_status(s, role, role);
	if (one)
		return;
	size_t count = list_alone(s, names);
	for (size_t i = 0; i < count; i++)
		ask_status(s, names[i], NULL);
}

/* The supervisor, and every worker that runs alone. */
static bool set_everywhere(struct sockets *s, const struct ipc_message *request)
{
	char names[NAMES_MAX][IPC_NAME_SIZE];
	bool told = ask(s, "supervise", request) == ERR_OK;
	size_t count = list_alone(s, names);
	for (size_t i = 0; i < count; i++)
		told |= ask(s, names[i], request) == ERR_OK;
	if (!told)
		(void)snprintf(s->message, sizeof s->message,
		    "nothing runs with the run directory %s", s->dir);
	return told;
}

bool sockets_set_log_level(struct sockets *s, const char *role, enum log_level level)
{
	s->distrusted = !run_dir_trust(s->dir, &s->owner, s->message, sizeof s->message);
	if (s->distrusted)
		return false;
	struct ipc_message request = {.type = IPC_SET_LOG_LEVEL, .set_log_level = {.level = level}};
	(void)snprintf(request.set_log_level.role, sizeof request.set_log_level.role, "%s", role);
	if (strcmp(role, "all") == 0)
		return set_everywhere(s, &request);
	enum err err = ask(s, "supervise", &request);
	if (err == ERR_NOT_FOUND || err == ERR_REFUSED) {
		char refusal[sizeof s->message];
		memcpy(refusal, s->message, sizeof refusal);
		enum err alone = ask(s, role, &request);
		if (alone == ERR_NOT_FOUND && err == ERR_REFUSED)
			memcpy(s->message, refusal, sizeof refusal);
		else
			err = alone;
	}
	if (err == ERR_NOT_FOUND)
		(void)snprintf(s->message, sizeof s->message,
		    "no %.31s runs with the run directory %s; `salesreg status` shows what does",
		    role, s->dir);
	else if (err != ERR_OK && err != ERR_REFUSED)
		(void)snprintf(s->message, sizeof s->message, "%.31s does not answer: %s", role,
		    err_sentence(err));
	return err == ERR_OK;
}
