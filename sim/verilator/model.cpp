// The C side of the Verilator engine: steps a Verilated model and hands its memory to the host. Everything that was
// generated for the model is compiled with it as one unit, for the headers cost more than the model.
//
// Defined by whoever builds it: HILT_TOP (name of the top module), HILT_CLOCK (its clock), HILT_STOP (the output that ends
// a run, or 0), HILT_WAVES, HILT_PORTS (a file with a line for each port), HILT_SOURCES (a file that includes the rest),
// HILT_CLOCK_LOOP (whether they have hilt_rise and hilt_fall, which do what eval() does at the edges of the clock).
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <new>
#include "model.h"
#include "watch.h"
#include "verilated_syms.h"
#include "Vmodel__Syms.h"
#include "Vmodel___024root.h"

#define API extern "C" __attribute__((visibility("default")))

thread_local Model* runningModel = nullptr;

// What the host has given to the model that is being made: zeroed, and room for its status and its values. The host has it
// before and after: it outlives the model.
static thread_local char* givenMemory = nullptr;
static constexpr std::size_t GIVEN_BYTES = sizeof(Status) + sizeof(Vmodel__Syms);

// Zeroed memory, of which nothing is touched before it is used: a simulated RAM costs no time to open.
static void* zeroed(std::size_t bytes, std::size_t alignment) {
  if (bytes == sizeof(Vmodel__Syms) && givenMemory != nullptr) {
    void* const values = givenMemory + sizeof(Status);
    givenMemory = nullptr;
    return values;
  }
  void* const block = std::calloc(1, bytes + alignment);
  if (block == nullptr) throw std::bad_alloc();
  const auto aligned = (reinterpret_cast<std::uintptr_t>(block) + alignment) & ~(alignment - 1);
  // There is room for it: calloc's own alignment is 16 at least.
  reinterpret_cast<void**>(aligned)[-1] = block;
  return reinterpret_cast<void*>(aligned);
}

// The values of the model that is being deleted.
static thread_local const void* endingValues = nullptr;

void* operator new(std::size_t bytes, std::align_val_t alignment) {
  return zeroed(bytes, static_cast<std::size_t>(alignment));
}
void operator delete(void* block, std::align_val_t) noexcept {
  if (block != nullptr && block != endingValues) std::free(reinterpret_cast<void**>(block)[-1]);
}
void operator delete(void* block, std::size_t, std::align_val_t alignment) noexcept {
  operator delete(block, alignment);
}

Model::Model(const uint64_t* seed, void* memory) : status(*new (memory) Status), context(new VerilatedContext) {
  Verilated::threadContextp(context.get());
  runningModel = this;
  // Registers that have no initial value: 0 without a seed, otherwise random; a seed of 0 would ask for one of the day.
  context->randReset(seed == nullptr ? 0 : 2);
  context->randSeed(seed == nullptr ? 1 : static_cast<int>(*seed % 0x7fffffff) + 1);
  // Without arguments, `$test$plusargs` finds none.
  const char* arguments[] = {"hilt"};
  context->commandArgs(1, arguments);
  // Otherwise one for each core begins and ends with every model; none of them has anything to do.
  context->threads(1);
#if HILT_WAVES
  context->traceEverOn(true);
#endif
  // The arguments are evaluated after `new` has its memory (C++17): a Vmodel may be as large as the values are.
  const auto give = [memory] { givenMemory = static_cast<char*>(memory); };
  top.reset(new Vmodel((give(), context.get()), ""));
  if (givenMemory != nullptr) throw std::runtime_error("the model has not taken the memory that it was given");
#define HILT_INPUT(name, width, member) std::memset(&(member), 0, sizeof(member));
#define HILT_OUTPUT(name, width, member)
#include HILT_PORTS
#undef HILT_INPUT
#undef HILT_OUTPUT
  settle();
}

Model::~Model() {
  endingValues = top ? top->rootp->vlSymsp : nullptr;
#if HILT_WAVES
  if (waves) waves->close();
#endif
}

void Model::say(const char* kind, const std::string& text, const std::string& place) {
  messages.push_back({kind, text, place, status.cycle});
  status.messages = static_cast<uint32_t>(messages.size());
}

void Model::settle() {
  if (status.isEnded) return;
  top->HILT_CLOCK = 0;
  top->eval();
}

#if HILT_CLOCK_LOOP
static void hilt_rise(Vmodel___024root* root);
static void hilt_fall(Vmodel___024root* root);
static void evalRise(Vmodel& model) { hilt_rise(model.rootp); }
static void evalFall(Vmodel& model) { hilt_fall(model.rootp); }
#else
static void evalRise(Vmodel& model) { model.eval(); }
static void evalFall(Vmodel& model) { model.eval(); }
#endif

// Before each edge the logic has settled; an edge is not taken once the design has asked for its end.
uint64_t Model::run(uint64_t limit) {
  Vmodel& model = *top;
  settle();
  uint64_t taken = 0;
  while (taken < limit && !status.isEnded && !(HILT_STOP)) {
    context->time(status.cycle);
    model.HILT_CLOCK = 1;
    evalRise(model);
    ++taken;
    ++status.cycle;
#if HILT_WAVES
    if (waves) waves->dump(10 * status.cycle);
#endif
    model.HILT_CLOCK = 0;
    evalFall(model);
#if HILT_WAVES
    if (waves) waves->dump(10 * status.cycle + 5);
#endif
  }
  return taken;
}

static std::string quoted(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || c == '"' || c == '\\') {
      char code[8];
      std::snprintf(code, sizeof code, "\\u%04x", byte);
      out += code;
    } else {
      out += c;
    }
  }
  return out + "\"";
}

// Bits of an element. Versions that know of packed arrays say it by dimension, and wrongly in the way of the others.
template <class Variable>
static auto widthOf(const Variable& variable, int) -> decltype(variable.packedRanges(), 0) {
  int width = 1;
  for (const auto& range : variable.packedRanges()) width *= range.elements();
  return width;
}
template <class Variable>
static int widthOf(const Variable& variable, long) {
  return variable.elements(0);
}

// Where everything lies, as JSON: addresses count from the start of the memory that the host has given.
std::string Model::describe() {
  const char* const base = reinterpret_cast<const char*>(&status);
  std::string out = "{\"ports\":[";
  auto port = [&](const char* name, int width, bool isInput, const void* place) {
    if (out.back() != '[') out += ",";
    out += "{\"name\":" + quoted(name) + ",\"width\":" + std::to_string(width)
           + ",\"direction\":" + (isInput ? "\"input\"" : "\"output\"")
           + ",\"address\":" + std::to_string(static_cast<const char*>(place) - base) + "}";
  };
#define HILT_INPUT(name, width, member) port(name, width, true, &(member));
#define HILT_OUTPUT(name, width, member) port(name, width, false, &(member));
#include HILT_PORTS
#undef HILT_INPUT
#undef HILT_OUTPUT
  out += "],\"variables\":[";
  const std::string prefix = HILT_TOP ".";
  for (const auto& scope : *context->scopeNameMap()) {
    if (scope.second->varsp() == nullptr) continue;
    const std::string path = std::string(scope.first) + ".";
    const std::string below = path.compare(0, prefix.size(), prefix) == 0 ? path.substr(prefix.size()) : path;
    for (const auto& entry : *scope.second->varsp()) {
      const VerilatedVar& variable = entry.second;
      const auto* const place = static_cast<const char*>(variable.datap());
      // Not `real`, nor text: what lies there are not the bits of a number.
      if (variable.vltype() < VLVT_UINT8 || variable.vltype() > VLVT_WDATA) continue;
      if (variable.udims() > 1 || place < base || place >= base + GIVEN_BYTES) continue;
      if (out.back() != '[') out += ",";
      out += "{\"name\":" + quoted(below + entry.first) + ",\"width\":" + std::to_string(widthOf(variable, 0))
             + ",\"depth\":" + std::to_string(variable.udims() == 1 ? variable.elements(1) : 0)
             + ",\"first\":" + std::to_string(variable.udims() == 1 ? std::min(variable.left(1), variable.right(1)) : 0)
             + ",\"address\":" + std::to_string(place - base) + "}";
    }
  }
  return out + "]}";
}

// What Verilator's runtime calls; vl_stop and vl_finish return, so that the evaluation ends well.
static std::string placeOf(const char* file, int line) { return std::string(file) + ":" + std::to_string(line); }

void vl_finish(const char* file, int line, const char*) {
  runningModel->say("finish", "", placeOf(file, line));
  runningModel->status.isEnded = 1;
}
void vl_stop(const char* file, int line, const char*) {
  runningModel->say("stop", "", placeOf(file, line));
  runningModel->status.isEnded = 1;
}
void vl_fatal(const char* file, int line, const char*, const char* text) {
  const std::string place = file != nullptr && *file != '\0' ? placeOf(file, line) : "";
  if (text != nullptr && std::strcmp(text, "") != 0) throw ModelFault(place + (place.empty() ? "" : ": ") + text);
  runningModel->say("stop", "", place);
  runningModel->status.isEnded = 1;
}
extern "C" int hilt_print(const char* format, ...) {
  va_list list;
  va_start(list, format);
  va_list again;
  va_copy(again, list);
  const int length = std::vsnprintf(nullptr, 0, format, list);
  va_end(list);
  std::string text(static_cast<std::size_t>(length) + 1, '\0');
  std::vsnprintf(&text[0], text.size(), format, again);
  va_end(again);
  text.pop_back();
  if (runningModel != nullptr) runningModel->say("text", text, "");
  return length;
}

static thread_local std::string lastError;
static thread_local std::string lastText;

// Every call that may run the model: no exception passes, and the watch knows of it.
template <class Result, class Work>
static Result guarded(Model* model, Result failed, Work work) {
  try {
    Verilated::threadContextp(model->context.get());
    runningModel = model;
    WatchedCall watched(&model->status.cycle);
    const Result result = work();
    // What C++ has printed keeps its place among what others print.
    std::fflush(stdout);
    return result;
  } catch (const ModelFault& fault) {
    model->say("fault", fault.what(), "");
    model->status.isEnded = 1;
    lastError = fault.what();
  } catch (const std::exception& error) {
    model->status.isEnded = 1;
    lastError = error.what();
  }
  return failed;
}

API const char* hilt_error() { return lastError.c_str(); }

API double hilt_bytes() { return static_cast<double>(GIVEN_BYTES); }

// `memory`: hilt_bytes() zeroed bytes, aligned to 64, until the model is closed.
API void* hilt_open(const uint64_t* seed, void* memory) {
  try {
    WatchedCall watched(nullptr);
    // Lines come out as they are written, also of a process that crashes afterwards.
    std::setvbuf(stdout, nullptr, _IOLBF, BUFSIZ);
    return new Model(seed, memory);
  } catch (const std::bad_alloc&) {
    lastError = "there is not enough memory for a model";
  } catch (const std::exception& error) {
    lastError = error.what();
  }
  return nullptr;
}

API const char* hilt_describe(void* handle) {
  lastText = static_cast<Model*>(handle)->describe();
  return lastText.c_str();
}

// Returns the edges taken; -1 when the model cannot go on.
API double hilt_run(void* handle, double limit) {
  Model* const model = static_cast<Model*>(handle);
  return guarded(model, -1.0, [&] { return static_cast<double>(model->run(static_cast<uint64_t>(limit))); });
}

API int hilt_settle(void* handle) {
  Model* const model = static_cast<Model*>(handle);
  return guarded(model, -1, [&] { model->settle(); return 0; });
}

// The messages since the last call, as JSON.
API const char* hilt_messages(void* handle) {
  Model* const model = static_cast<Model*>(handle);
  lastText = "[";
  for (const Message& message : model->messages) {
    if (lastText.size() > 1) lastText += ",";
    lastText += "{\"kind\":" + quoted(message.kind) + ",\"text\":" + quoted(message.text)
                + ",\"place\":" + quoted(message.place) + ",\"cycle\":" + std::to_string(message.cycle) + "}";
  }
  lastText += "]";
  model->messages.clear();
  model->status.messages = 0;
  return lastText.c_str();
}

#if HILT_WAVES
// `scopes`: names of scopes or signals, separated by spaces, at least one of them there: without any, Verilator 5.006
// takes every signal for recorded and crashes.
API int hilt_open_waves(void* handle, const char* file, const char* scopes) {
  Model* const model = static_cast<Model*>(handle);
  return guarded(model, -1, [&] {
    model->waves.reset(new VerilatedFstC);
    const std::string names = scopes;
    for (std::size_t from = 0; from < names.size();) {
      const std::size_t to = names.find(' ', from);
      const std::string name = names.substr(from, to - from);
      // Below the model's own name, which is empty: some versions put a separator behind it, others none.
      model->waves->dumpvars(99, "." + name);
      model->waves->dumpvars(99, name);
      from = to == std::string::npos ? names.size() : to + 1;
    }
    model->top->trace(model->waves.get(), 99);
    model->waves->set_time_unit("1ns");
    model->waves->set_time_resolution("1ns");
    model->waves->open(file);
    if (!model->waves->isOpen()) throw std::runtime_error(std::string("cannot write ") + file);
    watchWaves(model->waves.get());
    return 0;
  });
}

API void hilt_close_waves(void* handle) {
  Model* const model = static_cast<Model*>(handle);
  watchWaves(nullptr);
  if (model->waves) model->waves->close();
  model->waves.reset();
}
#endif

#if VM_COVERAGE
API int hilt_write_coverage(void* handle, const char* file) {
  Model* const model = static_cast<Model*>(handle);
  return guarded(model, -1, [&] { model->context->coveragep()->write(file); return 0; });
}

API int hilt_clear_coverage(void* handle) {
  Model* const model = static_cast<Model*>(handle);
  return guarded(model, -1, [&] { model->context->coveragep()->zero(); return 0; });
}
#endif

API void hilt_close(void* handle) {
  Model* const model = static_cast<Model*>(handle);
  Verilated::threadContextp(model->context.get());
  if (runningModel == model) runningModel = nullptr;
  delete model;
}

#include HILT_SOURCES
