#include "dma_map.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <algorithm>
#include <system_error>

static constexpr uint64_t PAGE = 4096;

static std::vector<const SharedFile*> files;

// A client may make a file shorter than what is mapped of it: a page that is gone reads as zeros from then on.
static void onLostPage(int signal, siginfo_t* about, void*) {
  uint8_t* const at = static_cast<uint8_t*>(about->si_addr);
  uint8_t* const page = at - reinterpret_cast<uintptr_t>(at) % PAGE;
  const bool isOfClient = std::any_of(files.begin(), files.end(), [at](const SharedFile* file) {
    return at >= file->bytes() && at < file->bytes() + file->length();
  });
  constexpr int FLAGS = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED;
  if (isOfClient && mmap(page, PAGE, PROT_READ | PROT_WRITE, FLAGS, -1, 0) != MAP_FAILED) return;
  // It happens again, and ends the process.
  ::signal(signal, SIG_DFL);
}

SharedFile::SharedFile(int descriptor) {
  struct stat about = {};
  if (fstat(descriptor, &about) != 0) throw std::system_error(errno, std::generic_category());
  length_ = static_cast<uint64_t>(about.st_size);
  void* const place = mmap(nullptr, length_, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
  if (place == MAP_FAILED) throw std::system_error(errno, std::generic_category());
  bytes_ = static_cast<uint8_t*>(place);
  files.push_back(this);
  struct sigaction action = {};
  action.sa_sigaction = onLostPage;
  action.sa_flags = SA_SIGINFO;
  sigaction(SIGBUS, &action, nullptr);
}

SharedFile::~SharedFile() {
  files.erase(std::remove(files.begin(), files.end(), this), files.end());
  munmap(bytes_, length_);
}

std::shared_ptr<SharedFile> DmaMap::fileOf(int descriptor) {
  struct stat about = {};
  if (fstat(descriptor, &about) != 0) throw std::system_error(errno, std::generic_category());
  if (about.st_size == 0) throw std::invalid_argument("not a file that can be mapped");
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
  if (next != mappings_.end() && next->first <= address + (length - 1)) throw std::system_error(EEXIST, std::generic_category());
  if (next != mappings_.begin()) {
    const Mapping& before = std::prev(next)->second;
    if (before.address + (before.length - 1) >= address) throw std::system_error(EEXIST, std::generic_category());
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
  const uint64_t last = address + (length - 1);
  if (length == 0 || last < address) throw std::invalid_argument("not a range");
  const auto begin = mappings_.lower_bound(address);
  const auto end = mappings_.upper_bound(last);
  const auto lastOf = [](const Mapping& mapping) { return mapping.address + (mapping.length - 1); };
  const bool isCutAtStart = begin != mappings_.begin() && lastOf(std::prev(begin)->second) >= address;
  const bool isCutAtEnd = begin != end && lastOf(std::prev(end)->second) > last;
  if (isCutAtStart || isCutAtEnd) throw std::invalid_argument("a part of what was mapped at once");
  mappings_.erase(begin, end);
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
