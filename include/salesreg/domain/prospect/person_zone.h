/*
 * In which time zone somebody probably is, by what is known of them.
 * Ownership: results are static. Errors: NULL: it cannot be told; the database has the last word on whether there is such a zone.
 * Source: country codes: ITU-T E.164; zones: the tz database, of countries whose people live in one.
 */
#pragma once

/* phone: + and digits, as domain/contact has it. */
const char *zone_of_phone(const char *phone);
/* Where people with this language on their phone mostly are; code: as Telegram has it ("pt-br"), may be NULL. */
const char *zone_of_language(const char *code);
