// A built model, as the Verilator engine keeps it: a shared library with the functions of model.cpp.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

class LoadedModel {
 public:
  // Throws std::runtime_error for a file that is not such a library.
  explicit LoadedModel(const std::string& library);

  // A model as the FPGA is after its configuration was loaded; the one before is gone.
  void powerUp(uint64_t seed);
  // Runs up to `limit` edges, or until the model's stop is set; false once the design has ended.
  bool run(uint64_t limit);
  // Edges since the first powerUp, over all models.
  uint64_t cycle() const;
  // The cycle of the last powerUp.
  uint64_t poweredUpAt() const { return before_; }
  // What the design has printed since the last call, as a JSON list; empty when it has printed nothing.
  std::string messages();

  // A port of up to 32 bits, or a variable that is kept; throws std::runtime_error for a name that the model does not have.
  struct Port {
    const char* place;
    unsigned bytes;
  };
  Port port(const std::string& name) const;

  static uint32_t read(const Port& port);
  static void write(const Port& port, uint32_t value);

  // A function of the library; throws std::runtime_error for one that it lacks.
  template <class Function>
  Function needed(const char* name) const {
    return reinterpret_cast<Function>(neededSymbol(name));
  }

  // Throws std::runtime_error for a model that was built without waves, or when the file cannot be written.
  void openWaves(const std::string& file, const std::string& scopes);
  void closeWaves();

 private:
  template <class Function>
  Function optional(const char* name) const;
  void* neededSymbol(const char* name) const;

  void* library_;
  void* memory_ = nullptr;
  void* handle_ = nullptr;
  std::string description_;
  uint64_t before_ = 0;
  void* (*open_)(const uint64_t*, void*);
  double (*run_)(void*, double);
  const char* (*messages_)(void*);
  const char* (*describe_)(void*);
  const char* (*error_)();
  void (*close_)(void*);
  double (*bytes_)();
  int (*openWaves_)(void*, const char*, const char*);
  void (*closeWaves_)(void*);
};
