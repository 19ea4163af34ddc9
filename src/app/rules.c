#include "salesreg/app/rules.h"
#include "salesreg/app/qualification.h"
#include "salesreg/domain/contact/email.h"
#include "salesreg/domain/event/intents.h"
#include "salesreg/http/mail.h"
#include <strings.h>

bool rules_mail(const struct config *config, struct mail_options *mail)
{
	*mail = (struct mail_options){.url = &config->smtp_url,
	    .from = config->smtp_from,
	    .tls_optional = config->smtp_tls == 1};
	return secret_is_set(&config->smtp_url);
}

void rules_check_mail(const struct config *config, struct arena *a, struct buf *problems)
{
	struct mail_options mail;
	if (!rules_mail(config, &mail))
		return; /* SMTP_FROM alone may be there for another process */
	mail_check(&mail, problems);
	/* it becomes part of a header: nothing but the address */
	const char *key = config->smtp_from ? email_key(config->smtp_from, a) : NULL;
	if (!key || strcasecmp(key, config->smtp_from) != 0)
		buf_adds(problems,
		    "SMTP_URL needs SMTP_FROM; it must be: the address that the mail "
		    "comes from\n");
}

enum err rules_load(struct conversation_rules *rules, const struct config *config,
    struct texts *texts, struct arena *a, struct buf *problems)
{
	size_t before = problems->size;
	if (texts_load(texts, config->messages, problems) != ERR_OK)
		return ERR_CONFIG;
	*rules = (struct conversation_rules){
	    .catalog = &texts->catalog,
	    .approval_by_admin = config->registration_approval == 1,
	    .by_invitation = config->registration_approval == 2,
	    .proves_email = secret_is_set(&config->smtp_url),
	    .domains_are_told = config->registration_approval == 0,
	    .admin_ids = config->admin_ids,
	    .admin_count = config->admin_count,
	    .default_locale = (enum locale)config->locale,
	    .max_prospects = (size_t)config->max_prospects_per_rep,
	    .outreach.most_a_day = config->prospect_messages_per_day,
	    .kept_days = config->history_retention_days,
	    .forgotten_days = config->prospect_retention_days,
	    .follow_up_s = config->follow_up_h * 3600,
	    .calendar_url = config->google_client_id && config->oauth_public_url
				? arena_printf(a, "%s/oauth/start?s=", config->oauth_public_url)
				: NULL,
	};
	if (email_domains_parse(config->email_domains, a, &rules->domains, &rules->domain_count) !=
	    ERR_OK)
		buf_addf(problems,
		    "CORPORATE_EMAIL_DOMAIN=%.80s is not usable; it must be: domain[,domain…], "
		    "without @ in front\n",
		    config->email_domains);
	if (config->hand_over_words) {
		rules->hand_over_words =
		    phrase_list(config->hand_over_words, a, &rules->hand_over_count);
		if (!rules->hand_over_words)
			buf_addf(problems,
			    "HAND_OVER_WORDS is not usable: phrase %zu has neither a letter nor a "
			    "digit in it; it must be: phrase[,phrase…]\n",
			    rules->hand_over_count + 1);
	}
	if (!outreach_hours_parse(config->prospect_hours, &rules->outreach))
		buf_addf(problems,
		    "PROSPECT_HOURS=%.80s is not usable; it must be: hours from-to, as 9-21; "
		    "0-24 = always\n",
		    config->prospect_hours);
	rules_check_mail(config, a, problems);
	if (qualification_load(config->qualification, a, &rules->script, problems) != ERR_OK)
		return ERR_CONFIG;
	if (rules->approval_by_admin && config->admin_count == 0)
		buf_adds(problems, "REGISTRATION_APPROVAL=admin needs ADMIN_TELEGRAM_IDS: nobody "
				   "could approve anyone\n");
	return problems->size == before ? ERR_OK : ERR_CONFIG;
}
