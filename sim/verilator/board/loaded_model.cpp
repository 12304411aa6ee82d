#include "loaded_model.h"

#include <dlfcn.h>
#include <sys/mman.h>
#include <cstring>
#include <stdexcept>

// The start of a model's memory: `Status` in model.h.
struct SharedStatus {
  uint64_t cycle;
  uint32_t messages;
  uint32_t isEnded;
};

template <class Function>
Function LoadedModel::optional(const char* name) const {
  return reinterpret_cast<Function>(dlsym(library_, name));
}

void* LoadedModel::neededSymbol(const char* name) const {
  void* const symbol = dlsym(library_, name);
  if (symbol == nullptr) throw std::runtime_error(std::string("the model has no function ") + name);
  return symbol;
}

LoadedModel::LoadedModel(const std::string& library) : library_(dlopen(library.c_str(), RTLD_NOW | RTLD_LOCAL)) {
  if (library_ == nullptr) throw std::runtime_error(dlerror());
  open_ = needed<decltype(open_)>("hilt_open");
  run_ = needed<decltype(run_)>("hilt_run");
  messages_ = needed<decltype(messages_)>("hilt_messages");
  describe_ = needed<decltype(describe_)>("hilt_describe");
  error_ = needed<decltype(error_)>("hilt_error");
  close_ = needed<decltype(close_)>("hilt_close");
  bytes_ = needed<decltype(bytes_)>("hilt_bytes");
  openWaves_ = optional<decltype(openWaves_)>("hilt_open_waves");
  closeWaves_ = optional<decltype(closeWaves_)>("hilt_close_waves");
}

void LoadedModel::powerUp(uint64_t seed) {
  const auto bytes = static_cast<std::size_t>(bytes_());
  if (handle_ != nullptr) {
    before_ = cycle();
    close_(handle_);
    handle_ = nullptr;
    munmap(memory_, bytes);
  }
  memory_ = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory_ == MAP_FAILED) throw std::runtime_error("there is not enough memory for a model");
  handle_ = open_(&seed, memory_);
  if (handle_ == nullptr) throw std::runtime_error(error_());
  description_ = describe_(handle_);
}

bool LoadedModel::run(uint64_t limit) {
  if (run_(handle_, static_cast<double>(limit)) < 0) throw std::runtime_error(error_());
  return static_cast<const SharedStatus*>(memory_)->isEnded == 0;
}

uint64_t LoadedModel::cycle() const { return before_ + static_cast<const SharedStatus*>(memory_)->cycle; }

std::string LoadedModel::messages() {
  if (static_cast<const SharedStatus*>(memory_)->messages == 0) return "";
  return messages_(handle_);
}

// The description is JSON that model.cpp has written, ports first.
LoadedModel::Port LoadedModel::port(const std::string& name) const {
  const std::size_t at = description_.find("{\"name\":\"" + name + "\",\"width\":");
  if (at == std::string::npos) throw std::runtime_error("the model has no port " + name);
  const auto number = [&](const char* key) {
    return std::stoul(description_.substr(description_.find(key, at) + std::strlen(key)));
  };
  const unsigned long width = number("\"width\":");
  const unsigned bytes = width <= 8 ? 1 : width <= 16 ? 2 : 4;
  return {static_cast<const char*>(memory_) + number("\"address\":"), bytes};
}

uint32_t LoadedModel::read(const Port& port) {
  uint32_t value = 0;
  std::memcpy(&value, port.place, port.bytes);
  return value;
}

void LoadedModel::write(const Port& port, uint32_t value) {
  std::memcpy(const_cast<char*>(port.place), &value, port.bytes);
}

void LoadedModel::openWaves(const std::string& file, const std::string& scopes) {
  if (openWaves_ == nullptr) throw std::runtime_error("the model was built without waves");
  if (openWaves_(handle_, file.c_str(), scopes.c_str()) != 0) throw std::runtime_error(error_());
}

void LoadedModel::closeWaves() { closeWaves_(handle_); }
