#include "dma_map.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <stdexcept>
#include <string>

static constexpr uint64_t PAGE = 4096;

SharedFile::SharedFile(int descriptor) {
  struct stat about = {};
  if (fstat(descriptor, &about) != 0) throw std::runtime_error(strerror(errno));
  length_ = static_cast<uint64_t>(about.st_size);
  void* const place = mmap(nullptr, length_, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
  if (place == MAP_FAILED) throw std::runtime_error(std::string("cannot map what was passed: ") + strerror(errno));
  bytes_ = static_cast<uint8_t*>(place);
}

SharedFile::~SharedFile() { munmap(bytes_, length_); }

std::shared_ptr<SharedFile> DmaMap::fileOf(int descriptor) {
  struct stat about = {};
  if (fstat(descriptor, &about) != 0) throw std::runtime_error(strerror(errno));
  std::weak_ptr<SharedFile>& known = files_[{about.st_dev, about.st_ino}];
  std::shared_ptr<SharedFile> file = known.lock();
  // A file may have grown.
  if (file == nullptr || file->length() != static_cast<uint64_t>(about.st_size)) {
    file = std::make_shared<SharedFile>(descriptor);
    known = file;
  }
  return file;
}

void DmaMap::map(uint64_t address, uint64_t length, bool canRead, bool canWrite, int descriptor, uint64_t offset) {
  if (length == 0 || address % PAGE != 0 || length % PAGE != 0 || address + (length - 1) < address)
    throw std::invalid_argument("not whole pages");
  const auto next = mappings_.lower_bound(address);
  if (next != mappings_.end() && next->first <= address + (length - 1)) throw std::invalid_argument("mapped already");
  if (next != mappings_.begin()) {
    const Mapping& before = std::prev(next)->second;
    if (before.address + (before.length - 1) >= address) throw std::invalid_argument("mapped already");
  }
  Mapping mapping = {address, length, nullptr, canRead, canWrite, nullptr};
  if (descriptor >= 0) {
    mapping.file = fileOf(descriptor);
    if (offset > mapping.file->length() || length > mapping.file->length() - offset)
      throw std::invalid_argument("outside of the memory that was passed");
    mapping.bytes = mapping.file->bytes() + offset;
  }
  mappings_.emplace(address, std::move(mapping));
}

void DmaMap::unmap(uint64_t address, uint64_t length) {
  if (length == 0) return;
  const uint64_t last = address + (length - 1);
  for (auto at = mappings_.lower_bound(address); at != mappings_.end() && at->first <= last;) {
    const bool isInside = at->second.address + (at->second.length - 1) <= last;
    at = isInside ? mappings_.erase(at) : std::next(at);
  }
  last_[0] = last_[1] = nullptr;
}

void DmaMap::clear() {
  mappings_.clear();
  last_[0] = last_[1] = nullptr;
}

const DmaMap::Mapping* DmaMap::find(uint64_t address, bool isWrite) {
  if (!isEnabled_) return nullptr;
  const Mapping*& last = last_[isWrite ? 1 : 0];
  if (last == nullptr || address - last->address >= last->length) {
    auto next = mappings_.upper_bound(address);
    if (next == mappings_.begin()) return nullptr;
    const Mapping& found = std::prev(next)->second;
    if (address - found.address >= found.length) return nullptr;
    last = &found;
  }
  return (isWrite ? last->canWrite : last->canRead) ? last : nullptr;
}

bool DmaMap::read(uint64_t address, uint64_t* data) {
  const Mapping* const mapping = find(address, false);
  if (mapping == nullptr) return false;
  if (mapping->bytes == nullptr) return messages_.readMemory(address, reinterpret_cast<uint8_t*>(data), 8);
  memcpy(data, mapping->bytes + (address - mapping->address), 8);
  return true;
}

void DmaMap::write(uint64_t address, uint64_t data, uint32_t strobe) {
  const Mapping* const mapping = find(address, true);
  if (mapping == nullptr) return;
  uint8_t bytes[8];
  memcpy(bytes, &data, 8);
  uint8_t* const place = mapping->bytes == nullptr ? nullptr : mapping->bytes + (address - mapping->address);
  if (strobe == 0xff && place != nullptr) {
    memcpy(place, bytes, 8);
    return;
  }
  // Runs of neighbours, so that a message is one of them.
  for (uint32_t from = 0; from < 8;) {
    uint32_t to = from;
    while (to < 8 && (strobe >> to & 1) != 0) ++to;
    if (to > from && place != nullptr) memcpy(place + from, bytes + from, to - from);
    if (to > from && place == nullptr) messages_.writeMemory(address + from, bytes + from, to - from);
    from = to + 1;
  }
}
