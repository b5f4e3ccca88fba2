/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Runs parts of tests in child processes (child.h).
 */
#include <err.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "child.h"

#ifdef FAKE_COVERAGE
void __gcov_dump(void);
#endif

int child_run(int (*part)(void *data), void *data)
{
    int status;
    pid_t child;

    fflush(stdout);
    (void)child_text();
    child = fork();
    if ( child < 0 )
        err(1, "fork");
    if ( !child )
    {
        int rc = part(data);

        fflush(stdout);
#ifdef FAKE_COVERAGE
        __gcov_dump();
#endif
        _exit(rc);
    }
    if ( waitpid(child, &status, 0) != child )
        err(1, "waitpid");

    return WIFEXITED(status) && WEXITSTATUS(status) <= 100 ? WEXITSTATUS(status)
                                                           : -1;
}

void *child_share(size_t size)
{
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE,
                        MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    if ( memory == MAP_FAILED )
        err(1, "mmap");

    return memory;
}

char *child_text(void)
{
    static char *text;

    if ( !text )
        text = child_share(CHILD_TEXT);

    return text;
}

void child_say(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    (void)vsnprintf(child_text(), CHILD_TEXT, format, arguments);
    va_end(arguments);
}
