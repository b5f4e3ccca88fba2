# SPDX-License-Identifier: GPL-2.0-only
#
# The naive model against the core: random events, and all orders.

MODEL_OBJECTS = $(call san,$(MODEL_LIB_SOURCES) $(CORE_SOURCES))

# The model of a stock Xen beside it, and what that needs.
STOCK_SOURCES := tests/model/beside.c $(addprefix lib/, trace/stock.c \
	trace/stock_config.c)
RANDOM_OBJECTS = $(call san,$(addprefix tests/model/,random.c stories.c \
	tell.c) $(STOCK_SOURCES)) $(MODEL_OBJECTS)

$(BUILD)/tests/random-events: $(RANDOM_OBJECTS)
$(BUILD)/tests/all-orders: $(call san,tests/model/orders.c \
		tests/model/small.c) $(MODEL_OBJECTS)
$(BUILD)/tests/random-events $(BUILD)/tests/all-orders:
	@mkdir -p $(@D)
	$(CC) $(SANITIZE) -o $@ $^

.PHONY: check-model check-model-long
check-built: $(BUILD)/tests/random-events $(BUILD)/tests/all-orders
check-model: $(BUILD)/tests/random-events $(BUILD)/tests/all-orders
	tests/check/one "random events" \
		$(BUILD)/tests/random-events --events 100000
	tests/check/one "all orders" $(BUILD)/tests/all-orders

check-model-long: $(BUILD)/tests/random-events $(BUILD)/tests/all-orders
	$(BUILD)/tests/random-events --events 1000000 --stock
	$(BUILD)/tests/all-orders --long

.PHONY: check-long
check-long: check-model-long
