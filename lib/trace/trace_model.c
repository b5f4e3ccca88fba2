/* SPDX-License-Identifier: GPL-2.0-only */
#include "process/embedded_state.h"
#include "trace_model.h"

int trace_target_init(struct trace_target *target, enum trace_model model,
                      struct trace_space *space)
{
    memset(target, 0, sizeof(*target));
    target->model = model;
    stock_init(&target->stock, &space->space);

    return model == TRACE_MODEL_MODULE
               ? embedded_init(&target->module, &space->space)
               : 0;
}

void trace_target_dispose(struct trace_target *target)
{
    embedded_dispose(&target->module);
    stock_dispose(&target->stock);
}

static int call_stock(struct stock *stock,
                      const struct trace_statement *statement)
{
    switch ( statement->verb )
    {
    case TRACE_SCAN:
        return stock_scan(stock, XPCI_SEGMENT(statement->sbdf));
    case TRACE_ADD:
        return stock_add(stock, statement->sbdf, &statement->u.report);
    case TRACE_REMOVE:
        return stock_remove(stock, statement->sbdf);
    case TRACE_RESET:
        return stock_reset(stock, statement->sbdf);
    default:
        return -ENOSYS;
    }
}

static int call_module(struct embedded *module,
                       const struct trace_statement *statement)
{
    switch ( statement->verb )
    {
    case TRACE_SCAN:
        return embedded_scan(module, XPCI_SEGMENT(statement->sbdf));
    case TRACE_ADD:
        return embedded_add(module, statement->sbdf, &statement->u.report);
    case TRACE_REMOVE:
        return embedded_remove(module, statement->sbdf);
    case TRACE_RESET:
        return embedded_reset(module, statement->sbdf);
    default:
        return -ENOSYS;
    }
}

int trace_target_call(struct trace_target *target,
                      const struct trace_statement *statement)
{
    return target->model == TRACE_MODEL_MODULE
               ? call_module(&target->module, statement)
               : call_stock(&target->stock, statement);
}

int trace_target_upstream(const struct trace_target *target, uint32_t sbdf,
                          struct xpci_upstream *upstream)
{
    return target->model == TRACE_MODEL_MODULE
               ? xpci_upstream(target->module.xpci, sbdf, upstream)
               : stock_upstream(&target->stock, sbdf, upstream);
}

int trace_target_snapshot(const struct trace_target *target,
                          struct xpci_snapshot *snapshot)
{
    return target->model == TRACE_MODEL_MODULE
               ? xpci_snapshot_take(snapshot, target->module.xpci,
                                    XPCI_SOURCE_EMBEDDED)
               : stock_snapshot(&target->stock, snapshot);
}

const char *trace_target_panic(const struct trace_target *target)
{
    return target->stock.panic;
}
