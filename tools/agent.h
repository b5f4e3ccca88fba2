/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * dom0 and the hypervisor side by side, through the agent's own parts: what
 * audit, plan and repair have in common.
 */
#ifndef XL_PCI_AGENT_H
#define XL_PCI_AGENT_H

#include "agree/agree.h"
#include "json.h"
#include "tool.h"

/* The options that agent_open() looks at. */
#define AGENT_OPTIONS SOURCE_OPTIONS "B"

struct agent {
    struct view_source source; /* dom0 */
    struct backend *backend;
    struct agree agree;
};

void agent_init(struct agent *agent);
void agent_dispose(struct agent *agent);

/*
 * Open what the options name: the Xen that this machine runs on, or for a
 * trial (-F, --sysfs, --embedded, --boot-from) an embedded hypervisor.  The
 * policy is --repair, else what is right for the hypervisor.  `front` gets
 * `data`.  TOOL_DONE, or the exit code after the error was said.
 */
enum tool_exit agent_open(struct agent *agent, const struct invocation *call,
                          const struct agree_front *front, void *data);

/* Look at both as they are now, into agent->agree.look.  As agent_open(). */
enum tool_exit agent_look(struct agent *agent);

/* For agree_front: what is odd about dom0, and whom it has to wait for. */
void agent_warn(void *data, const char *text);
/* The front end of who only looks. */
extern const struct agree_front agent_looks;

/* Says what an agree_...() function failed with.  TOOL_REFUSED. */
enum tool_exit agent_refused(const struct xpci_message *message, int rc,
                             const char *advice);

/* A step as the beginning of a JSON object, which stays open. */
void agent_json_step(struct json_writer *json, const struct plan_step *step);

/* "left": what stays different, then "agreement": true or false. */
void agent_json_end(struct json_writer *json, const struct plan *plan);

#endif /* XL_PCI_AGENT_H */
