/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "world.h"

#define CONFIG_SIZE 256
#define MOST_DEVICES 4096

static void must(int rc, const char *what, const char *path)
{
    if ( rc >= 0 )
        return;
    fprintf(stderr, "the test cannot %s %s: %s\n", what, path, strerror(errno));
    exit(2);
}

void world_init(struct world *world, const char *path, unsigned int seed)
{
    char name[512];

    *world = (struct world){ .path = strdup(path), .random = seed * 2 + 1 };
    snprintf(name, sizeof(name), "rm -rf '%s' && mkdir -p '%s/bus/pci/devices'",
             path, path);
    must(system(name) ? -1 : 0, "make", path);
    world->shown = calloc(MOST_DEVICES, sizeof(*world->shown));
    must(world->shown ? 0 : -1, "remember", path);
}

static void free_children(struct world_node *node)
{
    while ( node->children )
    {
        struct world_node *child = node->child[--node->children];

        free_children(child);
        free(child);
    }
}

void world_dispose(struct world *world)
{
    free_children(&world->root);
    free(world->path);
    free(world->shown);
    *world = (struct world){ NULL };
}

unsigned int world_random(struct world *world, unsigned int below)
{
    world->random = world->random * 1664525U + 1013904223U;

    return (world->random >> 8) % below;
}

struct world_node *world_add(struct world *world, struct world_node *parent,
                             enum xpci_type type, uint8_t devfn)
{
    struct world_node *node;

    if ( parent->children == WORLD_CHILDREN )
        return NULL;
    node = calloc(1, sizeof(*node));
    must(node ? 0 : -1, "remember", "a device");
    *node = (struct world_node){
        .type = type,
        .devfn = devfn,
        .vendor = 0x1af4,
        .device = 0x1000 + world_random(world, 0x1000),
        .parent = parent,
    };
    parent->child[parent->children++] = node;

    return node;
}

void world_remove(struct world_node *node)
{
    struct world_node *parent = node->parent;
    unsigned int i;

    for ( i = 0; parent->child[i] != node; )
        i++;
    parent->children--;
    memmove(&parent->child[i], &parent->child[i + 1],
            (parent->children - i) * sizeof(node));
    free_children(node);
    free(node);
}

uint32_t world_sbdf(const struct world_node *node)
{
    return XPCI_SBDF(0, node->bus, node->devfn);
}

bool world_is_bridge(const struct world_node *node)
{
    return node->type == XPCI_TYPE_ROOT_PORT ||
           node->type == XPCI_TYPE_UPSTREAM_PORT ||
           node->type == XPCI_TYPE_DOWNSTREAM_PORT ||
           node->type == XPCI_TYPE_PCIE_TO_PCI_BRIDGE ||
           node->type == XPCI_TYPE_PCI_BRIDGE;
}

static unsigned int number(struct world_node *node, uint8_t bus,
                           unsigned int next, unsigned int gap)
{
    unsigned int i;

    node->bus = bus;
    if ( node->parent && !world_is_bridge(node) )
        return next;
    if ( node->parent )
        node->secondary = next++;
    for ( i = 0; i < node->children; i++ )
        next = number(node->child[i], node->secondary, next, gap);
    if ( node->parent )
    {
        next += gap;
        node->subordinate = next - 1;
    }

    return next;
}

/* PCI Express Base Specification 5.0, 7.5.3.2: Device/Port Type. */
static const uint8_t port_types[XPCI_TYPES] = {
    [XPCI_TYPE_ENDPOINT] = 0,           [XPCI_TYPE_ROOT_PORT] = 4,
    [XPCI_TYPE_UPSTREAM_PORT] = 5,      [XPCI_TYPE_DOWNSTREAM_PORT] = 6,
    [XPCI_TYPE_PCIE_TO_PCI_BRIDGE] = 7,
};

static void fill_config(uint8_t *config, const struct world_node *node,
                        bool virtfn)
{
    bool bridge = world_is_bridge(node);

    memset(config, 0, CONFIG_SIZE);
    config[0] = virtfn ? 0xff : node->vendor & 0xff;
    config[1] = virtfn ? 0xff : node->vendor >> 8;
    config[2] = virtfn ? 0xff : node->device & 0xff;
    config[3] = virtfn ? 0xff : node->device >> 8;
    config[0x0a] = bridge ? 0x04 : 0x00;
    config[0x0b] = bridge ? 0x06 : 0x02;
    config[0x0e] = bridge ? 0x01 : 0x00;
    if ( bridge )
    {
        config[0x18] = node->bus;
        config[0x19] = node->secondary;
        config[0x1a] = node->subordinate;
    }
    if ( node->type == XPCI_TYPE_PCI_BRIDGE ||
         node->type == XPCI_TYPE_PCI_DEVICE )
        return;
    config[0x06] = 0x10;
    config[0x34] = 0x40;
    config[0x40] = 0x10;
    config[0x42] = 0x02 | port_types[node->type] << 4;
}

static void device_path(char *path, size_t size, const struct world *world,
                        const char *prefix, uint32_t sbdf, const char *leaf)
{
    char name[XPCI_SBDF_LENGTH];

    snprintf(path, size, "%s/%s%s%s", world->path, prefix,
             xpci_sbdf_format(name, sbdf), leaf);
}

#define SHOWN "bus/pci/devices/"
#define HIDDEN ""

static void write_file(const char *path, const void *bytes, size_t size)
{
    char fresh[600];
    FILE *file;

    snprintf(fresh, sizeof(fresh), "%s.new", path);
    file = fopen(fresh, "w");
    must(file && fwrite(bytes, 1, size, file) == size ? 0 : -1, "write", path);
    must(fclose(file), "write", path);
    must(rename(fresh, path), "replace", path);
}

/* Whole or not at all, as the kernel's sysfs is. */
static void show_device(struct world *world, uint32_t sbdf,
                        const uint8_t *config, const uint32_t *physfn)
{
    char shown[512], hidden[512], file[512], name[XPCI_SBDF_LENGTH], link[64];

    device_path(shown, sizeof(shown), world, SHOWN, sbdf, "");
    if ( !access(shown, F_OK) )
    {
        device_path(file, sizeof(file), world, SHOWN, sbdf, "/physfn");
        if ( !access(file, F_OK) == !physfn )
        {
            device_path(file, sizeof(file), world, SHOWN, sbdf, "/config");
            write_file(file, config, CONFIG_SIZE);
            return;
        }
        device_path(hidden, sizeof(hidden), world, HIDDEN, sbdf, "");
        must(rename(shown, hidden), "hide", shown);
    }
    else
    {
        device_path(hidden, sizeof(hidden), world, HIDDEN, sbdf, "");
        must(mkdir(hidden, 0755), "make", hidden);
    }
    device_path(file, sizeof(file), world, HIDDEN, sbdf, "/config");
    write_file(file, config, CONFIG_SIZE);
    device_path(file, sizeof(file), world, HIDDEN, sbdf, "/physfn");
    (void)unlink(file);
    if ( physfn )
    {
        snprintf(link, sizeof(link), "../%s", xpci_sbdf_format(name, *physfn));
        must(symlink(link, file), "make", file);
    }
    must(rename(hidden, shown), "show", shown);
}

static void hide_device(struct world *world, uint32_t sbdf)
{
    char shown[512], hidden[512], file[512];

    device_path(shown, sizeof(shown), world, SHOWN, sbdf, "");
    device_path(hidden, sizeof(hidden), world, HIDDEN, sbdf, "");
    must(rename(shown, hidden), "hide", shown);
    device_path(file, sizeof(file), world, HIDDEN, sbdf, "/physfn");
    (void)unlink(file);
    device_path(file, sizeof(file), world, HIDDEN, sbdf, "/config");
    must(unlink(file), "remove", file);
    must(rmdir(hidden), "remove", hidden);
}

struct showing {
    struct world *world;
    uint32_t *sbdf;
    size_t count;
};

static void show_one(struct showing *showing, const struct world_node *node,
                     unsigned int vf)
{
    uint32_t physfn = world_sbdf(node), sbdf = physfn + vf;
    uint8_t config[CONFIG_SIZE];

    fill_config(config, node, vf);
    show_device(showing->world, sbdf, config, vf ? &physfn : NULL);
    must(showing->count < MOST_DEVICES ? 0 : -1, "remember", "so many");
    showing->sbdf[showing->count++] = sbdf;
}

static void show_tree(struct showing *showing, const struct world_node *node)
{
    unsigned int i;

    if ( node->parent )
    {
        for ( i = 0; i <= node->vfs; i++ )
            show_one(showing, node, i);
    }
    for ( i = 0; i < node->children; i++ )
        show_tree(showing, node->child[i]);
}

static int compare(const void *first, const void *second)
{
    uint32_t a = *(const uint32_t *)first, b = *(const uint32_t *)second;

    return a < b ? -1 : a > b;
}

void world_show_only(struct world *world)
{
    struct showing showing = { world, calloc(MOST_DEVICES, 4), 0 };
    size_t i;

    must(showing.sbdf ? 0 : -1, "remember", "devices");
    show_tree(&showing, &world->root);
    qsort(showing.sbdf, showing.count, 4, compare);
    for ( i = 0; i < world->shown_count; i++ )
    {
        if ( !bsearch(&world->shown[i], showing.sbdf, showing.count, 4,
                      compare) )
            hide_device(world, world->shown[i]);
    }
    free(world->shown);
    world->shown = showing.sbdf;
    world->shown_count = showing.count;
}

void world_show(struct world *world)
{
    number(&world->root, 0, 1, world->gap);
    world_show_only(world);
}

void world_build(struct world *world)
{
    struct world_node *root = &world->root, *port, *bridge;
    unsigned int i;

    for ( i = 1; i <= 4; i++ )
        world_add(world, root, XPCI_TYPE_ROOT_PORT, i << 3);
    world_add(world, root->child[0], XPCI_TYPE_ENDPOINT, 0)->vfs = 3;
    port = world_add(world, root->child[1], XPCI_TYPE_UPSTREAM_PORT, 0);
    for ( i = 0; i < 2; i++ )
    {
        bridge = world_add(world, port, XPCI_TYPE_DOWNSTREAM_PORT, i << 3);
        world_add(world, bridge, XPCI_TYPE_ENDPOINT, 0);
    }
    bridge = world_add(world, root->child[2], XPCI_TYPE_PCIE_TO_PCI_BRIDGE, 0);
    world_add(world, bridge, XPCI_TYPE_PCI_DEVICE, 1 << 3);
    world_add(world, bridge, XPCI_TYPE_PCI_BRIDGE, 2 << 3);
    world_add(world, bridge->child[1], XPCI_TYPE_PCI_DEVICE, 3 << 3);
    world->gap = 1;
    world_show(world);
}

static struct world_node *any_port(struct world *world)
{
    return world->root.child[world_random(world, world->root.children)];
}

static void plug(struct world *world, struct world_node *port)
{
    struct world_node *bridge;

    switch ( world_random(world, 4) )
    {
    case 0:
        world_add(world, port, XPCI_TYPE_ENDPOINT, 0);
        break;
    case 1:
        world_add(world, port, XPCI_TYPE_ENDPOINT, 0)->vfs =
            1 + world_random(world, 6);
        break;
    case 2:
        bridge = world_add(world, port, XPCI_TYPE_PCIE_TO_PCI_BRIDGE, 0);
        world_add(world, bridge, XPCI_TYPE_PCI_DEVICE, 8);
        world_add(world, bridge, XPCI_TYPE_PCI_DEVICE, 16);
        break;
    default:
        bridge = world_add(world, port, XPCI_TYPE_UPSTREAM_PORT, 0);
        bridge = world_add(world, bridge, XPCI_TYPE_DOWNSTREAM_PORT, 0);
        world_add(world, bridge, XPCI_TYPE_ENDPOINT, 0);
        break;
    }
}

void world_change(struct world *world)
{
    struct world_node *port = any_port(world);

    switch ( world_random(world, 4) )
    {
    case 0:
        if ( port->children )
            world_remove(port->child[0]);
        break;
    case 1:
        if ( !port->children )
            plug(world, port);
        break;
    case 2:
        if ( port->children )
            world_remove(port->child[0]);
        plug(world, port);
        break;
    default:
        world->gap = world_random(world, 4);
        break;
    }
    world_show(world);
}
