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
    struct config_space *space;
    struct backend *backend;
    struct agree_look look;
};

void agent_init(struct agent *agent);
void agent_dispose(struct agent *agent);

/*
 * Open what the options name: the Xen that this machine runs on, or an
 * embedded hypervisor that booted on --boot-from.  TOOL_DONE, or the exit code
 * after the error was said.
 */
enum tool_exit agent_open(struct agent *agent, const struct invocation *call);

/*
 * The policy: --repair where it was given, else what is right for the
 * hypervisor.  TOOL_DONE or TOOL_USAGE, which was said.
 */
enum tool_exit agent_policy(const struct agent *agent,
                            const struct invocation *call,
                            enum plan_repair *repair);

/* Look at both as they are now, into agent->look.  As agent_open(). */
enum tool_exit agent_look(struct agent *agent, enum plan_repair repair);

/* A step as the beginning of a JSON object, which stays open. */
void agent_json_step(struct json_writer *json, const struct plan_step *step);

/* "left": what stays different, then "agreement": true or false. */
void agent_json_end(struct json_writer *json, const struct plan *plan);

#endif /* XL_PCI_AGENT_H */
