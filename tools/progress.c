/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

#include "progress.h"

/* Written before the timer starts, read by its handler. */
static char line[100];
static size_t line_length;
static volatile sig_atomic_t shown;
static bool running;

/* Only what a signal handler may call. */
static void put(const char *text, size_t length)
{
    ssize_t written = write(STDERR_FILENO, text, length);

    (void)written; /* nobody waits for this line */
}

static void on_alarm(int number)
{
    int saved = errno;

    (void)number;
    put(shown ? "." : line, shown ? 1 : line_length);
    shown = 1;
    errno = saved;
}

void progress_begin(const char *format, ...)
{
    const struct itimerval each_second = { { 1, 0 }, { 1, 0 } };
    struct sigaction action = { .sa_handler = on_alarm,
                                .sa_flags = SA_RESTART };
    va_list arguments;

    if ( running || !isatty(STDERR_FILENO) )
        return;
    va_start(arguments, format);
    vsnprintf(line, sizeof(line) - 4, format, arguments);
    va_end(arguments);
    strcat(line, " ...");
    line_length = strlen(line);
    shown = 0;
    sigemptyset(&action.sa_mask);
    running = !sigaction(SIGALRM, &action, NULL) &&
              !setitimer(ITIMER_REAL, &each_second, NULL);
}

void progress_end(void)
{
    static const char wipe[] = "\r\033[K";
    const struct itimerval never = { { 0, 0 }, { 0, 0 } };

    if ( !running )
        return;
    running = false;
    setitimer(ITIMER_REAL, &never, NULL);
    signal(SIGALRM, SIG_DFL);
    if ( shown )
        put(wipe, sizeof(wipe) - 1);
}
