/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The reader of the module's hypfs directory, on directories in memory.
 */
#include <stdio.h>
#include <stdlib.h>

#include "hypervisor/xen_hypfs.h"
#include "suites.h"

#define DEVICES                                                              \
    "generation 23\n"                                                        \
    "sbdf=0000:00:00.0 type=host-bridge class=060000 revision=00 "           \
    "vendor=8086 device=29c0 header=00 primary=- secondary=- subordinate=- " \
    "flags=- physfn=- node=-\n"                                              \
    "sbdf=0000:00:02.0 type=root-port class=060400 revision=02 vendor=1b36 " \
    "device=000c header=01 primary=00 secondary=01 subordinate=02 "          \
    "flags=bridge,configured physfn=- node=-\n"                              \
    "sbdf=0000:00:03.0 type=root-port class=060400 revision=02 vendor=1b36 " \
    "device=000c header=01 primary=00 secondary=03 subordinate=03 "          \
    "flags=bridge,configured,way-only physfn=- node=-\n"                     \
    "sbdf=0000:01:00.0 type=endpoint class=020000 revision=03 vendor=8086 "  \
    "device=1520 header=00 primary=- secondary=- subordinate=- flags=- "     \
    "physfn=- node=1\n"                                                      \
    "sbdf=0000:01:10.0 type=endpoint class=020000 revision=03 vendor=ffff "  \
    "device=ffff header=00 primary=- secondary=- subordinate=- "             \
    "flags=virtfn,extfn physfn=0000:01:00.0 node=-\n"
#define BUSES                                                      \
    "generation 23\n"                                              \
    "bus=01 bridge=0000:00:02.0 alias=- secondary=-\n"             \
    "bus=02 bridge=0000:00:02.0 alias=0000:00:02.0 secondary=01\n" \
    "bus=03 bridge=0000:00:03.0 alias=- secondary=-\n"

/* A line for one device, to be changed in one place. */
#define ONE(sbdf, type, flags, numbers, physfn, node)                     \
    "generation 1\nsbdf=" sbdf " type=" type " class=060400 revision=00 " \
    "vendor=1b36 device=000c header=01 " numbers " flags=" flags          \
    " physfn=" physfn " node=" node "\n"
#define NUMBERS "primary=00 secondary=01 subordinate=02"

struct entry {
    const char *path;
    const char *text;
};

struct directory {
    struct xen_hypfs_source source;
    struct entry entries[12];
    unsigned int reads;
    /* From this read on, the generation reads as `generation`. */
    unsigned int change_at;
    const char *generation;
};

static int directory_read(void *data, const char *path, char **text)
{
    struct directory *directory = data;
    size_t i;

    directory->reads++;
    for ( i = 0; i < ARRAY_SIZE(directory->entries); i++ )
    {
        const struct entry *entry = &directory->entries[i];

        if ( !entry->path || strcmp(entry->path, path) )
            continue;
        if ( directory->change_at && directory->reads >= directory->change_at &&
             !strcmp(path, "/xen-pci/generation") )
            *text = strdup(directory->generation);
        else
            *text = strdup(entry->text);
        return *text ? 0 : -ENOMEM;
    }

    return -ENOENT;
}

static void directory_init(struct directory *directory)
{
    *directory = (struct directory){
        .source = { directory_read, directory_read, directory },
        .entries = {
            { "/xen-pci/format", "1" },
            { "/xen-pci/state", "on" },
            { "/xen-pci/generation", "23" },
            { "/xen-pci/segments", "0000\n" },
            { "/xen-pci/segments/0000/devices", DEVICES },
            { "/xen-pci/segments/0000/buses", BUSES },
        },
    };
}

static void test_whole(void)
{
    const struct xpci_device_info *info;
    const struct xpci_bus_info *bus;
    struct xpci_snapshot snapshot;
    struct directory directory;
    struct xpci_message message;

    directory_init(&directory);
    xpci_snapshot_init(&snapshot);
    CU_ASSERT_EQUAL(xen_hypfs_is_module(&directory.source, &message), 1);
    CU_ASSERT_EQUAL_FATAL(
        xen_hypfs_read(&directory.source, &snapshot, &message), 0);
    CU_ASSERT_EQUAL(snapshot.generation, 23);
    CU_ASSERT_EQUAL(snapshot.source, XPCI_SOURCE_XEN_MODULE);

    /* 00:03.0 is a way and no device. */
    CU_ASSERT_EQUAL(snapshot.device_count, 4);
    CU_ASSERT_PTR_NULL(xpci_snapshot_device(&snapshot, XPCI_SBDF(0, 0, 0x18)));
    CU_ASSERT_EQUAL(snapshot.bus_count, 3);
    CU_ASSERT_EQUAL(snapshot.problem_count, 0);

    info = xpci_snapshot_device(&snapshot, XPCI_SBDF(0, 0, 0x10));
    CU_ASSERT_PTR_NOT_NULL_FATAL(info);
    CU_ASSERT_EQUAL(info->type, XPCI_TYPE_ROOT_PORT);
    CU_ASSERT_EQUAL(info->class_revision, 0x06040002);
    CU_ASSERT_EQUAL(info->vendor, 0x1b36);
    CU_ASSERT_EQUAL(info->device, 0x000c);
    CU_ASSERT_EQUAL(info->header_type, 1);
    CU_ASSERT_EQUAL(info->secondary, 1);
    CU_ASSERT_EQUAL(info->subordinate, 2);
    CU_ASSERT_EQUAL(info->flags, XPCI_BRIDGE | XPCI_CONFIGURED);
    CU_ASSERT_EQUAL(info->node, XPCI_NO_NODE);

    info = xpci_snapshot_device(&snapshot, XPCI_SBDF(0, 1, 0x80));
    CU_ASSERT_PTR_NOT_NULL_FATAL(info);
    CU_ASSERT_EQUAL(info->flags, XPCI_VIRTFN | XPCI_EXTFN);
    CU_ASSERT_EQUAL(info->physfn, XPCI_SBDF(0, 1, 0));

    bus = xpci_snapshot_bus(&snapshot, 0, 2);
    CU_ASSERT_PTR_NOT_NULL_FATAL(bus);
    CU_ASSERT(bus->has_upstream);
    CU_ASSERT_EQUAL(bus->upstream, XPCI_SBDF(0, 0, 0x10));
    CU_ASSERT_EQUAL(bus->secondary, 1);
    xpci_snapshot_dispose(&snapshot);
}

static const struct {
    const char *name;
    const char *path;
    const char *text; /* NULL: the entry is not there */
    int rc;
    const char *says; /* a part of the message */
} module_cases[] = {
    { "no directory: stock", "/xen-pci/format", NULL, 0, NULL },
    { "turned off: stock", "/xen-pci/state", "off", 0, NULL },
    { "format 2", "/xen-pci/format", "2", 1, NULL },
    { "another format", "/xen-pci/format", "3", -EINVAL,
      "expected format 1 or 2" },
    { "another state", "/xen-pci/state", "", -EINVAL, "on or off" },
    { "no state", "/xen-pci/state", NULL, -ENOENT, "/xen-pci/state" },
};

static void set_entry(struct directory *directory, const char *path,
                      const char *text)
{
    size_t i;

    for ( i = 0; i < ARRAY_SIZE(directory->entries); i++ )
    {
        struct entry *entry = &directory->entries[i];

        if ( entry->path && strcmp(entry->path, path) )
            continue;
        entry->path = text ? path : "";
        entry->text = text;
        return;
    }
    CU_FAIL("no room for another entry");
}

static void test_is_module(void)
{
    struct directory directory;
    struct xpci_message message;
    size_t i;

    for ( i = 0; i < ARRAY_SIZE(module_cases); i++ )
    {
        directory_init(&directory);
        message.text[0] = '\0';
        set_entry(&directory, module_cases[i].path, module_cases[i].text);
        CU_ASSERT_EQUAL(xen_hypfs_is_module(&directory.source, &message),
                        module_cases[i].rc);
        if ( module_cases[i].says &&
             !strstr(message.text, module_cases[i].says) )
            ASSERT_TEXT(message.text, module_cases[i].says,
                        module_cases[i].name);
    }
}

static const struct {
    const char *text;
    const char *says; /* all of the message; NULL: it is fine */
} device_cases[] = {
    { ONE("0000:00:02.0", "root-port", "bridge", NUMBERS, "-", "-"), NULL },
    { ONE("0000:00:02.0", "root-port", "bridge", NUMBERS " new=1", "-", "-"),
      NULL },
    { "", "x:1: found \"\", expected a first line \"generation N\"" },
    { "generation 1", "x:1: found \"generation 1\", expected a line that ends "
                      "in a newline" },
    { "generation x\n", "x:1: found \"generation x\", expected "
                        "\"generation N\"" },
    { "generation 4294967296\n", "x:1: found \"generation 4294967296\", "
                                 "expected \"generation N\"" },
    { "generation 1\n\n", "x:2: found \"\", expected key=value" },
    { "generation 1\nsbdf=0000:00:02.0\n",
      "x:2: found \"0000:00:02.0\", expected the key class" },
    { "generation 1\nsbdf=1 sbdf=2\n",
      "x:2: found \"sbdf\", expected each key once" },
    { "generation 1\nsbdf= a=b\n", "x:2: found \"sbdf\", expected key=value" },
    { "generation 1\na=1  b=2\n", "x:2: found \"\", expected key=value" },
    { ONE("0000:00:20.0", "root-port", "bridge", NUMBERS, "-", "-"),
      "x:2: found \"0000:00:20.0\", expected an SBDF 0000:BB:DD.F as sbdf" },
    { ONE("0001:00:02.0", "root-port", "bridge", NUMBERS, "-", "-"),
      "x:2: found \"0001:00:02.0\", expected an SBDF 0000:BB:DD.F as sbdf" },
    { ONE("00:02.0", "root-port", "bridge", NUMBERS, "-", "-"),
      "x:2: found \"00:02.0\", expected an SBDF 0000:BB:DD.F as sbdf" },
    { ONE("0000:00:02.0", "port", "bridge", NUMBERS, "-", "-"),
      "x:2: found \"port\", expected a device type" },
    { ONE("0000:00:02.0", "root-port", "bridge,", NUMBERS, "-", "-"),
      "x:2: found \"\", expected words for flags, separated by commas, or -" },
    { ONE("0000:00:02.0", "root-port", "wide", NUMBERS, "-", "-"),
      "x:2: found \"wide\", expected words for flags, separated by commas, "
      "or -" },
    { ONE("0000:00:02.0", "root-port", "bridge",
          "primary=00 secondary=1 subordinate=02", "-", "-"),
      "x:2: found \"1\", expected 2 lower-case hex digits as secondary" },
    { ONE("0000:00:02.0", "root-port", "bridge",
          "primary=00 secondary=0A subordinate=02", "-", "-"),
      "x:2: found \"0A\", expected 2 lower-case hex digits as secondary" },
    { ONE("0000:00:02.0", "root-port", "-", NUMBERS, "-", "-"),
      "x:2: found \"01\", expected bus numbers of a bridge, and of nothing "
      "else" },
    { ONE("0000:00:02.0", "root-port", "bridge",
          "primary=- secondary=- subordinate=-", "-", "-"),
      "x:2: found \"-\", expected bus numbers of a bridge, and of nothing "
      "else" },
    { ONE("0000:00:02.0", "root-port", "bridge", NUMBERS, "0000:00:01.0", "-"),
      "x:2: found \"0000:00:01.0\", expected the PF of a VF, and of nothing "
      "else" },
    { ONE("0000:00:02.0", "root-port", "bridge,virtfn", NUMBERS, "-", "-"),
      "x:2: found \"-\", expected the PF of a VF, and of nothing else" },
    { ONE("0000:00:02.0", "root-port", "bridge", NUMBERS, "-", "1x"),
      "x:2: found \"1x\", expected a decimal number, or -, as node" },
    { ONE("0000:00:02.0", "root-port", "bridge,changed,displaced,quarantined",
          NUMBERS, "-", "- owner=quarantine"),
      NULL },
    { ONE("0000:00:02.0", "root-port", "bridge", NUMBERS, "-", "- owner=dom"),
      "x:2: found \"dom\", expected dom0, domN, quarantine, xen or -, as "
      "owner" },
    { ONE("0000:00:02.0", "root-port", "bridge", NUMBERS, "-", "- owner=dom05"),
      "x:2: found \"dom05\", expected dom0, domN, quarantine, xen or -, as "
      "owner" },
    { ONE("0000:00:02.0\x1b", "root-port", "bridge", NUMBERS, "-", "-"),
      "x:2: found \"0000:00:02.0?\", expected an SBDF 0000:BB:DD.F as sbdf" },
};

static void test_devices(void)
{
    struct xpci_snapshot snapshot;
    struct xpci_message message;
    uint32_t generation;
    size_t i;

    for ( i = 0; i < ARRAY_SIZE(device_cases); i++ )
    {
        const char *says = device_cases[i].says;
        int rc;

        xpci_snapshot_init(&snapshot);
        message.text[0] = '\0';
        rc = xen_hypfs_parse_devices(&snapshot, "x", 0, device_cases[i].text,
                                     &generation, &message);
        CU_ASSERT_EQUAL(rc, says ? -EINVAL : 0);
        ASSERT_TEXT(message.text, says ? says : "", device_cases[i].text);
        CU_ASSERT_EQUAL(snapshot.device_count, says ? 0 : 1);
        xpci_snapshot_dispose(&snapshot);
    }
}

/* Format 2 says who owns a device; format 1 does not. */
static void test_owners(void)
{
    static const struct {
        const char *text;
        uint16_t owner;
    } cases[] = {
        { "-", XPCI_OWNER_UNKNOWN },
        { "- owner=-", XPCI_OWNER_UNKNOWN },
        { "- owner=dom0", XPCI_OWNER_DOM0 },
        { "- owner=dom1", 1 },
        { "- owner=dom32751", 32751 },
        { "- owner=quarantine", XPCI_OWNER_QUARANTINE },
        { "- owner=xen", XPCI_OWNER_XEN },
    };
    struct xpci_snapshot snapshot;
    struct xpci_message message;
    char text[256];
    uint32_t generation;
    size_t i;

    for ( i = 0; i < ARRAY_SIZE(cases); i++ )
    {
        snprintf(text, sizeof(text),
                 ONE("0000:00:02.0", "root-port", "bridge", NUMBERS, "-", "%s"),
                 cases[i].text);
        xpci_snapshot_init(&snapshot);
        CU_ASSERT_EQUAL(xen_hypfs_parse_devices(&snapshot, "x", 0, text,
                                                &generation, &message),
                        0);
        CU_ASSERT_EQUAL_FATAL(snapshot.device_count, 1);
        CU_ASSERT_EQUAL(snapshot.devices[0].owner, cases[i].owner);
        xpci_snapshot_dispose(&snapshot);
    }
}

/* Devices and buses come in order, each once, within and across pages. */
static void test_order(void)
{
    static const char twice[] = "generation 1\n"
                                "bus=01 bridge=0000:00:02.0 alias=- "
                                "secondary=-\n"
                                "bus=01 bridge=0000:00:02.0 alias=- "
                                "secondary=-\n";
    struct xpci_snapshot snapshot;
    struct directory directory;
    struct xpci_message message;
    uint32_t generation;

    xpci_snapshot_init(&snapshot);
    CU_ASSERT_EQUAL(
        xen_hypfs_parse_buses(&snapshot, "x", 0, twice, &generation, &message),
        -EINVAL);
    CU_ASSERT_STRING_EQUAL(message.text, "x:3: found \"01\", expected lines "
                                         "in the order of SBDFs or buses");
    xpci_snapshot_dispose(&snapshot);

    directory_init(&directory);
    set_entry(&directory, "/xen-pci/segments", "0000\n0000.1\n");
    set_entry(&directory, "/xen-pci/segments/0000.1/devices", DEVICES);
    xpci_snapshot_init(&snapshot);
    CU_ASSERT_EQUAL(xen_hypfs_read(&directory.source, &snapshot, &message),
                    -EINVAL);
    CU_ASSERT_EQUAL(snapshot.device_count, 0);
    CU_ASSERT_PTR_NOT_NULL(strstr(message.text, "each device once"));
    xpci_snapshot_dispose(&snapshot);
}

static void test_pages(void)
{
    static const char *const wrong[] = { "000\n",    "0000.\n", "0000.100\n",
                                         "0000x1\n", "../0\n",  "000g\n" };
    struct xpci_snapshot snapshot;
    struct directory directory;
    struct xpci_message message;
    size_t i;

    for ( i = 0; i < ARRAY_SIZE(wrong); i++ )
    {
        directory_init(&directory);
        set_entry(&directory, "/xen-pci/segments", wrong[i]);
        xpci_snapshot_init(&snapshot);
        CU_ASSERT_EQUAL(xen_hypfs_read(&directory.source, &snapshot, &message),
                        -EINVAL);
        CU_ASSERT_PTR_NOT_NULL(strstr(message.text, "SSSS.PP"));
        xpci_snapshot_dispose(&snapshot);
    }
}

/*
 * The generation changes between the pages and the end: read again.  It never
 * rests: given up after so many times.
 */
static void test_generation(void)
{
    struct xpci_snapshot snapshot;
    struct directory directory;
    struct xpci_message message;

    directory_init(&directory);
    directory.entries[2].text = "22"; /* the files are ahead of it */
    directory.change_at = 4;
    directory.generation = "23";
    xpci_snapshot_init(&snapshot);
    CU_ASSERT_EQUAL(xen_hypfs_read(&directory.source, &snapshot, &message), 0);
    CU_ASSERT_EQUAL(snapshot.generation, 23);
    CU_ASSERT_EQUAL(snapshot.device_count, 4);
    xpci_snapshot_dispose(&snapshot);

    directory_init(&directory);
    directory.entries[2].text = "22";
    xpci_snapshot_init(&snapshot);
    CU_ASSERT_EQUAL(xen_hypfs_read(&directory.source, &snapshot, &message),
                    -EAGAIN);
    CU_ASSERT_EQUAL(snapshot.device_count, 0);
    CU_ASSERT_PTR_NOT_NULL(strstr(message.text, "keeps changing"));
    CU_ASSERT(directory.reads >= XEN_HYPFS_TRIES);
    xpci_snapshot_dispose(&snapshot);
}

/* A page that went since the directory was read is no error by itself. */
static void test_page_gone(void)
{
    struct xpci_snapshot snapshot;
    struct directory directory;
    struct xpci_message message;

    directory_init(&directory);
    set_entry(&directory, "/xen-pci/segments", "0000\n0001\n");
    xpci_snapshot_init(&snapshot);
    CU_ASSERT_EQUAL(xen_hypfs_read(&directory.source, &snapshot, &message),
                    -EAGAIN);
    xpci_snapshot_dispose(&snapshot);
}

/* Cut anywhere, it reads as an error or ends with a whole line. */
static void test_truncated(void)
{
    char text[sizeof(DEVICES)];
    struct xpci_snapshot snapshot;
    struct xpci_message message;
    uint32_t generation;
    size_t length;

    for ( length = 0; length < sizeof(text); length++ )
    {
        bool whole = length && DEVICES[length - 1] == '\n';

        memcpy(text, DEVICES, length);
        text[length] = '\0';
        xpci_snapshot_init(&snapshot);
        CU_ASSERT_EQUAL(xen_hypfs_parse_devices(&snapshot, "x", 0, text,
                                                &generation, &message),
                        whole ? 0 : -EINVAL);
        xpci_snapshot_dispose(&snapshot);
    }
}

/* Any bytes: an error, or records that are devices; never anything worse. */
static void test_garbage(void)
{
    struct xpci_snapshot snapshot;
    struct xpci_message message;
    char text[sizeof(DEVICES)];
    unsigned int seed = 1, i, j;
    uint32_t generation;

    for ( i = 0; i < 20000; i++ )
    {
        int rc;

        memcpy(text, DEVICES, sizeof(text));
        for ( j = 0; j <= i % 4; j++ )
            text[rand_r(&seed) % (sizeof(text) - 1)] =
                i % 2 ? " =\n-,0:."[rand_r(&seed) % 8] : rand_r(&seed);
        xpci_snapshot_init(&snapshot);
        message.text[0] = '\0';
        rc = xen_hypfs_parse_devices(&snapshot, "x", 0, text, &generation,
                                     &message);
        CU_ASSERT(rc == 0 || (rc == -EINVAL && message.text[0]));
        CU_ASSERT(snapshot.device_count <= 5);
        xpci_snapshot_dispose(&snapshot);
    }
}

/* More of everything than there can be. */
static void test_too_much(void)
{
    static char text[8192];
    struct xpci_snapshot snapshot;
    struct xpci_message message;
    uint32_t generation;
    size_t length;
    unsigned int i;

    xpci_snapshot_init(&snapshot);
    length = sprintf(text, "generation 1\n");
    memset(text + length, 'a', 4096);
    strcpy(text + length + 4096, "\n");
    CU_ASSERT_EQUAL(
        xen_hypfs_parse_devices(&snapshot, "x", 0, text, &generation, &message),
        -EINVAL);
    CU_ASSERT_PTR_NOT_NULL(strstr(message.text, "1024 characters"));

    length = sprintf(text, "generation 1\nk=v");
    for ( i = 0; i < 60; i++ )
        length += sprintf(text + length, " k%u=v", i);
    strcpy(text + length, "\n");
    CU_ASSERT_EQUAL(
        xen_hypfs_parse_devices(&snapshot, "x", 0, text, &generation, &message),
        -EINVAL);
    CU_ASSERT_PTR_NOT_NULL(strstr(message.text, "48 words"));
    xpci_snapshot_dispose(&snapshot);
}

CU_TestInfo hypfs_tests[] = {
    { "a whole directory", test_whole },
    { "module, off, or stock", test_is_module },
    { "lines of devices, right and wrong", test_devices },
    { "owners of devices", test_owners },
    { "order, and each device once", test_order },
    { "names of pages", test_pages },
    { "one generation for all", test_generation },
    { "a page that is gone", test_page_gone },
    { "cut at every byte", test_truncated },
    { "garbage", test_garbage },
    { "lines that are too long", test_too_much },
    CU_TEST_INFO_NULL,
};
