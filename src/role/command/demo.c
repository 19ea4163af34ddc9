#include "salesreg/store/demo.h"
#include "salesreg/base/config.h"
#include "salesreg/http/listen.h"
#include "salesreg/role/demo_google.h"
#include "salesreg/role/demo_postgres.h"
#include "salesreg/role/role.h"
#include "salesreg/role/worker/supervise.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PORT_FIRST = 8081, PORT_LAST = 8099 };
/* of the real system's settings, those that one may like to try here, too */
#define DEMO_SETTINGS                                                                              \
	"CORPORATE_EMAIL_DOMAIN", "MAX_PROSPECTS_PER_REP", "PROSPECT_HOURS",                       \
	    "PROSPECT_MESSAGES_PER_DAY", "FOLLOW_UP_HOURS", "QUALIFICATION", "QUALIFICATION_FILE", \
	    "ASSIGNMENT_STRATEGY", "BOT_LOCALE", "LOG_LEVEL", "LOG_FORMAT", "TZ"

struct demo {
	struct demo_postgres postgres;
	char address[128], api_base[160], first_domain[256];
	char kept[DEMO_PATH_MAX];
	bool listen_given;
	char message[DEMO_PATH_MAX + 400];
};

static int refuse(const struct demo *d)
{
	(void)fprintf(stderr, "salesreg demo: %s\n", d->message);
	return EXIT_CODE_CONFIG;
}

static void say(const char *text)
{
	(void)puts(text);
	(void)fflush(stdout);
}

/* The directory ----------------------------------------------------------------------------------------------------------*/

static bool find_dir(struct demo *d, const char *given)
{
	char path[4096] = "";
	const char *data_home = getenv("XDG_DATA_HOME");
	const struct passwd *user = getpwuid(geteuid());
	const char *home = getenv("HOME");
	if (!home || *home != '/')
		home = user ? user->pw_dir : "/";
	if (given && *given == '/')
		(void)snprintf(path, sizeof path, "%s", given);
	else if (given) {
		char here[2048];
		if (getcwd(here, sizeof here))
			(void)snprintf(path, sizeof path, "%s/%s", here, given);
	} else if (geteuid() == 0)
		(void)snprintf(path, sizeof path, "/var/lib/salesreg-demo");
	else if (data_home && *data_home == '/')
		(void)snprintf(path, sizeof path, "%s/salesreg-demo", data_home);
	else
		(void)snprintf(path, sizeof path, "%s/.local/share/salesreg-demo", home);
	if (*path && strlen(path) <= DEMO_DIR_MAX && !strpbrk(path, "?&%#,'\" ")) {
		(void)snprintf(d->postgres.dir, sizeof d->postgres.dir, "%.*s", DEMO_DIR_MAX, path);
		return true;
	}
	(void)snprintf(d->message, sizeof d->message,
	    "%.400s cannot be the demo's directory: a socket will be in it, so at most %d "
	    "characters, and none "
	    "of ? & %% # , quotes or blanks; give another one with --data",
	    *path ? path : "that", DEMO_DIR_MAX);
	return false;
}

static bool refuse_dir(struct demo *d, const char *why)
{
	(void)snprintf(d->message, sizeof d->message,
	    "%s cannot be the demo's directory: %s; give another one with --data", d->postgres.dir,
	    why);
	return false;
}

static bool is_empty(int fd)
{
	DIR *dir = fdopendir(dup(fd));
	int entries = 0;
	while (dir && entries <= 2 && readdir(dir))
		entries++;
	if (dir)
		(void)closedir(dir);
	return dir && entries <= 2; /* . and .. */
}

/*
 * It will be ours alone: anybody who reaches the socket in it is the database's master, and as root we give it away. So
 * only one that we make, an empty one, or one of an earlier run, which has a lock file in it and as root is not root's.
 */
static bool make_dir(struct demo *d, int *fd)
{
	char path[DEMO_DIR_MAX + 1];
	(void)snprintf(path, sizeof path, "%s", d->postgres.dir);
	for (char *slash = path + 1; (slash = strchr(slash, '/')); slash++) {
		*slash = '\0';
		(void)mkdir(path, 0755);
		*slash = '/';
	}
	if (mkdir(path, 0700) != 0 && errno != EEXIST)
		return refuse_dir(d, strerror(errno));
	*fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	struct stat info, lock;
	if (*fd < 0 || fstat(*fd, &info) != 0)
		return refuse_dir(d, strerror(errno));
	uid_t me = geteuid();
	bool earlier = (me != 0 || info.st_uid != 0) &&
		       fstatat(*fd, "lock", &lock, AT_SYMLINK_NOFOLLOW) == 0 &&
		       S_ISREG(lock.st_mode) && lock.st_uid == info.st_uid;
	if (me != 0 && info.st_uid != me)
		return refuse_dir(d, "it belongs to somebody else");
	if (!earlier && !is_empty(*fd))
		return refuse_dir(d, "something else is in it");
	if (!earlier && me == 0 && info.st_uid != 0)
		return refuse_dir(d, "it belongs to somebody else");
	if (me != 0 && fchmod(*fd, 0700) != 0)
		return refuse_dir(d, strerror(errno));
	return true;
}

/* What one may like to try with the demo, and what a process of anybody's needs. */
static bool is_for_the_demo(const char *variable)
{
	static const char *const names[] = {
	    DEMO_SETTINGS,
	    "PATH",
	    "TERM",
	    "LANG",
	    "LANGUAGE",
#ifdef SALESREG_TESTS
	    "ASAN_OPTIONS",
	    "UBSAN_OPTIONS",
	    "LSAN_OPTIONS",
#endif
	};
	size_t n = strcspn(variable, "=");
	if (strncmp(variable, "LC_", 3) == 0)
		return true;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (strlen(names[i]) == n && memcmp(names[i], variable, n) == 0)
			return true;
	return false;
}

/* For a user who is not root: nothing that root's shell has but what the demo looks at. Kept until the exec. */
static char **environment_of_others(const char *home)
{
	enum { MOST = 64 };
	static char own[DEMO_PATH_MAX], *environment[MOST + 2];
	size_t n = 0;
	(void)snprintf(own, sizeof own, "HOME=%s", home);
	environment[n++] = own;
	for (char **variable = environ; *variable && n < MOST; variable++)
		if (is_for_the_demo(*variable))
			environment[n++] = *variable;
	environment[n] = NULL;
	return environment;
}

/*
 * The terminal is root's: whoever has it as the controlling one may type into it (TIOCSTI, ioctl_tty(2)). Given up, Ctrl-C
 * still reaches us, for it goes to the process group. A session's leader would end the session by that: it is the only one
 * on its terminal.
 */
static void leave_terminal(void)
{
	int fd = getsid(0) == getpid() ? -1 : open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (fd >= 0)
		(void)ioctl(fd, TIOCNOTTY);
}

/*
 * As root everything is somebody else's who may do little: PostgreSQL would refuse to run, and nothing here needs to be
 * root. The user whom Debian's PostgreSQL brings, or the owner of what an earlier run left.
 */
static bool leave_root(struct demo *d, int fd, char **argv)
{
	if (geteuid() != 0)
		return true;
	struct stat info;
	const struct passwd *user = NULL;
	if (fstat(fd, &info) == 0)
		user = info.st_uid != 0 ? getpwuid(info.st_uid) : getpwnam("postgres");
	if (!user && info.st_uid == 0)
		user = getpwnam("nobody");
	/* what is somebody's already stays as it is: make_dir() goes on from there as that user */
	bool give = info.st_uid == 0;
	if (!user || user->pw_uid == 0 ||
	    (give && (fchown(fd, user->pw_uid, user->pw_gid) != 0 || fchmod(fd, 0700) != 0))) {
		(void)snprintf(d->message, sizeof d->message,
		    "%s cannot be given to a user other than root, as whom the demo runs (%s); "
		    "give "
		    "another directory with --data, or start the demo as another user",
		    d->postgres.dir, strerror(errno));
		return false;
	}
	char *argument[] = {argv[0], argv[0], NULL, NULL, NULL, NULL, NULL};
	static char program[] = "salesreg", data[] = "--data", listen[] = "--listen";
	size_t n = 2;
	argument[0] = program;
	argument[n++] = data;
	argument[n++] = d->postgres.dir;
	if (d->listen_given) {
		argument[n++] = listen;
		argument[n++] = d->address;
	}
	leave_terminal();
	char **environment = environment_of_others(d->postgres.dir);
	if (setgroups(0, NULL) == 0 && setresgid(user->pw_gid, user->pw_gid, user->pw_gid) == 0 &&
	    setresuid(user->pw_uid, user->pw_uid, user->pw_uid) == 0 &&
	    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && close_range(3, ~0U, 0) == 0)
		(void)execve("/proc/self/exe", argument, environment);
	(void)snprintf(d->message, sizeof d->message,
	    "the demo cannot go on as user %s (%s): is the program executable for others? chmod "
	    "a+x would make it so",
	    user->pw_name, strerror(errno));
	return false;
}

/* One demo a directory; held until the process ends. */
static bool lock_dir(struct demo *d)
{
	char path[DEMO_PATH_MAX];
	(void)snprintf(path, sizeof path, "%s/lock", d->postgres.dir);
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0)
		return true;
	if (fd >= 0 && errno == EWOULDBLOCK)
		(void)snprintf(d->message, sizeof d->message,
		    "a demo using %s is already running; stop it, or give another "
		    "directory with "
		    "--data",
		    d->postgres.dir);
	else
		(void)snprintf(d->message, sizeof d->message,
		    "%s cannot be opened (%s); give another directory with --data", path,
		    strerror(errno));
	return false;
}

/* The page ---------------------------------------------------------------------------------------------------------------*/

static bool is_free(const char *address, char *message, size_t size)
{
	int fd = http_listen(address, message, size);
	if (fd >= 0)
		(void)close(fd);
	return fd >= 0;
}

static uint16_t port_of(const char *address)
{
	const char *colon = strrchr(address, ':');
	unsigned long port = colon ? strtoul(colon + 1, NULL, 10) : 0;
	return port <= UINT16_MAX ? (uint16_t)port : 0;
}

/* The bot and we ourselves come by 127.0.0.1. */
static bool includes_loopback(const char *address)
{
	static const char *const hosts[] = {"127.0.0.1:", "0.0.0.0:", "localhost:", ":"};
	for (size_t i = 0; i < sizeof hosts / sizeof *hosts; i++)
		if (strncmp(address, hosts[i], strlen(hosts[i])) == 0)
			return port_of(address) != 0;
	return false;
}

static bool find_port(struct demo *d)
{
	char why[300] = "";
	if (d->listen_given && !includes_loopback(d->address)) {
		(void)snprintf(d->message, sizeof d->message,
		    "--listen %s is not possible here: give 127.0.0.1:PORT (for this machine) or "
		    "0.0.0.0:PORT (for every address of it), with a PORT from 1 to 65535",
		    d->address);
		return false;
	}
	if (d->listen_given && is_free(d->address, why, sizeof why))
		return true;
	for (int port = PORT_FIRST; !d->listen_given && port <= PORT_LAST; port++) {
		(void)snprintf(d->address, sizeof d->address, "127.0.0.1:%d", port);
		if (is_free(d->address, why, sizeof why))
			return true;
	}
	(void)snprintf(d->message, sizeof d->message,
	    "the page cannot be served (%s); give a free address with --listen", why);
	return false;
}

/* What the workers are to use ----------------------------------------------------------------------------------------------*/

static void put(const char *name, const char *value)
{
	char file[64];
	(void)snprintf(file, sizeof file, "%s_FILE", name);
	(void)unsetenv(file);
	if (setenv(name, value, 1) != 0)
		abort();
}

/* Nothing of a real system that is configured here may leak in, but for what one may like to try. */
static void clear_environment(void)
{
	static const char *const wanted[] = {DEMO_SETTINGS};
	const char *name;
	for (size_t i = 0; (name = config_name(i)); i++) {
		bool keep = false;
		for (size_t k = 0; k < sizeof wanted / sizeof *wanted; k++)
			keep = keep || strcmp(wanted[k], name) == 0;
		char file[64];
		(void)snprintf(file, sizeof file, "%s_FILE", name);
		if (!keep && (unsetenv(name) != 0 || unsetenv(file) != 0))
			abort();
	}
	/* libpq's own variables; the list moves up when one goes */
	for (char **v = environ; *v;) {
		char variable[64];
		(void)snprintf(variable, sizeof variable, "%.*s", (int)strcspn(*v, "="), *v);
		if (strncmp(variable, "PG", 2) != 0 || unsetenv(variable) != 0 || getenv(variable))
			v++;
	}
}

static void set_environment(struct demo *d)
{
	clear_environment();
	(void)snprintf(d->api_base, sizeof d->api_base, "http://127.0.0.1:%u", port_of(d->address));
	char run_dir[DEMO_PATH_MAX];
	(void)snprintf(run_dir, sizeof run_dir, "%s/run", d->postgres.dir);
	put("DATABASE_URL", d->postgres.url);
	put("REGISTRY_BOT_TOKEN", "1000000001:the-demo-s-own-emulator-takes-any");
	put("TELEGRAM_API_BASE", d->api_base);
	put("WORKERS", "bot,outreach,oauth");
	put("ADMIN_TELEGRAM_IDS", "500000004");
	put("no_proxy", "127.0.0.1");
	put("NO_PROXY", "127.0.0.1");
	put("SALESREG_RUN_DIR", run_dir);
	/* so that a second rep gets one of the three seeded prospects, too */
	if (!getenv("MAX_PROSPECTS_PER_REP") && !getenv("MAX_PROSPECTS_PER_REP_FILE"))
		put("MAX_PROSPECTS_PER_REP", "2");
	if (!getenv("LOG_LEVEL") && !getenv("LOG_LEVEL_FILE"))
		put("LOG_LEVEL", "warn");
}

static void find_domain(struct demo *d)
{
	struct config config;
	struct buf problems;
	buf_init(&problems, 64 * 1024);
	/* what is wrong with it will be said by the supervisor */
	if (config_load(&config, 0, &problems) == ERR_OK && config.email_domains)
		(void)snprintf(d->first_domain, sizeof d->first_domain, "%.*s",
		    (int)strcspn(config.email_domains, ", "), config.email_domains);
	config_finish(&config);
	buf_finish(&problems);
}

static void on_announced(void *data)
{
	const struct demo *d = data;
	char self[DEMO_PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
	self[n > 0 ? n : 0] = '\0';
	(void)printf(
	    "\nEverything runs. Open this page in a browser:\n\n    %s/\n\nWhat to try first:\n"
	    "  1. As John (his Telegram is in English, Anna's in Russian) write \"hello\", then\n"
	    "     answer: yes, John Smith, john@%s\n"
	    "  2. John is now a sales representative; within a second he gets his first\n"
	    "     prospects, with buttons.\n"
	    "  3. Under the card of Maria press \"Write\", send the draft, and press its link as\n"
	    "     Maria: the bot asks her a few questions, and John sees her answers.\n"
	    "  4. Register Anna as well: what John cannot take goes to her.\n"
	    "  5. As John, write \"calendar\" and connect a Google calendar, a simulated one.\n"
	    "  6. As Olga, the administrator, press Start: who waits, the reps, the prospects,\n"
	    "     and figures, by buttons.\n"
	    "  7. Add a prospect: the page has a form, beside the chats. As an import would:\n\n"
	    "psql '%s' -c \"%s\"\n\n"
	    "Status: SALESREG_RUN_DIR='%s' '%s' status\n"
	    "Ctrl-C stops everything. What you did is kept; to start afresh, remove\n%s\n",
	    d->api_base, d->first_domain, d->postgres.url, demo_prospect_example(),
	    getenv("SALESREG_RUN_DIR"), n > 0 ? self : "salesreg", d->postgres.dir);
	(void)fflush(stdout);
}

static int supervise(struct demo *d)
{
	static struct child_spec company[2];
	(void)snprintf(d->kept, sizeof d->kept, "%s/sandbox.json", d->postgres.dir);
	company[0] = demo_postgres_child(&d->postgres);
	company[1] = (struct child_spec){.name = "sandbox",
	    .argv = {"salesreg", "sandbox", "--listen", d->address, "--username",
		"salesreg_demo_bot", "--keep", d->kept, "--state", "--prospects", "--log-level",
		"warn"},
	    .vital = true,
	    .listen_fd = -1,
	    .foreign = true,
	    .accepts_port = port_of(d->address)};
	int code = supervise_run(&(struct supervise_company){
	    .children = company, .count = 2, .announced = on_announced, .data = d});
	if (code == EXIT_CODE_OK)
		say("Stopped. Everything you did is kept for the next time.");
	return code;
}

static int run(struct cli *c)
{
	static struct demo d;
	const char *listen = cli_value(c, "listen", NULL);
	d.listen_given = listen != NULL;
	if (listen && strlen(listen) >= sizeof d.address)
		return cli_wrong(c, "--listen %s is too long", listen);
	(void)snprintf(d.address, sizeof d.address, "%.127s", listen ? listen : "");
	struct demo_postgres *p = &d.postgres;
	int fd = -1;
	if (!find_dir(&d, cli_value(c, "data", NULL)) ||
	    !demo_postgres_find(p, d.message, sizeof d.message) || !make_dir(&d, &fd) ||
	    !leave_root(&d, fd, c->argv) || !lock_dir(&d) || !find_port(&d))
		return refuse(&d);
	/* where the programs of PostgreSQL may always be: they look at where they are */
	if (chdir("/") != 0)
		return EXIT_CODE_FAILED;
	set_environment(&d);
	find_domain(&d);
	if (!demo_google_set(p->dir, port_of(d.address), d.message, sizeof d.message) ||
	    !demo_postgres_prepare(p, say, d.message, sizeof d.message))
		return refuse(&d);
	say("Starting; Ctrl-C stops everything.");
	return supervise(&d);
}

static const struct cli_option options[] = {
    {.name = "listen",
	.value = "HOST:PORT",
	.help = "where the page is (127.0.0.1:8081, or the next free port)"},
    {.name = "data",
	.value = "DIRECTORY",
	.help = "what is kept from run to run (/var/lib/salesreg-demo as root, else "
		"$XDG_DATA_HOME/salesreg-demo)"},
    {.name = NULL},
};

const struct cli_command command_demo = {
    .name = "demo",
    .brief = "all of it on this machine, with a page in the browser",
    .help =
	"The whole system on this machine, with no Telegram account and no database of yours: a "
	"private PostgreSQL, emulators of Telegram and Google with a page in the browser, the bot, "
	"outreach and oauth.\n"
	"Ctrl-C stops all of it; started again, everything is still there.",
    .options = options,
    .run = run,
};
