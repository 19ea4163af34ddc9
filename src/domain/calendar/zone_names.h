/* Zones by their names, for zone_text.c only. Source: zone.tab of the tz database. */
#pragma once
#include <stddef.h>

extern const char *const zone_names[];
extern const size_t zone_name_count;
