/*
 * EACH_ITS_OWN: whether each piece of memory is malloc()'s own, as a sanitizer has to see it. Its tests say 0.
 */
#pragma once

#ifndef EACH_ITS_OWN
#if defined __SANITIZE_ADDRESS__ || defined __SANITIZE_THREAD__
#define EACH_ITS_OWN 1
#elif defined __has_feature
#if __has_feature(address_sanitizer) || __has_feature(memory_sanitizer) ||                         \
    __has_feature(thread_sanitizer)
#define EACH_ITS_OWN 1
#endif
#endif
#endif
#ifndef EACH_ITS_OWN
#define EACH_ITS_OWN 0
#endif
