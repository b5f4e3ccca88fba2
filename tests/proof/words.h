/* SPDX-License-Identifier: GPL-2.0-only */
#define __atomic_load_n(pointer, order) (*(pointer))
#define __atomic_store_n(pointer, value, order) ((void)(*(pointer) = (value)))
