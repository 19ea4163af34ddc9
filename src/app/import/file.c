#include "salesreg/app/import/file.h"
#include "salesreg/base/text.h"
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *const names[] = {
#define X(name, text) [IMPORT_##name] = text,
    IMPORT_ENCODING_MAP(X)
#undef X
};
enum { ENCODINGS = sizeof names / sizeof *names, WITHOUT_1251 = 0x98, TAIL_MOST = 3 };

const char *import_encoding_name(enum import_encoding encoding)
{
	return names[encoding];
}

static const char *cannot(struct import_file *f, const char *what)
{
	return arena_printf(f->arena, "%s cannot be %s: %s", f->name, what, strerror(errno));
}

static ssize_t read_fully(int fd, char *out, size_t size)
{
	size_t n = 0;
	while (n < size) {
		ssize_t got = read(fd, out + n, size - n);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -1;
		if (got == 0)
			break;
		n += (size_t)got;
	}
	return (ssize_t)n;
}

static bool write_fully(int fd, const char *bytes, size_t size)
{
	for (size_t n = 0; n < size;) {
		ssize_t put = write(fd, bytes + n, size - n);
		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0)
			return false;
		n += (size_t)put;
	}
	return true;
}

/* What came by a pipe, in a file that is gone when we are. */
static const char *spool(struct import_file *f, int from)
{
	const char *folder = getenv("TMPDIR");
	folder = folder && *folder ? folder : "/tmp";
	f->fd = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	if (f->fd < 0)
		return arena_printf(f->arena,
		    "what comes by the pipe cannot be kept in %s (TMPDIR says where): %s", folder,
		    strerror(errno));
	for (;;) {
		ssize_t n = read_fully(from, f->raw, sizeof f->raw);
		if (n < 0)
			return cannot(f, "read");
		if (n == 0)
			return NULL;
		if (!write_fully(f->fd, f->raw, (size_t)n))
			return arena_printf(f->arena,
			    "what comes by the pipe cannot be kept in %s (TMPDIR says where): %s",
			    folder, strerror(errno));
	}
}

static const char *open_it(struct import_file *f)
{
	struct stat is;
	if (f->fd >= 0) {
		/* it is open already */
	} else if (strcmp(f->name, "-") == 0) {
		const char *fault = spool(f, STDIN_FILENO);
		if (fault)
			return fault;
	} else {
		f->fd = open(f->name, O_RDONLY | O_CLOEXEC);
		if (f->fd < 0 || fstat(f->fd, &is) != 0)
			return cannot(f, "opened");
		if (S_ISDIR(is.st_mode))
			return arena_printf(f->arena, "%s is a directory", f->name);
		if (!S_ISREG(is.st_mode)) { /* <(…) */
			int from = f->fd;
			const char *fault = spool(f, from);
			(void)close(from);
			if (fault)
				return fault;
		}
	}
	if (fstat(f->fd, &is) != 0 || lseek(f->fd, 0, SEEK_SET) != 0)
		return cannot(f, "read");
	f->size = is.st_size;
	return NULL;
}

/* What its bytes are, all of them. */
struct look {
	crypto_generichash_state hash;
	int64_t size, zeros[2]; /* at even and at odd places */
	int64_t characters,
	    broken;        /* of several bytes in UTF-8, and bytes that are of none there */
	int64_t broken_at; /* the first of these, from 1 */
	bool has_no_1251, is_cut;
	unsigned char head[4];
	size_t tail; /* bytes at the end of the piece that begin a character */
};

/* How long the beginning of a character at the end is; 0: there is none. */
static size_t begun_at_end(const char *bytes, size_t size)
{
	for (size_t back = 1; back <= TAIL_MOST && back <= size; back++) {
		unsigned char c = (unsigned char)bytes[size - back];
		if (c < 0x80)
			return 0;
		if (c < 0xC0)
			continue;
		size_t needs = c >= 0xF0 ? 4 : c >= 0xE0 ? 3 : 2;
		return back < needs ? back : 0;
	}
	return 0;
}

static bool is_utf_8(const struct look *l)
{
	return l->broken == 0 && !l->is_cut;
}

static void count_characters(struct look *l, const char *bytes, size_t size, int64_t before)
{
	for (size_t at = 0; at < size;) {
		unsigned char c = (unsigned char)bytes[at];
		size_t needs = c < 0x80 ? 1 : c < 0xC0 ? 0 : c < 0xE0 ? 2 : c < 0xF0 ? 3 : 4;
		bool is_whole = needs == 1 || (needs > 1 && needs <= size - at &&
						  text_is_clean(bytes + at, needs));
		l->characters += is_whole && needs > 1;
		if (!is_whole && l->broken++ == 0)
			l->broken_at = before + (int64_t)at + 1;
		at += is_whole ? needs : 1;
	}
}

static void look_at_piece(struct look *l, char *bytes, size_t fresh, size_t size)
{
	const char *new_bytes = bytes + (size - fresh);
	(void)crypto_generichash_update(&l->hash, (const unsigned char *)new_bytes, fresh);
	for (size_t i = 0; i < fresh; i++) {
		unsigned char c = (unsigned char)new_bytes[i];
		if (c == 0)
			l->zeros[(l->size + (int64_t)i) % 2]++;
		l->has_no_1251 |= c == WITHOUT_1251;
		if (l->size + (int64_t)i < (int64_t)sizeof l->head)
			l->head[l->size + (int64_t)i] = c;
	}
	int64_t before = l->size - (int64_t)(size - fresh);
	l->size += (int64_t)fresh;
	l->tail = begun_at_end(bytes, size);
	count_characters(l, bytes, size - l->tail, before);
	memmove(bytes, bytes + size - l->tail, l->tail);
}

static const char *look_through(struct import_file *f, struct look *l)
{
	*l = (struct look){0};
	unsigned char hash[IMPORT_HASH_BYTES];
	(void)crypto_generichash_init(&l->hash, NULL, 0, sizeof hash);
	for (;;) {
		size_t kept = l->tail;
		ssize_t n = read_fully(f->fd, f->raw + kept, sizeof f->raw - kept);
		if (n < 0)
			return cannot(f, "read");
		if (n == 0)
			break;
		look_at_piece(l, f->raw, (size_t)n, (size_t)n + kept);
	}
	l->is_cut = l->broken == 0 && l->tail > 0;
	(void)crypto_generichash_final(&l->hash, hash, sizeof hash);
	(void)sodium_bin2hex(f->hash, sizeof f->hash, hash, sizeof hash);
	return NULL;
}

/* What is no table at all, however it is read. */
static const char *no_text(struct import_file *f, const struct look *l)
{
	if (l->size == 0)
		return arena_printf(f->arena, "%s is empty", f->name);
	if (memcmp(l->head, "PK\3\4", 4) == 0 || memcmp(l->head, "\xD0\xCF\x11\xE0", 4) == 0)
		return arena_printf(
		    f->arena, "%s is a spreadsheet; save it as CSV, in UTF-8 if you can", f->name);
	return NULL;
}

static void by_mark(struct import_file *f, const struct look *l, bool *found)
{
	*found = true;
	if (l->size >= 3 && memcmp(l->head, "\xEF\xBB\xBF", 3) == 0) {
		f->encoding = IMPORT_UTF_8;
		f->mark = 3;
	} else if (l->size >= 2 && memcmp(l->head, "\xFF\xFE", 2) == 0) {
		f->encoding = IMPORT_UTF_16LE;
		f->mark = 2;
	} else if (l->size >= 2 && memcmp(l->head, "\xFE\xFF", 2) == 0) {
		f->encoding = IMPORT_UTF_16BE;
		f->mark = 2;
	} else {
		*found = false;
	}
}

static const char *cut(struct import_file *f)
{
	return arena_printf(f->arena,
	    "%s ends in the middle of a character: it was cut; get the whole file", f->name);
}

/* Without a mark: zeros beside most letters are UTF-16; else it is UTF-8 if all of it is; else what Russian Excel writes. */
static const char *by_bytes(struct import_file *f, const struct look *l)
{
	enum { MOST = 4 }; /* one in four places */
	if (l->zeros[1] > l->size / 2 / MOST || l->zeros[0] > l->size / 2 / MOST) {
		f->encoding = l->zeros[1] > l->zeros[0] ? IMPORT_UTF_16LE : IMPORT_UTF_16BE;
		return NULL;
	}
	f->encoding = IMPORT_UTF_8;
	if (l->is_cut && l->characters > 0)
		return cut(f);
	if (is_utf_8(l))
		return NULL;
	/* no Windows-1251 looks so: there hardly two letters in a row are a character of UTF-8 */
	if (l->characters > l->broken)
		return arena_printf(f->arena,
		    "%s is UTF-8, but not all the way through: byte %lld; save it as UTF-8 anew, "
		    "or "
		    "say what it is with --encoding",
		    f->name, (long long)l->broken_at);
	if (l->has_no_1251)
		return arena_printf(f->arena,
		    "%s is neither UTF-8 nor Windows-1251; say what it is with --encoding, or save "
		    "it as "
		    "UTF-8",
		    f->name);
	f->encoding = IMPORT_WINDOWS_1251;
	return NULL;
}

static const char *as_said(struct import_file *f, const struct look *l, const char *encoding)
{
	bool found;
	by_mark(f, l, &found);
	if (strcasecmp(encoding, "UTF-16") == 0) {
		if (!found || f->encoding == IMPORT_UTF_8)
			f->encoding = l->zeros[0] > l->zeros[1] ? IMPORT_UTF_16BE : IMPORT_UTF_16LE;
		return NULL;
	}
	for (size_t i = 0; i < ENCODINGS; i++) {
		if (strcasecmp(encoding, names[i]) != 0)
			continue;
		if (found && f->encoding != (enum import_encoding)i)
			f->mark = 0;
		f->encoding = (enum import_encoding)i;
	}
	if (f->encoding != IMPORT_UTF_8 || is_utf_8(l))
		return NULL;
	return l->is_cut ? cut(f) : arena_printf(f->arena, "%s is not UTF-8", f->name);
}

const char *import_file_open(
    struct import_file *f, struct arena *a, const char *name, const char *encoding)
{
	return import_file_take(f, a, -1, name, encoding);
}

const char *import_file_take(
    struct import_file *f, struct arena *a, int fd, const char *name, const char *encoding)
{
	struct look l;
	f->name = name;
	f->arena = a;
	f->fd = fd;
	f->decoder = (iconv_t)-1;
	f->mark = 0;
	const char *fault = open_it(f);
	if (!fault)
		fault = look_through(f, &l);
	if (!fault)
		fault = no_text(f, &l);
	if (fault)
		return fault;
	bool found = false;
	if (encoding)
		fault = as_said(f, &l, encoding);
	else
		by_mark(f, &l, &found);
	if (!encoding && !found)
		fault = by_bytes(f, &l);
	if (!fault && found && f->encoding == IMPORT_UTF_8 && !is_utf_8(&l))
		fault = l.is_cut
			    ? cut(f)
			    : arena_printf(a,
				  "%s says that it is UTF-8, and is not all the way through", name);
	bool is_wide = f->encoding == IMPORT_UTF_16LE || f->encoding == IMPORT_UTF_16BE;
	if (!fault && is_wide && l.size % 2 != 0)
		fault = cut(f);
	if (!fault && !is_wide && l.zeros[0] + l.zeros[1] > 0)
		fault = arena_printf(a,
		    "%s has bytes in it that are no text (zeros): it is no CSV file, or was "
		    "damaged",
		    name);
	return fault ? fault : import_file_rewind(f);
}

const char *import_file_rewind(struct import_file *f)
{
	f->at = (int64_t)f->mark;
	f->kept = 0;
	f->is_ended = false;
	if (f->decoder != (iconv_t)-1)
		(void)iconv_close(f->decoder);
	f->decoder = (iconv_t)-1;
	if (lseek(f->fd, (off_t)f->mark, SEEK_SET) < 0)
		return cannot(f, "read");
	if (f->encoding == IMPORT_UTF_8)
		return NULL;
	f->decoder = iconv_open("UTF-8",
	    f->encoding == IMPORT_WINDOWS_1251 ? "CP1251" : import_encoding_name(f->encoding));
	if (f->decoder == (iconv_t)-1)
		return arena_printf(f->arena,
		    "%s is %s, which this system cannot read (iconv: %s); save it as UTF-8",
		    f->name, import_encoding_name(f->encoding), strerror(errno));
	return NULL;
}

static const char *decode(struct import_file *f, size_t have, char *out, size_t room, size_t *size)
{
	char *in = f->raw, *to = out;
	size_t left = have, free_room = room;
	size_t done = iconv(f->decoder, &in, &left, &to, &free_room);
	int problem = done == (size_t)-1 ? errno : 0;
	/* a character may go on in the next piece; EINVAL is that */
	int64_t broken_at = f->at - (int64_t)left + 1;
	bool is_broken = problem == EILSEQ || (problem == EINVAL && f->is_ended && left > 0);
	if (is_broken)
		return arena_printf(f->arena, "%s is not %s all the way through: byte %lld",
		    f->name, import_encoding_name(f->encoding), (long long)broken_at);
	memmove(f->raw, in, left);
	f->kept = left;
	*size = (size_t)(to - out);
	return NULL;
}

const char *import_file_read(struct import_file *f, char *out, size_t room, size_t *size)
{
	*size = 0;
	while (*size == 0 && !(f->is_ended && f->kept == 0)) {
		bool plain = f->decoder == (iconv_t)-1;
		/* what is decoded may be three times as long */
		size_t most = plain ? room : room / 3 - f->kept;
		if (!plain && most > sizeof f->raw - f->kept)
			most = sizeof f->raw - f->kept;
		ssize_t n = read_fully(f->fd, plain ? out : f->raw + f->kept, most);
		if (n < 0)
			return cannot(f, "read");
		f->at += n;
		f->is_ended = (size_t)n < most;
		const char *fault = NULL;
		if (plain)
			*size = (size_t)n;
		else
			fault = decode(f, (size_t)n + f->kept, out, room, size);
		if (fault)
			return fault;
		if (memchr(out, 0, *size))
			return arena_printf(
			    f->arena, "%s has zeros in it that are no text", f->name);
	}
	return NULL;
}

void import_file_close(struct import_file *f)
{
	if (f->decoder != (iconv_t)-1)
		(void)iconv_close(f->decoder);
	if (f->fd >= 0)
		(void)close(f->fd);
	f->decoder = (iconv_t)-1;
	f->fd = -1;
}
