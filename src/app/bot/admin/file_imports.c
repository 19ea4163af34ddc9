#include "salesreg/app/bot/admin/file_imports.h"
#include "salesreg/app/bot/admin/file_import_text.h"
#include "salesreg/app/bot/delivery/telegram_message.h"
#include "salesreg/app/queue_worker.h"
#include "salesreg/base/fault_log.h"
#include "salesreg/base/json.h"
#include "salesreg/base/log.h"
#include "salesreg/base/time_zone.h"
#include "salesreg/store/file_imports.h"
#include "salesreg/telegram/download.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/*
 *   start ──▶ ASKING (getFile) ──▶ LOADING (its bytes) ──▶ WORKING (in a thread) ──▶ ended
 */
enum {
	DB_DEADLINE_MS = 15000,
	CALL_TIMEOUT_MS = 20000,
	LOAD_TIMEOUT_MS = 120000,
	CANCEL_EVERY_MS = 200,
	ATTEMPTS_MOST = 5,
	ARENA_MAXIMUM = 64 * 1024 * 1024,
};
static const int64_t PAUSE_FIRST_US = 2 * 1000000LL, PAUSE_LONGEST_US = 60 * 1000000LL;

/* What the thread has; of one import. It outlives the job when that is dropped. */
struct work {
	uv_work_t request;
	uv_timer_t cancelling;
	struct file_imports *owner; /* NULL: nobody waits for it any more */
	const struct secret *uri;
	struct arena arena;
	struct file_import_about about;
	struct import_wish wish;
	char zone[TIME_ZONE_SIZE];
	/* the connection's, while it may be cancelled */
	uv_mutex_t lock;
	PGcancel *cancel;
	bool cancelled;
	/* what came of it */
	enum import_end end;
	struct import_outcome outcome;
	char sqlstate[6], error[256];
};

struct importing {
	struct file_imports *owner;
	struct file_import_due due; /* its texts are in the owner's arena */
	bool failed;                /* and may go well another time */
	bool nobody;                /* whoever sent it is no admin any more */
	bool shown, told;           /* told: what is said has been said, with the import */
	const char *method, *payload;
};

struct file_imports {
	struct file_imports_options options;
	uv_loop_t *loop;
	struct queue_worker *worker;
	struct importing *under_way; /* NULL: none is */
	struct telegram_call *call;
	struct telegram_download *download;
	struct work *work;  /* NULL: no thread is at work */
	struct arena arena; /* of the file in hand */
	struct fault_log fault;
};

static void end(struct importing *i)
{
	i->owner->under_way = NULL;
	queue_worker_ended(i->owner->worker, i);
}

static struct file_import_about about_of(const struct importing *i)
{
	struct file_import_about about = {.catalog = i->owner->options.rules->catalog,
	    .locale = i->owner->options.rules->default_locale,
	    .chat_id = i->due.row.id,
	    .message_id = i->due.message_id,
	    .name = i->due.file_name};
	(void)locale_parse(i->due.locale, &about.locale);
	return about;
}

static void answer(struct importing *i, const struct message *message)
{
	i->method = outgoing_method(message);
	i->payload = outgoing_payload(message, &i->owner->arena);
	end(i);
}

/* fault: for the admin, as the import says it; NULL: it is ours, and `why` is for the log. */
static void give_up(struct importing *i, const char *fault, bool again, const char *why)
{
	struct file_imports *f = i->owner;
	if (!fault)
		fault_log_warn(
		    &f->fault, "a file that an admin sent could not be imported: %s", why);
	i->failed = again && i->due.row.attempts + 1 < ATTEMPTS_MOST;
	if (i->failed) {
		end(i);
		return;
	}
	const struct file_import_about about = about_of(i);
	answer(i, file_import_failed(&about, fault, &f->arena));
}

/* In the thread ---------------------------------------------------------------------------------------------------------------*/

static const char *joined(struct arena *a, const char *list, const char *more)
{
	return list ? arena_concat(a, list, ", ", more, (char *)NULL) : more;
}

static void on_seen(void *data, const struct import_seen *seen)
{
	struct work *w = data;
	const struct import_header *h = seen->header;
	w->about.encoding = import_encoding_name(seen->file->encoding);
	w->about.before = seen->before;
	w->about.taken = "";
	for (size_t i = 0; i < h->count; i++)
		if (h->fields[i] == IMPORT_EXTRA)
			w->about.kept = joined(&w->arena, w->about.kept, h->names[i]);
		else if (h->fields[i] != IMPORT_IGNORED)
			w->about.taken = joined(&w->arena, *w->about.taken ? w->about.taken : NULL,
			    arena_printf(&w->arena, "%s = %s", h->names[i],
				import_field_name(h->fields[i])));
}

/* The word to the admin is the import's: both are there, or none is. */
static bool on_written(void *data, struct db_session *s, const struct import_outcome *outcome)
{
	struct work *w = data;
	const struct message *m = file_import_done(&w->about, outcome, &w->arena);
	return file_imports_imported(s, &w->arena, w->about.chat_id, w->about.message_id,
	    outgoing_method(m), outgoing_payload(m, &w->arena));
}

/* Whether it may go on. */
static bool may_be_cancelled(struct work *w, PGconn *pg)
{
	uv_mutex_lock(&w->lock);
	if (w->cancel)
		PQfreeCancel(w->cancel);
	w->cancel = pg ? PQgetCancel(pg) : NULL;
	bool goes_on = !w->cancelled;
	uv_mutex_unlock(&w->lock);
	return goes_on;
}

static void in_thread(uv_work_t *request)
{
	struct work *w = request->data;
	struct db_session session = {0};
	w->end = IMPORT_DATABASE;
	bool opened = db_session_open(&session, w->uri, "salesreg bot import");
	if (opened && may_be_cancelled(w, session.pg))
		w->end = import_run(&session, &w->arena, &w->wish, &w->outcome);
	else
		(void)close(w->wish.fd);
	(void)may_be_cancelled(w, NULL);
	memcpy(w->sqlstate, session.sqlstate, sizeof w->sqlstate);
	memcpy(w->error, session.error, sizeof w->error);
	db_session_close(&session);
}

/* In the loop -----------------------------------------------------------------------------------------------------------------*/

static void on_timer_closed(uv_handle_t *handle)
{
	struct work *w = handle->data;
	arena_finish(&w->arena);
	uv_mutex_destroy(&w->lock);
	free(w);
}

/* By the database: what may go another time, as when another import is at work or one of these people was changed meanwhile. */
static void give_up_database(struct importing *i, const struct work *w)
{
	bool connection = w->sqlstate[0] == '\0', rights = strncmp(w->sqlstate, "42", 2) == 0;
	give_up(i, NULL, connection || !rights, w->error);
}

static void judge_work(struct importing *i, const struct work *w)
{
	struct arena *a = &i->owner->arena;
	switch (w->end) {
	case IMPORT_DONE:
	case IMPORT_REFUSED:
		fault_log_over(&i->owner->fault, "files of admins can be imported again");
		if (!w->wish.is_dry && w->end == IMPORT_DONE) {
			i->told = true;
			end(i);
			return;
		}
		/* what was good when it was shown is not any more: it is shown once more */
		i->shown = w->outcome.counts.created + w->outcome.counts.updated > 0;
		answer(i, file_import_preview(&w->about, &w->outcome, a));
		return;
	case IMPORT_UNUSABLE:
		give_up(i, w->outcome.fault, false, NULL);
		return;
	case IMPORT_CANCELLED:
	case IMPORT_NO_ERRORS_FILE:
	case IMPORT_DATABASE:
		give_up_database(i, w);
		return;
	}
}

static void on_worked(uv_work_t *request, int status)
{
	struct work *w = request->data;
	struct file_imports *f = w->owner;
	(void)status;
	if (f) {
		f->work = NULL;
		if (f->under_way)
			judge_work(f->under_way, w);
	}
	uv_close((uv_handle_t *)&w->cancelling, on_timer_closed);
}

static void on_cancelling(uv_timer_t *timer)
{
	struct work *w = timer->data;
	char why[256];
	uv_mutex_lock(&w->lock);
	w->cancelled = true;
	if (w->cancel)
		(void)PQcancel(w->cancel, why, sizeof why);
	uv_mutex_unlock(&w->lock);
}

/* Nobody waits for it: its statement is cancelled, and what it has begun is undone. */
static void leave_work(struct file_imports *f)
{
	struct work *w = f->work;
	if (!w)
		return;
	f->work = NULL;
	w->owner = NULL;
	on_cancelling(&w->cancelling);
	(void)uv_timer_start(&w->cancelling, on_cancelling, CANCEL_EVERY_MS, CANCEL_EVERY_MS);
}

/* A file that is nowhere but in memory. */
static int keep(const char *bytes, size_t size)
{
	int fd = memfd_create("salesreg import", MFD_CLOEXEC);
	for (size_t n = 0; fd >= 0 && n < size;) {
		ssize_t put = write(fd, bytes + n, size - n);
		if (put > 0)
			n += (size_t)put;
		else if (put == 0 || errno != EINTR) {
			(void)close(fd);
			return -1;
		}
	}
	return fd;
}

static void begin_work(struct importing *i, int fd)
{
	struct file_imports *f = i->owner;
	struct work *w = calloc(1, sizeof *w);
	if (!w)
		abort();
	arena_init(&w->arena, ARENA_MAXIMUM);
	w->owner = f;
	w->uri = f->options.uri;
	w->about = about_of(i);
	w->about.name = arena_strdup(&w->arena, w->about.name);
	w->wish = (struct import_wish){.path = w->about.name,
	    .fd = fd,
	    .has_fd = true,
	    .zone = time_zone_here(w->zone),
	    .on_duplicate = "skip",
	    .me = {.admin = w->about.chat_id},
	    .is_dry = strcmp(i->due.state, "sent") == 0,
	    .is_partial = strcmp(i->due.state, "good") == 0,
	    .on_seen = on_seen,
	    .written = on_written,
	    .data = w};
	if (uv_mutex_init(&w->lock) != 0)
		abort();
	(void)uv_timer_init(f->loop, &w->cancelling);
	w->request.data = w->cancelling.data = w;
	f->work = w;
	(void)uv_queue_work(f->loop, &w->request, in_thread, on_worked);
}

static void on_loaded(const struct telegram_downloaded *file, void *data)
{
	struct file_imports *f = data;
	f->download = NULL;
	if (file->fault) {
		give_up(f->under_way, NULL, file->retry, file->fault);
		return;
	}
	int fd = keep(file->bytes, file->size);
	if (fd < 0)
		give_up(f->under_way, NULL, true, strerror(errno));
	else
		begin_work(f->under_way, fd);
}

static void on_file(const struct telegram_answer *told, void *data)
{
	struct file_imports *f = data;
	struct importing *i = f->under_way;
	f->call = NULL;
	if (told->class == TELEGRAM_CANCELLED)
		return;
	if (told->class != TELEGRAM_OK) {
		give_up(i, NULL, told->class != TELEGRAM_BUG && told->class != TELEGRAM_GONE,
		    told->description);
		return;
	}
	const char *path = json_string_value(json_object_get(told->result, "file_path"));
	f->download =
	    path ? telegram_download(f->options.telegram, path, LOAD_TIMEOUT_MS, on_loaded, f)
		 : NULL;
	if (!f->download)
		give_up(i, NULL, false,
		    "the Bot API server names no file that can be downloaded (is it in its local "
		    "mode?)");
}

/* The queue -------------------------------------------------------------------------------------------------------------------*/

static const char *take(void *job, const void *row, struct arena *a, void *data)
{
	struct file_imports *f = data;
	const struct file_import_due *due = row;
	struct importing *i = job;
	arena_reset(&f->arena); /* one at a time */
	*i = (struct importing){.owner = f, .due = *due};
	i->due.file_id = arena_strdup(&f->arena, due->file_id);
	i->due.file_name = arena_strdup(&f->arena, due->file_name);
	i->due.state = arena_strdup(&f->arena, due->state);
	i->due.locale = due->locale ? arena_strdup(&f->arena, due->locale) : NULL;
	return db_i64(a, due->message_id);
}

static void start(void *job, struct arena *a, void *data)
{
	(void)a;
	struct file_imports *f = data;
	struct importing *i = job;
	const struct file_import_about about = about_of(i);
	f->under_way = i;
	if (!conversation_is_admin(f->options.rules, about.chat_id)) {
		i->nobody = true;
		end(i);
		return;
	}
	if (strcmp(i->due.state, "shown") == 0) {
		answer(i, file_import_forgotten(&about, &f->arena));
		return;
	}
	if (i->due.row.attempts >= ATTEMPTS_MOST) { /* it may have ended the process each time */
		give_up(i, NULL, false, "it was begun too often, and never came to an end");
		return;
	}
	if (f->work) { /* of one that was dropped; its transaction is being undone */
		i->failed = true;
		end(i);
		return;
	}
	const char *body =
	    arena_printf(&f->arena, "{\"file_id\":%s}", json_quote(&f->arena, i->due.file_id));
	f->call = telegram_call(
	    f->options.telegram, "getFile", body, strlen(body), CALL_TIMEOUT_MS, on_file, f);
}

static void leave(struct file_imports *f)
{
	telegram_call_cancel(f->call);
	telegram_download_cancel(f->download);
	f->call = NULL;
	f->download = NULL;
	f->under_way = NULL;
	leave_work(f);
}

static void dropped(void *job, void *data)
{
	struct file_imports *f = data;
	if (f->under_way == job)
		leave(f);
}

static void judge(
    const void *job, const struct queue_row *row, void *result, struct arena *a, void *data)
{
	(void)a;
	const struct file_imports *f = data;
	const struct importing *i = job;
	*(struct file_import_result *)result = (struct file_import_result){.chat_id = row->id,
	    .message_id = i->due.message_id,
	    .state = i->due.state,
	    .method = i->method,
	    .payload = i->payload,
	    .pause_us = i->failed  ? queue_worker_pause_us(f->worker, row->attempts)
			: i->shown ? FILE_IMPORT_SHOWN
				   : FILE_IMPORT_OVER};
}

static bool may(void *data)
{
	const struct file_imports *f = data;
	return f->options.leads(f->options.data);
}

struct file_imports *file_imports_create(
    uv_loop_t *loop, const struct file_imports_options *options)
{
	struct file_imports *f = calloc(1, sizeof *f);
	if (!f)
		abort();
	f->options = *options;
	f->loop = loop;
	arena_init(&f->arena, ARENA_MAXIMUM);
	f->worker =
	    queue_worker_create(loop, &(struct queue_worker_options){.pool = options->leader,
					  .queue = &file_imports_queue,
					  .places = 1,
					  .job_size = sizeof(struct importing),
					  .deadline_ms = DB_DEADLINE_MS,
					  .pause_first_us = PAUSE_FIRST_US,
					  .pause_longest_us = PAUSE_LONGEST_US,
					  .may = may,
					  .take = take,
					  .start = start,
					  .dropped = dropped,
					  .judge = judge,
					  .data = f});
	return f;
}

void file_imports_wake(struct file_imports *f)
{
	if (f)
		queue_worker_wake(f->worker);
}

void file_imports_destroy(struct file_imports *f)
{
	if (!f)
		return;
	queue_worker_destroy(f->worker);
	leave(f);
	arena_finish(&f->arena);
	free(f);
}
