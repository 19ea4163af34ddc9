#include "server_room.h"
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

void room_init(struct room *r, unsigned most, unsigned most_an_address, uint64_t head_ms)
{
	*r = (struct room){.most = most, .most_an_address = most_an_address, .head_ms = head_ms};
	TAILQ_INIT(&r->clients);
}

static bool is_same_host(const struct sockaddr_storage *a, const struct sockaddr_storage *b)
{
	if (a->ss_family != b->ss_family)
		return false;
	if (a->ss_family == AF_INET)
		return ((const struct sockaddr_in *)a)->sin_addr.s_addr ==
		       ((const struct sockaddr_in *)b)->sin_addr.s_addr;
	/* whoever has one address of IPv6 has the 2^64 of its network */
	return a->ss_family != AF_INET6 ||
	       memcmp(&((const struct sockaddr_in6 *)a)->sin6_addr,
		   &((const struct sockaddr_in6 *)b)->sin6_addr, 8) == 0;
}

static void send_away(struct room *r, struct room_client *c)
{
	if (c->leaving)
		return;
	c->leaving = true;
	r->count--;
	(void)shutdown(c->fd, SHUT_RDWR);
}

/* The longest silent client that may go; of: of this address only. */
static struct room_client *find_victim(const struct room *r, const struct sockaddr_storage *of)
{
	struct room_client *c;
	TAILQ_FOREACH (c, &r->clients, entry)
		if (c->replaceable && !c->leaving && (!of || is_same_host(&c->address, of)))
			return c;
	return NULL;
}

static unsigned count_of(const struct room *r, const struct sockaddr_storage *address)
{
	unsigned n = 0;
	const struct room_client *c;
	TAILQ_FOREACH (c, &r->clients, entry)
		n += !c->leaving && is_same_host(&c->address, address);
	return n;
}

static bool make_room(struct room *r, const struct sockaddr_storage *address)
{
	bool address_is_full = r->most_an_address && count_of(r, address) >= r->most_an_address;
	if (!address_is_full && r->count < r->most)
		return true;
	struct room_client *victim = find_victim(r, address_is_full ? address : NULL);
	if (victim)
		send_away(r, victim);
	return victim;
}

struct room_client *room_enter(
    struct room *r, int fd, const struct sockaddr *address, uint64_t now_ms)
{
	struct room_client *c = calloc(1, sizeof *c);
	if (c && address && address->sa_family == AF_INET)
		memcpy(&c->address, address, sizeof(struct sockaddr_in));
	else if (c && address && address->sa_family == AF_INET6)
		memcpy(&c->address, address, sizeof(struct sockaddr_in6));
	if (!c || !make_room(r, &c->address)) {
		free(c);
		(void)shutdown(fd, SHUT_RDWR);
		return NULL;
	}
	c->fd = fd;
	c->since_ms = now_ms;
	c->unheard = c->replaceable = true;
	r->count++;
	TAILQ_INSERT_TAIL(&r->clients, c, entry);
	return c;
}

static void move_to_end(struct room *r, struct room_client *c, uint64_t now_ms)
{
	c->since_ms = now_ms;
	TAILQ_REMOVE(&r->clients, c, entry);
	TAILQ_INSERT_TAIL(&r->clients, c, entry);
}

void room_hears(struct room *r, struct room_client *c, uint64_t now_ms)
{
	c->unheard = false;
	move_to_end(r, c, now_ms);
}

void room_answers(struct room_client *c)
{
	c->replaceable = false;
}

void room_rests(struct room *r, struct room_client *c, uint64_t now_ms)
{
	c->replaceable = true;
	move_to_end(r, c, now_ms);
}

void room_leave(struct room *r, struct room_client *c)
{
	if (!c->leaving)
		r->count--;
	TAILQ_REMOVE(&r->clients, c, entry);
	free(c);
}

uint64_t room_tidy(struct room *r, uint64_t now_ms)
{
	struct room_client *c;
	TAILQ_FOREACH (c, &r->clients, entry) {
		if (!c->unheard || c->leaving)
			continue;
		uint64_t due_ms = c->since_ms + r->head_ms;
		if (due_ms > now_ms)
			return due_ms - now_ms; /* those after it came later */
		send_away(r, c);
	}
	return 0;
}
