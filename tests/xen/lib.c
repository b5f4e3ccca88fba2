/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The fake of Xen's library: memory, lists, locks, domains' references, the
 * console, the command line, and which call fails.
 */
#include <stdio.h>
#include <stdlib.h>

#include "control.h"

/* --- What fails -------------------------------------------------------- */

static unsigned int calls_left;
static bool has_failed;
bool fake_ever_failed;

bool fake_fails(void)
{
    if ( !calls_left || --calls_left )
        return false;
    has_failed = fake_ever_failed = true;

    return true;
}

void fake_fail(unsigned int nth)
{
    calls_left = nth;
    has_failed = false;
}

bool fake_has_failed(void)
{
    return has_failed;
}

void fake_found(const char *file, int line, const char *what)
{
    fprintf(stderr, "%s:%d: %s\n", file, line, what);
    abort();
}

/* --- Memory ------------------------------------------------------------ */

unsigned int fake_blocks;

void *fake_alloc(size_t size, bool zeroed)
{
    void *memory;

    if ( fake_fails() )
        return NULL;
    memory = aligned_alloc(64, (size + 63) / 64 * 64);
    if ( !memory )
        fake_found(__FILE__, __LINE__, "no memory");
    memset(memory, zeroed ? 0 : 0xa5, size);
    fake_blocks++;

    return memory;
}

void xfree(void *memory)
{
    fake_blocks -= !!memory;
    free(memory);
}

/* --- Lists ------------------------------------------------------------- */

static void link_between(struct list_head *entry, struct list_head *before,
                         struct list_head *after)
{
    entry->prev = before;
    entry->next = after;
    before->next = after->prev = entry;
}

void list_add(struct list_head *entry, struct list_head *head)
{
    link_between(entry, head, head->next);
}

void list_add_tail(struct list_head *entry, struct list_head *head)
{
    link_between(entry, head->prev, head);
}

void list_del(struct list_head *entry)
{
    ASSERT(entry->next != LIST_POISON1);
    entry->prev->next = entry->next;
    entry->next->prev = entry->prev;
    entry->next = LIST_POISON1;
}

void list_move(struct list_head *entry, struct list_head *head)
{
    list_del(entry);
    list_add(entry, head);
}

/* --- Locks ------------------------------------------------------------- */

static int pcidevs;
static unsigned int locks;

void fake_lock(spinlock_t *lock)
{
    ASSERT(!lock->held);
    lock->held = 1;
    locks++;
}

void fake_unlock(spinlock_t *lock)
{
    ASSERT(lock->held);
    lock->held = 0;
    locks--;
}

/* Recursive, as in Xen. */
void pcidevs_lock(void)
{
    pcidevs++;
}

void pcidevs_unlock(void)
{
    ASSERT(pcidevs);
    pcidevs--;
}

bool pcidevs_locked(void)
{
    return pcidevs;
}

unsigned int fake_locks_held(void)
{
    struct domain *d;
    unsigned int count = locks + (unsigned int)pcidevs;

    for_each_domain(d) count += (unsigned int)d->references;

    return count + (unsigned int)dom_io->references;
}

/* --- The console ------------------------------------------------------- */

static char said[4096];

static void say(const char *format, ...) __attribute__((format(printf, 1, 2)));
static void say(const char *format, ...)
{
    size_t length = strlen(said);
    va_list arguments;

    va_start(arguments, format);
    (void)vsnprintf(said + length, sizeof(said) - length, format, arguments);
    va_end(arguments);
}

static void say_pointer(char kind, const void *pointer)
{
    if ( kind == 'p' )
    {
        const pci_sbdf_t *at = pointer;

        say("%04x:%02x:%02x.%u", at->seg, at->bus, PCI_SLOT(at->devfn),
            PCI_FUNC(at->devfn));
    }
    else if ( kind == 'd' )
        say("d%u", ((const struct domain *)pointer)->domain_id);
    else
        fake_found(__FILE__, __LINE__, "a format that is not known");
}

/* Only %pp and %pd, %s, and numbers of 32 bits. */
void printk(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    while ( *format )
    {
        size_t length = strcspn(format, "%");
        char one[8] = "";

        say("%.*s", (int)length, format);
        format += length;
        if ( !*format )
            break;
        length = 1 + strspn(format + 1, "0123456789");
        ASSERT(length + 1 < sizeof(one));
        memcpy(one, format, length + 1);
        format += length + 1;
        if ( one[length] == 'p' )
            say_pointer(*format++, va_arg(arguments, const void *));
        else if ( one[length] == 's' )
            say("%s", va_arg(arguments, const char *));
        else if ( one[length] == 'd' )
            say("%d", va_arg(arguments, int));
        else if ( one[length] == 'x' )
            say(one[1] == '0' ? "%04x" : "%x", va_arg(arguments, unsigned int));
        else
            say("%u", va_arg(arguments, unsigned int));
    }
    va_end(arguments);
}

const char *fake_said(void)
{
    static char last[sizeof(said)];

    memcpy(last, said, sizeof(said));
    said[0] = '\0';

    return last;
}

int vscnprintf(char *text, size_t size, const char *format, va_list arguments)
{
    int length = vsnprintf(text, size, format, arguments);

    return length < (int)size ? length : (int)size - 1;
}

static struct {
    unsigned char key;
    fake_keyhandler *handler;
} keys[4];

void register_keyhandler(unsigned char key, fake_keyhandler *handler,
                         const char *text, bool diagnostic)
{
    size_t i = 0;

    ASSERT(text && diagnostic);
    while ( keys[i].handler )
        ASSERT(++i < ARRAY_SIZE(keys));
    keys[i].key = key;
    keys[i].handler = handler;
}

void fake_press(unsigned char key)
{
    size_t i;

    for ( i = 0; i < ARRAY_SIZE(keys); i++ )
        if ( keys[i].handler && keys[i].key == key )
            keys[i].handler(key);
}

/* --- Boot -------------------------------------------------------------- */

enum system_state system_state;
static struct fake_param *params;
static struct fake_initcall *initcalls;

void fake_register_param(struct fake_param *param)
{
    param->next = params;
    params = param;
}

void fake_command_line(const char *option, bool value)
{
    struct fake_param *param;

    for ( param = params; param; param = param->next )
        if ( !strcmp(param->name, option) )
            break;
    ASSERT(param);
    *param->value = value;
}

void fake_register_initcall(struct fake_initcall *initcall)
{
    initcall->next = initcalls;
    initcalls = initcall;
}

void fake_boot(void)
{
    struct fake_initcall *initcall;

    if ( fake_vendor == FAKE_VTD )
        fake_vtd_boot();
    else
        fake_amd_boot();
    for ( initcall = initcalls; initcall; initcall = initcall->next )
        ASSERT(!initcall->call());
    system_state = SYS_STATE_active;
}

/* --- Domains ----------------------------------------------------------- */

LIST_HEAD(fake_domains);
spinlock_t domlist_read_lock;
static uint64_t last_page_tables;
static struct domain special[3];
struct domain *hardware_domain = &special[0], *dom_io = &special[1],
              *dom_xen = &special[2];
static struct vcpu dom0_vcpu = { .domain = &special[0] };
struct vcpu *current = &dom0_vcpu;

static void init_domain(struct domain *d, domid_t id)
{
    d->domain_id = id;
    d->pdev_list = (struct list_head)LIST_HEAD_INIT(d->pdev_list);
    d->page_tables = ++last_page_tables;
}

static void __attribute__((constructor)) init_domains(void)
{
    init_domain(hardware_domain, 0);
    list_add(&hardware_domain->list, &fake_domains);
    init_domain(dom_io, DOMID_IO);
    init_domain(dom_xen, DOMID_XEN);
}

static struct domain *find_domain(domid_t id)
{
    struct domain *d;

    for_each_domain(d) if ( d->domain_id == id ) return d;

    return NULL;
}

struct domain *fake_domain(domid_t id)
{
    struct domain *d = id == DOMID_IO ? dom_io : find_domain(id);

    if ( d )
        return d;
    d = calloc(1, sizeof(*d));
    ASSERT(d);
    init_domain(d, id);
    list_add(&d->list, &fake_domains);

    return d;
}

struct domain *rcu_lock_domain(struct domain *d)
{
    d->references++;

    return d;
}

struct domain *rcu_lock_domain_by_id(domid_t id)
{
    struct domain *d = find_domain(id);

    return d ? rcu_lock_domain(d) : NULL;
}

void rcu_unlock_domain(struct domain *d)
{
    ASSERT(d->references > 0);
    d->references--;
}

/* What was allowed once in a hypercall is allowed again. */
int xsm_resource_plug_pci(enum xsm_default action, uint32_t sbdf)
{
    static uint32_t allowed[256];
    static unsigned int count;
    unsigned int i;

    (void)action;
    if ( !pcidevs_locked() )
        count = 0;
    for ( i = 0; i < count; i++ )
        if ( allowed[i] == sbdf )
            return 0;
    if ( fake_fails() )
        return -EPERM;
    if ( count < ARRAY_SIZE(allowed) )
        allowed[count++] = sbdf;

    return 0;
}

int xsm_resource_unplug_pci(enum xsm_default action, uint32_t sbdf)
{
    return xsm_resource_plug_pci(action, sbdf);
}
