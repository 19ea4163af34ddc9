/*
 * The commands of the program: one function each, argv from the command's own name on; returns the exit code.
 * Ownership, units, callbacks: none. Errors: exit codes of base/err.h.
 */
#pragma once

int role_supervise(int argc, char **argv);
int role_status(int argc, char **argv);
int role_healthcheck(int argc, char **argv);
int role_log_level(int argc, char **argv);
int role_doctor(int argc, char **argv);
int role_outbox(int argc, char **argv);
int role_parked(int argc, char **argv);
int role_rep(int argc, char **argv);
int role_adopt_bot(int argc, char **argv);
int role_bot(int argc, char **argv);
int role_outreach(int argc, char **argv);
int role_sandbox(int argc, char **argv);
int role_demo(int argc, char **argv);
int role_migrate(int argc, char **argv);
int role_check_config(int argc, char **argv);
int role_version(int argc, char **argv);
int role_help(int argc, char **argv);
#ifdef SALESREG_TESTS
/* Hidden: misbehaves on demand, for the tests of the supervisor. */
int role_test_worker(int argc, char **argv);
#endif
