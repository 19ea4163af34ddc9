#include "salesreg/sandbox/google/consent_page.h"
#include "salesreg/http/accept_language.h"
#include "salesreg/http/html.h"
#include "salesreg/sandbox/google/grants.h"
#include <stdio.h>
#include <string.h>
#include <strings.h>

enum language { EN, RU, LANGUAGES };

/* --- words --- */

#define WORD_MAP(X)                                                                                \
	X(FAKE, "This is a simulated Google of the salesreg sandbox. No real account is used.",    \
	    "Это имитация Google из песочницы salesreg. Настоящие аккаунты не используются.")      \
	X(CHOOSE, "Choose an account", "Выберите аккаунт")                                         \
	X(TO_GO_ON, "to continue to salesreg", "чтобы перейти в приложение salesreg")              \
	X(OTHER, "Use another account", "Сменить аккаунт")                                         \
	X(EMAIL, "E-mail (any: the account is made at once)",                                      \
	    "Электронная почта (любая: аккаунт появится сразу)")                                   \
	X(NEXT, "Next", "Далее")                                                                   \
	X(WANTS, "salesreg wants access to your Google Account",                                   \
	    "Приложение salesreg запрашивает доступ к вашему аккаунту Google")                     \
	X(SELECT_WHAT, "Select what salesreg can access. A box that stays empty is not granted.",  \
	    "Отметьте, к чему у salesreg будет доступ. Без отметки доступа не будет.")             \
	X(WILL_BE_ABLE,                                                                            \
	    "If you allow it, salesreg will be able to:", "Если вы разрешите, salesreg сможет:")   \
	X(UNVERIFIED, "Google hasn't verified this app. Continue only if you know who made it.",   \
	    "Google не проверил это приложение. Продолжайте, только если знаете, чьё оно.")        \
	X(ALLOW, "Continue", "Продолжить")                                                         \
	X(CANCEL, "Cancel", "Отмена")                                                              \
	X(BLOCKED, "Access blocked", "Доступ заблокирован")                                        \
	X(ERROR, "Error", "Ошибка")                                                                \
	X(CLOSE, "You can close this page and return to the chat.",                                \
	    "Эту страницу можно закрыть и вернуться в чат.")
enum word {
#define X(name, en, ru) WORD_##name,
	WORD_MAP(X)
#undef X
	    WORD_COUNT
};
static const char *const words[WORD_COUNT][LANGUAGES] = {
#define X(name, en, ru) [WORD_##name] = {[EN] = en, [RU] = ru},
    WORD_MAP(X)
#undef X
};

static const char *const deeds[GOOGLE_SCOPE_COUNT][LANGUAGES] = {
    [GOOGLE_SCOPE_OPENID] = {"Associate you with your personal info on Google",
	"Узнать, что это вы, по данным Google"},
    [GOOGLE_SCOPE_EMAIL] = {"See your Google Account e-mail address",
	"Видеть адрес электронной почты вашего аккаунта"},
    [GOOGLE_SCOPE_PROFILE] = {"See your name and picture", "Видеть ваше имя и фото"},
    [GOOGLE_SCOPE_CALENDAR] = {"See, edit, share and delete all your calendars",
	"Видеть, изменять и удалять все ваши календари"},
    [GOOGLE_SCOPE_READONLY] = {"See all your calendars", "Видеть все ваши календари"},
    [GOOGLE_SCOPE_FREEBUSY] = {"See when you are free and busy in your calendars",
	"Видеть в ваших календарях, когда вы заняты"},
    [GOOGLE_SCOPE_EVENTS_FREEBUSY] = {"See when you are free and busy in calendars you can see",
	"Видеть занятость в доступных вам календарях"},
    [GOOGLE_SCOPE_EVENTS] = {"See and edit events on all your calendars",
	"Видеть и изменять события во всех ваших календарях"},
    [GOOGLE_SCOPE_EVENTS_READONLY] = {"See events on all your calendars",
	"Видеть события во всех ваших календарях"},
    [GOOGLE_SCOPE_OWNED] = {"See, create, change and delete events on calendars you own",
	"Видеть, создавать, изменять и удалять события в ваших собственных календарях"},
    [GOOGLE_SCOPE_OWNED_READONLY] = {"See events on calendars you own",
	"Видеть события в ваших собственных календарях"},
    [GOOGLE_SCOPE_APP_CREATED] = {"Make calendars of its own and change what is in them",
	"Создавать отдельные календари и изменять события в них"},
    [GOOGLE_SCOPE_LIST] = {"See and change the list of your calendars",
	"Видеть и изменять список ваших календарей"},
    [GOOGLE_SCOPE_LIST_READONLY] = {"See the list of your calendars",
	"Видеть список ваших календарей"},
    [GOOGLE_SCOPE_SETTINGS_READONLY] = {"See the settings of your calendar",
	"Видеть настройки вашего календаря"},
};

/* What to do about it; the others need no more than their name. */
static const char *const advice[GOOGLE_REFUSAL_COUNT][LANGUAGES] = {
    [GOOGLE_REDIRECT_URI_MISMATCH] =
	{"The redirect URI of the request is not among those registered for this client. They are "
	 "compared as strings: scheme, case and the final slash count.",
	    "Адреса перенаправления из запроса нет среди зарегистрированных. Они сравниваются "
	    "посимвольно: важны схема, регистр и последняя косая черта."},
    [GOOGLE_INVALID_CLIENT] = {"The OAuth client was not found.", "Клиент OAuth не найден."},
    [GOOGLE_DELETED_CLIENT] = {"The OAuth client was deleted.", "Клиент OAuth удалён."},
    [GOOGLE_DISALLOWED_USERAGENT] =
	{"Google does not open inside other apps. Open the link in the browser: menu ⋯, then "
	 "\"Open in browser\".",
	    "Google не открывается внутри других приложений. Откройте ссылку в браузере: "
	    "меню ⋯, затем «Открыть в браузере»."},
    [GOOGLE_ORG_INTERNAL] =
	{"This app is only for accounts of its own organization. Choose your work account.",
	    "Это приложение только для аккаунтов своей организации. Выберите рабочий аккаунт."},
    [GOOGLE_ACCESS_DENIED] =
	{"The app is being tested and only invited testers can use it. Ask its developer to add "
	 "your address to the test users.",
	    "Приложение на стадии тестирования и доступно только приглашённым. Попросите "
	    "разработчика добавить ваш адрес в список тестировщиков."},
    [GOOGLE_ADMIN_POLICY_ENFORCED] =
	{"The administrator of your organization does not allow this app. Ask them to.",
	    "Администратор вашей организации не разрешил это приложение. Обратитесь к нему."},
    [GOOGLE_INVALID_REQUEST] = {"The request of the app is incomplete or contradictory.",
	"Запрос приложения неполный или противоречивый."},
    [GOOGLE_INVALID_SCOPE] = {"The app asks for a scope that does not exist.",
	"Приложение запрашивает несуществующее разрешение."},
};

/* As the client asks, or else the browser. */
static enum language language_of(const struct google_call *call)
{
	static const char *const codes[LANGUAGES] = {[EN] = "en", [RU] = "ru"};
	const char *list = google_call_text(call, "hl");
	if (!list)
		list = http_exchange_header(call->exchange, "Accept-Language");
	size_t wanted = accept_language(list, codes, LANGUAGES);
	return wanted < LANGUAGES ? (enum language)wanted : EN;
}

/* --- HTML --- */

static void begin_page(struct buf *out, enum language l, const char *title)
{
	buf_clear(out);
	buf_addf(out,
	    "<!doctype html>\n<html lang=\"%s\">\n<head>\n<meta charset=\"utf-8\">\n"
	    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
	    "<meta name=\"color-scheme\" content=\"light dark\">\n<title>%s</title>\n"
	    "<link rel=\"icon\" href=\"data:,\">\n"
	    "<link rel=\"stylesheet\" href=\"/page/consent.css\">\n</head>\n<body>\n<main>\n"
	    "<p class=\"fake\">%s</p>\n<h1>%s</h1>\n",
	    l == RU ? "ru" : "en", title, words[WORD_FAKE][l], title);
}

/* Chrome applies form-action to where the answer to a form leads, too: so the client's origin stands in it. */
static void end_page(struct google_call *call, const char *redirect_uri, unsigned status)
{
	char policy[700];
	const char *host = redirect_uri ? strstr(redirect_uri, "://") : NULL;
	size_t n = host ? (size_t)(host - redirect_uri) + 3 + strcspn(host + 3, "/?#;, ") : 0;
	if (n > 300)
		n = 0;
	(void)snprintf(policy, sizeof policy,
	    "default-src 'none'; style-src 'self'; img-src data:; base-uri 'none'; "
	    "frame-ancestors 'none'; form-action 'self' %.*s",
	    (int)n, redirect_uri ? redirect_uri : "");
	/* not no-referrer: then browsers would send the form with "Origin: null" */
	const struct http_header headers[] = {{"Content-Security-Policy", policy},
	    {"X-Content-Type-Options", "nosniff"}, {"X-Frame-Options", "DENY"},
	    {"Referrer-Policy", "same-origin"}, {"Cache-Control", "no-store"}, {NULL, NULL}};
	buf_adds(&call->sandbox->out, "</main>\n</body>\n</html>\n");
	google_call_answer(call, status, "text/html; charset=utf-8", headers);
}

static void add_hidden(struct buf *out, const char *name, const char *value)
{
	if (!value)
		return;
	buf_addf(out, "<input type=\"hidden\" name=\"%s\" value=\"", name);
	html_add_escaped(out, value);
	buf_adds(out, "\">\n");
}

static void begin_form(
    struct buf *out, const struct google_call *call, const struct google_ask *ask)
{
	buf_addf(out, "<form method=\"post\" action=\"%s\">\n", http_exchange_path(call->exchange));
	add_hidden(out, "client_id", ask->client_id);
	add_hidden(out, "redirect_uri", ask->redirect_uri);
	add_hidden(out, "response_type", ask->response_type);
	add_hidden(out, "scope", ask->scope);
	add_hidden(out, "state", ask->state);
	add_hidden(out, "access_type", ask->access_type);
	add_hidden(out, "prompt", ask->prompt);
	add_hidden(out, "login_hint", ask->login_hint);
	add_hidden(out, "hd", ask->hd);
	add_hidden(out, "nonce", ask->nonce);
	add_hidden(out, "code_challenge", ask->challenge);
	add_hidden(out, "code_challenge_method", ask->method);
	add_hidden(out, "include_granted_scopes", ask->include);
	add_hidden(out, "hl", google_call_text(call, "hl"));
}

static void add_cancel(struct buf *out, enum language l)
{
	buf_addf(
	    out, "<button name=\"answer\" value=\"cancel\">%s</button>\n", words[WORD_CANCEL][l]);
}

bool google_ask_has_boxes(const struct google *g, const struct google_ask *ask)
{
	uint32_t more = ask->scopes & ~GOOGLE_SIGN_IN;
	return !g->project.trusted && (more & (more - 1)) != 0;
}

/* Those of one domain, if the client asked so; the one that it guessed comes first. */
static void add_accounts(struct buf *out, const struct google *g, const struct google_ask *ask)
{
	enum { SHOWN_MAX = 100 };
	const struct google_account *account;
	int shown = 0;
	for (int hinted = 1; hinted >= 0; hinted--)
		TAILQ_FOREACH (account, &g->accounts, entry) {
			bool is_hint =
			    ask->login_hint && (strcasecmp(account->email, ask->login_hint) == 0 ||
						   strcmp(account->sub, ask->login_hint) == 0);
			bool filtered = ask->hd && strcmp(ask->hd, "*") != 0 &&
					!(account->hd && strcasecmp(account->hd, ask->hd) == 0);
			if (is_hint != (hinted == 1) || filtered || account->disabled ||
			    shown++ >= SHOWN_MAX)
				continue;
			buf_addf(out, "<button class=\"account\" name=\"account\" value=\"%s\">",
			    account->sub);
			buf_adds(out, "<b>");
			html_add_escaped(out, account->name);
			buf_adds(out, "</b> <span>");
			html_add_escaped(out, account->email);
			buf_adds(out, "</span></button>\n");
		}
}

void google_page_choose(struct google_call *call, const struct google_ask *ask)
{
	enum language l = language_of(call);
	struct buf *out = &call->sandbox->out;
	begin_page(out, l, words[WORD_CHOOSE][l]);
	buf_addf(out, "<p>%s</p>\n", words[WORD_TO_GO_ON][l]);
	begin_form(out, call, ask);
	add_accounts(out, call->google, ask);
	add_cancel(out, l);
	buf_addf(out, "</form>\n<details>\n<summary>%s</summary>\n", words[WORD_OTHER][l]);
	begin_form(out, call, ask);
	buf_addf(out,
	    "<label class=\"other\">%s <input type=\"email\" name=\"other\" required "
	    "maxlength=\"254\"></label>\n"
	    "<button class=\"primary\">%s</button>\n</form>\n</details>\n",
	    words[WORD_EMAIL][l], words[WORD_NEXT][l]);
	end_page(call, ask->redirect_uri, 200);
}

void google_page_consent(struct google_call *call, const struct google_ask *ask)
{
	enum language l = language_of(call);
	struct buf *out = &call->sandbox->out;
	bool boxes = google_ask_has_boxes(call->google, ask);
	begin_page(out, l, words[WORD_WANTS][l]);
	buf_adds(out, "<p class=\"who\">");
	html_add_escaped(out, call->account->email);
	buf_adds(out, "</p>\n");
	if (call->google->project.audience == GOOGLE_AUDIENCE_UNVERIFIED)
		buf_addf(out, "<p class=\"warning\">%s</p>\n", words[WORD_UNVERIFIED][l]);
	begin_form(out, call, ask);
	add_hidden(out, "account", call->account->sub);
	buf_addf(out, "<p>%s</p>\n<ul>\n", words[boxes ? WORD_SELECT_WHAT : WORD_WILL_BE_ABLE][l]);
	for (int i = 0; i < GOOGLE_SCOPE_COUNT; i++) {
		uint32_t bit = UINT32_C(1) << i;
		if (!(ask->scopes & bit))
			continue;
		if (boxes && !(bit & GOOGLE_SIGN_IN))
			buf_addf(out,
			    "<li><label><input type=\"checkbox\" name=\"box_%s\" value=\"on\"> "
			    "%s</label></li>\n",
			    google_scope_name((enum google_scope)i), deeds[i][l]);
		else
			buf_addf(out, "<li>%s</li>\n", deeds[i][l]);
	}
	buf_adds(out, "</ul>\n<p class=\"answers\">\n");
	add_cancel(out, l);
	buf_addf(out,
	    "<button class=\"primary\" name=\"answer\" value=\"allow\">%s</button>\n</p>\n"
	    "</form>\n",
	    words[WORD_ALLOW][l]);
	end_page(call, ask->redirect_uri, 200);
}

void google_page_error(struct google_call *call, enum google_refusal refusal)
{
	enum language l = language_of(call);
	struct buf *out = &call->sandbox->out;
	unsigned status = google_refusal_status(refusal);
	begin_page(out, l, words[WORD_BLOCKED][l]);
	buf_addf(out, "<p class=\"error\">%s %u: %s</p>\n<p>%s</p>\n<p>%s</p>\n",
	    words[WORD_ERROR][l], status, google_refusal_error(refusal),
	    advice[refusal][l] ? advice[refusal][l] : google_refusal_description(refusal),
	    words[WORD_CLOSE][l]);
	google_call_note(call, google_refusal_error(refusal));
	end_page(call, NULL, status);
}
