/*
 * Completion for bash, made of the same tables as the parser and the help.
 * Source: bash manual, "Programmable Completion": COMP_WORDS, COMP_CWORD, COMPREPLY.
 */
#include "salesreg/role/cli/cli.h"
#include <stdio.h>

static void each(const struct cli_command *const *program,
    void (*say)(const char *above, const struct cli_command *command))
{
	for (size_t i = 0; program[i]; i++) {
		const struct cli_command *c = program[i];
		if (!c->brief)
			continue;
		say("", c);
		for (const struct cli_command *sub = c->commands; sub && sub->name; sub++)
			say(c->name, sub);
	}
}

static void say_path(const char *above, const struct cli_command *command)
{
	(void)printf(" | '%s%s%s'", above, *above ? " " : "", command->name);
}

static void say_options(const struct cli_command *command)
{
	for (const struct cli_option *o = command->options; o && o->name; o++)
		(void)printf(" --%s", o->name);
	(void)printf(" --help");
}

static void say_words(const char *above, const struct cli_command *command)
{
	(void)printf("\t'%s%s%s') words='", above, *above ? " " : "", command->name);
	for (const struct cli_command *sub = command->commands; sub && sub->name; sub++)
		(void)printf(" %s", sub->name);
	say_options(command);
	(void)printf("' ;;\n");
}

static void say_values(const char *above, const struct cli_command *command)
{
	for (const struct cli_option *o = command->options; o && o->name; o++) {
		if (!o->value)
			continue;
		const char *space = *above ? " " : "";
		(void)printf("\t'%s%s%s --%s'", above, space, command->name, o->name);
		if (o->letter)
			(void)printf(" | '%s%s%s -%c'", above, space, command->name, o->letter);
		(void)printf(") words='");
		for (const char *const *choice = o->choices; choice && *choice; choice++)
			(void)printf(" %s", *choice);
		(void)printf("' ;;\n");
	}
}

void cli_completion_of_bash(const struct cli_command *const *program)
{
	(void)puts("# bash completion of salesreg: source it, or put it into\n"
		   "# /usr/share/bash-completion/completions/salesreg\n"
		   "_salesreg() {\n"
		   "    local cur=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} "
		   "key='' words='' word i\n"
		   "    for ((i = 1; i < COMP_CWORD; i++)); do\n"
		   "\tword=\"${key:+$key }${COMP_WORDS[i]}\"\n"
		   "\tcase $word in");
	(void)printf("\t''");
	each(program, say_path);
	(void)printf(") key=$word ;;\n\tesac\n    done\n    case $key in\n\t'') words='");
	for (size_t i = 0; program[i]; i++)
		if (program[i]->brief)
			(void)printf(" %s", program[i]->name);
	(void)puts(" --help' ;;");
	each(program, say_words);
	(void)puts("    esac\n    # the value of an option: one of those it takes, else a file or "
		   "whatever there is\n"
		   "    case \"$key $before\" in");
	each(program, say_values);
	(void)puts("    esac\n    COMPREPLY=($(compgen -W \"$words\" -- \"$cur\"))\n}\n"
		   "complete -o bashdefault -o default -F _salesreg salesreg");
}
