// Host memory as the device sees it: what the client has mapped, by page, at I/O virtual addresses.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <unordered_map>
#include <vector>

// A file of the client's, mapped whole: a page of it costs no system call.
class SharedFile {
 public:
  // Throws std::system_error. `descriptor` is closed by whoever has it.
  explicit SharedFile(int descriptor);
  ~SharedFile();
  uint8_t* bytes() const { return bytes_; }
  uint64_t length() const { return length_; }

 private:
  uint8_t* bytes_;
  uint64_t length_;
};

// Memory for which the client has passed no descriptor is asked for by messages.
class MessageMemory {
 public:
  virtual ~MessageMemory() = default;
  // False: the client refuses.
  virtual bool readMemory(uint64_t address, uint8_t* bytes, uint32_t count) = 0;
  virtual bool writeMemory(uint64_t address, const uint8_t* bytes, uint32_t count) = 0;
};

class DmaMap {
 public:
  explicit DmaMap(MessageMemory& messages) : messages_(messages) {}

  // `descriptor` < 0: by messages. Throws std::invalid_argument for what is no whole pages or lies outside of its file, and
  // std::system_error, EEXIST for what is mapped already.
  void map(uint64_t address, uint64_t length, bool canRead, bool canWrite, int descriptor, uint64_t offset);
  // All mappings that lie in the range. Throws std::invalid_argument, and unmaps nothing, where one lies in it in part.
  void unmap(uint64_t address, uint64_t length);
  void clear();

  // Bus-master bit of the function.
  void enable(bool isEnabled) { isEnabled_ = isEnabled; }

  bool read(uint64_t address, uint64_t* data);
  bool mayWrite(uint64_t address) { return find(address, true) != nullptr; }
  void write(uint64_t address, uint64_t data, uint32_t strobe);

 private:
  struct Mapping {
    uint64_t address;
    uint64_t length;
    // Null: by messages.
    uint8_t* bytes;
    bool canRead;
    bool canWrite;
    std::shared_ptr<SharedFile> file;
  };
  const Mapping* find(uint64_t address, bool isWrite);
  std::shared_ptr<SharedFile> fileOf(int descriptor);

  MessageMemory& messages_;
  bool isEnabled_ = false;
  // By their first address.
  std::map<uint64_t, Mapping> mappings_;
  // Of the last access in each direction; null after every change.
  const Mapping* last_[2] = {nullptr, nullptr};
  // By device and inode: as long as anything of them is mapped.
  std::map<std::pair<uint64_t, uint64_t>, std::weak_ptr<SharedFile>> files_;
};
