// Included before everything else that is compiled: where a model's words go. Verilator takes the macro for its own.
#pragma once

#ifdef __cplusplus
extern "C"
#endif
int hilt_print(const char* format, ...) __attribute__((format(printf, 1, 2)));
#define VL_PRINTF hilt_print
