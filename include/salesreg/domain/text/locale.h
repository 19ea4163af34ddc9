/*
 * The languages the bot speaks, and which of them a person gets.
 * Ownership: strings returned are static.
 * Errors: false for a code that is none of ours.
 * Source: their codes are those of ISO 639-1, two letters, as setMyCommands wants them; Telegram sends IETF language tags (Bot API, "User", language_code; RFC 5646: the first
 * subtag is the language).
 */
#pragma once
#include "salesreg/generated/locales.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* LOCALE_MAP(X): one for each file of config/messages/. */
enum locale {
#define X(name, code) LOCALE_##name,
	LOCALE_MAP(X)
#undef X
	    LOCALE_COUNT
};

/* "ru", "ru-RU", "EN_gb"; code may be NULL. */
bool locale_parse(const char *code, enum locale *locale);
const char *locale_code(enum locale locale);
/* The language of a Telegram user if it is one of ours, else fallback.
 * language_code may be NULL. */
enum locale locale_choose(const char *language_code, enum locale fallback);

/* Somebody who has chosen a language for good. */
struct chosen_locale {
	int64_t user_id;
	enum locale locale;
};
/* The language this person has chosen, else fallback. */
enum locale locale_chosen_by(
    const struct chosen_locale *chosen, size_t count, int64_t user_id, enum locale fallback);
