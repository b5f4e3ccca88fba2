/* SPDX-License-Identifier: GPL-2.0-only */
#include <sched.h>

#include "measure.h"
#include "writer.h"

struct writer {
    struct contest *contest;
    int cpu;
    bool stop;    /* set by the reader */
    bool started; /* set by the writer */
};

/* The `number`-th CPU that this process may use, or -1. */
static int allowed_cpu(unsigned int number)
{
    cpu_set_t allowed;
    int cpu;

    if ( sched_getaffinity(0, sizeof(allowed), &allowed) )
        return -1;
    for ( cpu = 0; cpu < CPU_SETSIZE; cpu++ )
        if ( CPU_ISSET(cpu, &allowed) && !number-- )
            return cpu;
    return -1;
}

static int reader_cpu, writer_cpu;

static void pin(int cpu)
{
    cpu_set_t set;

    CPU_ZERO(&set);
    CPU_SET(cpu, &set);
    must(!pthread_setaffinity_np(pthread_self(), sizeof(set), &set),
         "a thread could not be pinned");
}

void contest_init(struct contest *contest, struct subject *subject)
{
    reader_cpu = allowed_cpu(0);
    writer_cpu = allowed_cpu(1);
    contest->subject = subject;
    contest->possible = reader_cpu >= 0 && writer_cpu >= 0;
    contest->changes = 0;
    if ( contest->possible )
        pin(reader_cpu);
}

static void *write_all_the_time(void *data)
{
    struct writer *writer = data;
    struct machine *machine = writer->contest->subject->machine;
    uint32_t bridge = machine->functions[1];
    const struct xpci_report report = { .node = XPCI_NO_NODE };

    pin(writer_cpu);
    while ( !__atomic_load_n(&writer->stop, __ATOMIC_RELAXED) )
    {
        pthread_mutex_lock(&machine->lock);
        must(!xpci_remove(machine->xpci, bridge), "a bridge is missing");
        must(!xpci_add(machine->xpci, bridge, &report),
             "a bridge could not be added");
        pthread_mutex_unlock(&machine->lock);
        writer->contest->changes += 2;
        __atomic_store_n(&writer->started, true, __ATOMIC_RELEASE);
    }
    return NULL;
}

double probe_quiet(void *data)
{
    const struct contest *contest = data;

    return probe_upstream_wall(contest->subject);
}

double probe_disturbed(void *data)
{
    struct contest *contest = data;
    struct writer writer = { .contest = contest };
    pthread_t thread;
    double result;

    must(!pthread_create(&thread, NULL, write_all_the_time, &writer),
         "a thread could not be made");
    while ( !__atomic_load_n(&writer.started, __ATOMIC_ACQUIRE) )
        sched_yield();
    result = probe_upstream_wall(contest->subject);
    __atomic_store_n(&writer.stop, true, __ATOMIC_RELAXED);
    must(!pthread_join(thread, NULL), "a thread could not be joined");
    return result;
}
