// Verilator 5.006 shifts a value of at most 64 bits by the amount modulo 32 or 64 when the amount has more than 64 bits;
// 5.048 does not. Here its four functions are replaced, before anything that calls them.
#pragma once

#include "verilated_config.h"
#if VERILATOR_VERSION_INTEGER + 0 > 0 && VERILATOR_VERSION_INTEGER + 0 < 5048000
#define VL_SHIFTL_IIW hilt_unused_shiftl_iiw
#define VL_SHIFTL_QQW hilt_unused_shiftl_qqw
#define VL_SHIFTR_IIW hilt_unused_shiftr_iiw
#define VL_SHIFTR_QQW hilt_unused_shiftr_qqw
#include "verilated.h"
#undef VL_SHIFTL_IIW
#undef VL_SHIFTL_QQW
#undef VL_SHIFTR_IIW
#undef VL_SHIFTR_QQW

// Whether the amount, of `rbits` bits, is `limit` or more.
static inline bool hiltShiftsAll(int rbits, WDataInP const rwp, unsigned limit) {
  for (int i = 1; i < VL_WORDS_I(rbits); ++i) {
    if (rwp[i]) return true;
  }
  return rwp[0] >= limit;
}
static inline IData VL_SHIFTL_IIW(int obits, int, int rbits, IData lhs, WDataInP const rwp) {
  return hiltShiftsAll(rbits, rwp, VL_IDATASIZE) ? 0 : VL_CLEAN_II(obits, obits, lhs << rwp[0]);
}
static inline QData VL_SHIFTL_QQW(int obits, int, int rbits, QData lhs, WDataInP const rwp) {
  return hiltShiftsAll(rbits, rwp, VL_QUADSIZE) ? 0 : VL_CLEAN_QQ(obits, obits, lhs << rwp[0]);
}
static inline IData VL_SHIFTR_IIW(int obits, int, int rbits, IData lhs, WDataInP const rwp) {
  return hiltShiftsAll(rbits, rwp, VL_IDATASIZE) ? 0 : VL_CLEAN_II(obits, obits, lhs >> rwp[0]);
}
static inline QData VL_SHIFTR_QQW(int obits, int, int rbits, QData lhs, WDataInP const rwp) {
  return hiltShiftsAll(rbits, rwp, VL_QUADSIZE) ? 0 : VL_CLEAN_QQ(obits, obits, lhs >> rwp[0]);
}
#endif
