/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A thin fake of Xen: what the module's glue (xen-pci/xen/) uses of Xen's
 * headers, so that it can be compiled in a process.  Each header of Xen's that
 * the glue includes is generated (xen-glue.mk) and includes this one.
 *
 * Names and contracts are Xen's, the rest is not; what a test does with the
 * fake is in control.h.  A function that can fail in Xen asks fake_fails().
 */
#ifndef TESTS_XEN_FAKE_H
#define TESTS_XEN_FAKE_H

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/types.h>

/* The version that the fake is like. */
#define XEN_VERSION 4
#define XEN_SUBVERSION 17

/* The compiler's, and the library's.  Not <stdio.h>: it has a remove(). */
#define cf_check
#define __init
#define __read_mostly
#define __must_check __attribute__((warn_unused_result))
#define likely(condition) __builtin_expect(!!(condition), 1)
#define unlikely(condition) __builtin_expect(!!(condition), 0)
#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))
#define BUILD_BUG_ON(condition) ((void)sizeof(char[1 - 2 * !!(condition)]))
#define min(a, b) ((a) < (b) ? (a) : (b))
#define container_of(pointer, type, member) \
    ((type *)((char *)(pointer)-offsetof(type, member)))
#define read_atomic(pointer) __atomic_load_n(pointer, __ATOMIC_RELAXED)
#define write_atomic(pointer, value) \
    __atomic_store_n(pointer, value, __ATOMIC_RELAXED)
#define smp_wmb() __atomic_thread_fence(__ATOMIC_RELEASE)

int snprintf(char *text, size_t size, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
int vscnprintf(char *text, size_t size, const char *format, va_list arguments);

/* Something is wrong: says it, and ends the program. */
void fake_found(const char *file, int line, const char *what)
    __attribute__((noreturn));
#define ASSERT(condition) \
    ((condition) ? (void)0 : fake_found(__FILE__, __LINE__, #condition))

/* Does the call fail that is made now? */
bool fake_fails(void);

/* With Xen's %pp (an SBDF) and %pd (a domain). */
void printk(const char *format, ...);
#define XENLOG_ERR "E: "
#define XENLOG_WARNING "W: "
#define XENLOG_INFO "I: "

/* Memory. */
void *fake_alloc(size_t size, bool zeroed);
void xfree(void *memory);
#define xzalloc(type) ((type *)fake_alloc(sizeof(type), true))
#define xzalloc_array(type, count) \
    ((type *)fake_alloc(sizeof(type) * (count), true))
#define _xzalloc(size, align) fake_alloc(size, true)
#define _xmalloc(size, align) fake_alloc(size, false)
#define vzalloc(size) fake_alloc(size, true)
#define vfree(memory) xfree(memory)

/* Lists. */
struct list_head {
    struct list_head *next, *prev;
};
#define LIST_POISON1 ((struct list_head *)0x100)
#define LIST_HEAD_INIT(name) \
    {                        \
        &(name), &(name)     \
    }
#define LIST_HEAD(name) struct list_head name = LIST_HEAD_INIT(name)
#define list_entry(pointer, type, member) container_of(pointer, type, member)
#define list_first_entry(head, type, member) \
    list_entry((head)->next, type, member)
#define list_for_each_entry(entry, head, member)                            \
    for ( (entry) = list_entry((head)->next, __typeof__(*(entry)), member); \
          &(entry)->member != (head);                                       \
          (entry) =                                                         \
              list_entry((entry)->member.next, __typeof__(*(entry)), member) )

static inline bool list_empty(const struct list_head *head)
{
    return head->next == head;
}

void list_add(struct list_head *entry, struct list_head *head);
void list_add_tail(struct list_head *entry, struct list_head *head);
void list_del(struct list_head *entry);
void list_move(struct list_head *entry, struct list_head *head);

/* Bitmaps. */
#define BITS_OF_LONG (8 * sizeof(long))
#define DECLARE_BITMAP(name, bits) \
    unsigned long name[((bits) + BITS_OF_LONG - 1) / BITS_OF_LONG]

static inline bool test_bit(unsigned int bit, const unsigned long *map)
{
    return map[bit / BITS_OF_LONG] >> bit % BITS_OF_LONG & 1UL;
}

static inline void set_bit(unsigned int bit, unsigned long *map)
{
    map[bit / BITS_OF_LONG] |= 1UL << bit % BITS_OF_LONG;
}

static inline void clear_bit(unsigned int bit, unsigned long *map)
{
    map[bit / BITS_OF_LONG] &= ~(1UL << bit % BITS_OF_LONG);
}
#define __set_bit(bit, map) set_bit(bit, map)

/* Locks: they count, and are looked at when an operation is over. */
typedef struct {
    int held;
} spinlock_t;
typedef spinlock_t rwlock_t;

void fake_lock(spinlock_t *lock);
void fake_unlock(spinlock_t *lock);
#define spin_lock_irqsave(lock, flags) ((flags) = 1, fake_lock(lock))
#define spin_unlock_irqrestore(lock, flags) ((void)(flags), fake_unlock(lock))
#define write_lock(lock) fake_lock(lock)
#define write_unlock(lock) fake_unlock(lock)
void pcidevs_lock(void);
void pcidevs_unlock(void);
bool pcidevs_locked(void);

/* What happens at boot, and the command line. */
enum system_state {
    SYS_STATE_boot,
    SYS_STATE_active
};
extern enum system_state system_state;

struct fake_param {
    const char *name;
    bool *value;
    struct fake_param *next;
};
void fake_register_param(struct fake_param *param);
#define boolean_param(option, variable)                                \
    static void __attribute__((constructor)) register_##variable(void) \
    {                                                                  \
        static struct fake_param param = { .name = (option),           \
                                           .value = &(variable) };     \
        fake_register_param(&param);                                   \
    }

struct fake_initcall {
    int (*call)(void);
    struct fake_initcall *next;
};
void fake_register_initcall(struct fake_initcall *initcall);
#define __initcall(function)                                           \
    static void __attribute__((constructor)) register_##function(void) \
    {                                                                  \
        static struct fake_initcall initcall = { .call = (function) }; \
        fake_register_initcall(&initcall);                             \
    }

typedef void fake_keyhandler(unsigned char key);
void register_keyhandler(unsigned char key, fake_keyhandler *handler,
                         const char *text, bool diagnostic);

/* Domains. */
typedef uint16_t domid_t;
typedef uint8_t nodeid_t;
#define NUMA_NO_NODE ((nodeid_t)0xff)
#define DOMID_FIRST_RESERVED 0x7ff0
#define DOMID_IO 0x7ff1
#define DOMID_XEN 0x7ff2
#define DOMID_INVALID 0x7ff4

struct domain {
    domid_t domain_id;
    struct list_head list;
    struct list_head pdev_list;
    rwlock_t event_lock;
    uint64_t page_tables; /* a number that no other domain ever had */
    int references;
    bool is_dying;
};

struct vcpu {
    struct domain *domain;
};

extern struct domain *hardware_domain, *dom_io, *dom_xen;
extern struct vcpu *current;
extern spinlock_t domlist_read_lock;
extern struct list_head fake_domains;

#define has_vpci(d) ((void)(d), false)
#define is_iommu_enabled(d) ((void)(d), true)
#define rcu_read_lock(lock) fake_lock(lock)
#define rcu_read_unlock(lock) fake_unlock(lock)
#define for_each_domain(d) list_for_each_entry(d, &fake_domains, list)
struct domain *rcu_lock_domain(struct domain *d);
struct domain *rcu_lock_domain_by_id(domid_t id);
void rcu_unlock_domain(struct domain *d);

/* XSM. */
enum xsm_default {
    XSM_PRIV
};
int xsm_resource_plug_pci(enum xsm_default action, uint32_t sbdf);
int xsm_resource_unplug_pci(enum xsm_default action, uint32_t sbdf);

/* PCI. */
typedef union {
    uint32_t sbdf;
    struct {
        uint16_t bdf, seg_of_bdf;
    };
    struct {
        uint8_t devfn, bus;
        uint16_t seg;
    };
} pci_sbdf_t;

#define PCI_DEVFN(slot, function) (((slot)&0x1fU) << 3 | ((function)&7U))
#define PCI_SLOT(devfn) ((devfn) >> 3 & 0x1fU)
#define PCI_FUNC(devfn) ((devfn)&7U)
#define PCI_BDF(bus, devfn) (((unsigned int)(bus)&0xffU) << 8 | ((devfn)&0xffU))
#define PCI_SBDF(seg, bus, devfn) \
    ((pci_sbdf_t){ .sbdf = (uint32_t)(seg) << 16 | PCI_BDF(bus, devfn) })

#define PCI_VENDOR_ID 0x00
#define PCI_COMMAND 0x04
#define PCI_COMMAND_MASTER 0x4
#define PCI_CLASS_REVISION 0x08
#define PCI_CAP_ID_MSI 0x05
#define PCI_CAP_ID_EXP 0x10
#define PCI_CAP_ID_MSIX 0x11
#define PCI_EXT_CAP_ID_ATS 0x0f

uint32_t pci_conf_read32(pci_sbdf_t sbdf, unsigned int offset);
uint16_t pci_conf_read16(pci_sbdf_t sbdf, unsigned int offset);
void pci_conf_write16(pci_sbdf_t sbdf, unsigned int offset, uint16_t value);

enum pdev_type {
    DEV_TYPE_PCI_UNKNOWN,
    DEV_TYPE_PCIe_ENDPOINT,
    DEV_TYPE_PCIe_BRIDGE,
    DEV_TYPE_PCIe2PCI_BRIDGE,
    DEV_TYPE_PCI2PCIe_BRIDGE,
    DEV_TYPE_LEGACY_PCI_BRIDGE,
    DEV_TYPE_PCI_HOST_BRIDGE,
    DEV_TYPE_PCI,
};

struct pci_dev_info {
    bool is_extfn;
    bool is_virtfn;
    struct {
        uint8_t bus, devfn;
    } physfn;
};

struct arch_msix {
    unsigned int nr_entries;
};

struct pci_dev {
    struct list_head alldevs_list, domain_list, msi_list;
    struct arch_msix *msix;
    struct domain *domain;
    union {
        pci_sbdf_t sbdf;
        struct {
            uint8_t devfn, bus;
            uint16_t seg;
        };
    };
    uint8_t phantom_stride, msi_maxvec;
    nodeid_t node;
    enum pdev_type type;
    bool quarantine, broken;
    struct pci_dev_info info;
    struct {
        domid_t pseudo_domid;
        uint64_t page_tables; /* in quarantine; 0: none */
    } arch;
    struct {
        struct list_head list;
        unsigned int cap_pos;
    } ats;
    uint32_t fake_ids, fake_class; /* what it was when Xen met it */
};

int pci_add_device(uint16_t seg, uint8_t bus, uint8_t devfn,
                   const struct pci_dev_info *info, nodeid_t node);
int pci_remove_device(uint16_t seg, uint8_t bus, uint8_t devfn);
int find_upstream_bridge(uint16_t seg, uint8_t *bus, uint8_t *devfn,
                         uint8_t *secbus);
struct pci_dev *pci_get_pdev(const struct domain *d, pci_sbdf_t sbdf);
enum pdev_type pdev_type(uint16_t seg, uint8_t bus, uint8_t devfn);

/* Interrupts. */
#define IRQ_GUEST 0x10U
struct irqaction;
struct irq_desc {
    spinlock_t lock;
    struct irqaction *action;
    unsigned int status;
};

struct msi_desc {
    struct list_head list;
    struct pci_dev *dev;
    int irq;
    struct {
        unsigned int nvec;
    } msi;
    struct {
        uint8_t type;
    } msi_attrib;
};

#define multi_msi_capable(control) (1U << (((control)&0xeU) >> 1))
#define msix_table_size(control) (((control)&0x7ffU) + 1U)
struct irq_desc *irq_to_desc(int irq);
int domain_irq_to_pirq(const struct domain *d, int irq);
int unmap_domain_pirq(struct domain *d, int pirq);
void pci_cleanup_msi(struct pci_dev *pdev);
int pci_msi_conf_write_intercept(struct pci_dev *pdev, unsigned int reg,
                                 unsigned int size, uint32_t *data);

/* Both IOMMUs. */
extern bool iommu_quarantine;
extern bool iommu_intremap;
domid_t iommu_alloc_domid(unsigned long *map);

/* VT-d. */
#define ACPI_DMAR_SCOPE_TYPE_ENDPOINT 1
#define ACPI_DMAR_SCOPE_TYPE_BRIDGE 2

struct acpi_dmar_device_scope {
    uint8_t entry_type, length;
    uint16_t reserved;
    uint8_t enumeration_id, bus;
};

struct acpi_dmar_pci_path {
    uint8_t dev, fn;
};

struct dmar_scope {
    DECLARE_BITMAP(buses, 256);
    uint16_t *devices;
    int devices_cnt;
};

struct vtd_iommu;
struct acpi_drhd_unit {
    struct dmar_scope scope;
    struct list_head list;
    uint16_t segment;
    bool include_all;
    struct vtd_iommu *iommu;
};

/* A context entry. */
struct fake_context {
    bool present;
    domid_t id;
    uint64_t page_tables;
};

struct vtd_iommu {
    struct list_head ats_devices;
    unsigned int index;
    struct acpi_drhd_unit *drhd;
    unsigned long *pseudo_domid_map;
    struct fake_context *bus[256];
};

extern struct list_head acpi_drhd_units;
#define for_each_drhd_unit(drhd) \
    list_for_each_entry(drhd, &acpi_drhd_units, list)
struct acpi_drhd_unit *acpi_find_matched_drhd_unit(const struct pci_dev *pdev);
int domain_context_unmap_one(struct domain *d, struct vtd_iommu *iommu,
                             uint8_t bus, uint8_t devfn);

/* AMD. */
#define IOMMU_DEV_TABLE_INT_CONTROL_ABORTED 0
#define IOMMU_DEV_TABLE_SYS_MGT_DMA_ABORTED 0
#define IOMMU_DEV_TABLE_IO_CONTROL_ABORTED 0

struct amd_iommu_dte {
    uint64_t page_tables;
    const void *interrupts;
    domid_t domain_id;
    uint8_t int_ctl, sys_mgt, ioctl;
    bool v, tv, iv, gv, ex, i;
};

struct amd_iommu {
    struct list_head list, ats_devices;
    spinlock_t lock;
    uint16_t seg;
    struct {
        void *buffer;
    } dev_table;
    unsigned long *domid_map;
};

struct ivrs_unity_map;
struct ivrs_mappings {
    struct amd_iommu *iommu;
    struct ivrs_unity_map *unity_map;
    void *intremap_table;
    unsigned long *intremap_inuse;
    uint16_t dte_requestor_id;
    bool valid;
};

extern struct list_head amd_iommu_head;
extern unsigned int ivrs_bdf_entries;
extern bool amd_iommu_perdev_intremap;
extern void *shared_intremap_table;
extern unsigned long *shared_intremap_inuse;
#define for_each_amd_iommu(iommu) \
    list_for_each_entry(iommu, &amd_iommu_head, list)
struct ivrs_mappings *get_ivrs_mappings(uint16_t seg);
int iterate_ivrs_mappings(int (*each)(uint16_t seg, struct ivrs_mappings *map));
int amd_iommu_get_ivrs_dev_entries(void);
void amd_iommu_flush_device(struct amd_iommu *iommu, uint16_t bdf, domid_t id);
void amd_iommu_set_intremap_table(void *dte, const void *table,
                                  const struct amd_iommu *iommu, bool valid);
void *amd_iommu_alloc_intremap_table(const struct amd_iommu *iommu,
                                     unsigned long **inuse, unsigned int nr);
void amd_iommu_free_intremap_table(const struct amd_iommu *iommu,
                                   struct ivrs_mappings *map, uint16_t bdf);

/* hypfs, and the guest's memory. */
struct fake_guest_handle {
    char *at;
};
#define XEN_GUEST_HANDLE_PARAM(type) struct fake_guest_handle
int fake_copy_to_guest(struct fake_guest_handle to, const void *from,
                       size_t bytes);
#define copy_to_guest(to, from, count) \
    fake_copy_to_guest(to, from, (count) * sizeof(*(from)))

#define ERR_PTR(error) ((void *)(intptr_t)(error))
#define PTR_ERR(pointer) ((int)(intptr_t)(pointer))
#define IS_ERR(pointer) ((uintptr_t)(pointer) > (uintptr_t)-4096)

#define XEN_HYPFS_TYPE_DIR 0
#define XEN_HYPFS_TYPE_STRING 2

struct hypfs_entry;
struct hypfs_entry_dir;
struct hypfs_entry_leaf;
struct hypfs_funcs {
    const struct hypfs_entry *(*enter)(const struct hypfs_entry *entry);
    void (*exit)(const struct hypfs_entry *entry);
    int (*read)(const struct hypfs_entry *entry,
                XEN_GUEST_HANDLE_PARAM(void) uaddr);
    int (*write)(struct hypfs_entry_leaf *leaf,
                 XEN_GUEST_HANDLE_PARAM(const_void) uaddr, unsigned int ulen);
    unsigned int (*getsize)(const struct hypfs_entry *entry);
    struct hypfs_entry *(*findentry)(const struct hypfs_entry_dir *dir,
                                     const char *name, unsigned int name_len);
};

struct hypfs_entry {
    unsigned short type;
    unsigned int size;
    const char *name;
    struct hypfs_entry *parent;
    struct list_head list;
    const struct hypfs_funcs *funcs;
};

struct hypfs_entry_leaf {
    struct hypfs_entry e;
    union {
        const void *content;
    } u;
};

struct hypfs_entry_dir {
    struct hypfs_entry e;
    struct list_head dirlist;
};

#define HYPFS_DYNDIR_ID_NAMELEN 12
struct hypfs_dyndir_id {
    struct hypfs_entry_dir dir;
    struct hypfs_funcs funcs;
    const struct hypfs_entry_dir *template;
    char name[HYPFS_DYNDIR_ID_NAMELEN];
    unsigned int id;
    void *data;
};

extern const struct hypfs_funcs hypfs_dir_funcs, hypfs_leaf_ro_funcs;
extern struct hypfs_entry_dir hypfs_root;
#define HYPFS_DIR_INIT_FUNC(variable, its_name, its_funcs) \
    struct hypfs_entry_dir variable = {                    \
        .e = { .type = XEN_HYPFS_TYPE_DIR,                 \
               .name = (its_name),                         \
               .funcs = (its_funcs) },                     \
        .dirlist = LIST_HEAD_INIT((variable).dirlist),     \
    }
#define HYPFS_DIR_INIT(variable, name) \
    HYPFS_DIR_INIT_FUNC(variable, name, &hypfs_dir_funcs)
#define HYPFS_VARSIZE_INIT(variable, its_type, its_name, size, its_funcs)      \
    struct hypfs_entry_leaf variable = {                                       \
        .e = { .type = (its_type), .name = (its_name), .funcs = (its_funcs) }, \
    }
#define HYPFS_STRING_INIT(variable, name)                        \
    HYPFS_VARSIZE_INIT(variable, XEN_HYPFS_TYPE_STRING, name, 0, \
                       &hypfs_leaf_ro_funcs)
void hypfs_string_set_reference(struct hypfs_entry_leaf *leaf,
                                const char *text);
void hypfs_add_dir(struct hypfs_entry_dir *parent, struct hypfs_entry_dir *dir,
                   bool nofault);
void hypfs_add_leaf(struct hypfs_entry_dir *parent,
                    struct hypfs_entry_leaf *leaf, bool nofault);
void hypfs_add_dyndir(struct hypfs_entry_dir *parent,
                      struct hypfs_entry_dir *template);
int hypfs_write_deny(struct hypfs_entry_leaf *leaf,
                     XEN_GUEST_HANDLE_PARAM(const_void) uaddr,
                     unsigned int ulen);
struct hypfs_entry *hypfs_leaf_findentry(const struct hypfs_entry_dir *dir,
                                         const char *name,
                                         unsigned int name_len);
void *fake_hypfs_dyndata(size_t size);
#define hypfs_alloc_dyndata(type) ((type *)fake_hypfs_dyndata(sizeof(type)))
void *hypfs_get_dyndata(void);
void hypfs_free_dyndata(void);
int hypfs_read_dyndir_id_entry(const struct hypfs_entry_dir *template,
                               unsigned int id, bool is_last,
                               XEN_GUEST_HANDLE_PARAM(void) * uaddr);
struct hypfs_entry *hypfs_gen_dyndir_id_entry(
    const struct hypfs_entry_dir *template, unsigned int id, void *data);
unsigned int hypfs_dynid_entry_size(const struct hypfs_entry *template,
                                    unsigned int id);

#endif /* TESTS_XEN_FAKE_H */
