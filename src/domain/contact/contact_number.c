/*
 * Phone numbers, and ids among them.
 */
#include "contact_private.h"
#include <string.h>

enum { ID_DIGITS = 10, LEAST_DIGITS = 7, MOST_DIGITS = 15, NATIONAL_7_AND_1 = 11 };

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* "6.28E+12", "6,28123E12" */
static bool is_scientific(const char *s)
{
	size_t n = strspn(s, "0123456789");
	if (n == 0)
		return false;
	if (s[n] == '.' || s[n] == ',')
		n += 1 + strspn(s + n + 1, "0123456789");
	if (s[n] != 'E' && s[n] != 'e')
		return false;
	n++;
	if (s[n] == '+')
		n++;
	size_t exponent = strspn(s + n, "0123456789");
	return exponent > 0 && s[n + exponent] == '\0';
}

/* "79031234567.0": a whole number that a program took for a fraction */
static size_t without_fraction(const char *s)
{
	size_t n = strspn(s, "0123456789");
	if (n >= LEAST_DIGITS && (s[n] == '.' || s[n] == ',')) {
		size_t zeros = strspn(s + n + 1, "0");
		if (zeros >= 1 && zeros <= 2 && s[n + 1 + zeros] == '\0')
			return n;
	}
	return strlen(s);
}

static enum contact_problem phone(const char *digits, struct arena *a, struct contact *out)
{
	size_t n = strlen(digits);
	if (digits[0] == '0')
		return CONTACT_NO_COUNTRY;
	bool plan = digits[0] == '7' || digits[0] == '1';
	if (n < LEAST_DIGITS || n > MOST_DIGITS || (plan && n != NATIONAL_7_AND_1))
		return CONTACT_DIGITS;
	const char *value = arena_printf(a, "+%s", digits);
	*out = (struct contact){.kind = CONTACT_PHONE, .value = value, .shown = value};
	return CONTACT_NO_PROBLEM;
}

enum contact_problem contact_number(const char *s, struct arena *a, struct contact *out)
{
	if (is_scientific(s))
		return CONTACT_LOST_DIGITS;
	if (s[0] == '-')
		return CONTACT_GROUP; /* the id of a group or channel */
	size_t size = without_fraction(s), n = 0, plus = 0;
	char *digits = arena_alloc(a, size + 1);
	bool grouped = false, several = false;
	for (size_t i = 0; i < size; i++) {
		if (is_digit(s[i])) {
			/* +62 (0) 812: the 0 is for calls inside the country */
			bool trunk =
			    plus && s[i] == '0' && i > 0 && s[i - 1] == '(' && s[i + 1] == ')';
			if (!trunk)
				digits[n++] = s[i];
		} else if (s[i] == '+') {
			several |= n > 0;
			plus++;
		} else if (strchr(",;/|", s[i])) {
			several |= n >= LEAST_DIGITS;
		} else if (!strchr(" ()-.", s[i])) {
			return CONTACT_UNKNOWN;
		} else {
			grouped = true;
		}
	}
	if (n == 0)
		return CONTACT_UNKNOWN;
	if (several)
		return CONTACT_SEVERAL;
	if (plus == 0 && strncmp(digits, "00", 2) == 0)
		return phone(digits + 2, a, out);
	/* +89 is no country: who writes +8 903 means 8 903 */
	bool trunk_8 = n == NATIONAL_7_AND_1 && digits[0] == '8' &&
		       (plus ? digits[1] == '9' : strchr("34789", digits[1]) != NULL);
	if (trunk_8)
		digits[0] = '7';
	if (plus || n > ID_DIGITS)
		return phone(digits, a, out);
	if (grouped || digits[0] == '0')
		return n < LEAST_DIGITS ? CONTACT_DIGITS : CONTACT_NO_COUNTRY;
	return contact_id(digits, n, a, out);
}
