/*
 * Who of a server's clients has to go when there is no room, or when it has been long enough about the head of its request.
 * A client costs the server a place from its first packet on, and a request that never gets whole would keep it for as long
 * as somebody likes: so the longest unfinished one makes room for a new client, and the first head has a deadline.
 * Ownership: a room lies in its server; a client is the room's from room_enter() until room_leave().
 * Units: milliseconds of the loop's clock. Errors: none; without memory a client is turned away.
 * Callbacks: none; who has to go is shut down, and libmicrohttpd closes it when it next looks at its sockets: SHUT_RDWR makes
 * EPOLLHUP of it (epoll_ctl(2)), which 0.9.75 heeds, while a client that merely leaves in the middle of a request it does not see.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>
#include <sys/socket.h>

struct room_client {
	TAILQ_ENTRY(room_client) entry;
	int fd;
	struct sockaddr_storage address;
	uint64_t since_ms; /* when it came, or its last request was over */
	bool unheard;      /* no whole head of a request has come yet */
	bool replaceable;  /* nothing of it is being answered */
	bool leaving;      /* shut down */
};
TAILQ_HEAD(room_list, room_client);

struct room {
	struct room_list clients; /* the longest silent first */
	unsigned count, most;     /* of those who are not leaving */
	unsigned most_an_address; /* 0: no limit */
	uint64_t head_ms;
};

void room_init(struct room *r, unsigned most, unsigned most_an_address, uint64_t head_ms);
/* A new client, for whom another one may have to go. NULL: turned away. */
struct room_client *room_enter(
    struct room *r, int fd, const struct sockaddr *address, uint64_t now_ms);
/* A whole head has come; its body may still be under way, so it stays replaceable until room_answers(). */
void room_hears(struct room *r, struct room_client *c, uint64_t now_ms);
void room_answers(struct room_client *c);
/* Answered; the connection is kept. */
void room_rests(struct room *r, struct room_client *c, uint64_t now_ms);
void room_leave(struct room *r, struct room_client *c);
/* Those whose head is overdue go. How long until it is worth another look, 0: nobody is unheard. */
uint64_t room_tidy(struct room *r, uint64_t now_ms);
