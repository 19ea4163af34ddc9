/*
 * What Google says when it refuses: the errors of its OAuth endpoints, and those of the Calendar API.
 * Ownership: static strings.
 * Units: HTTP status codes.
 * Facts: developers.google.com/identity/protocols/oauth2/web-server (errors of the authorization page and of the token
 * endpoint); developers.google.com/calendar/api/guides/errors; google.rpc.ErrorInfo for `details`.
 */
#pragma once

/* name, `error`, status, `error_description` */
#define GOOGLE_REFUSAL_MAP(X)                                                                      \
	X(INVALID_REQUEST, "invalid_request", 400, "Bad Request")                                  \
	X(INVALID_CLIENT, "invalid_client", 401, "Unauthorized")                                   \
	X(DELETED_CLIENT, "deleted_client", 401, "The OAuth client was deleted.")                  \
	X(INVALID_GRANT, "invalid_grant", 400, "Token has been expired or revoked.")               \
	X(REDIRECT_URI_MISMATCH, "redirect_uri_mismatch", 400, "Bad Request")                      \
	X(UNAUTHORIZED_CLIENT, "unauthorized_client", 401, "Unauthorized")                         \
	X(UNSUPPORTED_GRANT_TYPE, "unsupported_grant_type", 400, "Invalid grant_type")             \
	X(UNSUPPORTED_RESPONSE_TYPE, "unsupported_response_type", 400, "Invalid response_type")    \
	X(INVALID_SCOPE, "invalid_scope", 400, "Some requested scopes were invalid.")              \
	X(INVALID_TOKEN, "invalid_token", 400, "Token expired or revoked")                         \
	X(ADMIN_POLICY_ENFORCED, "admin_policy_enforced", 400,                                     \
	    "Access to your account data is restricted by policies within your organization.")     \
	X(ORG_INTERNAL, "org_internal", 403, "The app is for users of its organization only.")     \
	X(ACCESS_DENIED, "access_denied", 403, "The app is being tested and has not invited you.") \
	X(DISALLOWED_USERAGENT, "disallowed_useragent", 403,                                       \
	    "This browser or app may not be secure.")                                              \
	X(RATE_LIMIT_EXCEEDED, "rate_limit_exceeded", 429, "Rate Limit Exceeded")                  \
	X(INTERNAL_FAILURE, "internal_failure", 500, "Internal Error")                             \
	X(SERVER_ERROR, "server_error", 500, "Internal Error")                                     \
	X(TEMPORARILY_UNAVAILABLE, "temporarily_unavailable", 503, "Service Unavailable")
enum google_refusal {
#define X(name, error, status, description) GOOGLE_##name,
	GOOGLE_REFUSAL_MAP(X)
#undef X
	    GOOGLE_REFUSAL_COUNT
};

/* name, `reason`, status, domain, `message`, reason of the ErrorInfo among `details` ("": none) */
#define GOOGLE_REASON_MAP(X)                                                                       \
	X(REQUIRED_LOGIN, "required", 401, "global",                                               \
	    "Request is missing required authentication credential.", "CREDENTIALS_MISSING")       \
	X(AUTH_ERROR, "authError", 401, "global", "Invalid Credentials", "")                       \
	X(INSUFFICIENT, "insufficientPermissions", 403, "global",                                  \
	    "Request had insufficient authentication scopes.", "ACCESS_TOKEN_SCOPE_INSUFFICIENT")  \
	X(NOT_CONFIGURED, "accessNotConfigured", 403, "usageLimits",                               \
	    "Google Calendar API has not been used in this project before or it is disabled.",     \
	    "SERVICE_DISABLED")                                                                    \
	X(FORBIDDEN, "forbidden", 403, "global", "Forbidden", "")                                  \
	X(ACCESS_LEVEL, "requiredAccessLevel", 403, "calendar",                                    \
	    "You need to have writer access to this calendar.", "")                                \
	X(NON_ORGANIZER, "forbiddenForNonOrganizer", 403, "calendar",                              \
	    "Shared properties can only be changed by the organizer of the event.", "")            \
	X(RATE_LIMIT, "rateLimitExceeded", 403, "usageLimits", "Rate Limit Exceeded",              \
	    "RATE_LIMIT_EXCEEDED")                                                                 \
	X(USER_RATE_LIMIT, "userRateLimitExceeded", 403, "usageLimits",                            \
	    "User Rate Limit Exceeded", "RATE_LIMIT_EXCEEDED")                                     \
	X(QUOTA, "quotaExceeded", 403, "usageLimits", "Calendar usage limits exceeded.", "")       \
	X(BACKEND, "backendError", 503, "global", "Backend Error", "")                             \
	X(NOT_FOUND, "notFound", 404, "global", "Not Found", "")                                   \
	X(CONDITION, "conditionNotMet", 412, "global", "Precondition Failed", "")                  \
	X(DUPLICATE, "duplicate", 409, "global", "The requested identifier already exists.", "")   \
	X(DELETED, "deleted", 410, "global", "Resource has been deleted", "")                      \
	X(FULL_SYNC, "fullSyncRequired", 410, "calendar",                                          \
	    "Sync token is no longer valid, a full sync is required.", "")                         \
	X(UPDATED_MIN, "updatedMinTooLongAgo", 410, "calendar",                                    \
	    "The requested minimum modification time lies too far in the past.", "")               \
	X(INVALID, "invalid", 400, "global", "Invalid Value", "")                                  \
	X(REQUIRED, "required", 400, "global", "Required", "")                                     \
	X(RANGE_EMPTY, "timeRangeEmpty", 400, "calendar", "The specified time range is empty.",    \
	    "")                                                                                    \
	X(RANGE_LONG, "timeRangeTooLong", 400, "calendar",                                         \
	    "The requested time range is too long.", "")                                           \
	X(PARSE, "parseError", 400, "global", "Parse Error", "")
enum google_reason {
#define X(name, reason, status, domain, message, info) GOOGLE_REASON_##name,
	GOOGLE_REASON_MAP(X)
#undef X
	    GOOGLE_REASON_COUNT
};
