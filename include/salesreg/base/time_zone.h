/*
 * Whether a time zone exists. The C library takes one that does not for UTC, without a word.
 * Ownership: none. Callbacks: none; reads the files of the time zone database.
 * Source: tzset(3): $TZDIR or /usr/share/zoneinfo, the forms of TZ; tzfile(5): the magic; zone.tab of the tz database.
 */
#pragma once
#include "salesreg/base/buf.h"
#include <stdbool.h>

/* A name of the database, a file, or a rule as POSIX has it ("WITA-8"). */
bool time_zone_exists(const char *name);
enum { TIME_ZONE_SIZE = 64 };
/* The name of this process's zone, of TZ or /etc/localtime, "UTC" where neither has one; into `out`, which is returned. */
const char *time_zone_here(char out[TIME_ZONE_SIZE]);
/* Up to three that may be meant, "Asia/Makassar, Asia/Manila"; nothing if there is none. */
void time_zone_near(const char *name, struct buf *out);
